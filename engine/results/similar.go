package results

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/similarity"
)

// Comparison is the evidence of answers that agree too much, with the people
// named. It is for a panel to judge and changes nothing.
type Comparison struct {
	similarity.Report
	People map[string]Person `json:"people"` // by attempt, of the pairs
}

// Person is one side of a pair.
type Person struct {
	Ticket exam.TicketNo `json:"ticket"`
	Name   string        `json:"name"`
	Unit   string        `json:"unit"`
	Place  exam.Place    `json:"place"`
	Form   string        `json:"form"`
}

// Compare compares the answers of a sitting's candidates, room by room. Who
// asked and why goes into the ledger before the answer is given, because the
// report names people. Items that are void, or that people mark, are not
// compared. Errors: ErrNotSettled, exam.ErrReason, exam.ErrSealed,
// exam.ErrNotOpen, exam.ErrSittingNotFound.
func (s *Service) Compare(ctx context.Context, id exam.SittingID, cfg similarity.Config, reason, actor string) (Comparison, error) {
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > maxReason {
		return Comparison{}, exam.ErrReason
	}
	t, err := s.tableOf(ctx, id, 0)
	if err != nil {
		return Comparison{}, err
	}
	if err := settled(t.scripts); err != nil {
		return Comparison{}, err
	}
	info, err := s.exam.Sitting(ctx, id)
	if err != nil {
		return Comparison{}, err
	}
	out := Comparison{Report: similarity.Compare(sheets(&t, &info.Sitting), cfg), People: map[string]Person{}}
	for _, p := range out.Pairs {
		for _, attempt := range []string{p.A, p.B} {
			i := slices.IndexFunc(t.scripts, func(s exam.Script) bool { return string(s.Attempt) == attempt })
			c := &t.scripts[i]
			out.People[attempt] = Person{Ticket: c.Ticket, Name: c.Name, Unit: c.Unit, Place: c.Place, Form: c.Form}
		}
	}
	_, err = s.steer(ctx, id, actor, "", func(*State) (event, error) {
		return compared{Reason: reason, Listed: len(out.Pairs), Among: out.Compared}, nil
	})
	return out, err
}

// sheets takes over the marked scripts.
func sheets(t *table, sitting *exam.Sitting) []similarity.Sheet {
	spots := spotsOf(sitting)
	items := map[scoring.PaperKey]map[scoring.ItemID]*scoring.Item{}
	for key, list := range t.papers {
		items[key] = make(map[scoring.ItemID]*scoring.Item, len(list))
		for i := range list {
			items[key][list[i].ID] = &list[i]
		}
	}
	var out []similarity.Sheet
	for i := range t.scripts {
		c := &t.scripts[i]
		m := t.standings[c.Attempt]
		if m == nil {
			continue
		}
		sheet := similarity.Sheet{ID: string(c.Attempt), Room: c.Place.Centre + "/" + c.Place.Room, Form: c.Form,
			Responses: make(map[scoring.ItemID]similarity.Response, len(m.Result.Items))}
		if spot, ok := spots[c.Place]; ok {
			sheet.Spot = &spot
		}
		for _, r := range m.Result.Items {
			if r.State == scoring.ItemVoid || r.State == scoring.ItemToMark || r.State == scoring.ItemBlank {
				continue
			}
			sheet.Responses[r.ID] = similarity.Response{Value: spelled(items[scoring.PaperKey(c.Paper)][r.ID], c.Answers[r.ID]),
				Right: r.State == scoring.ItemRight, At: c.Changed[r.ID]}
		}
		out = append(out, sheet)
	}
	return out
}

// spelled writes an answer in one way.
func spelled(it *scoring.Item, answer []string) string {
	values := slices.Clone(answer)
	switch it.Kind {
	case scoring.ItemFillIn:
		for i, v := range values {
			values[i] = scoring.FoldText(v, it.Blanks[i].CaseMatters)
		}
	case scoring.ItemSingle, scoring.ItemMultiple, scoring.ItemTrueFalse:
		slices.Sort(values)
	case scoring.ItemOrdering, scoring.ItemMatching, scoring.ItemManual:
	}
	return fmt.Sprintf("%q", values)
}

// spotsOf lays the seats of each room out, row by row; spare seats stand
// behind the others.
func spotsOf(s *exam.Sitting) map[exam.Place]similarity.Spot {
	out := map[exam.Place]similarity.Spot{}
	for _, c := range s.Centres {
		for _, r := range c.Rooms {
			for _, seat := range slices.Concat(r.Seats, r.Spare) {
				row, column, _ := r.Spot(seat)
				out[exam.Place{Centre: c.Code, Room: r.Code, Seat: seat}] = similarity.Spot{Row: row, Column: column}
			}
		}
	}
	return out
}
