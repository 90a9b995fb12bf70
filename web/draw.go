package web

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/document"
	"github.com/xinglu/xinglu/engine/draw"
	"github.com/xinglu/xinglu/scoring"
)

// drawRoutes are the console's: draws, layers of identity, decryption. No
// answer but those of a layer to its own custodian ties two codes together.
func (s *Server) drawRoutes() {
	const division = "/api/admin/divisions/{division}"
	reg(s, get, division+"/draws", "draws", "Draws of a division, without their results", staff(access.DrawWatch), s.listDraws)
	reg(s, get, division+"/draw-desk", "draw-desk", "What can be drawn now, and who may witness it; nobody's code", staff(access.DrawWatch), s.drawDesk)
	reg(s, post, division+"/draws", "draw-announce", "Announce a draw: commit to its secret and its participants", staff(access.DrawHold), s.announceDraw)
	reg(s, post, division+"/draws/{draw}/word", "draw-word", "Record the public word of a competitors' representative", staff(access.DrawHold), s.sayWord)
	reg(s, post, division+"/draws/{draw}/hold", "draw-hold", "Draw all lots, or the order of drawing by hand", staff(access.DrawHold), s.holdDraw)
	reg(s, post, division+"/draws/{draw}/lots", "draw-lot", "Enter the lot of whose turn it is, by hand", staff(access.DrawHold), s.enterLot)
	reg(s, post, division+"/draws/{draw}/receipts", "draw-receipt", "A competitor confirms the code by repeating it", staff(access.DrawHold), s.confirmLot)
	reg(s, post, division+"/draws/{draw}/redraw", "redraw-ask", "Ask for a draw to be annulled, with a reason; the first of two people", staff(access.DrawHold), s.askRedraw)
	reg(s, post, division+"/draws/{draw}/redraw/grant", "redraw-grant", "Annul a draw; the second of two people", staff(access.LayerOpen), s.grantRedraw)
	reg(s, get, division+"/draws/{draw}/record.pdf", "draw-record", "The record of a draw to print and sign", staff(access.DrawWatch), s.drawRecord, bytesOf("application/pdf"))
	reg(s, get, division+"/layers/{layer}", "layer", "One's own layer: which code stands for which; looking is recorded", staff(access.DrawHold), s.layerTable)
	reg(s, get, division+"/layers/{layer}/table.pdf", "layer-table", "One's own layer to print and keep under seal; recorded", staff(access.DrawHold), s.layerPaper, bytesOf("application/pdf"))
	reg(s, post, division+"/layers/entry/lookup", "layer-lookup", "The entry code of who holds a ticket, for the call room; recorded", staff(access.CallRoomKeep), s.lookUpCode)
	reg(s, get, division+"/layer-looks", "layer-looks", "Who has looked at which layer", staff(access.DrawWatch), s.layerLooks)
	reg(s, get, division+"/decryption", "decryption", "How far the decryption is", staff(access.DrawWatch), s.ceremony)
	reg(s, post, division+"/decryption/{layer}/ask", "decryption-ask", "Ask for the opening of one's layer; the first of two people", staff(access.LayerAsk), s.askLayer)
	reg(s, post, division+"/decryption/{layer}/open", "decryption-open", "Open a layer that was asked for; the second of two people", staff(access.LayerOpen), s.openLayer)
	reg(s, get, "/api/board/{division}/draws", "board-draws", "Commitments of the draws and, after decryption, their proofs", anyone, s.publicDraws)
}

// DrawItem is a draw with the names of who held and saw it.
type DrawItem struct {
	engine.DrawView
	AnnouncedByName string `json:"announced_by_name"`
	WitnessName     string `json:"witness_name"`
	RedrawByName    string `json:"redraw_by_name"`
	RedrawGrantName string `json:"redraw_grant_name"`
}

func (s *Server) drawItem(ctx context.Context, v engine.DrawView) DrawItem {
	item := DrawItem{DrawView: v, AnnouncedByName: s.access.Name(ctx, string(v.AnnouncedBy))}
	if v.Word != nil {
		item.WitnessName = s.access.Name(ctx, v.Word.Witness)
	}
	if v.Redraw != nil {
		item.RedrawByName, item.RedrawGrantName = s.access.Name(ctx, string(v.Redraw.By)), s.access.Name(ctx, string(v.Redraw.Second))
	}
	return item
}

