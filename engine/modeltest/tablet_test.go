package modeltest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// tablet is what one judge marks on; a judge may have two. It knows sheets as
// they were when it last saw them, and keeps what it could not deliver.
type tablet struct {
	judge string
	knows map[engine.SheetID]engine.SheetBrief
	queue []frame
}

// frame is one sheet on its way in.
type frame struct {
	i, m, x int
	wrong   bool // the code was repeated wrong
	marks   map[int]seen
	sub     engine.Submission
}

// tabletOf is one of the judge's tablets.
func (s *script) tabletOf(judge string) *tablet {
	var own []*tablet
	for _, t := range s.tablets {
		if t.judge == judge {
			own = append(own, t)
		}
	}
	if k := s.n("tablet", 0, 1); k < len(own) {
		return own[k]
	}
	t := &tablet{judge: judge, knows: map[engine.SheetID]engine.SheetBrief{}}
	s.tablets = append(s.tablets, t)
	return t
}

// look brings the tablet up to date on a sheet, if its judge may see it.
func (s *script) look(t *tablet, id engine.SheetID) {
	v, err := s.node().Sheet(s.ctx, access.AccountID(t.judge), s.id, id)
	if err != nil && fault.As(err) == nil {
		s.t.Fatal(err)
	}
	if err == nil {
		t.knows[id] = v.SheetBrief
	}
}

// someJudge is one of those who mark the sheet, or now and then anybody of the
// module's panels.
func (s *script) someJudge(i, m, x int) string {
	list := s.o.works[i][m].sheets[x].panel
	if s.n("stranger", 0, 9) == 0 {
		list = nil
		for _, panel := range s.o.members[m] {
			for _, j := range panel {
				list = append(list, j.id)
			}
		}
	}
	return one(s.drawer, "judge", list...)
}

// mark lets a judge mark a sheet on a tablet that is connected or not.
func (s *script) mark() {
	i, m, x := s.any()
	if s.n("conference", 0, 3) == 0 {
		i, m, x = s.prefer(s.inConference)
	}
	t, id := s.tabletOf(s.someJudge(i, m, x)), s.sheetID(i, m, x)
	online := s.n("connected", 0, 3) > 0
	if _, known := t.knows[id]; online || !known {
		s.look(t, id)
	}
	f := s.frame(t, i, m, x, s.marksOf(i, m, x, t.judge, s.n("wild", 0, 9) == 0))
	if s.n("wrong code", 0, 15) == 0 {
		f.wrong, f.sub.CodeTail = true, "??"
	}
	t.queue = append(t.queue, f)
	if online {
		s.send(t, len(t.queue)-1)
	}
}

func (s *script) frame(t *tablet, i, m, x int, marks map[int]seen) frame {
	id, key := s.sheetID(i, m, x), s.key()
	code := s.codes[s.seenBy(m, x)][m][i]
	return frame{i: i, m: m, x: x, marks: marks, sub: engine.Submission{
		Sheet: id, CodeTail: strings.ToLower(code[len(code)-2:]), Expect: t.knows[id].Version, Round: max(1, t.knows[id].Round), Key: key,
		Entries: s.entries(m, marks), Note: secret(t.judge, key), Device: "tablet", TabletMS: int64(s.n("tablet's clock", 0, 1000)),
	}}
}

// secret is what nobody but the judge may read on a sheet.
func secret(judge, key string) string { return "note of " + judge + "/" + key + "." }

func (s *script) entries(m int, marks map[int]seen) []scoring.AspectEntry {
	list := []scoring.AspectEntry{}
	for _, k := range slices.Sorted(maps.Keys(marks)) {
		list = append(list, scoring.AspectEntry{Aspect: aspectID(m, k), Observation: s.p.modules[m].aspects[k].observation(marks[k])})
	}
	if s.is("reversed") {
		slices.Reverse(list)
	}
	return list
}

