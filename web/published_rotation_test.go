package web_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// The rotation contest of domain/contest.md §6.5 in full size: 7 sessions of 6
// groups of 3 competitors, who go on from station to station in 3 rounds; 2
// judges at each of the 18 stations. Nothing is read from the scheme.
const (
	rotSessions, rotGroups, rotStations = 7, 6, 3
	rotPeople                           = rotSessions * rotGroups * rotStations
	rotAbsent                           = rotPeople - 1 // does not come at all
	rotNoTheory                         = 20            // has no computer test
)

// rotAspect is what a judge marks at a station besides the time: 90 marks in
// all. Amounts are hundredths.
type rotAspect struct {
	id   string
	max  int64
	kind rotKind
}

type rotKind int

const (
	rotPoints rotKind = iota // in steps of 0.50
	rotLoss                  // 0, 10 or 20 marks by the loss of the splice
	rotMet                   // all or nothing
	rotErrors                // 5 marks less 1 for each error
)

var rotation = []struct {
	module  string
	aspects []rotAspect
}{
	{"P", []rotAspect{{"P1-1", 1000, rotPoints}, {"P1-2", 1500, rotPoints}, {"P2-1", 2500, rotPoints}, {"P2-2", 2000, rotLoss}, {"P3-1", 1000, rotPoints}, {"P3-2", 1000, rotPoints}}},
	{"Q", []rotAspect{{"Q1-1", 1500, rotPoints}, {"Q1-2", 500, rotMet}, {"Q2-1", 3000, rotPoints}, {"Q2-2", 2000, rotPoints}, {"Q3-1", 1000, rotPoints}, {"Q3-2", 1000, rotPoints}}},
	{"R", []rotAspect{{"R1-1", 1500, rotPoints}, {"R1-2", 1500, rotPoints}, {"R2-1", 2500, rotPoints}, {"R2-2", 2500, rotPoints}, {"R3-1", 500, rotPoints}, {"R3-2", 500, rotErrors}}},
}

// rotProfile: some work exactly like others.
func rotProfile(who int) int {
	switch who {
	case 31, 32:
		return 30
	}
	return who
}

// rotRaw is what a judge of a station sees of an aspect, as one number: half
// marks below the maximum, the step, met or not, errors. The second judge is a
// little stricter, and now and then by far.
func rotRaw(a rotAspect, who, m, k, judge int) int64 {
	p := rotProfile(who)
	n := int64((p*5 + m*7 + k*3 + p*k) % 17)
	switch a.kind {
	case rotPoints:
		strict := int64(0)
		if judge == 1 {
			strict = n % 2
			if (p*3+m)%13 == 0 && k < 3 {
				strict += 8
			}
		}
		return min(a.max/50, n%8+strict)
	case rotLoss:
		return n % 3
	case rotMet:
		return min(1, n%6)
	case rotErrors:
	}
	return n % 7
}

// rotWorth is a raw mark in hundredths.
func rotWorth(a rotAspect, raw int64) int64 {
	switch a.kind {
	case rotPoints:
		return a.max - 50*raw
	case rotLoss:
		return 1000 * raw
	case rotMet:
		return a.max * raw
	case rotErrors:
	}
	return max(0, a.max-100*raw)
}

func rotEntry(a rotAspect, raw int64) scoring.AspectEntry {
	e := scoring.AspectEntry{Aspect: scoring.AspectID(a.id)}
	switch n := int(raw); a.kind {
	case rotPoints:
		points := scoring.Marks(rotWorth(a, raw))
		e.Points = &points
	case rotLoss:
		step := []scoring.StepID{"high", "mid", "low"}[raw]
		e.Step = &step
	case rotMet:
		met := raw == 1
		e.Met = &met
	case rotErrors:
		e.Errors = &n
	}
	return e
}

// rotTime is the time used at a station, milliseconds: edges of the table and
// times beyond the limit among them. Of three who work alike, the second is
// one second slower where that costs no marks.
func rotTime(who, m int) int64 {
	edges := []int64{900_000, 900_001, 915_000, 915_001, 1_140_000, 1_140_001, 1_170_000, 1_170_001, 1_200_000, 1_200_001}
	p := rotProfile(who)
	if p == 30 {
		return 800_000 + int64(m) + map[int]int64{31: 1000}[who]
	}
	if p%5 == 1 {
		return edges[(p+m)%len(edges)]
	}
	return 600_000 + int64((p*53+m*29)%67)*9_500
}

