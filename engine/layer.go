package engine

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/draw"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// Look says how somebody looked at a layer.
type Look string

// The ways to look at a layer.
const (
	LookScreen Look = "screen"
	LookPrint  Look = "print"   // the table on paper, to be kept under seal
	LookTicket Look = "look_up" // one code, at check-in
)

// LayerTable is one layer for its custodian: which code of the layer above each
// of its codes stands for, and nothing of any other layer.
type LayerTable struct {
	Layer  Layer            `json:"layer" enum:"entry,station,work"`
	Module scoring.ModuleID `json:"module,omitempty"`
	Rows   []LayerRow       `json:"rows"` // by upper code
	// Breaches are constraints that draws in force could not keep.
	Breaches []draw.Breach `json:"breaches"`
}

// LayerRow is one competitor in a layer.
type LayerRow struct {
	Upper string `json:"upper"` // code of the layer above, or the number in the list of entrants
	// Name is there in the first layer only, where no code stands above.
	Name      string     `json:"name,omitempty"`
	Code      string     `json:"code"` // "" without a lot
	Batch     int        `json:"batch"`
	Group     int        `json:"group"`
	Station   int        `json:"station"` // counts through the groups of the batch
	Draw      DrawID     `json:"draw"`
	Confirmed *time.Time `json:"confirmed"` // the competitor's receipt
}

// LayerTable shows a layer to its custodian and records who looked, before it
// is shown. The module chooses among codes of stations and works; for stations
// none means the first module that a panel marks. Errors: ErrOffice, ErrNoLayer.
func (s *Contests) LayerTable(ctx context.Context, by access.AccountID, id DivisionID, l Layer, module scoring.ModuleID, how Look) (LayerTable, error) {
	out := LayerTable{Layer: l, Rows: []LayerRow{}, Breaches: []draw.Breach{}}
	a, err := s.arena(ctx, id)
	if err != nil {
		return out, err
	}
	err = a.once(ctx, by, kindLayerSeen, "", nil, func(t *Tally) (codeEvent, error) {
		out.Module, err = t.mayLook(by, l, module)
		return layerSeen{Layer: l, Module: out.Module, How: how}, err
	})
	if err != nil {
		return out, err
	}
	top, who := false, []CompetitorID{}
	err = a.read(ctx, func(t *Tally) error {
		top = l == LayerEntry || t.open.Procedure.Identity.Mode != IdentityLayered
		for i, c := range t.open.Competitors {
			if row, ok := t.layerRow(l, out.Module, i); ok {
				out.Rows, who = append(out.Rows, row), append(who, c.ID)
			}
		}
		for _, d := range t.codes.draws {
			if d.state != DrawAnnulled && d.Layer == l && slices.Contains(d.places(), codesAt(l, out.Module)) {
				out.Breaches = append(out.Breaches, d.draw().Check(d.result())...)
			}
		}
		return nil
	})
	if err == nil && top {
		err = s.nameRows(ctx, id, who, out.Rows)
	}
	slices.SortFunc(out.Rows, func(x, y LayerRow) int { return cmp.Compare(x.Upper, y.Upper) })
	return out, err
}

// nameRows sets the names of competitors, row by row.
func (s *Contests) nameRows(ctx context.Context, id DivisionID, who []CompetitorID, rows []LayerRow) error {
	people, err := s.Competitors(ctx, id)
	if err != nil {
		return err
	}
	names := make(map[CompetitorID]string, len(people))
	for _, p := range people {
		names[p.ID] = p.Name
	}
	for i := range rows {
		rows[i].Name = names[who[i]]
	}
	return nil
}

// mayLook returns the module whose codes by is shown.
func (t *Tally) mayLook(by access.AccountID, l Layer, module scoring.ModuleID) (scoring.ModuleID, error) {
	if !slices.Contains(t.layers(), l) && (l != LayerStation || t.open.Procedure.Identity.Mode != IdentityOpen) {
		return "", ErrNoLayer.Param("layer", l)
	}
	if err := t.office(by, l.custodian()); err != nil {
		return "", err
	}
	if l == LayerEntry {
		return "", nil
	}
	for _, m := range t.open.Scheme.Modules {
		fits := t.stationed(m) && (l == LayerStation || slices.Contains(t.layersOf(m), LayerWork))
		if fits && (m.ID == module || module == "" && l == LayerStation) {
			return m.ID, nil
		}
	}
	return "", ErrNoLayer.With(fault.Field{Path: "module", Code: "unknown", Message: "name a module that has codes in this layer"})
}

