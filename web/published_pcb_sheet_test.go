package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xinglu/xinglu/scoring"
)

// The printed circuit contest of domain/contest.md §6.1 and §6.3: the newer
// sheet, and the earlier edition in its two divisions. The tables below are the
// sheets once more, written down from the document; nothing is read from the
// scheme.

// pcbKind says how an aspect's raw mark becomes an amount.
type pcbKind int

const (
	byLevels  pcbKind = iota // 0 to 3 by three judges: mean ÷ 3 × maximum, half up
	byFaults                 // maximum − each × faults, not below 0
	byFits                   // all or nothing
	byWithin                 // a measured value between lo and hi: all or nothing
	byWritten                // a number of steps
	byStepped                // one of steps
	byPot                    // maximum − what is taken, not below 0
	byFound                  // twelve defects of 0, 0.5 or 1; a pot of 2 less 1 for each false alarm
)

// pcbAspect is one line of a sheet; amounts are hundredths.
type pcbAspect struct {
	id     string
	kind   pcbKind
	max    int64
	each   int64 // faults, written: the step
	lo, hi int64 // within
	steps  []string
	marks  []int64 // of steps
	live   bool    // seen at the station
}

type pcbModule struct {
	id      string
	aspects []pcbAspect
}

const (
	noLow  = -1 << 40
	noHigh = 1 << 40
)

var pcbWorker = []pcbModule{
	{"A", []pcbAspect{
		{id: "A-J1", kind: byLevels, max: 500}, {id: "A-M1", kind: byFaults, max: 1000, each: 200}, {id: "A-M2", kind: byFaults, max: 800, each: 200},
		{id: "A-M3", kind: byFaults, max: 500, each: 100}, {id: "A-M4", kind: byFits, max: 200},
	}},
	{"B", []pcbAspect{
		{id: "B-J1", kind: byLevels, max: 500}, {id: "B-M1", kind: byFaults, max: 800, each: 200}, {id: "B-M2", kind: byWritten, max: 500, each: 50}, {id: "B-M3", kind: byFits, max: 200},
	}},
	{"C", []pcbAspect{
		{id: "C-J1", kind: byLevels, max: 500}, {id: "C-M1", kind: byFaults, max: 1000, each: 200}, {id: "C-M2", kind: byWithin, max: 500, lo: 15, hi: 25},
		{id: "C-M3", kind: byFaults, max: 500, each: 100}, {id: "C-M4", kind: byPot, max: 500, each: 500, live: true, steps: []string{"live", "guard", "order"}},
	}},
	{"D", []pcbAspect{
		{id: "D-J1", kind: byLevels, max: 500}, {id: "D-M1", kind: byWithin, max: 200, lo: 7980, hi: 8020}, {id: "D-M2", kind: byWithin, max: 200, lo: 5980, hi: 6020},
		{id: "D-M3", kind: byWithin, max: 200, lo: 145, hi: 175}, {id: "D-M4", kind: byWithin, max: 250, lo: 10, hi: noHigh}, {id: "D-M5", kind: byWithin, max: 250, lo: noLow, hi: 10},
		{id: "D-M6", kind: byStepped, max: 400, steps: []string{"none", "part", "all"}, marks: []int64{0, 200, 400}},
	}},
}

var pcbStudent = []pcbModule{
	{"A", []pcbAspect{
		{id: "A-J1", kind: byLevels, max: 500}, {id: "A-M1", kind: byFaults, max: 1000, each: 200}, {id: "A-M2", kind: byFaults, max: 500, each: 100},
		{id: "A-M3", kind: byFaults, max: 800, each: 200}, {id: "A-M4", kind: byWithin, max: 200, lo: 7980, hi: 8020}, {id: "A-M5", kind: byWritten, max: 500, each: 50},
	}},
	{"B", []pcbAspect{
		{id: "B-J1", kind: byLevels, max: 500}, {id: "B-M1", kind: byFaults, max: 800, each: 200}, {id: "B-M2", kind: byFaults, max: 500, each: 100},
		{id: "B-M3", kind: byWritten, max: 500, each: 50}, {id: "B-M4", kind: byFits, max: 200},
	}},
	{"C", []pcbAspect{
		{id: "C-J1", kind: byLevels, max: 500}, {id: "C-M1", kind: byFaults, max: 1000, each: 200}, {id: "C-M2", kind: byFaults, max: 1000, each: 200},
		{id: "C-M3", kind: byWithin, max: 500, lo: 15, hi: 25}, {id: "C-M4", kind: byWritten, max: 500, each: 50},
		{id: "C-M5", kind: byPot, max: 500, each: 500, live: true, steps: []string{"live", "guard", "order"}},
	}},
}

