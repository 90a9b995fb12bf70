package bank_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
)

// TestSeatTypesHoldNoSecrets walks the seat types: no field of them, at any
// depth, may have the Go or JSON name of something a candidate must not see.
func TestSeatTypesHoldNoSecrets(t *testing.T) {
	t.Parallel()
	forbidden := []string{"key", "answer", "right", "correct", "explanation", "source", "difficulty", "consistency",
		"point", "importance", "guid", "status", "batch", "seed", "trace", "blueprint", "accept", "numeric", "tolerance", "reference", "share_bp"}
	var names []string
	walkType(reflect.TypeFor[bank.SeatPaper](), map[reflect.Type]bool{}, &names)
	for _, n := range names {
		if slices.Contains(forbidden, strings.ToLower(n)) {
			t.Errorf("a seat type has a field %q", n)
		}
	}
	want := []string{"blanks", "code", "edition", "figures", "fixed", "height", "id", "kind", "level", "limit_seconds",
		"markup", "name", "occupation", "options", "parts", "prompts", "questions", "score", "score_each", "sections",
		"stem", "text", "title", "total", "trade", "version", "width"}
	var tags []string
	for _, n := range names {
		if n == strings.ToLower(n) {
			tags = append(tags, n)
		}
	}
	slices.Sort(tags)
	if diff := cmp.Diff(want, slices.Compact(tags)); diff != "" {
		t.Errorf("JSON names of a seat paper; think before adding one (-want +got):\n%s", diff)
	}
}

// walkType collects the Go and JSON names of all fields.
func walkType(t reflect.Type, seen map[reflect.Type]bool, names *[]string) {
	switch t.Kind() {
	case reflect.Slice, reflect.Pointer, reflect.Array, reflect.Map:
		walkType(t.Elem(), seen, names)
	case reflect.Struct:
		if seen[t] {
			return
		}
		seen[t] = true
		for i := range t.NumField() {
			f := t.Field(i)
			tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			*names = append(*names, f.Name, tag)
			walkType(f.Type, seen, names)
		}
	}
}

// plant fills every field of a value at any depth with texts and numbers that
// can be found again, and notes which field got which. Lists get one element;
// a question's parts go one level deep.
func plant(v reflect.Value, path string, planted map[string]string) {
	switch v.Kind() {
	case reflect.String:
		mark := fmt.Sprintf("mark%04dx", len(planted)+1)
		planted[mark] = path
		v.SetString(mark)
	case reflect.Int, reflect.Int64:
		n := 770000 + len(planted) + 1
		planted[strconv.Itoa(n)] = path
		v.SetInt(int64(n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		plant(v.Elem(), path, planted)
	case reflect.Slice:
		if strings.Count(path, "Parts") > 1 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		plant(v.Index(0), path, planted)
	case reflect.Struct:
		for i := range v.NumField() {
			plant(v.Field(i), path+"."+v.Type().Field(i).Name, planted)
		}
	}
}

// TestSeatPaperHidesPlantedSecrets plants something in every field of a
// question, also in those that do not exist yet, and looks for it at the seat
// and in the shape.
func TestSeatPaperHidesPlantedSecrets(t *testing.T) {
	t.Parallel()
	planted := map[string]string{}
	var q bank.Question
	plant(reflect.ValueOf(&q).Elem(), "", planted)
	c := bank.Content{Questions: []bank.Question{q}, Paper: bank.Paper{ID: "p1", Title: "试卷", Seed: 987654,
		Outline: "机密", Blueprint: "机密", Total: 100, Limit: 60, Pass: 987655,
		Sections: []bank.Section{{Kind: bank.Case, Title: "案例", ScoreEach: 100, Items: []bank.QuestionRef{q.Ref()}}}}}
	seat, err := c.ForSeat()
	must(t, err)
	shape, err := c.Shape()
	must(t, err)
	texts := []string{".ID", ".Version", ".Kind", ".Options.ID", ".Prompts.ID", ".Parts.ID", ".Parts.Kind", ".Parts.Options.ID", ".Parts.Prompts.ID"}
	for name, test := range map[string]struct {
		value any
		want  []string
	}{
		"shape": {shape, texts},
		"seat": {seat, append([]string{".Markup", ".Stem", ".Options.Text", ".Prompts.Text",
			".Parts.Markup", ".Parts.Stem", ".Parts.Options.Text", ".Parts.Prompts.Text"}, texts...)},
	} {
		body, err := json.Marshal(test.value)
		must(t, err)
		var shown []string
		for mark, path := range planted {
			if strings.Contains(string(body), mark) {
				shown = append(shown, path)
			}
		}
		slices.Sort(shown)
		slices.Sort(test.want)
		if diff := cmp.Diff(test.want, shown); diff != "" {
			t.Errorf("%s shows (-want +got):\n%s", name, diff)
		}
		if strings.Contains(string(body), "机密") || strings.Contains(string(body), "98765") {
			t.Errorf("%s shows a secret of the paper: %s", name, body)
		}
	}
	c.Questions = nil
	_, err = c.ForSeat()
	_, err2 := c.Shape()
	if !errors.Is(err, bank.ErrQuestionUnknown) || !errors.Is(err2, bank.ErrQuestionUnknown) {
		t.Errorf("a question that is not there: %v, %v", err, err2)
	}
}

// TestShapeHoldsNoText: of the strings in a shape, only title, kinds, ids and
// the occupation are there.
func TestShapeHoldsNoText(t *testing.T) {
	t.Parallel()
	var names []string
	walkType(reflect.TypeFor[bank.Shape](), map[reflect.Type]bool{}, &names)
	names = slices.DeleteFunc(names, func(n string) bool { return n != strings.ToLower(n) })
	slices.Sort(names)
	want := []string{"blanks", "code", "edition", "fixed", "id", "items", "kind", "level", "limit_seconds", "name",
		"occupation", "options", "parts", "prompts", "score", "score_each", "sections", "title", "total", "trade", "version"}
	if diff := cmp.Diff(want, slices.Compact(names)); diff != "" {
		t.Errorf("JSON names of a shape; think before adding one (-want +got):\n%s", diff)
	}
}

// TestOptionIDsSayNothing: they differ between questions and are no letters.
func TestOptionIDsSayNothing(t *testing.T) {
	t.Parallel()
	o := sample()
	seen := map[bank.OptionID]bool{}
	for _, q := range questions(&o) {
		for _, option := range q.Options {
			if len(option.ID) != 11 || seen[option.ID] {
				t.Fatalf("option id %q", option.ID)
			}
			seen[option.ID] = true
		}
	}
}
