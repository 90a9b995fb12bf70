package web

import (
	"context"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/engine/results"
	"github.com/xinglu/xinglu/scoring"
)

// KeyList are the items of a sitting with what people need to decide on keys.
type KeyList struct {
	Version int       `json:"version"` // of the keys
	Items   []KeyItem `json:"items"`   // in paper order, each once
}

// KeyItem is one item with its texts, its key and how it was answered.
type KeyItem struct {
	results.ItemTally
	Kind    bank.Kind         `json:"kind"`
	Markup  bank.Markup       `json:"markup,omitempty"`
	Stem    string            `json:"stem"`
	Options []bank.SeatOption `json:"options"`
	Prompts []bank.SeatPrompt `json:"prompts"`
}

// decisionItems shows questions with keys. Each paper's viewing is in the
// record of its custody before anything is returned.
func (s *Server) decisionItems(ctx context.Context, a actor, in *resultsIn) (*bodyOf[KeyList], error) {
	version, tallies, err := s.Results.Items(ctx, in.Sitting, in.Version)
	if err != nil {
		return nil, err
	}
	texts := map[scoring.ItemID]*bank.SeatQuestion{}
	info, err := s.Exam.Sitting(ctx, in.Sitting)
	if err != nil {
		return nil, err
	}
	for _, paper := range info.Papers {
		c, err := s.Custody.Look(ctx, custody.Look{Sitting: string(in.Sitting), Paper: paper, By: a.ID(), Reason: "答案更正 / decision on keys"})
		if err != nil {
			return nil, err
		}
		seat, err := c.ForSeat()
		if err != nil {
			return nil, err
		}
		for i := range seat.Sections {
			leaves(seat.Sections[i].Questions, texts)
		}
	}
	out := KeyList{Version: version, Items: make([]KeyItem, 0, len(tallies))}
	for _, t := range tallies {
		item := KeyItem{ItemTally: t, Options: []bank.SeatOption{}, Prompts: []bank.SeatPrompt{}}
		if q := texts[t.Item.ID]; q != nil {
			item.Kind, item.Markup, item.Stem = q.Kind, q.Markup, q.Stem
			item.Options = append(item.Options, q.Options...)
			item.Prompts = append(item.Prompts, q.Prompts...)
		}
		out.Items = append(out.Items, item)
	}
	return &bodyOf[KeyList]{out}, nil
}

// leaves enters what is answered: questions, and the parts of cases.
func leaves(list []bank.SeatQuestion, into map[scoring.ItemID]*bank.SeatQuestion) {
	for i := range list {
		if len(list[i].Parts) > 0 {
			leaves(list[i].Parts, into)
			continue
		}
		into[scoring.ItemID(list[i].ID)] = &list[i]
	}
}
