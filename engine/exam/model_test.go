package exam_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
)

// oracle is what a naive reading of the save rules holds of an attempt.
type oracle struct {
	fence  int64
	device string
	given  map[bank.QuestionID]map[int64]exam.Given
}

// take says what becomes of one answer: "" when it is acknowledged.
func (o *oracle) take(g exam.Given) string {
	slices.Sort(g.Value)
	if g.Question == "nowhere" {
		return exam.CodeUnknownQuestion
	}
	if len(slices.Compact(slices.Clone(g.Value))) != len(g.Value) {
		return exam.CodeUnknownOption
	}
	if g.Question[0] != 'm' && len(g.Value) > 1 {
		return exam.CodeTooManyOptions
	}
	if o.given[g.Question] == nil {
		o.given[g.Question] = map[int64]exam.Given{}
	}
	if first, ok := o.given[g.Question][g.Seq]; ok {
		if !slices.Equal(first.Value, g.Value) || first.Flagged != g.Flagged {
			return exam.CodeSeqReused
		}
		return ""
	}
	o.given[g.Question][g.Seq] = g
	return ""
}

// counts is the value with the highest seq of each question.
func (o *oracle) counts() map[bank.QuestionID]string {
	all := map[bank.QuestionID]string{}
	for q, list := range o.given {
		var top int64
		for seq, g := range list {
			if seq > top {
				top = seq
				all[q] = fmt.Sprint(seq, g.Value, g.Flagged)
			}
		}
	}
	return all
}

var drawGiven = rapid.Custom(func(t *rapid.T) exam.Given {
	q := rapid.SampledFrom([]bank.QuestionID{"s0", "s1", "m0", "m1", "t0", "nowhere"}).Draw(t, "question")
	top := 3
	if q[0] == 't' {
		top = 1
	}
	g := give(q, rapid.Int64Range(1, 6).Draw(t, "seq"), rapid.SliceOfN(rapid.IntRange(0, top), 0, 2).Draw(t, "options")...)
	g.Flagged = rapid.Bool().Draw(t, "flagged")
	return g
})

// Random frames with duplicates, reorders, replays and moves between two
// devices and two nodes, one of which forgets at once: what the ledger holds
// in the end is what the oracle holds, and every reply said so.
func TestAnswersEqualTheOracle(t *testing.T) {
	t.Parallel()
	w := openStores(t)
	now := func() time.Time { return start.Add(time.Minute) }
	nodes := []*node{w.serve(t, exam.Options{Node: "a", Now: now}), w.serve(t, exam.Options{Node: "b", Now: now, MaxIdle: 1})}
	var list []exam.Ticket
	var tails map[exam.TicketNo]string
	sittings := 0
	rapid.Check(t, func(rt *rapid.T) {
		if len(list) == 0 { // each run, also of shrinking, takes a candidate of its own
			sittings++
			s := sitting(120)
			s.ID, s.Code = exam.SittingID(fmt.Sprintf("s%d", sittings)), fmt.Sprint(sittings)
			s.Ticket = "{sitting}-{seat}"
			list, tails = opened(t, nodes[0], s, 120)
			must(t, nodes[0].Start(t.Context(), s.ID, "staff"))
		}
		id, fence := seated(t, nodes[0], list[0], tails[list[0].No])
		list = list[1:]
		o := &oracle{fence: fence, device: "pc", given: map[bank.QuestionID]map[int64]exam.Given{}}
		var sent []exam.SaveFrame
		rt.Repeat(map[string]func(*rapid.T){
			"save": func(rt *rapid.T) {
				f := frame(int64(len(sent)), rapid.SliceOfN(drawGiven, 1, 4).Draw(rt, "answers")...)
				sent = append(sent, f)
				check(rt, nodes, id, o, f)
			},
			"replay": func(rt *rapid.T) {
				if len(sent) == 0 {
					rt.Skip("nothing was sent yet")
				}
				check(rt, nodes, id, o, rapid.SampledFrom(sent).Draw(rt, "frame"))
			},
			"old seat": func(rt *rapid.T) {
				_, err := nodes[rapid.IntRange(0, 1).Draw(rt, "node")].Save(t.Context(), id, o.fence-1, frame(1, give("s0", 99, 0)))
				if fault.CodeOf(err) != "replaced" {
					rt.Fatalf("the old seat got %v", err)
				}
			},
			"move": func(rt *rapid.T) {
				device := rapid.SampledFrom([]string{"pc", "spare"}).Draw(rt, "device")
				fence, _, err := nodes[rapid.IntRange(0, 1).Draw(rt, "node")].Admit(t.Context(), id, exam.Seat{Device: device, Pledge: true})
				if err != nil {
					rt.Fatal(err)
				}
				if device != o.device {
					o.device = device
					o.fence++
				}
				if fence != o.fence {
					rt.Fatalf("fence %d, want %d", fence, o.fence)
				}
			},
		})
		a := w.fold(t, id)
		got := map[bank.QuestionID]string{}
		for q, seqs := range o.given {
			if k, ok := a.Answer(q); ok {
				got[q] = fmt.Sprint(k.Seq, k.Value, k.Flagged)
			}
			if len(a.History(q)) != len(seqs) {
				rt.Fatalf("%s has a history of %d answers, want %d", q, len(a.History(q)), len(seqs))
			}
		}
		if d := cmp.Diff(o.counts(), got); d != "" {
			rt.Fatalf("answers that count (-oracle +ledger):\n%s", d)
		}
	})
}

// check saves at a random node and compares the reply with the oracle's.
func check(t *rapid.T, nodes []*node, id exam.AttemptID, o *oracle, f exam.SaveFrame) {
	copied := exam.SaveFrame{N: f.N}
	for _, g := range f.Answers {
		g.Value = slices.Clone(g.Value)
		copied.Answers = append(copied.Answers, g)
	}
	r, err := nodes[rapid.IntRange(0, 1).Draw(t, "node")].Save(t.Context(), id, o.fence, copied)
	if err != nil {
		t.Fatal(err)
	}
	var acks, refused []string
	for _, g := range f.Answers {
		g.Value = slices.Clone(g.Value)
		word := fmt.Sprint(g.Question, " ", g.Seq)
		if code := o.take(g); code != "" {
			refused = append(refused, word+" "+code)
		} else {
			acks = append(acks, word)
		}
	}
	var gotAcks, gotRefused []string
	if r.Ack != nil {
		for _, a := range r.Ack.Answers {
			gotAcks = append(gotAcks, fmt.Sprint(a.Question, " ", a.Seq))
			if a.At.IsZero() {
				t.Fatal("an acknowledgement without a time")
			}
		}
	}
	if r.Refused != nil {
		for _, a := range r.Refused.Answers {
			gotRefused = append(gotRefused, fmt.Sprint(a.Question, " ", a.Seq, " ", a.Code))
		}
	}
	if d := cmp.Diff([][]string{acks, refused}, [][]string{gotAcks, gotRefused}); d != "" {
		t.Fatalf("reply (-oracle +service):\n%s", d)
	}
}
