package exchange

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/scoring"
)

// maxText is how many characters a cell of a workbook holds.
const maxText = 32767

// Language is the language of the columns that people read; the other one
// stands in the column of further data.
type Language string

// The languages of a workbook.
const (
	Chinese Language = "zh"
	English Language = "en"
)

// in returns a text as a column in the language shows it.
func (l Language) in(t scoring.Text) string {
	if l == English && t.EN != "" {
		return t.EN
	}
	return t.ZH
}

// restOf writes what of v the columns do not carry as JSON, without the
// fields that have their zero value; "" for nothing. New fields of the domain
// are thereby carried without a change here.
func restOf[T any](v T) string {
	var zero T
	fields, empty := fieldsOf(v), fieldsOf(zero)
	for name, value := range fields {
		if bytes.Equal(value, empty[name]) {
			delete(fields, name)
		}
	}
	if len(fields) == 0 {
		return ""
	}
	return string(encode(fields)) // sorted by name
}

func fieldsOf(v any) map[string]json.RawMessage {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(encode(v), &fields); err != nil {
		return nil // not reached: v is a struct of the domain
	}
	return fields
}

func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil // not reached: the domain's types have no such values
	}
	return bytes.TrimSpace(b.Bytes())
}

// takeRest reads what restOf wrote into v. ok is false for anything else.
func takeRest[T any](text string, v *T) (ok bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return true
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	var read T
	if err := d.Decode(&read); err != nil {
		return false
	}
	if _, err := d.Token(); err != io.EOF {
		return false
	}
	*v = read
	return true
}

// merge brings the cell that people see together with the pair of texts in
// the further data. A cell that shows the pair leaves it as it is; an edited
// one wins, and stale says that the other language is older. normal is what
// reading makes of a text.
func (l Language) merge(shown string, pair scoring.Text, normal func(string) string) (t scoring.Text, stale bool) {
	switch {
	case pair == scoring.Text{}:
		return scoring.Text{ZH: shown}, false
	case shown == normal(pair.ZH), pair.EN != "" && shown == normal(pair.EN):
		return pair, false
	case l == English:
		return scoring.Text{ZH: pair.ZH, EN: shown}, true
	default:
		return scoring.Text{ZH: shown, EN: pair.EN}, pair.EN != ""
	}
}

// keep returns the pair that the further data has to hold so that reading the
// cell gives t back: none where the cell alone does.
func (l Language) keep(t scoring.Text, normal func(string) string) scoring.Text {
	if alone, _ := l.merge(normal(l.in(t)), scoring.Text{}, normal); alone == t {
		return scoring.Text{}
	}
	return t
}

// keepAll is keep for a list: all or nothing.
func (l Language) keepAll(list []scoring.Text) []scoring.Text {
	if slices.ContainsFunc(list, func(t scoring.Text) bool { return l.keep(t, clean) != scoring.Text{} }) {
		return list
	}
	return nil
}
