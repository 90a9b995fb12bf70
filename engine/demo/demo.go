// Package demo fills an empty store with a demonstration: a question bank, a
// sitting that anyone may sit at once, and a contest with divisions at three
// stages: entries wait, the draw waits, marks come in.
//
// Everything goes in through the same doors as real data: the workbooks
// through the importer, people through registration, the contest through
// engine. All people, units and numbers are invented; see data/README.md.
package demo

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/exchange"
	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/engine/exam"
)

//go:embed data/*.xlsx data/*.json
var files embed.FS

// Services are the doors the data goes through.
type Services struct {
	Access  *access.Access
	Bank    *bank.Bank
	Exam    *exam.Service
	Custody *custody.Vault
	Contest *engine.Contests
	Now     func() time.Time
}

var occupation = bank.Occupation{Edition: "2015", Code: "6-31-01-03", Name: "电工"}

const actor = "demo"

// Load brings the demonstration in, or finds what is there of it. A round of
// it (contest and sitting) lasts 23 hours; after that a new one is made, so
// that there is always a paper to sit.
func Load(ctx context.Context, s Services) (Guide, error) {
	var p people
	if err := readJSON("data/people.json", &p); err != nil {
		return Guide{}, err
	}
	g := Guide{Passphrase: passphrase}
	p.logins(&g)
	who, err := s.accounts(ctx, &p)
	if err != nil {
		return g, fmt.Errorf("accounts: %w", err)
	}
	if err := s.fillBank(ctx); err != nil {
		return g, fmt.Errorf("bank: %w", err)
	}
	papers, err := s.draw(ctx, Blueprint(), 20261101, 20261102)
	if err != nil {
		return g, fmt.Errorf("bank: %w", err)
	}
	round, err := s.round(ctx)
	if err != nil {
		return g, err
	}
	if round == "" {
		if round, err = s.newRound(ctx, &p, who, papers); err != nil {
			return g, fmt.Errorf("round: %w", err)
		}
	}
	if err := s.guide(ctx, &p, round, &g); err != nil {
		return g, err
	}
	g.AllKinds, err = s.allKinds(ctx, &p, round)
	if err != nil {
		return g, fmt.Errorf("sitting of all kinds: %w", err)
	}
	return g, nil
}

func readJSON(name string, into any) error {
	b, err := files.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// fillBank imports the workbooks that are not there yet.
func (s Services) fillBank(ctx context.Context) error {
	id := bank.OutlineFor(occupation, bank.Advanced)
	body, err := files.ReadFile("data/dgy3-outline.xlsx")
	if err != nil {
		return err
	}
	of, report, err := exchange.ReadOutline(bytes.NewReader(body), int64(len(body)), "dgy3-outline.xlsx", occupation, bank.Advanced)
	if err != nil {
		return err
	}
	if _, err := s.Bank.AcceptOutline(ctx, actor, of, report); err != nil {
		return err
	}
	outline, err := s.Bank.Outline(ctx, id)
	if err != nil {
		return err
	}
	for _, name := range []string{"dgy3-questions.xlsx", "dgy3-kinds.xlsx"} {
		if body, err = files.ReadFile("data/" + name); err != nil {
			return err
		}
		qf, report, err := exchange.ReadQuestions(bytes.NewReader(body), int64(len(body)), name, outline)
		if err != nil {
			return err
		}
		if _, _, err := s.Bank.AcceptQuestions(ctx, actor, qf, report); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// draw draws a form of the blueprint for each seed.
func (s Services) draw(ctx context.Context, plan bank.Blueprint, seeds ...uint64) ([]bank.PaperID, error) {
	var papers []bank.PaperID
	for _, seed := range seeds {
		paper, err := s.Bank.Assemble(ctx, actor, plan, seed)
		if err != nil {
			return nil, err
		}
		papers = append(papers, paper.ID)
	}
	return papers, nil
}

// Blueprint is the demonstration's paper: 60 single, 20 multiple choice and
// 20 true/false of one mark each, by the outline's weights, in 90 minutes.
func Blueprint() bank.Blueprint {
	return bank.Blueprint{
		ID: "dgy3-demo", Version: 1, Title: "电工（三级/高级工）理论知识试卷",
		Outline: bank.OutlineFor(occupation, bank.Advanced),
		Sections: []bank.SectionPlan{
			{Kind: bank.SingleChoice, Count: 60, ScoreEach: 100},
			{Kind: bank.MultipleChoice, Count: 20, ScoreEach: 100},
			{Kind: bank.TrueFalse, Count: 20, ScoreEach: 100},
		},
		Total: 10000, Limit: 90 * 60, Pass: 6000, Depth: 2,
	}
}