// rotFactor is the factor of the time score in hundredths (§2.1): 1.00 up to
// 900 s, 0.05 less for each further 15 s begun, 0.15 up to 1170 s, 0.10 up to
// 1200 s.
func rotFactor(ms int64) int64 {
	switch {
	case ms <= 900_000:
		return 100
	case ms <= 1_140_000:
		return 100 - 5*((ms-900_000+14_999)/15_000)
	case ms <= 1_170_000:
		return 15
	}
	return 10
}

// rotSums is what each of the two judges gives a station without the time.
func rotSums(who, m int) (sums [2]int64) {
	for j := range sums {
		for k, a := range rotation[m].aspects {
			sums[j] += rotWorth(a, rotRaw(a, who, m, k, j))
		}
	}
	return sums
}

// rotStation is a station's amount: the mean of both judges and the time
// score (mean × f + 10) × 0.1, rounded once.
func rotStation(who, m int) int64 {
	s, ms := rotSums(who, m), rotTime(who, m)
	both := s[0] + s[1]
	if ms > 1_200_000 {
		return halfUp(both, 2)
	}
	return halfUp(1000*both+both*rotFactor(ms)+200_000, 2000)
}

// rotFlagged says whether the judges' totals, each with its own time score,
// are 10 marks or more apart.
func rotFlagged(who, m int) bool {
	s, ms := rotSums(who, m), rotTime(who, m)
	apart := max(s[0]-s[1], s[1]-s[0])
	if ms > 1_200_000 {
		return apart >= 1000
	}
	return apart*(1000+rotFactor(ms)) >= 1000*1000
}

func rotTheory(who int) int64 { return 10_000 - 37*int64(rotProfile(who)*7%113) }

// rotReckon computes the results: 0.3 × test + 0.7 × mean of three stations,
// rounded once.
func rotReckon(people []string) []*reckoned {
	out := []*reckoned{}
	for who, name := range people {
		x := &reckoned{name: name}
		if who == rotAbsent {
			x.modules, x.total, x.ties = []int64{didNotStart, didNotStart, didNotStart, didNotStart}, didNotStart, []int64{0, 0}
			out = append(out, x)
			continue
		}
		theory, practical, used := rotTheory(who), int64(0), int64(0)
		x.modules = []int64{theory}
		if who == rotNoTheory {
			theory, x.modules[0] = 0, didNotStart
		}
		for m := range rotation {
			v := rotStation(who, m)
			x.modules = append(x.modules, v)
			practical, used = practical+v, used+rotTime(who, m)
		}
		x.total = halfUp(9*theory+7*practical, 30)
		x.ties = []int64{practical, -used} // less time is better
		out = append(out, x)
	}
	reckonRanks(out)
	return out
}

// rotPanels are two judges for each station of each group; at a module's
// station all three competitors of the group come by.
func rotPanels(judges []access.AccountID) []engine.Panel {
	panels := []engine.Panel{}
	for m, station := range rotation {
		p := engine.Panel{Module: scoring.ModuleID(station.module)}
		for g := range rotGroups {
			for j := range 2 {
				p.Judges = append(p.Judges, engine.PanelJudge{
					Judge: judges[(m*rotGroups+g)*2+j], Unit: "裁判单位", Leader: j == 0,
					Stations: []int{g*rotStations + 1, g*rotStations + 2, g*rotStations + 3},
				})
			}
		}
		panels = append(panels, p)
	}
	return panels
}

