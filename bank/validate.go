package bank

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/xinglu/xinglu/bank/richtext"
	"github.com/xinglu/xinglu/internal/fault"
)

// Validate reports every broken rule with ErrQuestion. Field paths are JSON
// names: "options[2]", "blanks[0].numeric.value", "parts[1].key".
func (q *Question) Validate() error {
	var c fieldList
	q.checkBody(&c, "")
	q.checkNumbers(&c, "")
	if q.Point == "" {
		c.add("point", "point_missing", "the question names no point of the outline")
	}
	if !q.Status.Valid() {
		c.add("status", "status_unknown", "the status is not known")
	}
	if c == nil {
		return nil
	}
	return ErrQuestion.With(c...)
}

// checkBody holds the rules of texts and key. at is "" or the path of a part
// with its dot.
func (q *Question) checkBody(c *fieldList, at string) {
	q.checkTexts(c, at)
	if q.Kind == Case {
		q.checkParts(c, at)
	} else if len(q.Parts) > 0 {
		c.add(at+"parts", "parts_unwanted", "only a case has parts")
	}
	if !q.Kind.Choice() && q.Kind != Ordering && q.Kind != Matching && q.Kind.Valid() && len(q.Options) > 0 {
		c.add(at+"options", "options_unwanted", "this kind of question has no options")
	}
	if q.Kind != Matching && len(q.Prompts) > 0 {
		c.add(at+"prompts", "prompts_unwanted", "only a matching question has a left column")
	}
	if q.Kind != FillIn && len(q.Blanks) > 0 {
		c.add(at+"blanks", "blanks_unwanted", "only a fill-in question has blanks")
	}
	switch q.Kind {
	case SingleChoice, MultipleChoice, TrueFalse:
		q.checkChoice(c, at)
	case Ordering:
		q.checkOrdering(c, at)
	case Matching:
		q.checkMatching(c, at)
	case FillIn:
		q.checkBlanks(c, at)
		q.noKey(c, at)
	case ShortAnswer, Calculation, Essay:
		if q.Reference == "" {
			c.add(at+"reference", "reference_missing", "the question has no reference answer for those who mark it")
		}
		q.noKey(c, at)
	case Case:
		q.noKey(c, at)
	default:
		c.add(at+"kind", "kind_unknown", "the kind of question is not known")
	}
}

func (q *Question) noKey(c *fieldList, at string) {
	if len(q.Key) > 0 {
		c.add(at+"key", "key_unwanted", "this kind of question has no options to be right")
	}
}

func (q *Question) checkNumbers(c *fieldList, at string) {
	if q.Difficulty < 0 || q.Difficulty > 5 {
		c.add(at+"difficulty", "difficulty_range", "the difficulty is a whole number from 1 to 5")
	}
	if q.Consistency < 0 || q.Consistency > 5 {
		c.add(at+"consistency", "consistency_range", "the consistency is a whole number from 1 to 5")
	}
	if q.Score < 0 || q.Score > MaxScore {
		c.add(at+"score", "score_range", "the score is more than 0 and at most %d", MaxScore/100)
	}
}

func (q *Question) checkTexts(c *fieldList, at string) {
	if q.Markup != Plain && q.Markup != HTML {
		c.add(at+"markup", "markup_unknown", "the way the texts are written is not known")
	}
	if q.Stem == "" || q.Markup == HTML && richtext.Text(q.Stem) == "" {
		c.add(at+"stem", "stem_missing", "the question has no stem")
	}
	most := MaxStem
	if q.Kind == Case {
		most = MaxMaterial
	}
	q.text(c, at+"stem", "stem_too_long", q.Stem, most)
	q.text(c, at+"explanation", "explanation_too_long", q.Explanation, MaxNote)
	q.text(c, at+"reference", "reference_too_long", q.Reference, MaxReference)
	c.length(at+"source", "source_too_long", q.Source, MaxNote)
	q.column(c, at+"options", "option", q.Options)
	q.column(c, at+"prompts", "prompt", q.Prompts)
}

