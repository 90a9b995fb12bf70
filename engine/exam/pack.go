package exam

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
)

// Papers are handed out to everybody in the same second, and no two are
// equal, for each has its options in an order of its own. But what is put in
// order is always the same. So a paper is encoded once, at its release, in
// pieces that stand between options, and what is left for the bell is to copy
// them in the candidate's order.
//
// Compressed pieces were tried: a whole hall then waits for the compression
// of orders that nobody had before, and alone a piece shrinks by a quarter
// only. docs/benchmarks.md has the figures.

// encodedSection is a section up to its first question, and its questions.
type encodedSection struct {
	lead      []byte
	questions []encodedQuestion
}

// encodedQuestion is a question in pieces. A case has parts and no options.
type encodedQuestion struct {
	no      int // which of the candidate's orders
	head    []byte
	options [][]byte // in paper order
	parts   []encodedQuestion
	tail    []byte
}

// marks of the places where options and parts go; no text can contain them,
// since JSON escapes quotation marks in texts.
var (
	optionsMark = []byte(`"options":[]`)
	partsMark   = []byte(`"parts":[]`)
)

// encodeSections encodes the paper in pieces.
func (r *Released) encodeSections() error {
	for _, s := range r.sections {
		e := encodedSection{}
		for i := range s.Questions {
			q, err := encodeQuestion(s.Questions[i])
			if err != nil {
				return err
			}
			e.questions = append(e.questions, q)
		}
		s.Questions = []SeatQuestion{}
		raw, err := encode(s)
		if err != nil {
			return err
		}
		e.lead = bytes.TrimSuffix(raw, []byte("]}"))
		r.encoded = append(r.encoded, e)
	}
	whole, err := encode(r.sections) // as long as any candidate's
	r.size = len(whole)
	return err
}

func encodeQuestion(q SeatQuestion) (encodedQuestion, error) {
	e := encodedQuestion{no: q.No}
	mark, options, parts := optionsMark, q.Options, q.Parts
	q.Options, q.Parts = []SeatOption{}, []SeatQuestion{}
	if len(parts) > 0 {
		mark = partsMark
	}
	raw, err := encode(q)
	if err != nil {
		return e, err
	}
	at := bytes.Index(raw, mark) + len(mark) - 1
	e.head, e.tail = raw[:at], raw[at:]
	for _, o := range options {
		piece, err := encode(o)
		if err != nil {
			return e, err
		}
		e.options = append(e.options, piece)
	}
	for _, p := range parts {
		piece, err := encodeQuestion(p)
		if err != nil {
			return e, err
		}
		e.parts = append(e.parts, piece)
	}
	return e, nil
}

// encode is the JSON of the API: nothing is escaped for HTML.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// body is the JSON of forSeat, with the same errors.
func (r *Released) body(form string, orders []string) ([]byte, error) {
	if len(orders) != len(r.form.items) {
		return nil, ErrFold.Wrap(fmt.Errorf("%d orders do not fit paper %s", len(orders), r.form.id))
	}
	cover, err := encode(r.cover(form))
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(cover)+r.size)
	out = append(out, bytes.TrimSuffix(cover, []byte("]}"))...)
	for i := range r.encoded {
		out = comma(out, i)
		out = append(out, r.encoded[i].lead...)
		for j := range r.encoded[i].questions {
			if out, err = r.encoded[i].questions[j].append(comma(out, j), orders); err != nil {
				return nil, ErrFold.Wrap(fmt.Errorf("paper %s: %w", r.form.id, err))
			}
		}
		out = append(out, "]}"...)
	}
	return append(out, "]}"...), nil
}

func (q *encodedQuestion) append(out []byte, orders []string) ([]byte, error) {
	out = append(out, q.head...)
	var err error
	for i := range q.parts {
		if out, err = q.parts[i].append(comma(out, i), orders); err != nil {
			return nil, err
		}
	}
	if len(q.parts) == 0 {
		word := orders[q.no-1]
		if len(word) != len(q.options) {
			return nil, fmt.Errorf("question %d: an order of %d for %d options", q.no, len(word), len(q.options))
		}
		for i, letter := range []byte(word) {
			k := int(letter) - 'a'
			if k < 0 || k >= len(q.options) {
				return nil, fmt.Errorf("question %d: the order %q names no option", q.no, word)
			}
			out = append(comma(out, i), q.options[k]...)
		}
	}
	return append(out, q.tail...), nil
}

// comma stands before all but the first of a list.
func comma(out []byte, i int) []byte {
	if i > 0 {
		return append(out, ',')
	}
	return out
}

// PaperBody is SeatPaper as the JSON of the API. It starts the clock as
// SeatPaper does, with the same errors.
func (s *Service) PaperBody(ctx context.Context, id AttemptID, fence int64) ([]byte, error) {
	var paper []byte
	err := s.showPaper(ctx, id, fence, func(r *Released, t *Prepared) (err error) {
		paper, err = r.body(t.Form, t.Orders)
		return err
	})
	if err != nil {
		return nil, err
	}
	return paper, nil
}
