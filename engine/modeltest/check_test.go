package modeltest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/board"
)

// check compares the jury's table on one of the nodes with the oracle. It is
// done after every act.
func (s *script) check() {
	r, err := s.node().Results(s.ctx, s.id)
	s.must(err)
	s.results(r)
}

func (s *script) results(r engine.Results) {
	var rows []engine.PublicRow
	for _, st := range r.Standings {
		rows = append(rows, engine.PublicRow{Rank: st.Rank, Shared: st.Shared, Code: st.Code, Total: st.Total, Parts: st.Parts})
	}
	list := s.rows("the jury's table", rows, false, false)
	for k, st := range r.Standings {
		if whole := !slices.ContainsFunc(st.Parts, sealed); st.Complete != (list[k].complete && whole) {
			s.t.Fatalf("%s complete: %v, the oracle says %v", st.Code, st.Complete, list[k].complete)
		}
	}
	for _, x := range r.Separate {
		i, m := s.who[x.Code], slices.IndexFunc(s.p.scheme().Modules, func(y scoring.Module) bool { return y.ID == x.Module })
		s.part("beside the table, "+x.Code, x.Part, i, m, s.o.amount(i, m, false))
	}
}

func sealed(p engine.Part) bool { return p.State == engine.PartSealed }

// rows compares rows, their order, ranks and amounts. Where a row is sealed or
// the board hides amounts nothing may follow from them.
func (s *script) rows(what string, rows []engine.PublicRow, public, hides bool) []place {
	if len(rows) != len(s.p.people) {
		s.t.Fatalf("%s has %d rows", what, len(rows))
	}
	whole, called := true, map[int]string{}
	for _, r := range rows {
		whole = whole && !slices.ContainsFunc(r.Parts, sealed)
		called[s.who[r.Code]] = r.Code
	}
	list := s.o.ranking(func(i int) string { return called[i] }, public, hides || !whole)
	for k, r := range rows {
		x := list[k]
		if s.who[r.Code] != x.who || rankOf(r.Rank) != x.rank || r.Shared != x.shared || !same(r.Total, x.total) {
			s.t.Fatalf("%s, line %d: %s has rank %d (shared %v) and %v; the oracle: %s has %d (%v) and %v, keys %v",
				what, k, r.Code, rankOf(r.Rank), r.Shared, r.Total, called[x.who], x.rank, x.shared, x.total, x.keys)
		}
		for m, p := range r.Parts {
			counts := x.modules[m]
			if !whole && !hides {
				counts = s.o.amount(x.who, m, public)
			}
			if !sealed(p) {
				s.part(what+", "+r.Code, p, x.who, m, counts)
			} else if p.Marks != nil || p.In != 0 {
				s.t.Fatalf("%s: a sealed part says %+v", what, p)
			}
		}
	}
	return list
}

func same(got *scoring.Marks, want amount) bool {
	return (got != nil) == (want.is == "value") && (got == nil || int64(*got) == want.marks)
}

// part compares one module of a row.
func (s *script) part(what string, p engine.Part, i, m int, counts amount) {
	w, in, need, state := s.o.works[i][m], 0, 0, engine.PartBlank
	for _, sh := range w.sheets {
		in, need = in+sh.have(), need+len(sh.panel)
	}
	switch now := s.o.judge(i, m).state; {
	case w.absent || counts.is == "absent":
		state = engine.PartAbsent
	case s.p.modules[m].imported && counts.is == "value", !s.p.modules[m].imported && now == agreed:
		state = engine.PartMarked
	case now == conference:
		state = engine.PartReview
	case in > 0:
		state = engine.PartPartial
	}
	if p.State != state || p.In != in || p.Of != need || !same(p.Marks, counts) {
		s.t.Fatalf("%s, %s is %s, %d of %d, %v; the oracle: %s, %d of %d, %v", what, p.Module, p.State, p.In, p.Of, p.Marks, state, in, need, counts)
	}
}