// column checks the texts of options or prompts.
func (q *Question) column(c *fieldList, path, name string, list []Option) {
	if len(list) > MaxOptions {
		c.add(path, name+"s_many", "a question has at most %d of them", MaxOptions)
	}
	seen := map[string]bool{}
	for i, o := range list {
		at := path + "[" + strconv.Itoa(i) + "]"
		q.text(c, at, name+"_too_long", o.Text, MaxOption)
		switch text := Fingerprint(o.Text); {
		case o.Text == "":
			c.add(at, name+"_empty", "the %s is empty", name)
		case seen[text]:
			c.add(at, name+"_repeated", "two %ss have the same text", name)
		default:
			seen[text] = true
		}
	}
}

// text checks a text that is written in the question's markup. What counts
// for the length is what a reader sees.
func (q *Question) text(c *fieldList, path, code, text string, most int) {
	switch {
	case q.Markup != HTML:
		c.length(path, code, text, most)
	case len(text) > MaxMarkup:
		c.add(path, "markup_too_long", "the text has %d KiB with its formulas, at most %d are allowed", len(text)>>10, MaxMarkup>>10)
	case !richtext.Safe(text):
		c.add(path, "markup_unsafe", "the text holds more than the allowed HTML")
	default:
		c.length(path, code, richtext.Text(text), most)
	}
}

func (c *fieldList) length(path, code, text string, most int) {
	if n := utf8.RuneCountInString(text); n > most {
		*c = append(*c, fault.Field{Path: path, Code: code,
			Message: fmt.Sprintf("%d characters, at most %d are allowed", n, most),
			Params:  map[string]string{"length": strconv.Itoa(n), "max": strconv.Itoa(most)}})
	}
}

// checkChoice holds the rules between kind, options and key of a choice.
func (q *Question) checkChoice(c *fieldList, at string) {
	switch {
	case q.Kind == TrueFalse && len(q.Options) != 2:
		c.add(at+"options", "options_true_false", "a true/false question has exactly two options")
	case len(q.Options) < 2:
		c.add(at+"options", "options_few", "a choice question has at least two options")
	}
	switch {
	case len(q.Key) == 0:
		c.add(at+"key", "key_missing", "the question has no key")
	case len(q.Key) > 1 && q.Kind != MultipleChoice:
		c.add(at+"key", "key_many", "this kind of question has exactly one right option")
	}
	next := 0 // options before it are passed: keys stand in option order, each once
	for _, k := range q.Key {
		for next < len(q.Options) && q.Options[next].ID != k {
			next++
		}
		if next == len(q.Options) {
			c.add(at+"key", "key_outside_options", "the key names an option that the question does not have")
			break
		}
		next++
	}
}

func (q *Question) checkOrdering(c *fieldList, at string) {
	if len(q.Options) < 2 {
		c.add(at+"options", "options_few", "an ordering question has at least two things to order")
	}
	if len(q.Key) == 0 {
		c.add(at+"key", "key_missing", "the question has no key")
		return
	}
	left := q.optionIDs()
	for _, k := range q.Key {
		i := slices.Index(left, k)
		if i < 0 {
			c.add(at+"key", "key_no_order", "the key names every option exactly once, in the right order")
			return
		}
		left = slices.Delete(left, i, i+1)
	}
	if len(left) > 0 {
		c.add(at+"key", "key_no_order", "the key names every option exactly once, in the right order")
	}
}

