package exam_test

import (
	"fmt"
	"slices"
	"strings"
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
	given  map[bank.QuestionID][]entry
	// acked is kept apart from given and knows nothing of what repeats what:
	// law 1 itself.
	acked map[bank.QuestionID]entry
}

// entry is one answer of the oracle.
type entry struct {
	fence, seq int64
	value      string // as text, in normal form
	flagged    bool
}

// normal is the naive reading of what each kind takes; code is "" when the
// value fits.
func normal(q bank.QuestionID, value []string) (text, code string) {
	list := slices.Clone(value)
	repeated := len(slices.Compact(slices.Sorted(slices.Values(list)))) != len(list)
	stranger := slices.ContainsFunc(list, func(v string) bool { return v != "" && !strings.HasPrefix(v, string(q)+"-o") })
	blank := strings.TrimSpace(strings.Join(list, "")) == ""
	switch q {
	case "nowhere":
		return "", exam.CodeUnknownQuestion
	case "single", "part1", "multi":
		slices.Sort(list)
		switch {
		case len(list) > 4:
			return "", exam.CodeTooManyOptions
		case repeated || stranger:
			return "", exam.CodeUnknownOption
		case q != "multi" && len(list) > 1:
			return "", exam.CodeTooManyOptions
		}
	case "order":
		switch {
		case len(list) == 0:
		case len(list) != 3:
			return "", exam.CodeNotPermutation
		case repeated:
			return "", exam.CodeNotPermutation
		}
	case "match":
		if len(list) != 0 && len(list) != 2 {
			return "", exam.CodePairCount
		}
	case "fill":
		if len(list) != 0 && len(list) != 2 {
			return "", exam.CodeBlankCount
		}
	case "short":
		if len(list) > 1 {
			return "", exam.CodeTextCount
		}
	}
	if blank {
		return "[]", ""
	}
	return fmt.Sprint(list), ""
}

// take says what becomes of one answer of the seat: "" when it is acknowledged.
func (o *oracle) take(g exam.Given) string { return o.takeAt(o.fence, g) }

// size is how many answers the oracle holds.
func (o *oracle) size() (n int) {
	for _, list := range o.given {
		n += len(list)
	}
	return n
}

func (o *oracle) takeAt(fence int64, g exam.Given) string {
	text, code := normal(g.Question, g.Value)
	if code != "" {
		return code
	}
	e := entry{fence: fence, seq: g.Seq, value: text, flagged: g.Flagged}
	if g.Fence > 0 && g.Fence < fence {
		e.fence = g.Fence
	}
	clash := false
	for _, k := range o.given[g.Question] {
		if k.fence >= e.fence && k.seq == e.seq && k.value == e.value && k.flagged == e.flagged {
			o.promise(g.Question, e)
			return ""
		}
		clash = clash || k.seq == e.seq && k.fence == e.fence
	}
	if clash {
		return exam.CodeSeqReused
	}
	o.given[g.Question] = append(o.given[g.Question], e)
	o.promise(g.Question, e)
	return ""
}

// newer reports whether an answer replaces another one.
func (e entry) newer(k entry) bool { return e.fence > k.fence || e.fence == k.fence && e.seq > k.seq }

// promise notes the newest answer to the question that was acknowledged, as
// the machine knows it: by the seat where it was given and the seq.
func (o *oracle) promise(q bank.QuestionID, e entry) {
	if k, ok := o.acked[q]; !ok || e.newer(k) {
		o.acked[q] = e
	}
}

// counts is, of each question, the last answer of the last seat.
func (o *oracle) counts() map[bank.QuestionID]string {
	all := map[bank.QuestionID]string{}
	for q, list := range o.given {
		top := list[0]
		for _, k := range list {
			if k.newer(top) {
				top = k
			}
		}
		all[q] = fmt.Sprint(top.fence, " ", top.seq, " ", top.value, " ", top.flagged)
	}
	return all
}

var drawGiven = rapid.Custom(func(t *rapid.T) exam.Given {
	q := rapid.SampledFrom([]bank.QuestionID{"single", "multi", "fill", "order", "match", "short", "part1", "nowhere"}).Draw(t, "question")
	g := exam.Given{Question: q, Seq: rapid.Int64Range(1, 6).Draw(t, "seq"), Flagged: rapid.Bool().Draw(t, "flagged"),
		Fence: rapid.Int64Range(0, 3).Draw(t, "given at")}
	words := []string{"", "220", strings.Repeat("电", 60)}
	if q != "fill" && q != "short" {
		words = nil
		for i := range 3 {
			words = append(words, string(option(q, i)))
		}
		if q == "match" {
			words = append(words, "")
		}
	}
	g.Value = rapid.SliceOfN(rapid.SampledFrom(words), 0, 3).Draw(t, "value")
	return g
})