// everywhere compares everything that anybody can look at: sheets at the desk
// and before judges, a node that has seen nothing yet, and the boards.
func (s *script) everywhere() {
	s.check()
	for i := range s.p.people {
		for m, mod := range s.p.modules {
			for x := range mod.panels {
				s.sheet(i, m, x)
			}
		}
	}
	memory := live.NewMemory(live.Options{})
	defer memory.Close()
	anew, leave := s.join(memory, 1)
	defer leave()
	s.alike(anew)
	s.boards(anew, memory)
	s.honoured()
}

// sheet compares one sheet: every acknowledged version is there once and no
// other, its state, signatures, and what each judge gets to see.
func (s *script) sheet(i, m, x int) {
	id, sh, v := s.sheetID(i, m, x), s.o.works[i][m].sheets[x], s.o.judge(i, m)
	d, err := s.node().DeskSheet(s.ctx, s.id, id)
	s.must(err)
	want, got := map[string][]string{}, map[string][]string{}
	for j, list := range sh.files {
		for n, f := range list {
			want[j] = append(want[j], fmt.Sprint(n+1, f.round, secret(j, f.key), documents(s.entries(m, f.marks))))
		}
	}
	for _, f := range d.Files {
		for _, y := range f.Versions {
			j := string(f.Judge)
			got[j] = append(got[j], fmt.Sprint(y.Version, y.Round, y.Note, documents(y.Entries)))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Fatalf("what judges handed in for %s (-oracle +product):\n%s", id, diff)
	}
	state := string(d.State)
	switch d.State {
	case engine.DeskWaiting, engine.DeskMarking, engine.DeskTooFew:
		state = waiting
	case engine.DeskAgreed, engine.DeskSigned:
		state = agreed
	case engine.DeskAbsent, engine.DeskLocked, engine.DeskConference:
	}
	now := sh.state
	if s.o.locked[m] {
		now = string(engine.DeskLocked)
	}
	if s.o.works[i][m].absent {
		now = string(engine.DeskAbsent)
	}
	if state != now || d.Round != sh.round || d.Closed != sh.closed || d.Have != sh.have() {
		s.t.Fatalf("%s at the desk: %s round %d closed %v have %d; the oracle: %s round %d closed %v have %d", id, state, d.Round, d.Closed, d.Have, now, sh.round, sh.closed, sh.have())
	}
	if sh.state == agreed {
		for _, g := range d.Signatures {
			if valid := slices.Contains(sh.signed[string(g.Judge)], s.o.agreement(i, m, x)); !valid && g.Valid {
				s.t.Fatalf("a signature of %s under %s is valid, and what was signed has changed", g.Judge, id)
			}
		}
	}
	for _, j := range sh.panel {
		s.judgeView(i, m, x, j, v)
	}
}

// documents writes entries in the order of aspects.
func documents(list []scoring.AspectEntry) string {
	slices.SortFunc(list, func(a, b scoring.AspectEntry) int { return strings.Compare(string(a.Aspect), string(b.Aspect)) })
	out, _ := json.Marshal(list)
	return string(out)
}

// judgeView looks at a sheet as one of its judges: own marks only until the
// panel has agreed, and in a conference no more than what it is about.
func (s *script) judgeView(i, m, x int, j string, v verdict) {
	sh, id := s.o.works[i][m].sheets[x], s.sheetID(i, m, x)
	got, err := s.node().Sheet(s.ctx, access.AccountID(j), s.id, id)
	s.must(err)
	if got.Version != len(sh.files[j]) || (got.Mine != nil) != (got.Version > 0) || got.Round != sh.round {
		s.t.Fatalf("%s sees version %d in round %d of %s; the oracle: %d in %d", j, got.Version, got.Round, id, len(sh.files[j]), sh.round)
	}
	all, _ := json.Marshal(got)
	for other := range sh.files {
		if other != j && strings.Contains(string(all), "note of "+other+"/") {
			s.t.Fatalf("%s sees what %s handed in for %s", j, other, id)
		}
	}
	if (got.Agreed != nil || got.AgreedTotal != nil) != (sh.state == agreed) {
		s.t.Fatalf("%s sees the marks of the panel on %s while it is %s", j, id, sh.state)
	}
	for _, a := range got.Agreed {
		if k := s.aspectOf(m, a.Aspect); a.Marks != valueOf(v.marks[k]) {
			s.t.Fatalf("%s: the panel agreed on %v for %s, the oracle says %v", id, a.Marks, a.Aspect, v.marks[k])
		}
	}
	talk, whole := s.o.disputed(i, m, x)
	n := len(talk)
	if whole {
		n++
	}
	if len(got.Conferences) != n {
		s.t.Fatalf("%s sees conferences %+v on %s, the oracle %v and the whole: %v", j, got.Conferences, id, talk, whole)
	}
	for _, c := range got.Conferences {
		if c.Aspect != "" && !talk[s.aspectOf(m, c.Aspect)] || c.Aspect == "" && !whole {
			s.t.Fatalf("%s confers on %q of %s, the oracle on %v", j, c.Aspect, id, talk)
		}
	}
}

func (s *script) aspectOf(m int, id scoring.AspectID) int {
	for k := range s.p.modules[m].aspects {
		if aspectID(m, k) == id {
			return k
		}
	}
	s.t.Fatalf("no aspect %s", id)
	return -1
}

// alike compares a node that folds everything anew with one that has lived
// through it.
func (s *script) alike(anew *engine.Contests) {
	for _, what := range []func(*engine.Contests) (any, error){
		func(c *engine.Contests) (any, error) { return c.Results(s.ctx, s.id) },
		func(c *engine.Contests) (any, error) { return c.Desk(s.ctx, s.id) },
		func(c *engine.Contests) (any, error) { return c.Publications(s.ctx, s.id) },
		func(c *engine.Contests) (any, error) { return c.Recheck(s.ctx, s.id) },
	} {
		want, err := what(s.node())
		s.must(err)
		got, err := what(anew)
		s.must(err)
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(engine.Standing{})); diff != "" {
			s.t.Fatalf("a fold anew differs (-lived +anew):\n%s", diff)
		}
	}
}