func (s *Server) listDraws(ctx context.Context, _ actor, in *DivisionPath) (*listOf[DrawItem], error) {
	all, err := s.Contest.Draws(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	items := make([]DrawItem, 0, len(all))
	for _, v := range all {
		items = append(items, s.drawItem(ctx, v))
	}
	return list(items), nil
}

// DrawDeskView is what can be drawn, with the names of supervisors.
type DrawDeskView struct {
	engine.DrawDesk
	Names      map[string]string `json:"names" doc:"Of the supervisors, by account"`
	ServerTime time.Time         `json:"server_time"`
}

func (s *Server) drawDesk(ctx context.Context, _ actor, in *DivisionPath) (*bodyOf[DrawDeskView], error) {
	d, err := s.Contest.DrawDesk(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	out := DrawDeskView{d, map[string]string{}, s.now()}
	for _, account := range d.Supervisors {
		s.naming(ctx, out.Names, account)
	}
	return &bodyOf[DrawDeskView]{out}, nil
}

func (s *Server) oneDraw(ctx context.Context, v engine.DrawView, err error) (*bodyOf[DrawItem], error) {
	if err != nil {
		return nil, err
	}
	return &bodyOf[DrawItem]{s.drawItem(ctx, v)}, nil
}

type drawAnnounceIn struct {
	DivisionPath
	Body struct {
		engine.DrawRequest
		Key string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
	}
}

func (s *Server) announceDraw(ctx context.Context, a actor, in *drawAnnounceIn) (*bodyOf[DrawItem], error) {
	v, err := s.Contest.AnnounceDraw(ctx, a.Account.ID, in.Division, in.Body.DrawRequest, in.Body.Key)
	return s.oneDraw(ctx, v, err)
}

// DrawPath is the path parameters of one draw.
type DrawPath struct {
	DivisionPath
	Draw engine.DrawID `path:"draw" maxLength:"50"`
}

// keyed is a body that holds nothing but its idempotency key.
type keyed struct {
	Key string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
}

type wordIn struct {
	DrawPath
	Body struct {
		engine.PublicWord
		Key string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
	}
}

func (s *Server) sayWord(ctx context.Context, a actor, in *wordIn) (*bodyOf[DrawItem], error) {
	v, err := s.Contest.SayWord(ctx, a.Account.ID, in.Division, in.Draw, in.Body.PublicWord, in.Body.Key)
	return s.oneDraw(ctx, v, err)
}

type drawActIn struct {
	DrawPath
	Body keyed
}

func (s *Server) holdDraw(ctx context.Context, a actor, in *drawActIn) (*bodyOf[DrawItem], error) {
	v, err := s.Contest.HoldDraw(ctx, a.Account.ID, in.Division, in.Draw, in.Body.Key)
	return s.oneDraw(ctx, v, err)
}

type lotIn struct {
	DrawPath
	Body struct {
		engine.LotEntry
		Key string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
	}
}

// EnteredLot is a draw after a lot was entered by hand, with the constraints
// that the lot does not keep.
type EnteredLot struct {
	Draw     DrawItem      `json:"draw"`
	Breaches []draw.Breach `json:"breaches"`
}

func (s *Server) enterLot(ctx context.Context, a actor, in *lotIn) (*bodyOf[EnteredLot], error) {
	v, breaches, err := s.Contest.EnterLot(ctx, a.Account.ID, in.Division, in.Draw, in.Body.LotEntry, in.Body.Key)
	if err != nil {
		return nil, err
	}
	return &bodyOf[EnteredLot]{EnteredLot{s.drawItem(ctx, v), breaches}}, nil
}

type receiptIn struct {
	DrawPath
	Body struct {
		Upper string `json:"upper" minLength:"1" maxLength:"20" doc:"The competitor's code in the layer above"`
		Code  string `json:"code" minLength:"1" maxLength:"20" doc:"The code that was drawn, as the competitor repeats it"`
		Key   string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
	}
}

func (s *Server) confirmLot(ctx context.Context, a actor, in *receiptIn) (*bodyOf[DrawItem], error) {
	v, err := s.Contest.ConfirmLot(ctx, a.Account.ID, in.Division, in.Draw, in.Body.Upper, in.Body.Code, in.Body.Key)
	return s.oneDraw(ctx, v, err)
}

type redrawIn struct {
	DrawPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
		Key    string `json:"key" minLength:"1" maxLength:"100" doc:"Idempotency key"`
	}
}

func (s *Server) askRedraw(ctx context.Context, a actor, in *redrawIn) (*bodyOf[DrawItem], error) {
	v, err := s.Contest.AskRedraw(ctx, a.Account.ID, in.Division, in.Draw, in.Body.Reason, in.Body.Key)
	return s.oneDraw(ctx, v, err)
}

func (s *Server) grantRedraw(ctx context.Context, a actor, in *drawActIn) (*bodyOf[DrawItem], error) {
	v, err := s.Contest.GrantRedraw(ctx, a.Account.ID, in.Division, in.Draw, in.Body.Key)
	return s.oneDraw(ctx, v, err)
}

// LayerPath is the path parameters of one layer.
type LayerPath struct {
	DivisionPath
	Layer engine.Layer `path:"layer" enum:"entry,station,work"`
}

type layerIn struct {
	LayerPath
	Module scoring.ModuleID `query:"module" maxLength:"100" doc:"Whose codes; works are coded module by module"`
}

func (s *Server) layerTable(ctx context.Context, a actor, in *layerIn) (*bodyOf[engine.LayerTable], error) {
	t, err := s.Contest.LayerTable(ctx, a.Account.ID, in.Division, in.Layer, in.Module, engine.LookScreen)
	return &bodyOf[engine.LayerTable]{t}, err
}

type lookupIn struct {
	DivisionPath
	Body struct {
		Ticket string `json:"ticket" minLength:"1" maxLength:"200" doc:"What the QR code holds: the competitor's or the candidate's id"`
	}
}

func (s *Server) lookUpCode(ctx context.Context, a actor, in *lookupIn) (*bodyOf[engine.CheckInCode], error) {
	c, err := s.Contest.CheckInCode(ctx, a.Account.ID, in.Division, in.Body.Ticket)
	return &bodyOf[engine.CheckInCode]{c}, err
}

// LookView is one look at a layer with the name of who looked.
type LookView struct {
	engine.LayerLook
	ByName string `json:"by_name"`
}

func (s *Server) layerLooks(ctx context.Context, _ actor, in *DivisionPath) (*listOf[LookView], error) {
	const most = 500
	looks, err := s.Contest.LayerLooks(ctx, in.Division, most)
	if err != nil {
		return nil, err
	}
	views := make([]LookView, 0, len(looks))
	for _, l := range looks {
		views = append(views, LookView{l, s.access.Name(ctx, string(l.By))})
	}
	return list(views), nil
}

// CeremonyView is the decryption with the names of who took part.
type CeremonyView struct {
	engine.Ceremony
	Names      map[access.AccountID]string `json:"names" doc:"Of the accounts in it"`
	ServerTime time.Time                   `json:"server_time"`
}

func (s *Server) ceremonyView(ctx context.Context, c engine.Ceremony, err error) (*bodyOf[CeremonyView], error) {
	if err != nil {
		return nil, err
	}
	v := CeremonyView{c, map[access.AccountID]string{}, s.now()}
	for _, d := range c.Opened {
		v.Names[d.AskedBy] = s.access.Name(ctx, string(d.AskedBy))
		v.Names[d.OpenedBy] = s.access.Name(ctx, string(d.OpenedBy))
	}
	if c.AskedBy != "" {
		v.Names[c.AskedBy] = s.access.Name(ctx, string(c.AskedBy))
	}
	return &bodyOf[CeremonyView]{v}, nil
}

func (s *Server) ceremony(ctx context.Context, _ actor, in *DivisionPath) (*bodyOf[CeremonyView], error) {
	c, err := s.Contest.Ceremony(ctx, in.Division)
	return s.ceremonyView(ctx, c, err)
}

type layerActIn struct {
	LayerPath
	Body keyed
}

func (s *Server) askLayer(ctx context.Context, a actor, in *layerActIn) (*bodyOf[CeremonyView], error) {
	c, err := s.Contest.AskLayer(ctx, a.Account.ID, in.Division, in.Layer, in.Body.Key)
	return s.ceremonyView(ctx, c, err)
}

func (s *Server) openLayer(ctx context.Context, a actor, in *layerActIn) (*bodyOf[CeremonyView], error) {
	c, err := s.Contest.OpenLayer(ctx, a.Account.ID, in.Division, in.Layer, in.Body.Key)
	return s.ceremonyView(ctx, c, err)
}

func (s *Server) publicDraws(ctx context.Context, _ actor, in *DivisionPath) (*listOf[engine.PublicDraw], error) {
	all, err := s.Contest.PublicDraws(ctx, in.Division)
	return list(all), err
}

// Words of the papers of a draw.
var (
	layerWords  = map[engine.Layer]string{engine.LayerEntry: "参赛号", engine.LayerStation: "赛位号", engine.LayerWork: "评审号"}
	methodWords = map[engine.DrawMethod]string{engine.ByMachine: "计算机抽签", engine.ByHand: "现场手工抽签"}
	stateWords  = map[engine.DrawState]string{
		engine.DrawAnnounced: "已公布，未抽签", engine.DrawDrawing: "抽签中", engine.DrawDrawn: "已抽签", engine.DrawAnnulled: "已作废",
	}
	breachWords = map[draw.Kind]string{draw.BreachJudges: "裁判回避", draw.BreachUnits: "同单位相邻", draw.BreachSpread: "同单位集中在一场"}
)

// drawHead is the heading of a draw's papers.
func (s *Server) drawHead(ctx context.Context, id engine.DivisionID, name string, l engine.Layer, modules []scoring.ModuleID) (document.DrawHead, error) {
	div, err := s.Contest.Division(ctx, id)
	if err != nil {
		return document.DrawHead{}, err
	}
	contest, err := s.Contest.Contest(ctx, div.Contest)
	if err != nil {
		return document.DrawHead{}, err
	}
	event, err := s.Contest.Event(ctx, div.Event)
	if err != nil {
		return document.DrawHead{}, err
	}
	h := document.DrawHead{Contest: contest.Name.ZH, Event: event.Name.ZH, Division: div.Name.ZH, Draw: name, Layer: layerWords[l]}
	switch layered := div.Procedure.Identity.Mode == engine.IdentityLayered; {
	case l == engine.LayerWork:
		h.Above = layerWords[engine.LayerStation]
	case l == engine.LayerStation && layered:
		h.Above = layerWords[engine.LayerEntry]
	default:
		h.Above = "序号"
	}
	names := make([]string, 0, len(modules))
	for _, id := range modules {
		m, _ := div.Scheme.Module(id)
		names = append(names, m.Name.ZH)
	}
	h.Modules = strings.Join(names, "、")
	return h, nil
}

func (s *Server) drawRecord(ctx context.Context, _ actor, in *DrawPath) (*fileBody, error) {
	sheet, err := s.Contest.DrawSheet(ctx, in.Division, in.Draw)
	if err != nil {
		return nil, err
	}
	head, err := s.drawHead(ctx, in.Division, string(in.Draw), sheet.Layer, sheet.Modules)
	if err != nil {
		return nil, err
	}
	r := document.DrawRecord{
		DrawHead: head, Method: methodWords[sheet.Method], State: stateWords[sheet.State],
		People: sheet.People, Absent: sheet.Absent, Confirmed: sheet.Confirmed, Algorithm: sheet.Algorithm,
		Commitment: sheet.Commitment, Participants: sheet.Participants, Digest: sheet.Digest,
		AnnouncedBy: s.access.Name(ctx, string(sheet.AnnouncedBy)), AnnouncedAt: sheet.AnnouncedAt, Statement: sheet.Statement,
		Uppers: sheet.Uppers, Codes: sheet.Codes, Order: sheet.Order,
	}
	if sheet.DrawnAt != nil {
		r.DrawnAt = *sheet.DrawnAt
	}
	if w := sheet.Word; w != nil {
		r.Word, r.Witness = w.Word, s.access.Name(ctx, w.Witness)
		if w.Witness != "" {
			r.Word += "（" + w.Speaker + "）"
		}
	}
	for _, k := range []draw.Kind{draw.BreachJudges, draw.BreachUnits, draw.BreachSpread} {
		if n := sheet.Breaches[k]; n > 0 {
			r.Breaches = append(r.Breaches, fmt.Sprintf("%s %d 处", breachWords[k], n))
		}
	}
	if sheet.State == engine.DrawAnnulled && sheet.Redraw != nil {
		r.Annulled = fmt.Sprintf("%s（%s 提出，%s 同意）", sheet.Redraw.Reason, s.access.Name(ctx, string(sheet.Redraw.By)), s.access.Name(ctx, string(sheet.Redraw.Second)))
	}
	var b bytes.Buffer
	res, err := document.DrawRecords(&b, s.kit(), r)
	return printed(document.File{Name: "draw-" + string(in.Draw) + ".pdf", Type: "application/pdf", Data: b.Bytes(), Result: res}, err)
}

// kit is what documents of contests share.
func (s *Server) kit() document.Kit { return s.Desk.Kit() }

func (s *Server) layerPaper(ctx context.Context, a actor, in *layerIn) (*fileBody, error) {
	t, err := s.Contest.LayerTable(ctx, a.Account.ID, in.Division, in.Layer, in.Module, engine.LookPrint)
	if err != nil {
		return nil, err
	}
	var modules []scoring.ModuleID
	if in.Layer == engine.LayerWork {
		modules = []scoring.ModuleID{t.Module}
	}
	head, err := s.drawHead(ctx, in.Division, string(in.Layer), in.Layer, modules)
	if err != nil {
		return nil, err
	}
	paper := document.CodeTable{DrawHead: head, Custodian: a.Account.Name}
	k := s.kit()
	for _, r := range t.Rows {
		row := document.CodeRow{Above: r.Upper, Name: r.Name, Code: r.Code}
		if in.Layer == engine.LayerStation && r.Code != "" {
			row.Place = fmt.Sprintf("第%d场 %d号", r.Batch, r.Station)
		}
		if r.Confirmed != nil {
			row.Confirmed = k.Clock(*r.Confirmed)
		}
		paper.Rows = append(paper.Rows, row)
	}
	var b bytes.Buffer
	res, err := document.CodeTables(&b, k, paper)
	return printed(document.File{Name: "codes-" + string(in.Layer) + ".pdf", Type: "application/pdf", Data: b.Bytes(), Result: res}, err)
}