// Random frames with duplicates, reorders, replays, rescue files and moves
// between two devices and two nodes, one of which forgets at once: what the
// ledger holds
// in the end is what the oracle holds, and every reply said so.
func TestAnswersEqualTheOracle(t *testing.T) {
	t.Parallel()
	w := openStores(t)
	w.papers = unsealed(every())
	now := func() time.Time { return start.Add(time.Minute) }
	key := boxKey(t)
	nodes := []*node{w.serve(t, exam.Options{Node: "a", Now: now, Box: key}), w.serve(t, exam.Options{Node: "b", Now: now, Box: key, MaxIdle: 1})}
	var list []exam.Ticket
	var tails map[exam.TicketNo]string
	sittings := 0
	rapid.Check(t, func(rt *rapid.T) {
		if len(list) == 0 { // each run, also of shrinking, takes a candidate of its own
			sittings++
			s := sitting(120)
			s.ID, s.Code = exam.SittingID(fmt.Sprintf("s%d", sittings)), fmt.Sprint(sittings)
			s.Ticket, s.Papers = "{sitting}-{seat}", []bank.PaperID{"paper"}
			// The same people and seats: planned one after the other, started now.
			s.StartsAt = start.Add(time.Duration(sittings-1) * 3 * time.Hour)
			s.ClosesAt = s.StartsAt.Add(3 * time.Hour)
			s.Rules.EntryOpensMS, s.Rules.EarlyStartMS = 48*60*minute, 48*60*minute
			list, tails = opened(t, nodes[0], s, 120)
			must(t, nodes[0].Start(t.Context(), s.ID, "staff"))
		}
		id, fence := seated(t, nodes[0], list[0], tails[list[0].No])
		list0 := list[0]
		list = list[1:]
		o := &oracle{fence: fence, device: "pc", given: map[bank.QuestionID][]entry{}, acked: map[bank.QuestionID]entry{}}
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
				_, err := nodes[rapid.IntRange(0, 1).Draw(rt, "node")].Save(t.Context(), id, o.fence-1, frame(1, give("single", 99, 0)))
				if fault.CodeOf(err) != "replaced" {
					rt.Fatalf("the old seat got %v", err)
				}
			},
			"rescue": func(rt *rapid.T) {
				c := exam.RescueContent{Attempt: id, Fence: rapid.Int64Range(1, o.fence).Draw(rt, "seat"),
					Entries: rapid.SliceOfN(drawGiven, 0, 5).Draw(rt, "entries")}
				r, err := nodes[rapid.IntRange(0, 1).Draw(rt, "node")].ImportRescue(t.Context(), list0.Sitting, "staff", rescueFile(t, key, c))
				if err != nil {
					rt.Fatal(err)
				}
				before, refused := o.size(), 0
				for _, g := range c.Entries {
					if o.takeAt(c.Fence, g) != "" {
						refused++
					}
				}
				taken := o.size() - before
				if r.Taken != taken || len(r.Refused) != refused || r.Known != len(c.Entries)-taken-refused || r.Late != 0 {
					rt.Fatalf("the file gave %+v, the oracle %d taken and %d refused of %d", r, taken, refused, len(c.Entries))
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
				got[q] = fmt.Sprint(k.Fence, " ", k.Seq, " ", k.Value, " ", k.Flagged)
			}
			if len(a.History(q)) != len(seqs) {
				rt.Fatalf("%s has a history of %d answers, want %d", q, len(a.History(q)), len(seqs))
			}
		}
		if d := cmp.Diff(o.counts(), got); d != "" {
			rt.Fatalf("answers that count (-oracle +ledger):\n%s", d)
		}
		promised := map[bank.QuestionID]string{}
		for q, e := range o.acked {
			promised[q] = fmt.Sprint(e.fence, " ", e.seq, " ", e.value, " ", e.flagged)
		}
		if d := cmp.Diff(promised, got); d != "" {
			rt.Fatalf("the last answers that were acknowledged do not count (-acknowledged +ledger):\n%s", d)
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
