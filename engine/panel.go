package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// bench is one panel at work: its members as they are now and what they mark.
type bench struct {
	no      int            // place among the benches of its module, from 0
	layer   Layer          // by whose codes its judges see competitors
	module  scoring.Module // with the sub-criteria that it marks; Max is the whole module's
	members []PanelJudge   // in the order in which they are taken
}

// benchesOf makes up the benches of a module: panels that mark the same
// sub-criteria are one. In modes without layers everything is seen at the
// station.
func benchesOf(m scoring.Module, panels []Panel, mode IdentityMode) []*bench {
	named := map[scoring.SubCriterionID]bool{}
	for _, p := range panels {
		if p.Module == m.ID {
			for _, sc := range p.SubCriteria {
				named[sc] = true
			}
		}
	}
	var out []*bench
	for _, p := range panels {
		if p.Module != m.ID {
			continue
		}
		r := &bench{no: len(out), layer: LayerStation, members: slices.Clone(p.Judges)}
		r.module = m.Only(func(sc scoring.SubCriterion) bool {
			return slices.Contains(p.SubCriteria, sc.ID) || len(p.SubCriteria) == 0 && !named[sc.ID]
		})
		if same := slices.IndexFunc(out, func(o *bench) bool { return o.marksAs(r) }); same >= 0 {
			out[same].members = append(out[same].members, r.members...)
			continue
		}
		if layers := r.layers(mode); len(layers) > 0 {
			r.layer = layers[0]
		}
		out = append(out, r)
	}
	return out
}

func (r *bench) marksAs(o *bench) bool {
	return slices.EqualFunc(r.module.SubCriteria, o.module.SubCriteria, func(a, b scoring.SubCriterion) bool { return a.ID == b.ID })
}