// pcbHitSteps are the ids of a defect's steps, by halves.
var pcbHitSteps = []string{"miss", "near", "exact"}

var (
	looks    = []string{"miss", "part", "full"}
	pcbNewer = []pcbModule{
		{"B", []pcbAspect{
			{id: "B-J1", kind: byLevels, max: 1000}, {id: "B-J2", kind: byLevels, max: 1000}, {id: "B-M1", kind: byFits, max: 150}, {id: "B-M2", kind: byFits, max: 150},
			{id: "B-M3", kind: byWritten, max: 100, each: 10}, {id: "B-M4", kind: byFits, max: 100},
		}},
		{"C", []pcbAspect{
			{id: "C-H", kind: byFound, max: 1400}, {id: "C14-1", kind: byFits, max: 100}, {id: "C14-2", kind: byFits, max: 100}, {id: "C14-3", kind: byFits, max: 100},
			{id: "C14-4", kind: byFits, max: 100}, {id: "C14-5", kind: byFits, max: 100}, {id: "C14-6", kind: byFits, max: 100},
		}},
		{"D", []pcbAspect{
			{id: "V01", kind: byStepped, max: 200, steps: looks, marks: []int64{0, 100, 200}}, {id: "V02", kind: byStepped, max: 200, steps: looks, marks: []int64{0, 100, 200}},
			{id: "V03", kind: byStepped, max: 200, steps: looks, marks: []int64{0, 100, 200}}, {id: "V04", kind: byStepped, max: 200, steps: looks, marks: []int64{0, 100, 200}},
			{id: "V05", kind: byStepped, max: 200, steps: looks, marks: []int64{0, 100, 200}},
			{id: "M01", kind: byWithin, max: 100, lo: 7980, hi: 8020}, {id: "M02", kind: byWithin, max: 100, lo: 5980, hi: 6020}, {id: "M03", kind: byWithin, max: 100, lo: 145, hi: 175},
			{id: "M04", kind: byWithin, max: 100, lo: 340, hi: 360}, {id: "M05", kind: byWithin, max: 300, lo: 15, hi: 25},
			{id: "E01", kind: byWithin, max: 250, lo: 10, hi: noHigh}, {id: "E02", kind: byWithin, max: 250, lo: noLow, hi: 10},
			{id: "D-P", kind: byStepped, max: 200, steps: []string{"none", "result", "reason"}, marks: []int64{0, 100, 200}}, {id: "D-R", kind: byFits, max: 100},
		}},
	}
)

// pcbRaw is what a judge of three sees of an aspect of the competitor at a
// position, as one number. In the first round judge 1 sees something else now
// and then, which the panel then settles.
func pcbRaw(a pcbAspect, who, k, judge, round int) int64 {
	profile := who
	switch who {
	case 7:
		profile = 6 // works exactly like the one before
	case 9:
		profile = 8 // gains in module C what is lost in A
	}
	n := int64((profile*profile + profile*7 + k*5 + profile*k) % 13)
	v := pcbSeen(a, n)
	switch {
	case who == 8 && a.id == "A-M1", who == 9 && a.id == "C-M1":
		v = 1
	case profile == 8 && (a.id == "A-M1" || a.id == "C-M1"):
		v = 2
	case a.kind == byLevels && judge == 2 && n%2 == 0:
		v++ // judgements may lie one level apart
	}
	if round == 0 && judge == 1 && pcbOff(who, k) {
		return pcbElse(a, v)
	}
	return v
}

// pcbSeen is a raw mark made from a number below 13.
func pcbSeen(a pcbAspect, n int64) int64 {
	switch a.kind {
	case byLevels:
		return n % 3
	case byFaults:
		return n % 7
	case byFits:
		if n == 5 || n == 9 {
			return 0
		}
		return 1
	case byWithin:
		lo, hi := a.lo, a.hi
		if lo == noLow {
			lo = hi - 6
		}
		if hi == noHigh {
			hi = lo + 6
		}
		return lo + (hi-lo)*n/11 // the very edge at 0 and 11, beyond it at 12
	case byWritten:
		return a.max/a.each - n%5
	case byStepped:
		return n % int64(len(a.steps))
	case byPot:
		if pcbTaken(n) == [3]bool{} {
			return 0
		}
	case byFound:
	}
	return n
}

