package engine

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/draw"
	"github.com/xinglu/xinglu/engine/hall"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// Procedure is how a division is run (规程): who is known by what, who checks
// and signs what, what the public sees and when. It is data, versioned, and
// frozen with scheme and rules when the division opens.
type Procedure struct {
	Version  int          `json:"version"` // from 1
	Identity IdentityRule `json:"identity"`
	Draw     DrawRule     `json:"draw"`
	Signing  SigningRule  `json:"signing"`
	// Recheck says which sheets supervisors check again before publication.
	Recheck  scoring.RecheckRule `json:"recheck"`
	Ceremony CeremonyRule        `json:"ceremony"`
	Appeal   AppealRule          `json:"appeal"`
	// Approval is whether the division opens only with a regulation that
	// another person than its author has approved.
	Approval bool `json:"approval"`
	// Hall says how competitors are called, and when somebody is absent.
	Hall   hall.Rules `json:"hall,omitzero"`
	Tablet TabletRule `json:"tablet,omitzero"`
}

// TabletRule says on what judges mark.
type TabletRule struct {
	// Required is whether marks are taken from the contest's own paired tablets
	// only; otherwise any device of a judge will do.
	Required bool `json:"required"`
}

//go:embed data/procedure.json
var ordinary []byte

// OrdinaryProcedure is the procedure of a small contest: one layer of codes,
// appeals within two hours (domain/contest.md §2.3). It is a copy to start from.
func OrdinaryProcedure() Procedure {
	var p Procedure
	if err := json.Unmarshal(ordinary, &p); err != nil {
		panic(err) // our own file; a test reads it
	}
	return p
}

// IdentityMode says how far competitors are kept from those who mark them.
type IdentityMode string

// The modes of identity; DESIGN.md has the layers.
const (
	IdentityOpen    IdentityMode = "open"    // everybody sees who performs
	IdentityCoded   IdentityMode = "coded"   // one layer, drawn at the opening
	IdentityLayered IdentityMode = "layered" // entry, station and work codes by three custodians
)

// IdentityRule says how competitors are named to whom. Entry, Station and Work
// are how the codes of each layer look; left out, they are those of the
// OrdinaryProcedure.
type IdentityRule struct {
	Mode    IdentityMode `json:"mode"`
	Entry   draw.Form    `json:"entry,omitzero"`
	Station draw.Form    `json:"station,omitzero"`
	Work    draw.Form    `json:"work,omitzero"`
}

// form is how the codes of a layer look. Where layers stand side by side, a
// station's code does not begin like one of another layer.
func (r IdentityRule) form(l Layer) draw.Form {
	usual := OrdinaryProcedure().Identity
	or := func(f, otherwise draw.Form) draw.Form {
		if f.Style == "" {
			return otherwise
		}
		return f
	}
	entry, work := or(r.Entry, usual.Entry), or(r.Work, usual.Work)
	switch l {
	case LayerEntry:
		return entry
	case LayerWork:
		return work
	case LayerStation:
	}
	f := or(r.Station, usual.Station)
	if r.Mode == IdentityLayered {
		f.Skip = initial(entry.Prefix) + initial(work.Prefix)
	}
	return f
}

func initial(s string) string {
	if s == "" {
		return ""
	}
	return s[:1]
}

// check says what is wrong with the codes, by their place below "identity.".
func (r IdentityRule) check() map[string]string {
	wrong := map[string]string{}
	for _, l := range []Layer{LayerEntry, LayerStation, LayerWork} {
		if problem := r.form(l).Problem(); problem != "" {
			wrong[string(l)] = problem
		}
	}
	entry, station, work := r.form(LayerEntry), r.form(LayerStation), r.form(LayerWork)
	if r.Mode == IdentityLayered && (entry.Prefix == "" || work.Prefix == "" || entry.Prefix[0] == work.Prefix[0] ||
		station.Style != draw.StylePlace || work.Style != draw.StyleRandom) {
		wrong["mode"] = "codes of three layers must not be mistaken for one another: prefixes that begin differently, places for stations, random codes for works"
	}
	return wrong
}

