package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// MarkingPlan is how much `bench marking` measures: a division that its judges
// mark over the network, then the last mark and the fold of everything.
type MarkingPlan struct {
	Form   string // short, full: for the report
	Rounds int
	Field  Field
	// Share is how much of all sheets comes over the network, at Rate a second
	// of all judges together; the rest is handed in inside the server.
	Share float64
	Rate  float64
}

// Field is the size of a division.
type Field struct {
	People  int `json:"people"`
	Modules int `json:"modules"`
	Aspects int `json:"aspects"` // of a module
	Judges  int `json:"judges"`  // of a module
}

func (f Field) sheets() int { return f.People * f.Modules * f.Judges }

func (f Field) String() string {
	return fmt.Sprintf("%d competitors, %d aspects, %d judges", f.People, f.Modules*f.Aspects, f.Judges)
}

// ShortMarking is done in about a minute, FullMarking has the size that the
// program is meant for.
func ShortMarking() MarkingPlan {
	return MarkingPlan{Form: "short", Rounds: 1, Field: Field{100, 4, 25, 5}, Share: 0.3, Rate: 40}
}

// FullMarking is the form whose figures are published.
func FullMarking() MarkingPlan {
	return MarkingPlan{Form: "full", Rounds: 3, Field: Field{300, 4, 25, 5}, Share: 0.5, Rate: 60}
}

// Marking measures hand-ins of sheets, the way of the last mark into the
// ranking, and the fold of a whole division from its ledger.
func Marking(ctx context.Context, o Options, p MarkingPlan) (r *Report, err error) {
	st, err := newStage(o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	r = newReport("marking", p.Form, p.Rounds, o)
	server, err := st.start(ctx, roleService, nil)
	if err != nil {
		return nil, err
	}
	for round := range p.Rounds {
		st.say("round %d of %d: %v", round+1, p.Rounds, p.Field)
		if err := st.mark(ctx, server, r, p); err != nil {
			return nil, err
		}
	}
	at := p.Field.String()
	for _, g := range []struct {
		figure, name string
		most         float64
	}{
		{"receipt p95 ms", "p95 of the receipt of a sheet in ms", 150},
		{"last mark to ranking ms", "last mark to ranking in ms", 1000},
		{"fold ms", "fold of everything from the ledger in ms", 2000},
	} {
		if f := r.figure(g.figure, at, sideXinglu); f != nil {
			r.atMost(g.name+", "+at, f.Median, g.most)
		}
	}
	r.note("receipts are measured in another process, over WebSockets, from the moment that a sheet was due")
	r.note("the last mark is timed inside the server: from the hand-in until the jury's table holds it; the fold on a node that has seen nothing, with its ranking")
	r.finish()
	return r, nil
}

// mark is one division from its opening to the last mark.
func (s *stage) mark(ctx context.Context, server *process, r *Report, p MarkingPlan) error {
	at := p.Field.String()
	var v visit
	if err := server.call("division", p.Field, &v); err != nil {
		return err
	}
	judges, err := s.start(ctx, roleJudges, v)
	if err != nil {
		return err
	}
	var before, after time.Duration
	if err := server.call("cpu", nil, &before); err != nil {
		return err
	}
	var m measured
	benches := p.Field.Modules * p.Field.Judges
	length := time.Duration(float64(p.Field.sheets()) * p.Share / p.Rate * float64(time.Second))
	if err := judges.call("slot", slot{Writers: benches, Candidates: benches, Length: length, Rate: p.Rate}, &m); err != nil {
		return err
	}
	if err := server.call("cpu", nil, &after); err != nil {
		return err
	}
	r.add("receipt p50 ms", at, sideXinglu, milli(m.P50))
	r.add("receipt p95 ms", at, sideXinglu, milli(m.P95))
	r.add("receipt p99 ms", at, sideXinglu, milli(m.P99))
	r.add("server CPU ms/sheet", at, sideXinglu, milli(after-before)/float64(max(m.Saves, 1)))
	var last lastMark
	if err := server.call("last", nil, &last); err != nil {
		return err
	}
	r.add("last mark to ranking ms", at, sideXinglu, milli(last.Ranking))
	r.add("fold ms", at, sideXinglu, milli(last.Fold))
	r.add("fold CPU ms", at, sideXinglu, milli(last.FoldCPU))
	r.add("records", at, sideXinglu, float64(last.Records))
	return nil
}
