package bank_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/fault"
)

// wrong lists "path code" of an error's fields, or nil.
func wrong(err error) []string {
	var list []string
	if f := fault.As(err); f != nil {
		for _, field := range f.Fields {
			list = append(list, field.Path+" "+field.Code)
		}
	}
	return list
}

func TestOutlineValidate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*bank.Outline)
		want   []string
	}{
		"right":            {func(*bank.Outline) {}, nil},
		"not broken down":  {func(o *bank.Outline) { o.Ranges[0].Ranges[0].Weight, o.Ranges[0].Ranges[1].Weight = 0, 0 }, nil},
		"level-1 sum":      {func(o *bank.Outline) { o.Ranges[0].Weight++; o.Ranges[0].Ranges[0].Weight++ }, []string{"ranges weights_sum"}},
		"child sum":        {func(o *bank.Outline) { o.Ranges[1].Ranges[0].Weight-- }, []string{"B weights_sum"}},
		"range code twice": {func(o *bank.Outline) { o.Ranges[0].Ranges[1].Code = "A" }, []string{"A-A code_repeated"}},
		"point code twice": {func(o *bank.Outline) { o.Ranges[0].Ranges[1].Points[1].Code = "001" }, []string{"A-B-001 code_repeated"}},
		"empty code":       {func(o *bank.Outline) { o.Ranges[0].Ranges[1].Points[1].Code = "" }, []string{"A-B- code_form"}},
		"hyphen in code":   {func(o *bank.Outline) { o.Ranges[0].Ranges[1].Points[1].Code = "0-1" }, []string{"A-B-0-1 code_form"}},
		"no names": {func(o *bank.Outline) { o.Ranges[0].Name = ""; o.Ranges[0].Ranges[0].Points[0].Name = " " },
			[]string{"A range_name_missing", "A-A-001 point_name_missing"}},
		"importance":     {func(o *bank.Outline) { o.Ranges[0].Ranges[0].Points[0].Importance = "W" }, []string{"A-A-001 importance_unknown"}},
		"mixed":          {func(o *bank.Outline) { o.Ranges[0].Points = []bank.Point{{Code: "1", Name: "x", Importance: "X"}} }, []string{"A range_mixed"}},
		"nothing":        {func(o *bank.Outline) { o.Ranges = nil }, []string{"ranges weights_sum", "ranges points_missing"}},
		"no such level":  {func(o *bank.Outline) { o.Level = 6 }, []string{"level level_range"}},
		"bad occupation": {func(o *bank.Outline) { o.Occupation = bank.Occupation{} }, []string{"edition edition_form", "code code_form", "name name_missing"}},
		"negative": {func(o *bank.Outline) { o.Ranges[0].Ranges[0].Weight, o.Ranges[0].Ranges[1].Weight = -100, 2600 },
			[]string{"A-A weight_range"}},
		"too deep": {func(o *bank.Outline) {
			leaf := &o.Ranges[0].Ranges[0]
			for range 5 {
				leaf.Ranges = []bank.Range{{Code: "A", Name: "x", Weight: leaf.Weight, Points: leaf.Points}}
				leaf.Points = nil
				leaf = &leaf.Ranges[0]
			}
		}, []string{"A-A-A-A-A-A-A range_too_deep"}},
	} {
		o := sample()
		c.change(&o)
		err := o.Validate()
		if (err == nil) != (c.want == nil) || err != nil && !errors.Is(err, bank.ErrOutline) {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, wrong(err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestIdentities(t *testing.T) {
	t.Parallel()
	old := electrician
	old.Edition = "2015"
	trade := electrician
	trade.Trade = "变电设备检修工"
	ids := map[bank.OutlineID]bool{}
	for _, o := range []bank.Occupation{electrician, old, trade} {
		for l := bank.SeniorTechnician; l <= bank.Elementary; l++ {
			ids[bank.OutlineFor(o, l)] = true
		}
	}
	if len(ids) != 15 || !ids["2022.6-31-01-03-3"] {
		t.Errorf("outline ids %v", ids)
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bank.Level{"初级": 5, "四级": 4, "高级工": 3, "电工三级": 3, "二级/技师": 2, "技师": 2, "高级技师": 1} {
		if l, ok := bank.LevelIn(text); !ok || l != want {
			t.Errorf("LevelIn(%s) = %d, %v; want %d", text, l, ok, want)
		}
	}
	if _, ok := bank.LevelIn("Sheet1"); ok {
		t.Error("Sheet1 names a level")
	}
	if got := bank.Advanced.Zh() + "|" + bank.Advanced.En() + "|" + bank.Level(0).Zh(); got != "三级/高级工|Level 3 / Advanced worker|" {
		t.Error(got)
	}
}

func TestWeightString(t *testing.T) {
	t.Parallel()
	for w, want := range map[bank.Weight]string{0: "0", 5: "0.05", 250: "2.5", 10000: "100", -50: "-0.5"} {
		if w.String() != want {
			t.Errorf("%d: %s, want %s", w, w, want)
		}
	}
}

// TestJSONRoundTrip: what is stored comes back as it was.
func TestJSONRoundTrip(t *testing.T) {
	t.Parallel()
	o := sample()
	o.Version, o.Batch = 2, "b"
	p, err := bank.Compose(o, activated(questions(&o)), hundred(), 1<<63+5)
	must(t, err)
	q := question(&o, bank.MultipleChoice, "A-A-001", 1)
	q.GUID, q.Batch, q.Options[0].Fixed = "g", "b", true
	b := halves()
	b.Weights = []bank.RangeWeight{{Range: "A", Weight: 10000}}
	b.Importance = []bank.ImportanceShare{{Importance: "X", Weight: 10000}}
	b.Difficulty = []bank.DifficultyShare{{Difficulty: 3, Weight: 10000}}
	b.RepeatPoints = true
	roundTrip(t, o)
	roundTrip(t, p)
	roundTrip(t, q)
	roundTrip(t, b)
}

func roundTrip[T any](t *testing.T, v T) {
	t.Helper()
	body, err := json.Marshal(v)
	must(t, err)
	var back T
	must(t, json.Unmarshal(body, &back))
	if diff := cmp.Diff(v, back); diff != "" {
		t.Errorf("%T (-want +got):\n%s", v, diff)
	}
}

func activated(list []bank.Question) []bank.Question {
	for i := range list {
		list[i].Version, list[i].Status = 1, bank.Active
	}
	return list
}