// DrawRule is what a draw of stations has to keep to.
type DrawRule struct {
	// Batches is how many groups compete one after another (场次), from 1.
	Batches int `json:"batches"`
	// Stations is how many places there are in a batch; 0: as many as needed.
	Stations int `json:"stations"`
	// Spare is how many stations of a batch stay free for faults.
	Spare int `json:"spare"`
	// UnitsApart keeps people of one unit from neighbouring stations where
	// that can be done; a draw says where it could not.
	UnitsApart bool `json:"units_apart"`
	// Receipt is whether each competitor has to confirm the code.
	Receipt bool `json:"receipt"`
	// Groups is how many sets of Stations stand side by side in a batch (赛组),
	// each with judges of its own; 0 is one. Stations are numbered through.
	Groups int `json:"groups,omitempty"`
	// Rounds above 0 is a rotation: after each round the competitors of a group
	// go one station on; draw.Schedule says where each is.
	Rounds int `json:"rounds,omitempty"`
	// PublicWord is whether a machine draws only after somebody of the
	// competitors has said a word.
	PublicWord bool `json:"public_word,omitempty"`
}

// rule is what a draw of the layer has to keep to.
func (p Procedure) rule(l Layer) draw.Rule {
	r := draw.Rule{Codes: p.Identity.form(l), Batches: 1, Groups: 1}
	if l == LayerStation {
		r.Batches, r.Groups = p.Draw.Batches, max(1, p.Draw.Groups)
		r.Stations, r.Spare, r.Rounds, r.UnitsApart = p.Draw.Stations, p.Draw.Spare, p.Draw.Rounds, p.Draw.UnitsApart
	}
	return r
}

// SigningRule says who signs what a panel agreed, before the lock.
type SigningRule struct {
	// Judges is whether every judge of the panel signs each sheet; otherwise
	// agreement is enough.
	Judges bool `json:"judges"`
	// Leader is whether the group leader's signature must be among them.
	Leader bool `json:"leader"`
}

// CeremonyRule bounds acts of two people.
type CeremonyRule struct {
	// WithinMS is how long, in milliseconds, the first of two people's words
	// stands: for the unlock of a sheet and the opening of a layer.
	WithinMS int64 `json:"within_ms"`
}

// AppealRule says until when results can be appealed against.
type AppealRule struct {
	WindowMS int64 `json:"window_ms"` // milliseconds from the publication on
}

// Validate says what is wrong with the procedure. The error is ErrContest with
// fields below "procedure.".
func (p Procedure) Validate() error {
	var wrong []fault.Field
	need := func(ok bool, path, message string) {
		if !ok {
			wrong = append(wrong, fault.Field{Path: "procedure." + path, Code: "out_of_range", Message: message})
		}
	}
	need(p.Version >= 1, "version", "versions count from 1")
	need(slices.Contains([]IdentityMode{IdentityOpen, IdentityCoded, IdentityLayered}, p.Identity.Mode), "identity.mode", "open, coded or layered")
	need(p.Draw.Batches >= 1 && p.Draw.Batches <= 500, "draw.batches", "1 to 500 batches")
	need(p.Draw.Stations >= 0 && p.Draw.Stations <= 5000, "draw.stations", "0 to 5000 stations")
	need(p.Draw.Spare >= 0 && (p.Draw.Spare == 0 || p.Draw.Spare < p.Draw.Stations), "draw.spare", "fewer than the stations")
	need(p.Draw.Groups >= 0 && p.Draw.Groups <= 500, "draw.groups", "0 to 500 groups")
	need(p.Draw.Rounds == 0 || p.Draw.Rounds >= p.Draw.Stations && p.Draw.Stations > 0 && p.Draw.Rounds <= 100 && p.Draw.Spare == 0,
		"draw.rounds", "in a rotation at least as many rounds as stations, at most 100, and no station spare")
	codes := p.Identity.check()
	for _, at := range slices.Sorted(maps.Keys(codes)) {
		need(false, "identity."+at, codes[at])
	}
	need(!p.Signing.Leader || p.Signing.Judges, "signing.leader", "a leader signs only where judges do")
	need(p.Recheck.Validate() == nil, "recheck", "shares are 0 to 10000 basis points; the top is a share or a count")
	need(p.Ceremony.WithinMS > 0, "ceremony.within_ms", "above 0")
	need(p.Appeal.WindowMS >= 0, "appeal.window_ms", "0 or above")
	for _, f := range p.Hall.Check() {
		f.Path = "procedure." + f.Path
		wrong = append(wrong, f)
	}
	if len(wrong) > 0 {
		return ErrContest.With(wrong...)
	}
	return nil
}

// Office is a post in one division. Roles say what an account may be anywhere,
// offices which division it is for.
type Office string