// layerRow is the competitor at a position as the layer's custodian sees one;
// false for one who has no code in the layer above.
func (t *Tally) layerRow(l Layer, m scoring.ModuleID, i int) (LayerRow, bool) {
	row := LayerRow{Upper: t.upper(l, m, i)}
	if row.Upper == "" {
		return row, false
	}
	x, has := t.codes.lot(l, m, i)
	if !has {
		return row, true
	}
	row.Code, row.Batch, row.Group, row.Station = x.Code, x.Batch, x.Group, x.Station
	for _, d := range t.codes.draws {
		if d.state == DrawAnnulled || d.lots[row.Upper].Code != x.Code || !slices.Contains(d.places(), codesAt(l, m)) {
			continue
		}
		row.Draw = d.Draw
		if at, ok := d.receipts[row.Upper]; ok {
			row.Confirmed = &at
		}
	}
	return row, true
}

// DrawSheet is the record of a draw to print: who took part and which codes
// were drawn, each list by itself, so that the paper ties nothing together.
type DrawSheet struct {
	DrawView
	Uppers []string // codes of the layer above, sorted
	Codes  []string // that were drawn, sorted
}

// DrawSheet returns the record of a draw. Error: ErrNoDraw.
func (s *Contests) DrawSheet(ctx context.Context, id DivisionID, name DrawID) (DrawSheet, error) {
	var out DrawSheet
	a, err := s.arena(ctx, id)
	if err != nil {
		return out, err
	}
	err = a.read(ctx, func(t *Tally) error {
		d := t.held(name)
		if d == nil {
			return ErrNoDraw.Param("draw", name)
		}
		out = DrawSheet{DrawView: d.view(), Uppers: slices.Sorted(maps.Keys(d.who))}
		for _, l := range d.lots {
			out.Codes = append(out.Codes, l.Code)
		}
		slices.Sort(out.Codes)
		return nil
	})
	return out, err
}

// CheckInCode is what the call room learns from a ticket: the competitor's
// entry code, and in divisions without that layer nothing but that the person
// belongs here.
type CheckInCode struct {
	Entry string `json:"entry"` // "" before the draw, and where there are no entry codes
}

// CheckInCode looks up the entry code of a competitor for the call room, and
// records that. who is what the ticket holds: the id of the competitor or of
// the registered candidate. Errors: ErrOffice, ErrNoCode for somebody who is
// not in the division.
func (s *Contests) CheckInCode(ctx context.Context, by access.AccountID, id DivisionID, who string) (CheckInCode, error) {
	var out CheckInCode
	a, err := s.arena(ctx, id)
	if err != nil {
		return out, err
	}
	people, err := s.Competitors(ctx, id)
	if err != nil {
		return out, err
	}
	i := slices.IndexFunc(people, func(c Competitor) bool { return who != "" && (string(c.ID) == who || string(c.Candidate) == who) })
	err = a.once(ctx, by, kindLayerSeen, "", nil, func(t *Tally) (codeEvent, error) {
		if err := t.office(by, OfficeCallRoom); err != nil {
			return nil, err
		}
		if i < 0 {
			return nil, ErrNoCode.Param("code", who)
		}
		if at, ok := t.byID[people[i].ID]; ok {
			x, _ := t.codes.lot(LayerEntry, "", at)
			out.Entry = x.Code
		}
		// In the open it would name the person in stories told by code.
		sealed, err := t.codes.seal("look_up", people[i].ID)
		return layerSeen{Layer: LayerEntry, How: LookTicket, Sealed: sealed}, err
	})
	return out, err
}