func (q *Question) checkMatching(c *fieldList, at string) {
	if len(q.Options) < 2 {
		c.add(at+"options", "options_few", "a matching question has at least two options on the right")
	}
	if len(q.Prompts) < 2 {
		c.add(at+"prompts", "prompts_few", "a matching question has at least two prompts on the left")
	}
	if len(q.Key) == 0 {
		c.add(at+"key", "key_missing", "the question has no key")
		return
	}
	if len(q.Key) != len(q.Prompts) {
		c.add(at+"key", "key_no_match", "the key names one option for each of the %d prompts", len(q.Prompts))
	}
	ids := q.optionIDs()
	for _, k := range q.Key {
		if !slices.Contains(ids, k) {
			c.add(at+"key", "key_outside_options", "the key names an option that the question does not have")
			return
		}
	}
}

func (q *Question) optionIDs() []OptionID {
	ids := make([]OptionID, 0, len(q.Options))
	for _, o := range q.Options {
		ids = append(ids, o.ID)
	}
	return ids
}

// gap is the mark of a blank in a stem: {{1}}.
var gap = regexp.MustCompile(`\{\{ *([0-9]{1,3}) *\}\}`)

// checkBlanks: the stem marks {{1}} to {{n}}, each once, and each of the n
// blanks says what is accepted in it.
func (q *Question) checkBlanks(c *fieldList, at string) {
	if len(q.Blanks) == 0 {
		c.add(at+"blanks", "blanks_missing", "the question says for no blank what is accepted in it")
		return
	}
	if len(q.Blanks) > MaxBlanks {
		c.add(at+"blanks", "blanks_many", "a question has at most %d blanks", MaxBlanks)
	}
	marks := map[string]int{}
	for _, m := range gap.FindAllStringSubmatch(q.Stem, -1) {
		marks[m[1]]++
	}
	fits := len(marks) == len(q.Blanks)
	for i := range q.Blanks {
		fits = fits && marks[strconv.Itoa(i+1)] == 1
	}
	if !fits {
		c.add(at+"stem", "blanks_marks", "the stem marks its %d blanks as {{1}}, {{2}}, …, each exactly once", len(q.Blanks))
	}
	var sum int64
	for i := range q.Blanks {
		b := &q.Blanks[i]
		b.check(c, at+"blanks["+strconv.Itoa(i)+"]")
		sum += b.Share
	}
	if sum != 0 && sum != 10000 {
		c.add(at+"blanks", "shares_sum", "the shares of the blanks sum to 10000 basis points, or all are 0")
	}
}

// checkParts: 1 to MaxParts parts that are no cases, all with a score or none,
// and none that the case's score leaves without a hundredth.
func (q *Question) checkParts(c *fieldList, at string) {
	if len(q.Parts) == 0 {
		c.add(at+"parts", "parts_missing", "a case has at least one part")
		return
	}
	if len(q.Parts) > MaxParts {
		c.add(at+"parts", "parts_many", "a case has at most %d parts", MaxParts)
	}
	var sum int64
	given := 0
	for i := range q.Parts {
		p, path := &q.Parts[i], at+"parts["+strconv.Itoa(i)+"]."
		if p.Kind == Case {
			c.add(path+"kind", "case_nested", "a part of a case is not a case itself")
			continue
		}
		if p.ID != NewPartID(q.ID, i) {
			c.add(path+"id", "part_id", "the id of a part is derived from its case and its place")
		}
		p.checkBody(c, path)
		p.checkNumbers(c, path)
		sum += p.Score
		if p.Score > 0 {
			given++
		}
	}
	if given != 0 && given == len(q.Parts) && q.Score != 0 && sum != q.Score {
		c.add(at+"parts", "parts_scores_sum", "the parts score %s together, the case %s", hundredths(sum), hundredths(q.Score))
	}
	for i := range q.Parts {
		if given != 0 && q.Parts[i].Score == 0 || given == 0 && q.Score > 0 && int64(i) >= q.Score { // see PartScores
			c.add(at+"parts["+strconv.Itoa(i)+"].score", "part_score_zero", "part %d of the case would score nothing", i+1)
			(*c)[len(*c)-1].Params = map[string]string{"part": strconv.Itoa(i + 1)}
		}
	}
}
