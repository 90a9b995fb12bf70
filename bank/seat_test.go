package bank_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
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
		"point", "importance", "guid", "status", "batch", "seed", "trace", "blueprint", "score"}
	var names []string
	walkType(reflect.TypeFor[bank.SeatPaper](), &names)
	for _, n := range names {
		if slices.Contains(forbidden, strings.ToLower(n)) {
			t.Errorf("a seat type has a field %q", n)
		}
	}
	want := []string{"code", "edition", "fixed", "id", "kind", "level", "limit_seconds", "name", "occupation", "options",
		"questions", "score_each", "sections", "stem", "text", "title", "total", "trade", "version"}
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
func walkType(t reflect.Type, names *[]string) {
	switch t.Kind() {
	case reflect.Slice, reflect.Pointer, reflect.Array, reflect.Map:
		walkType(t.Elem(), names)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			*names = append(*names, f.Name, tag)
			walkType(f.Type, names)
		}
	}
}

// TestSeatPaperHidesPlantedSecrets plants a secret in every field that is not
// for candidates and looks for it in the seat paper.
func TestSeatPaperHidesPlantedSecrets(t *testing.T) {
	t.Parallel()
	const secret = "机密"
	o := sample()
	q := question(&o, bank.SingleChoice, "A-A-001", 0)
	q.Version = 3
	q.GUID, q.Explanation, q.Source, q.Batch = secret+"1", secret+"2", secret+"3", secret+"4"
	q.Point, q.Importance, q.Outline, q.Status = secret+"5", secret+"6", secret+"7", secret+"8"
	q.Key = []bank.OptionID{secret + "9"}
	q.Difficulty, q.Consistency, q.Score = 987651, 987652, 987653
	p := bank.Paper{ID: "p1", Title: "试卷", Seed: 987654, Outline: secret, Blueprint: secret,
		Sections: []bank.Section{{Kind: q.Kind, Title: "单选题", ScoreEach: 100, Items: []bank.QuestionRef{q.Ref()}}},
		Total:    100, Limit: 60, Pass: 987655}
	seat, err := p.ForSeat([]bank.Question{q})
	must(t, err)
	body, err := json.Marshal(seat)
	must(t, err)
	if strings.Contains(string(body), secret) || strings.Contains(string(body), "98765") {
		t.Errorf("the seat paper shows a secret: %s", body)
	}
	want := `{"id":"p1","title":"试卷","occupation":{"edition":"","code":"","name":""},"level":0,"sections":[` +
		`{"kind":"single_choice","title":"单选题","score_each":100,"questions":[{"id":"` + string(q.ID) + `","version":3,` +
		`"kind":"single_choice","stem":"` + q.Stem + `","options":[`
	if !strings.HasPrefix(string(body), want) || strings.Count(string(body), `"text":"选项`) != 4 {
		t.Errorf("seat paper %s", body)
	}
	if _, err := p.ForSeat(nil); !errors.Is(err, bank.ErrQuestionUnknown) {
		t.Errorf("a question that is not there: %v", err)
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