// marksOf draws a whole sheet. In a conference a judge mostly leaves alone what
// is not in dispute.
func (s *script) marksOf(i, m, x int, judge string, wild bool) map[int]seen {
	sh, out := s.o.works[i][m].sheets[x], map[int]seen{}
	open, all := s.o.disputed(i, m, x)
	before, keeps := sh.counting(judge), s.n("marks all anew", 0, 4) > 0
	for k := range s.p.modules[m].aspects {
		a := &s.p.modules[m].aspects[k]
		switch {
		case a.panel != x || a.clock:
		case sh.state == conference && before != nil && !all && !open[k] && keeps:
			if before.marks[k] != nil {
				out[k] = before.marks[k]
			}
		case a.policy.method == "double" && s.n("leaves blank", 0, 2) == 0:
		case wild && s.n("forgets", 0, 5) == 0:
		default:
			out[k] = s.observe(a, wild)
		}
	}
	return out
}

// disputed are the aspects of a sheet in conference, or all of them.
func (o *oracle) disputed(i, m, x int) (open map[int]bool, all bool) {
	v := o.judge(i, m)
	open = map[int]bool{}
	for k, a := range o.p.modules[m].aspects {
		if a.panel == x && v.aspects[k] == conference {
			open[k] = true
		}
	}
	return open, v.blocked[x]
}

// takes says whether a sheet by the judge would count, and why not.
func (s *script) takes(i, m, x int, judge string, expect, round int, marks map[int]seen) string {
	sh := s.o.works[i][m].sheets[x]
	switch {
	case !s.openSheet(i, m):
		return "locked, absent or final"
	case !slices.Contains(sh.panel, judge):
		return "not on the panel"
	case expect != len(sh.files[judge]):
		return "another version"
	case sh.state == agreed:
		return "agreed"
	case round != sh.round:
		return "another round"
	case sh.closed && sh.counting(judge) == nil:
		return "closed"
	}
	for k := range s.p.modules[m].aspects {
		a := &s.p.modules[m].aspects[k]
		if a.panel != x || a.clock {
			continue
		}
		if marks[k] == nil && a.policy.method != "double" {
			return "not marked"
		}
		if marks[k] != nil && !a.fits(marks[k]) {
			return "no such mark"
		}
	}
	if before := sh.counting(judge); sh.state == conference && before != nil {
		open, all := s.o.disputed(i, m, x)
		for k, was := range before.marks {
			if !all && !open[k] && !slices.Equal(was, marks[k]) {
				return "not in conference"
			}
		}
	}
	return ""
}

// deliver sends something that waits on a tablet, in any order.
func (s *script) deliver() {
	var waits []*tablet
	for _, t := range s.tablets {
		if len(t.queue) > 0 {
			waits = append(waits, t)
		}
	}
	if len(waits) == 0 {
		return
	}
	t := one(s.drawer, "waiting tablet", waits...)
	s.send(t, s.n("frame", 0, len(t.queue)-1))
}

// send delivers one frame. Its answer may be lost: then the tablet keeps it,
// and will send it again with the same key.
func (s *script) send(t *tablet, at int) {
	s.later(time.Duration(s.n("seconds", 1, 50)) * time.Second)
	f := t.queue[at]
	judge, before := access.AccountID(t.judge), s.head()
	got, err := s.node().Submit(s.ctx, judge, s.id, f.sub)
	if err != nil && fault.As(err) == nil {
		s.t.Fatal(err)
	}
	first, replay := s.answers[t.judge+"/"+f.sub.Key]
	w := s.o.works[f.i][f.m]
	switch {
	case f.wrong:
		if err == nil {
			s.t.Fatalf("the code was repeated wrong, and the sheet taken")
		}
	case replay:
		if err != nil || got.Version != first.Version || !got.At.Equal(first.At) {
			s.t.Fatalf("a sheet again with its key: %+v, %v; first %+v", got, err, first)
		}
		if s.head() != before {
			s.t.Fatal("a sheet was recorded twice")
		}
	default:
		why := s.takes(f.i, f.m, f.x, t.judge, f.sub.Expect, f.sub.Round, f.marks)
		if (why == "") != (err == nil) {
			s.t.Fatalf("%s marks %s %v: error %v; the oracle says %q", t.judge, f.sub.Sheet, f.marks, err, why)
		}
		if err != nil {
			s.counts["refused: "+why]++
			break
		}
		s.counts["sheet"]++
		s.answers[t.judge+"/"+f.sub.Key] = got
		s.take(f.i, f.m, f.x, t.judge, f.sub.Key, f.marks)
	}
	if err != nil && s.head() != before {
		s.t.Fatalf("a sheet was refused (%v) and yet recorded", err)
	}
	if err == nil {
		if want := halfUp(s.p.modules[f.m].total(w, f.x, f.marks, true), 1); int64(got.Total) != want {
			s.t.Fatalf("the receipt says %d, the oracle %d", got.Total, want)
		}
	}
	if s.n("answer lost", 0, 4) == 0 {
		return
	}
	t.queue = slices.Delete(t.queue, at, at+1)
	s.look(t, f.sub.Sheet)
}