// pcbElse is a raw mark that differs from v more than a panel may.
func pcbElse(a pcbAspect, v int64) int64 {
	switch a.kind {
	case byLevels:
		if v < 2 {
			return v + 2
		}
		return v - 2
	case byFits:
		return 1 - v
	case byStepped:
		return (v + 1) % int64(len(a.steps))
	case byWritten:
		return v - 1
	case byPot:
		if v == 3 {
			return 0
		}
		return 3
	case byFaults, byWithin, byFound:
	}
	return v + 1
}

// pcbOff says where a panel disagrees at first.
func pcbOff(who, k int) bool { return (who*5+k*3)%19 == 4 }

// pcbHits is a number of a hit list spelt out: the halves of twelve defects,
// and false alarms.
func pcbHits(raw int64) (halves [12]int64, alarms int64) {
	for i := range halves {
		halves[i] = (raw + int64(i)) % 3
	}
	return halves, raw % 4
}

// pcbTaken says which deductions are taken from a pot.
func pcbTaken(raw int64) [3]bool { return [3]bool{raw == 3, raw == 7, raw == 7 || raw == 8} }

// pcbWorth is what three raw marks of an aspect are worth, in hundredths.
func pcbWorth(a pcbAspect, raw [3]int64) int64 {
	v := raw[0]
	switch a.kind {
	case byLevels:
		return halfUp((raw[0]+raw[1]+raw[2])*a.max, 9)
	case byFaults:
		return max(0, a.max-a.each*v)
	case byFits:
		return a.max * v
	case byWithin:
		if v < a.lo || v > a.hi {
			return 0
		}
		return a.max
	case byWritten:
		return a.each * v
	case byStepped:
		return a.marks[v]
	case byPot:
		left := a.max
		for _, taken := range pcbTaken(v) {
			if taken {
				left -= a.each
			}
		}
		return max(0, left)
	case byFound:
		halves, alarms := pcbHits(v)
		sum := max(0, 200-100*alarms)
		for _, h := range halves {
			sum += 50 * h
		}
		return sum
	}
	return 0
}

// pcbEntry is a raw mark as a tablet sends it.
func pcbEntry(a pcbAspect, raw int64) scoring.AspectEntry {
	e := scoring.AspectEntry{Aspect: scoring.AspectID(a.id)}
	switch n := int(raw); a.kind {
	case byLevels:
		e.Level = &n
	case byFaults:
		e.Errors = &n
	case byFits:
		met := raw == 1
		e.Met = &met
	case byWithin:
		e.Measured = &raw
	case byWritten:
		points := scoring.Marks(a.each * raw)
		e.Points = &points
	case byStepped:
		step := scoring.StepID(a.steps[raw])
		e.Step = &step
	case byPot:
		e.Deductions = map[scoring.DeductionID]int{}
		for i, taken := range pcbTaken(raw) {
			if taken {
				e.Deductions[scoring.DeductionID(a.steps[i])] = 1
			}
		}
	case byFound:
		halves, alarms := pcbHits(raw)
		count := int(alarms)
		e.Hits = &scoring.Hits{Steps: map[scoring.HitID]scoring.StepID{}, FalseAlarms: &count}
		for i, h := range halves {
			e.Hits.Steps[scoring.HitID(fmt.Sprint("C", i+1))] = scoring.StepID(pcbHitSteps[h])
		}
	}
	return e
}

// TestPublishedPCBSheet holds the tables of this file against the figures of
// the document: maxima of modules, 100 in all.
func TestPublishedPCBSheet(t *testing.T) {
	t.Parallel()
	for want, sheet := range map[string][]pcbModule{
		"A 30.00, B 20.00, C 30.00, D 20.00": pcbWorker, "A 35.00, B 25.00, C 40.00": pcbStudent, "B 25.00, C 20.00, D 25.00": pcbNewer,
	} {
		got := []string{}
		for _, m := range sheet {
			sum := int64(0)
			for _, a := range m.aspects {
				sum += a.max
			}
			got = append(got, m.id+" "+decimalOf(sum))
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%s, want %s", s, want)
		}
	}
}