// boards compares the public board in Redis, which grew by changes, with the
// one that a fresh node makes in memory from the store, and both with the
// oracle: order, ranks and amounts, before the publication and after.
func (s *script) boards(anew *engine.Contests, memory live.Bus) {
	s.must(anew.WakeBoard(s.ctx, s.id))
	redis, fresh := s.board(s.redis), s.board(memory)
	if diff := cmp.Diff(fresh, redis); diff != "" {
		s.t.Fatalf("order(Redis) is not order(Go) (-Go +Redis):\n%s", diff)
	}
	var rows []engine.PublicRow
	for _, r := range redis {
		var row engine.PublicRow
		s.must(json.Unmarshal(r.Body, &row))
		rows = append(rows, row)
	}
	var list []place
	if n := len(s.published); n > 0 {
		list = s.publishedRows(rows)
	} else {
		list = s.rows("the public board", rows, true, !s.p.live)
		s.juryBoard(memory)
	}
	s.why(rows, list)
}

// board waits until a board is as far as the stream, and returns its rows.
func (s *script) board(bus live.Bus) []live.Row {
	ctx, cancel := context.WithTimeout(s.ctx, 30*time.Second)
	defer cancel()
	for {
		snap, err := bus.Snapshot(ctx, engine.PublicChannel(s.id))
		s.must(err)
		if snap.Version >= s.head() {
			return snap.Rows
		}
		time.Sleep(time.Millisecond)
	}
}