// layers lists the layers by which the bench's sub-criteria are seen.
func (r *bench) layers(mode IdentityMode) (out []Layer) {
	for _, sc := range r.module.SubCriteria {
		l := LayerStation
		if mode == IdentityLayered && r.module.Seen(sc) == scoring.SeenAsWork {
			l = LayerWork
		}
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// marks reports whether the aspect is one of the bench's.
func (r *bench) marks(a scoring.AspectID) bool {
	_, ok := r.module.Aspect(a)
	return ok
}

func (r *bench) member(j access.AccountID) (PanelJudge, bool) {
	i := slices.IndexFunc(r.members, func(p PanelJudge) bool { return p.Judge == j })
	if i < 0 {
		return PanelJudge{}, false
	}
	return r.members[i], true
}

// serves reports whether the member works at the station in the batch.
func (j PanelJudge) serves(station, batch int) bool {
	return (len(j.Stations) == 0 || slices.Contains(j.Stations, station)) && (len(j.Batches) == 0 || slices.Contains(j.Batches, batch))
}

// recused reports whether the judge steps aside for the unit (回避): it is the
// judge's own, or there is a declared relation.
func (j PanelJudge) recused(unit string, relations []Relation) bool {
	return j.Unit != "" && j.Unit == unit ||
		slices.ContainsFunc(relations, func(r Relation) bool { return r.Judge == j.Judge && r.Unit == unit })
}

// panelFor returns who marks a competitor of the unit at a station in a batch:
// the first size members who serve there and need not step aside, spares
// behind all others.
func (r *bench) panelFor(size int, unit string, station, batch int, relations []Relation) []access.AccountID {
	out := make([]access.AccountID, 0, size)
	for _, spare := range []bool{false, true} {
		for _, j := range r.members {
			if len(out) < size && j.Spare == spare && j.serves(station, batch) && !j.recused(unit, relations) {
				out = append(out, j.Judge)
			}
		}
	}
	return out
}

// leaderFor returns who signs as the panel's leader, whether marking or not;
// "" when nobody can.
func (r *bench) leaderFor(unit string, station, batch int, relations []Relation) access.AccountID {
	for _, j := range r.members {
		if j.Leader && j.serves(station, batch) && !j.recused(unit, relations) {
			return j.Judge
		}
	}
	return ""
}

// panelOf returns who marks the sheet of the competitor at position i. It
// stands from the first sheet on; before that it follows the draw.
func (t *Tally) panelOf(i int, r *bench, s *sheet) []access.AccountID {
	l, _ := t.codes.lot(LayerStation, r.module.ID, i)
	if at := (place{l.Station, l.Batch}); s.panel == nil || s.at != at && len(s.files) == 0 {
		s.at = at
		s.panel = r.panelFor(t.open.Rules.Panel.Size, t.open.Competitors[i].Unit, at.station, at.batch, t.open.Relations)
	}
	return s.panel
}

// place is where and when a competitor works.
type place struct{ station, batch int }

// leaderOf returns who signs the sheet as leader, or "".
func (t *Tally) leaderOf(sp spot) access.AccountID {
	return sp.r.leaderFor(t.open.Competitors[sp.i].Unit, sp.s.at.station, sp.s.at.batch, t.open.Relations)
}

// short returns how many judges would be missing for the competitor at
// position i with the lot in the modules; 0 means that every panel is full. A
// draw must not give such a lot.
func (t *Tally) short(modules []scoring.ModuleID, i int, l lot) (missing int) {
	for _, m := range modules {
		for _, r := range t.benches[m] {
			size := t.open.Rules.Panel.Size
			have := len(r.panelFor(size, t.open.Competitors[i].Unit, l.Station, l.Batch, t.open.Relations))
			missing += size - have
		}
	}
	return missing
}

// places lists the stations and batches between which the bench's members
// make a difference, each with 0 for all others.
func (r *bench) places() (stations, batches []int) {
	stations, batches = []int{0}, []int{0}
	for _, j := range r.members {
		for _, n := range j.Stations {
			if !slices.Contains(stations, n) {
				stations = append(stations, n)
			}
		}
		for _, n := range j.Batches {
			if !slices.Contains(batches, n) {
				batches = append(batches, n)
			}
		}
	}
	return stations, batches
}

// checkPanels names everything that keeps panels from marking every
// competitor of the units.
func checkPanels(div *Division, units []string) (wrong []fault.Field) {
	mode := div.Procedure.Identity.Mode
	for _, m := range div.Scheme.Modules {
		if m.Source != scoring.SourcePanel {
			continue
		}
		wrong = append(wrong, checkShares(m, div.Panels)...)
		wrong = append(wrong, repeatedJudges(div.Panels, m.ID)...)
		covered := 0
		for _, r := range benchesOf(m, div.Panels, mode) {
			covered += len(r.module.SubCriteria)
			wrong = append(wrong, r.check(div, units)...)
		}
		if covered < len(m.SubCriteria) {
			wrong = append(wrong, fault.Field{
				Path: "panels." + string(m.ID), Code: "panel_missing", Message: "some sub-criteria have no panel; add one",
				Params: map[string]string{"module": string(m.ID)},
			})
		}
	}
	return wrong
}

// checkShares names sub-criteria that are unknown or in two panels.
func checkShares(m scoring.Module, panels []Panel) (wrong []fault.Field) {
	marked := map[scoring.SubCriterionID]string{}
	for i, p := range panels {
		if p.Module != m.ID {
			continue
		}
		share := fmt.Sprint(p.SubCriteria)
		for k, id := range p.SubCriteria {
			path := fmt.Sprintf("panels[%d].sub_criteria[%d]", i, k)
			if !slices.ContainsFunc(m.SubCriteria, func(sc scoring.SubCriterion) bool { return sc.ID == id }) {
				wrong = append(wrong, fault.Field{Path: path, Code: "unknown", Message: "no sub-criterion of the module"})
			} else if by, ok := marked[id]; ok && by != share {
				wrong = append(wrong, fault.Field{Path: path, Code: "duplicate", Message: "another panel marks this sub-criterion"})
			}
			marked[id] = share
		}
		for k, j := range p.Judges {
			if slices.ContainsFunc(slices.Concat(j.Stations, j.Batches), func(n int) bool { return n < 1 }) {
				wrong = append(wrong, fault.Field{Path: fmt.Sprintf("panels[%d].judges[%d]", i, k), Code: "out_of_range", Message: "stations and batches count from 1"})
			}
		}
	}
	return wrong
}

// check names the units whose competitors the bench could not mark in full.
// Where a ceremony draws stations, one place at which they can be marked is
// enough, for the draw keeps to it; else every place must do.
func (r *bench) check(div *Division, units []string) (wrong []fault.Field) {
	mode, size := div.Procedure.Identity.Mode, div.Rules.Panel.Size
	path := "panels." + string(r.module.ID)
	if len(r.layers(mode)) > 1 {
		wrong = append(wrong, fault.Field{Path: path, Code: "two_layers", Message: "a panel sees stations or works, not both; give the sub-criteria panels of their own"})
	}
	if r.layer == LayerWork && slices.ContainsFunc(r.module.Aspects(), readsClock) {
		wrong = append(wrong, fault.Field{Path: path, Code: "clock_seen_as_work", Message: "a time table that reads the station's clock would tie works to stations; mark it at the station"})
	}
	stations, batches := r.places()
	for _, unit := range units {
		worst, best, led := size, 0, false
		for _, s := range stations {
			for _, b := range batches {
				n := len(r.panelFor(size, unit, s, b, div.Relations))
				worst, best = min(worst, n), max(best, n)
				led = led || r.leaderFor(unit, s, b, div.Relations) != ""
			}
		}
		have := worst
		if mode == IdentityLayered {
			have = best
		}
		params := map[string]string{"unit": unit, "have": fmt.Sprint(have), "need": fmt.Sprint(size), "module": string(r.module.ID)}
		if have < size {
			wrong = append(wrong, fault.Field{
				Path: path, Code: "panel_too_small", Params: params,
				Message: fmt.Sprintf("competitors of %s have %d of %d judges once those step aside who must; add judges", unit, have, size),
			})
		}
		if div.Procedure.Signing.Leader && !led {
			wrong = append(wrong, fault.Field{
				Path: path, Code: "leader_missing", Params: params,
				Message: fmt.Sprintf("no leader of the panel can sign for competitors of %s; name one more", unit),
			})
		}
	}
	return wrong
}

// readsClock reports whether the station's clock decides the aspect.
func readsClock(a scoring.Aspect) bool {
	return a.TimeTable != nil && a.TimeTable.Source == scoring.TimeByClock
}

// repeatedJudges names judges who are on the module's panels twice.
func repeatedJudges(panels []Panel, m scoring.ModuleID) (wrong []fault.Field) {
	there := map[access.AccountID]bool{}
	for i, p := range panels {
		if p.Module != m {
			continue
		}
		for k, j := range p.Judges {
			if there[j.Judge] {
				wrong = append(wrong, fault.Field{
					Path: fmt.Sprintf("panels[%d].judges[%d]", i, k), Code: "judge_repeated", Message: "this judge is on the module's panel already",
				})
			}
			there[j.Judge] = true
		}
	}
	return wrong
}

// sheetID names the sheet of the competitor at position i for the bench; ""
// before its code has been drawn. It holds the code that its judges see, so
// that it ties no two layers together.
func (t *Tally) sheetID(i int, r *bench) SheetID {
	l, ok := t.codes.lot(r.layer, r.module.ID, i)
	if !ok {
		return ""
	}
	return r.sheetID(l.Code)
}

func (r *bench) sheetID(code string) SheetID {
	id := code + "." + string(r.module.ID)
	if r.no > 0 {
		id += fmt.Sprintf("~%d", r.no+1)
	}
	return SheetID(id)
}

// split takes an id apart; panel counts from 0.
func (id SheetID) split() (code string, m scoring.ModuleID, panel int, ok bool) {
	code, rest, ok := strings.Cut(string(id), ".")
	mod, no, numbered := strings.Cut(rest, "~")
	if numbered {
		if _, err := fmt.Sscanf(no, "%d", &panel); err != nil || panel < 2 || no != fmt.Sprint(panel) {
			return "", "", 0, false
		}
		panel--
	}
	return code, scoring.ModuleID(mod), panel, ok && code != ""
}