// take makes an accepted sheet count.
func (s *script) take(i, m, x int, judge, key string, marks map[int]seen) {
	w := s.o.works[i][m]
	sh := w.sheets[x]
	sh.files[judge] = append(sh.files[judge], file{sh.round, marks, key})
	w.accepted = false
	s.o.touched(i, m)
	if sh.state == conference {
		s.counts["conference"]++
	}
	if s.o.judge(i, m).flagged[x] {
		s.counts["totals apart"]++
	}
}

// swap gives a judge another tablet: what waits on the old one is carried
// over, or lost with it. Lost is only what nobody has acknowledged.
func (s *script) swap() {
	if len(s.tablets) == 0 {
		return
	}
	t := one(s.drawer, "tablet", s.tablets...)
	t.knows = map[engine.SheetID]engine.SheetBrief{}
	if s.is("lost") {
		t.queue = nil
	}
	s.counts["swap"]++
}

// keyed is a paper sheet that one tabulator has keyed.
type keyed struct {
	i, m, x       int
	judge         string
	by            access.AccountID
	expect, round int
	marks         map[int]seen
}

// paper lets a tabulator key a judge's paper in, mostly as another one did.
func (s *script) paper() {
	i, m, x := s.any()
	k := keyed{i: i, m: m, x: x, judge: s.someJudge(i, m, x), by: one(s.drawer, "tabulator", tabA, tabB)}
	sh := s.o.works[i][m].sheets[x]
	k.expect, k.round, k.marks = len(sh.files[k.judge]), sh.round, s.marksOf(i, m, x, k.judge, false)
	if n := len(s.papers); n > 0 && s.n("the same", 0, 3) > 0 {
		k = s.papers[n-1]
		k.by = one(s.drawer, "second tabulator", tabA, tabB)
	}
	key, entries := s.key(), s.entries(k.m, k.marks)
	var got engine.KeyedResult
	if !s.try("paper", s.takes(k.i, k.m, k.x, k.judge, k.expect, k.round, k.marks) == "", func(c *engine.Contests) (err error) {
		got, err = c.KeyPaper(s.ctx, k.by, s.id, key, engine.Keyed{
			Sheet: s.sheetID(k.i, k.m, k.x), Judge: access.AccountID(k.judge), Expect: k.expect, Round: k.round, Entries: entries, Note: secret(k.judge, key),
		})
		return err
	}) {
		return
	}
	state := engine.PaperOnce
	var left []keyed
	for _, o := range s.papers {
		mine := o.i == k.i && o.m == k.m && o.x == k.x && o.judge == k.judge
		switch {
		case !mine:
			left = append(left, o)
		case o.by == k.by || o.expect != k.expect || o.round != k.round:
		case maps.EqualFunc(o.marks, k.marks, slices.Equal):
			state = engine.PaperCounts
		default:
			left = append(left, o)
			if state == engine.PaperOnce {
				state = engine.PaperDiffers
			}
		}
	}
	if got.State != state {
		s.t.Fatalf("a paper %s, the oracle says %s", got.State, state)
	}
	s.papers = append(left, k)
	if state != engine.PaperCounts {
		return
	}
	s.papers = slices.DeleteFunc(s.papers, func(o keyed) bool { return o.i == k.i && o.m == k.m && o.x == k.x && o.judge == k.judge })
	s.counts["paper counts"]++
	s.take(k.i, k.m, k.x, k.judge, key, k.marks)
}