func (s *script) publishedRows(rows []engine.PublicRow) []place {
	list := s.published[len(s.published)-1].list
	if len(rows) != len(list) {
		s.t.Fatalf("%d results are published of %d", len(rows), len(list))
	}
	for k, r := range rows {
		x := list[k]
		if s.who[r.Code] != x.who || rankOf(r.Rank) != x.rank || r.Shared != x.shared || !same(r.Total, x.total) || r.Name != personName(x.who) {
			s.t.Fatalf("published line %d is %+v, the oracle: %+v", k, r, x)
		}
		for m, p := range r.Parts {
			if !same(p.Marks, x.modules[m]) || (p.State == engine.PartAbsent) != (x.modules[m].is == "absent") {
				s.t.Fatalf("published %s %s is %+v, the oracle: %v", r.Code, p.Module, p, x.modules[m])
			}
		}
	}
	p, err := s.node().Published(s.ctx, s.id)
	s.must(err)
	for k, l := range p.Lines {
		if x := list[k]; s.who[l.EntryCode] != x.who || string(l.Passed) != x.verdict || l.Disqualified != x.disqualified || l.Total != valueOf(x.total) {
			s.t.Fatalf("result %d is %+v, the oracle: %+v", k, l, x)
		}
	}
	return list
}

// juryBoard puts the jury's provisional order on a board of its own, under
// the product's sort keys made of the oracle's numbers: Redis, memory and the
// product's table list alike.
func (s *script) juryBoard(memory live.Bus) {
	r, err := s.node().Results(s.ctx, s.id)
	s.must(err)
	whole := !slices.ContainsFunc(r.Standings[0].Parts, sealed)
	var want []string
	called := map[int]string{}
	for _, st := range r.Standings {
		want, called[s.who[st.Code]] = append(want, st.Code), st.Code
	}
	b := board.Board{Version: s.head(), At: s.Clock(), Meta: json.RawMessage("{}")}
	for _, x := range s.o.ranking(func(i int) string { return called[i] }, false, !whole) {
		code := called[x.who]
		b.Lines = append(b.Lines, board.Line{ID: code, SortKey: board.SortKey(x.keys...) + code, Body: json.RawMessage("{}")})
	}
	slices.Reverse(b.Lines)
	for _, bus := range []live.Bus{s.redis, memory} {
		ch := live.Channel("model:{" + string(s.id) + "}:jury")
		stored, err := bus.Snapshot(s.ctx, ch)
		s.must(err)
		change, ok, err := board.Diff(stored, ch, b)
		s.must(err)
		if ok {
			_, err = bus.Apply(s.ctx, change)
			s.must(err)
		}
		stored, err = bus.Snapshot(s.ctx, ch)
		s.must(err)
		var got []string
		for _, row := range stored.Rows {
			got = append(got, row.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			s.t.Fatalf("a board of the jury's order (-table +board):\n%s", diff)
		}
	}
}

// why asks what puts one ahead of another, for every two neighbours.
func (s *script) why(rows []engine.PublicRow, list []place) {
	for k := 1; k < len(rows); k++ {
		x, err := s.node().Why(s.ctx, s.id, rows[k].Code, rows[k-1].Code)
		s.must(err)
		step, ahead := -1, ""
		for n := range list[k].keys {
			if step < 0 && list[k].keys[n] != list[k-1].keys[n] {
				step, ahead = n, rows[k-1].Code
			}
		}
		if x.Step != step || string(x.Ahead) != ahead {
			s.t.Fatalf("%s and %s: %+v; the oracle: step %d, ahead %q; keys %v and %v", rows[k].Code, rows[k-1].Code, x, step, ahead, list[k].keys, list[k-1].keys)
		}
	}
}

// honoured compares the awards with what the published ranking earns.
func (s *script) honoured() {
	if len(s.published) == 0 || len(s.p.awards) == 0 {
		return
	}
	h, err := s.node().Awards(s.ctx, s.id)
	if s.unpublished() {
		if err == nil {
			s.t.Fatal("awards are given while a correction waits for its publication")
		}
		return
	}
	s.must(err)
	for k, want := range s.o.awarded(s.published[len(s.published)-1].list) {
		var got []int
		for _, code := range h.Allocation.Awards[k].Codes {
			got = append(got, s.who[string(code)])
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			s.t.Fatalf("award %d of %+v went to %v, the oracle gives it to %v", k, s.p.awards[k], got, want)
		}
	}
}
