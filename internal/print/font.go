package print

import (
	_ "embed"
	"fmt"
	"os"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"github.com/xinglu/xinglu/internal/fault"
)

// embedded is WenQuanYi Micro Hei cut to GBK; its licence is beside it. A
// string, so that every document gets bytes of its own: the PDF library does
// not promise to leave them alone.
//
//go:embed font/wqy-microhei-gbk.ttf
var embedded string

// family is the embedded face's name inside a document.
const family = "microhei"

// geta stands for a character that no face has, as printers do (U+3013).
const geta = '〓'

// ErrFont says that the second face cannot be read.
var ErrFont = fault.New(fault.Invalid, "print_font", "the font file is no TrueType or OpenType font that can be read")

// Font is a second face for characters that the embedded one lacks, such as
// those of rare names. Its characters are drawn as outlines, so any plane of
// Unicode and any kind of outline will do. Safe for concurrent use.
type Font struct{ face *sfnt.Font }

// NewFont reads a TrueType or OpenType face, or the first of a collection.
// Errors: ErrFont.
func NewFont(data []byte) (*Font, error) {
	c, err := sfnt.ParseCollection(data)
	if err != nil {
		return nil, ErrFont.Wrap(err)
	}
	f, err := c.Font(0)
	if err != nil {
		return nil, ErrFont.Wrap(err)
	}
	return &Font{face: f}, nil
}

// OpenFont reads the face of a file; "" is no face. Errors: ErrFont and those
// of the file.
func OpenFont(path string) (*Font, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("second font: %w", err)
	}
	f, err := NewFont(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// has reports whether the face draws the character.
func (f *Font) has(r rune) bool {
	if f == nil {
		return false
	}
	i, err := f.face.GlyphIndex(nil, r)
	return err == nil && i != 0
}

// em is the size at which outlines are read: 1000 units, as PDF counts.
const em = 1000

// advance is the character's width in thousandths of the size.
func (f *Font) advance(r rune) int {
	i, err := f.face.GlyphIndex(nil, r)
	if err != nil {
		return em
	}
	w, err := f.face.GlyphAdvance(nil, i, fixed.I(em), font.HintingNone)
	if err != nil {
		return em
	}
	return w.Round()
}

// outline returns the character's outline, y downwards.
func (f *Font) outline(r rune) (sfnt.Segments, error) {
	i, err := f.face.GlyphIndex(nil, r)
	if err != nil {
		return nil, err
	}
	return f.face.LoadGlyph(nil, i, fixed.I(em), nil)
}

// main is the embedded face, read once, to ask what it has.
var main = sync.OnceValue(func() *Font {
	f, err := NewFont([]byte(embedded))
	if err != nil {
		panic("the embedded font is damaged: " + err.Error()) // a broken build, not an input
	}
	return f
})