// LayerLook is one look at a layer, for those who watch over draws.
type LayerLook struct {
	At     time.Time        `json:"at"`
	By     access.AccountID `json:"by"`
	Layer  Layer            `json:"layer" enum:"entry,station,work"`
	Module scoring.ModuleID `json:"module,omitempty"`
	How    Look             `json:"how" enum:"screen,print,look_up"`
}

// LayerLooks lists who has looked at which layer, the latest first, at most
// limit of them.
func (s *Contests) LayerLooks(ctx context.Context, id DivisionID, limit int) ([]LayerLook, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return nil, err
	}
	out := []LayerLook{}
	_, err = ledger.Fold(ctx, s.led, a.stream, 0, func(r ledger.Record) error {
		if r.Kind != kindLayerSeen {
			return nil
		}
		e, err := read[layerSeen](r)
		out = append(out, LayerLook{At: r.At, By: access.AccountID(r.Actor), Layer: e.Layer, Module: e.Module, How: e.How})
		return err
	})
	slices.Reverse(out)
	return out[:min(limit, len(out))], err
}

// Decoded is a competitor with every code, once no layer is left.
type Decoded struct {
	Competitor CompetitorID
	Name       string
	Unit       string
	Entry      string
	// Stations and Works are the codes of each module that has them.
	Stations map[scoring.ModuleID]string
	Works    map[scoring.ModuleID]string
}

// Decoded joins names and codes after decryption, in the order of the list of
// entrants. Error: ErrPhase while a layer is closed.
func (s *Contests) Decoded(ctx context.Context, id DivisionID) ([]Decoded, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return nil, err
	}
	people, err := s.Competitors(ctx, id)
	if err != nil {
		return nil, err
	}
	names := make(map[CompetitorID]string, len(people))
	for _, p := range people {
		names[p.ID] = p.Name
	}
	var out []Decoded
	err = a.read(ctx, func(t *Tally) error {
		if t.status == Setup || !t.named() {
			return ErrPhase.Param("phase", t.phase())
		}
		for i, c := range t.open.Competitors {
			d := Decoded{Competitor: c.ID, Name: names[c.ID], Unit: c.Unit, Stations: map[scoring.ModuleID]string{}, Works: map[scoring.ModuleID]string{}}
			entry, _ := t.codes.lot(LayerEntry, "", i)
			d.Entry = entry.Code
			for _, m := range t.open.Scheme.Modules {
				if x, ok := t.codes.lot(LayerStation, m.ID, i); ok {
					d.Stations[m.ID] = x.Code
				}
				if x, ok := t.codes.lot(LayerWork, m.ID, i); ok {
					d.Works[m.ID] = x.Code
				}
			}
			out = append(out, d)
		}
		return nil
	})
	return out, err
}

// checkIdentity names what keeps a division from being seen as its procedure
// says. Where panels see parts of a module in two layers, checkPanels says so.
func checkIdentity(div *Division) []fault.Field {
	if div.Procedure.Identity.Mode != IdentityLayered {
		return nil
	}
	return checkCustodians(div)
}

// checkCustodians names custodians of layers who do something else too: who
// keeps codes takes no part in marking and does not open layers
// (domain/contest.md §1.4).
func checkCustodians(div *Division) (wrong []fault.Field) {
	custodian := map[access.AccountID]bool{}
	isCustodian := func(o Office) bool {
		return o == OfficeEntryCoder || o == OfficeStationCoder || o == OfficeWorkCoder
	}
	for _, o := range div.Officers {
		if isCustodian(o.Office) {
			custodian[o.Account] = true
		}
	}
	for i, o := range div.Officers {
		if custodian[o.Account] && !isCustodian(o.Office) {
			wrong = append(wrong, fault.Field{Path: fmt.Sprintf("officers[%d]", i), Code: "custodian", Message: "who keeps a layer of codes holds no other office"})
		}
	}
	for i, p := range div.Panels {
		for k, j := range p.Judges {
			if custodian[j.Judge] {
				wrong = append(wrong, fault.Field{Path: fmt.Sprintf("panels[%d].judges[%d]", i, k), Code: "custodian", Message: "who keeps a layer of codes marks nothing"})
			}
		}
	}
	return wrong
}