// The offices of a division.
const (
	OfficeChief        Office = "chief"         // 裁判长
	OfficeDeputy       Office = "deputy_chief"  // 副裁判长
	OfficeEntryCoder   Office = "entry_coder"   // 一次加密裁判
	OfficeStationCoder Office = "station_coder" // 二次加密裁判
	OfficeWorkCoder    Office = "work_coder"    // 三次加密裁判
	OfficeSupervisor   Office = "supervisor"    // 监督
	OfficeArbiter      Office = "arbiter"       // 仲裁
	OfficeTabulator    Office = "tabulator"     // 统分员
	OfficeCallRoom     Office = "call_room"     // 检录裁判
	OfficeFloor        Office = "floor"         // 现场裁判
	OfficeTeamLeader   Office = "team_leader"   // 领队
)

// OfficeRole is an office with the role that an account needs for it.
type OfficeRole struct {
	Office Office      `json:"office"`
	Role   access.Role `json:"role"`
}

// Offices lists every office in the order in which screens show them.
var Offices = []OfficeRole{
	{OfficeChief, access.ChiefJudge}, {OfficeDeputy, access.ChiefJudge},
	{OfficeEntryCoder, access.CodingOffice}, {OfficeStationCoder, access.CodingOffice}, {OfficeWorkCoder, access.CodingOffice},
	{OfficeSupervisor, access.Supervisor}, {OfficeArbiter, access.Arbiter}, {OfficeTabulator, access.Tabulator},
	{OfficeCallRoom, access.CallRoom}, {OfficeFloor, access.Judge}, {OfficeTeamLeader, access.TeamLeader},
}

// Officer is one appointment. Unit is what a team leader speaks for and what
// recusal goes by.
type Officer struct {
	Office  Office           `json:"office"`
	Account access.AccountID `json:"account"`
	Unit    string           `json:"unit"`
}

// holds reports whether the account holds one of the offices. Where an office
// has nobody appointed, every account that the route lets in may act, so that
// a small contest needs no appointments; ready refuses that in layered mode.
func holds(officers []Officer, account access.AccountID, offices ...Office) bool {
	appointed := false
	for _, o := range officers {
		if slices.Contains(offices, o.Office) {
			appointed = true
			if o.Account == account {
				return true
			}
		}
	}
	return !appointed
}

// office returns ErrOffice unless the account may act in one of the offices.
func (t *Tally) office(account access.AccountID, offices ...Office) error {
	if holds(t.open.Officers, account, offices...) {
		return nil
	}
	return ErrOffice.Param("office", offices[0])
}

// Relation is a judge's declaration: the judge steps aside for a unit (回避).
type Relation struct {
	Judge  access.AccountID `json:"judge"`
	Unit   string           `json:"unit"`
	Reason string           `json:"reason"`
}

// checkOfficers names what is wrong with appointments.
func checkOfficers(list []Officer, mode IdentityMode) (wrong []fault.Field) {
	held := map[Office][]access.AccountID{}
	for i, o := range list {
		path := fmt.Sprintf("officers[%d]", i)
		known := slices.ContainsFunc(Offices, func(x OfficeRole) bool { return x.Office == o.Office })
		switch {
		case !known:
			wrong = append(wrong, fault.Field{Path: path + ".office", Code: "unknown", Message: "there is no such office"})
		case o.Account == "":
			wrong = append(wrong, fault.Field{Path: path + ".account", Code: "missing", Message: "name an account"})
		case slices.Contains(held[o.Office], o.Account):
			wrong = append(wrong, fault.Field{Path: path, Code: "duplicate", Message: "this account holds the office already"})
		}
		held[o.Office] = append(held[o.Office], o.Account)
	}
	if mode != IdentityLayered {
		return wrong
	}
	coders := []Office{OfficeEntryCoder, OfficeStationCoder, OfficeWorkCoder}
	for _, office := range append(slices.Clone(coders), OfficeChief, OfficeSupervisor) {
		if len(held[office]) == 0 {
			wrong = append(wrong, fault.Field{Path: "officers." + string(office), Code: "missing", Message: "three layers of identity need this office filled"})
		}
	}
	layerOf := map[access.AccountID]Office{}
	for _, office := range coders {
		for _, a := range held[office] {
			if other, twice := layerOf[a]; twice && other != office {
				wrong = append(wrong, fault.Field{Path: "officers." + string(office), Code: "two_layers", Message: "nobody keeps two layers of identity"})
			}
			layerOf[a] = office
		}
	}
	return wrong
}
