package bank_test

import (
	"encoding/json"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/bank/assemble"
	"github.com/xinglu/xinglu/internal/fault"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestPaperGolden(t *testing.T) {
	t.Parallel()
	o := sample()
	p, err := bank.Compose(o, activated(questions(&o)), hundred(), 20260501)
	must(t, err)
	body, err := json.MarshalIndent(p, "", " ")
	must(t, err)
	file := filepath.Join("testdata", "paper.golden.json")
	if *update {
		must(t, os.WriteFile(file, body, 0o600))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if diff := cmp.Diff(string(want), string(body)); diff != "" {
		t.Errorf("paper of a seed changed (-want +got):\n%s", diff)
	}
}

// TestHalfPoints: 160 × 0.5 + 40 × 0.5 = 100 marks, from a bank of 200 points:
// every point is tested once.
func TestHalfPoints(t *testing.T) {
	t.Parallel()
	o := sample()
	// 200 items ask for 10, 40, 60, 45 and 45 of the five ranges.
	weights := []bank.RangeWeight{{Range: "A-A", Weight: 2000}, {Range: "A-B", Weight: 2000}, {Range: "B-C", Weight: 2000}, {Range: "B-D", Weight: 2000}, {Range: "B-E", Weight: 2000}}
	b := halves()
	b.Weights = weights
	list := activated(questions(&o))
	p, err := bank.Compose(o, list, b, 7)
	must(t, err)
	var sum int64
	points := map[bank.PointPath]bool{}
	byRef := map[bank.QuestionRef]bank.Question{}
	for _, q := range list {
		byRef[q.Ref()] = q
	}
	for _, s := range p.Sections {
		for _, ref := range s.Items {
			sum += s.ScoreEach
			points[byRef[ref].Point] = true
			if byRef[ref].Kind != s.Kind {
				t.Errorf("%s in section %s", ref.ID, s.Kind)
			}
		}
	}
	if sum != 10000 || p.Total != 10000 || len(points) != 200 || len(p.Sections[0].Items) != 160 || len(p.Sections[1].Items) != 40 {
		t.Errorf("sum %d, total %d, %d points, %d + %d items", sum, p.Total, len(points), len(p.Sections[0].Items), len(p.Sections[1].Items))
	}
	if p.Sections[0].Title != "单选题" || p.Sections[1].Title != "判断" || p.Pass != 6000 || p.Limit != 7200 {
		t.Errorf("titles, pass and limit: %+v", p)
	}
}

func TestComposeByDepth(t *testing.T) {
	t.Parallel()
	o := sample()
	list := activated(questions(&o))
	for depth, want := range map[int]map[string]int{
		1: {"A": 25, "B": 75},
		2: {"A-A": 5, "A-B": 20, "B-C": 30, "B-D": 23, "B-E": 22}, // 22.5 twice: the earlier gets the odd one
		0: {"A-A": 5, "A-B": 20, "B-C": 30, "B-D": 23, "B-E": 22},
		6: {"A-A": 5, "A-B": 20, "B-C": 30, "B-D": 23, "B-E": 22},
	} {
		b := hundred()
		b.Depth = depth
		p, err := bank.Compose(o, list, b, 1)
		must(t, err)
		got := map[string]int{}
		for _, c := range p.Trace.Cells {
			got[c.Range] += c.Picked
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("depth %d (-want +got):\n%s", depth, diff)
		}
	}
}

func TestComposeLeavesAside(t *testing.T) {
	t.Parallel()
	o := sample()
	list := activated(questions(&o))
	list[0].Status = bank.Draft
	list[1].Point = "A-A-999"
	list[2].Outline = "other"
	p, err := bank.Compose(o, list, hundred(), 1)
	must(t, err)
	if p.Trace.Aside != 3 {
		t.Errorf("%d set aside, want 3", p.Trace.Aside)
	}
	for _, ref := range p.Refs() {
		if slices.Contains([]bank.QuestionID{list[0].ID, list[1].ID, list[2].ID}, ref.ID) {
			t.Errorf("%s was drawn", ref.ID)
		}
	}
}

func TestComposeInfeasible(t *testing.T) {
	t.Parallel()
	o := sample()
	list := slices.DeleteFunc(activated(questions(&o)), func(q bank.Question) bool { return q.Point.Under("B-D") && q.Kind == bank.SingleChoice })
	p, err := bank.Compose(o, list, hundred(), 1)
	// 23 items of B-D from 20 true/false questions: the paper has no more.
	f := fault.As(err)
	if !errors.Is(err, assemble.ErrInfeasible) || f.Fields[0].Params["range"] != "B-D" || f.Fields[0].Params["needed"] != "23" {
		t.Errorf("%+v, %v", p.ID, err)
	}
	for _, field := range f.Fields {
		if field.Path == "B-D/single_choice" && field.Params["available"] == "0" && field.Params["needed"] == "19" {
			return
		}
	}
	t.Errorf("no field for B-D × single choice: %+v", f.Fields)
}

func TestBlueprintValidate(t *testing.T) {
	t.Parallel()
	o := sample()
	for name, c := range map[string]struct {
		change func(*bank.Blueprint)
		want   []string
	}{
		"halves":      {func(*bank.Blueprint) {}, nil},
		"total":       {func(b *bank.Blueprint) { b.Total = 9950 }, []string{"total total_sum"}},
		"count":       {func(b *bank.Blueprint) { b.Sections[0].Count = 0 }, []string{"sections[0].count count_range"}},
		"huge":        {func(b *bank.Blueprint) { b.Sections[0].Count = 1 << 60 }, []string{"sections[0].count count_range"}},
		"long":        {func(b *bank.Blueprint) { b.Sections[0].Count, b.Total = 480, 26000 }, []string{"sections paper_too_long"}},
		"score":       {func(b *bank.Blueprint) { b.Sections[1].ScoreEach = 0 }, []string{"sections[1].score_each score_range"}},
		"kind":        {func(b *bank.Blueprint) { b.Sections[1].Kind = "riddle" }, []string{"sections[1].kind kind_unknown"}},
		"kind twice":  {func(b *bank.Blueprint) { b.Sections[1].Kind = bank.SingleChoice }, []string{"sections[1].kind kind_repeated"}},
		"no sections": {func(b *bank.Blueprint) { b.Sections, b.Total, b.Pass = nil, 0, 0 }, []string{"sections sections_missing"}},
		"pass":        {func(b *bank.Blueprint) { b.Pass = 10001 }, []string{"pass pass_range"}},
		"limit":       {func(b *bank.Blueprint) { b.Limit = 0 }, []string{"limit_seconds limit_range"}},
		"identity":    {func(b *bank.Blueprint) { b.ID, b.Version = "", 0 }, []string{"id id_form", "version version_range"}},
		"depth":       {func(b *bank.Blueprint) { b.Depth = 7 }, []string{"depth depth_range"}},
		"other":       {func(b *bank.Blueprint) { b.Outline = "x" }, []string{"outline outline_other"}},
		"weights":     {func(b *bank.Blueprint) { b.Weights = []bank.RangeWeight{{Range: "A", Weight: 9999}} }, []string{"weights weights_sum"}},
		"weight twice": {func(b *bank.Blueprint) {
			b.Weights = []bank.RangeWeight{{Range: "A", Weight: 5000}, {Range: "A", Weight: 5000}}
		}, []string{"weights[1] share_repeated"}},
		"overlap": {func(b *bank.Blueprint) {
			b.Weights = []bank.RangeWeight{{Range: "A", Weight: 5000}, {Range: "A-A", Weight: 5000}}
		}, []string{"weights[1] range_overlaps"}},
		"no range":   {func(b *bank.Blueprint) { b.Weights = []bank.RangeWeight{{Range: "Q", Weight: 10000}} }, []string{"weights[0] range_unknown"}},
		"point":      {func(b *bank.Blueprint) { b.Weights = []bank.RangeWeight{{Range: "A-A-001", Weight: 10000}} }, []string{"weights[0] range_unknown"}},
		"difficulty": {func(b *bank.Blueprint) { b.Difficulty = []bank.DifficultyShare{{Difficulty: 6, Weight: 10000}} }, []string{"difficulty[0] share_unknown"}},
		"importance": {func(b *bank.Blueprint) { b.Importance = []bank.ImportanceShare{{Importance: "X", Weight: -1}} }, []string{"importance[0] weight_range"}},
	} {
		b := halves()
		c.change(&b)
		_, err := bank.Compose(o, nil, b, 1)
		if c.want == nil {
			if !errors.Is(err, assemble.ErrInfeasible) { // no questions, but nothing wrong with the blueprint
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if diff := cmp.Diff(c.want, wrong(err)); diff != "" || !errors.Is(err, bank.ErrBlueprint) {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestAssembleStoresOnce(t *testing.T) {
	t.Parallel()
	b, db, led := withOutline(t)
	o := sample()
	list := questions(&o)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	f, r := fileOf("题库.xlsx", list...)
	_, _, err := b.AcceptQuestions(t.Context(), "a", f, r)
	must(t, err)
	p, err := b.Assemble(t.Context(), "a", hundred(), 42)
	must(t, err)
	again, err := b.Assemble(t.Context(), "b", hundred(), 42)
	must(t, err)
	other, err := b.Assemble(t.Context(), "b", hundred(), 43)
	must(t, err)
	if diff := cmp.Diff(p, again); diff != "" || p.ID == other.ID {
		t.Errorf("papers %s %s %s (-first +second):\n%s", p.ID, again.ID, other.ID, diff)
	}
	stored, err := b.Paper(t.Context(), p.ID)
	must(t, err)
	if diff := cmp.Diff(p, stored); diff != "" {
		t.Errorf("stored paper (-want +got):\n%s", diff)
	}
	papers, err := b.Papers(t.Context(), o.ID)
	must(t, err)
	head, err := led.Head(t.Context(), o.ID.Stream())
	must(t, err)
	if len(papers) != 2 || head.Seq != 5 { // outline, questions, blueprint, two papers
		t.Errorf("%d papers, ledger at %d", len(papers), head.Seq)
	}
	checkQuestionsOf(t, bank.New(db, led, sealer(t), clock), &p)
	if _, err := b.Paper(t.Context(), "x"); !errors.Is(err, bank.ErrPaperUnknown) {
		t.Errorf("unknown paper: %v", err)
	}
}

func checkQuestionsOf(t *testing.T, b *bank.Bank, p *bank.Paper) {
	t.Helper()
	of, err := b.QuestionsOf(t.Context(), p)
	must(t, err)
	var refs []bank.QuestionRef
	for _, q := range of {
		refs = append(refs, q.Ref())
		if len(q.Key) != 1 {
			t.Errorf("question %s has no key", q.ID)
		}
	}
	if diff := cmp.Diff(p.Refs(), refs); diff != "" {
		t.Errorf("questions of the paper (-want +got):\n%s", diff)
	}
	content, err := b.Content(t.Context(), p.ID)
	must(t, err)
	if diff := cmp.Diff(bank.Content{Paper: *p, Questions: of, Figures: []bank.Figure{}}, content); diff != "" {
		t.Errorf("content of the paper (-want +got):\n%s", diff)
	}
}

func TestBlueprintVersionsNeverChange(t *testing.T) {
	t.Parallel()
	b, _, _ := withOutline(t)
	bp := hundred()
	must(t, b.SaveBlueprint(t.Context(), "a", bp))
	must(t, b.SaveBlueprint(t.Context(), "b", bp))
	changed := bp
	changed.Pass = 5000
	if err := b.SaveBlueprint(t.Context(), "a", changed); !errors.Is(err, bank.ErrBlueprintExists) {
		t.Errorf("changed version: %v", err)
	}
	changed.Version = 2
	must(t, b.SaveBlueprint(t.Context(), "a", changed))
	list, err := b.Blueprints(t.Context(), bp.Outline)
	must(t, err)
	if diff := cmp.Diff([]bank.Blueprint{bp, changed}, list); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	changed.Weights = []bank.RangeWeight{{Range: "Q", Weight: 10000}}
	changed.Version = 3
	if err := b.SaveBlueprint(t.Context(), "a", changed); !errors.Is(err, bank.ErrBlueprint) {
		t.Errorf("range that is not there: %v", err)
	}
}