func TestPublishedRotation(t *testing.T) {
	t.Parallel()
	c := publishedContest{
		division: "职工组", file: "rotation.xlsx", layout: "table", total: 40_000, rules: "rotation.rules.json",
		people: rotPeople, identity: "职工", judges: rotGroups * rotStations * 2, panels: rotPanels,
		draw: func(d *engine.DrawRule) {
			d.Batches, d.Groups, d.Stations, d.Rounds = rotSessions, rotGroups, rotStations, rotStations
		},
	}
	e := newPublishedEvent(t, "城轨通信工")
	r := e.open("rail", c)
	r.DrawLayer(engine.LayerEntry)
	r.DrawLayer(engine.LayerStation)
	r.learn(engine.LayerEntry, r.Staff.EntryCoder, "")
	r.learn(engine.LayerStation, r.Staff.StationCoder, "P", "Q", "R")
	seats := map[placeSeen]int{}
	for _, p := range r.placed[engine.LayerStation] {
		seats[p]++
	}
	if len(seats) != rotPeople {
		t.Errorf("%d places for %d people", len(seats), rotPeople)
	}
	for p := range seats {
		if p.batch < 1 || p.batch > rotSessions || p.group < 1 || p.group > rotGroups || p.station <= (p.group-1)*rotStations || p.station > p.group*rotStations {
			t.Errorf("place %+v", p)
		}
	}
	r.checkIn(rotSessions, rotAbsent)
	for i, id := range r.ids {
		v := scoring.Of(scoring.Marks(rotTheory(i)))
		if i == rotAbsent || i == rotNoTheory {
			v = scoring.Absence()
		}
		must(t, r.Contests.ImportPart(t.Context(), "theory", r.ID, engine.Import{Competitor: id, Module: "T", Value: v, Source: "test/" + string(id), Revision: 1}))
	}
	moduleOf := func(s engine.SheetBrief) int {
		return slices.Index([]scoring.ModuleID{"P", "Q", "R"}, s.Module)
	}
	marked := map[access.AccountID]int{}
	conferences := r.mark(func(s engine.SheetBrief, who int, judge access.AccountID, _ int) []scoring.AspectEntry {
		m, at := moduleOf(s), slices.Index(r.judges, judge)
		if at/2/rotGroups != m || at/2%rotGroups+1 != r.placed[engine.LayerStation][coded{s.Module, s.Code}].group {
			t.Errorf("judge %d marks %s %s", at, s.Module, s.Code)
		}
		marked[judge]++
		out := []scoring.AspectEntry{}
		for k, a := range rotation[m].aspects {
			out = append(out, rotEntry(a, rotRaw(a, who, m, k, at%2)))
		}
		if at%2 == 1 { // the deputy has the stopwatch
			must(t, r.Contests.RecordTime(t.Context(), judge, r.ID, r.Key(), engine.Address{Layer: engine.LayerStation, Module: s.Module, Code: s.Code}, rotTime(who, m), engine.TimeOfJudge, ""))
		}
		return out
	})
	if len(conferences) != 0 {
		t.Errorf("means need no conference: %v", conferences)
	}
	for _, j := range r.judges {
		if n := marked[j]; n != rotSessions*rotStations && n != rotSessions*rotStations-1 { // one did not come
			t.Errorf("a judge has %d sheets", n)
		}
	}
	r.checkFlags()
	r.unseen(c)
	r.publish(r.Recheck)
	e.later()
	r.Finish()

	want := rotReckon(r.people)
	r.checkPublished([]string{"T", "P", "Q", "R"}, want)
	first, second, third := want[30], want[31], want[32]
	if first.total != second.total || first.rank >= second.rank || first.rank != third.rank || !first.shared {
		t.Errorf("three who work alike, the second more slowly: %+v %+v %+v", first, second, third)
	}
}

// checkFlags holds the flags of the desk against those that must be there.
func (r *publishedRun) checkFlags() {
	t := r.T
	t.Helper()
	want, got := []string{}, []string{}
	for who := range rotPeople - 1 {
		for m, x := range rotation {
			if rotFlagged(who, m) {
				want = append(want, fmt.Sprint(x.module, " ", r.of[engine.LayerStation][whose{scoring.ModuleID(x.module), who}]))
			}
		}
	}
	desk, err := r.Contests.Desk(t.Context(), r.ID)
	must(t, err)
	for _, m := range desk.Modules {
		for _, row := range m.Panels[0].Rows {
			if row.Gap != nil {
				got = append(got, fmt.Sprint(m.Module, " ", row.Code))
			}
		}
	}
	if len(want) == 0 || len(want) > rotPeople {
		t.Errorf("%d flags", len(want))
	}
	sameStrings(t, "flags", want, got)
}
