package bank

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"slices"

	"github.com/xinglu/xinglu/bank/richtext"
	"github.com/xinglu/xinglu/internal/store"
)

// Limits of one figure; they bound what a seat must load and keep.
const (
	MaxFigureBytes  = 1 << 20
	MaxFigurePixels = 2000 // each side
)

// NewFigure reads a picture, PNG or JPEG. ErrFigure says with a field what is
// wrong with another.
func NewFigure(data []byte) (Figure, error) {
	wrong := func(code, message string, args ...any) (Figure, error) {
		var c fieldList
		c.add("figure", code, message, args...)
		return Figure{}, ErrFigure.With(c...)
	}
	if len(data) > MaxFigureBytes {
		return wrong("figure_too_large", "the picture has %d KiB, at most %d are allowed; save it smaller", len(data)>>10, MaxFigureBytes>>10)
	}
	f := Figure{ID: FigureIDOf(data), Type: "image/png", Data: data}
	config, decode := png.DecodeConfig, png.Decode
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG")):
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		f.Type, config, decode = "image/jpeg", jpeg.DecodeConfig, jpeg.Decode
	default:
		return wrong("figure_type", "the picture is neither PNG nor JPEG; save it as PNG")
	}
	size, err := config(bytes.NewReader(data))
	if err == nil && (size.Width > MaxFigurePixels || size.Height > MaxFigurePixels) {
		return wrong("figure_too_wide", "the picture has %d × %d pixels, at most %d a side are allowed; make it smaller",
			size.Width, size.Height, MaxFigurePixels)
	}
	var shown image.Image
	if err == nil {
		shown, err = decode(bytes.NewReader(data))
	}
	if err != nil {
		return wrong("figure_damaged", "the picture is damaged; save it again")
	}
	f.Width, f.Height = shown.Bounds().Dx(), shown.Bounds().Dy()
	return f, nil
}

// FigureIDOf is the id of the picture with these bytes.
func FigureIDOf(data []byte) FigureID {
	sum := sha256.Sum256(data)
	return FigureID("f" + hex.EncodeToString(sum[:12]))
}

// Figures lists the figures of all texts of the question and its parts, also
// of those that only people who mark it see, each once.
func (q *Question) Figures() []FigureID {
	list := q.figuresIn(append([]string{q.Stem, q.Explanation, q.Reference}, append(texts(q.Prompts), texts(q.Options)...)...)...)
	for i := range q.Parts {
		for _, id := range q.Parts[i].Figures() {
			if !slices.Contains(list, id) {
				list = append(list, id)
			}
		}
	}
	return list
}

// figuresIn lists the figures in texts of the question, each once.
func (q *Question) figuresIn(texts ...string) []FigureID {
	if q.Markup != HTML {
		return nil
	}
	var ids []FigureID
	for _, text := range texts {
		for _, name := range richtext.Figures(text) {
			if id := FigureID(name); !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func texts(options []Option) []string {
	list := make([]string, 0, len(options))
	for _, o := range options {
		list = append(list, o.Text)
	}
	return list
}

// FiguresOf returns the figures that the questions show, each once, in the
// order in which they first appear. Error: ErrFigureUnknown.
func (b *Bank) FiguresOf(ctx context.Context, questions []Question) ([]Figure, error) {
	list := []Figure{}
	seen := map[FigureID]bool{}
	for i := range questions {
		for _, id := range questions[i].Figures() {
			if seen[id] {
				continue
			}
			seen[id] = true
			f, err := figureTable.get(ctx, b, string(id))
			if errors.Is(err, store.ErrNotFound) {
				return nil, ErrFigureUnknown.Param("id", id)
			}
			if err != nil {
				return nil, fmt.Errorf("figure of question %s: %w", questions[i].ID, err)
			}
			list = append(list, f)
		}
	}
	return list, nil
}

// insertFigures stores those figures that the questions show. They are named
// by their content, so that storing one again is harmless.
func (b *Bank) insertFigures(ctx context.Context, figures []Figure, questions []Question) error {
	shown := map[FigureID]bool{}
	for i := range questions {
		for _, id := range questions[i].Figures() {
			shown[id] = true
		}
	}
	for i := range figures {
		if !shown[figures[i].ID] {
			continue
		}
		if err := orExists(figureTable.insert(ctx, b, &figures[i])); err != nil {
			return err
		}
	}
	return nil
}
