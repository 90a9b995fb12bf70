package picture_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"

	"golang.org/x/image/webp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/internal/picture"
)

const planted = "PLANTED 密名"

func drawing() image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, 24, 16))
	for i := range 24 * 16 {
		m.Set(i%24, i/24, color.NRGBA{uint8(i), uint8(3 * i), 77, uint8(255 - i%2)})
	}
	return m
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func segment(marker byte, body string) []byte {
	return append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

// aJPEG has everything that a camera may write; EXIF in the byte order.
func aJPEG(t testing.TB, order string, orientation byte) (whole, plain []byte) {
	t.Helper()
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, drawing(), nil))
	plain = b.Bytes()
	var bo binary.AppendByteOrder = binary.BigEndian
	if order == "II" {
		bo = binary.LittleEndian
	}
	tiff := bo.AppendUint16([]byte(order), 42)
	tiff = bo.AppendUint32(tiff, 8)
	tiff = bo.AppendUint16(tiff, 2)
	tiff = bo.AppendUint16(bo.AppendUint16(tiff, 0x0112), 3)
	tiff = bo.AppendUint16(bo.AppendUint16(bo.AppendUint32(tiff, 1), uint16(orientation)), 0)
	tiff = bo.AppendUint16(bo.AppendUint16(tiff, 0x013b), 2)
	tiff = bo.AppendUint32(bo.AppendUint32(tiff, uint32(len(planted))), 38)
	tiff = append(bo.AppendUint32(tiff, 0), planted...)
	jfif := "JFIF\x00\x01\x01\x00\x00\x48\x00\x48\x01\x01" + "PLA" // with a small picture of one pixel
	return slices.Concat(plain[:2], segment(0xe0, jfif), segment(0xe1, "Exif\x00\x00"+string(tiff)), segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+planted),
		segment(0xe2, "ICC_PROFILE\x00\x01\x01"+planted), segment(0xed, planted), segment(0xee, "Adobe\x00\x64\x00\x00\x00\x00\x01"), segment(0xfe, planted), []byte{0xff},
		plain[2:], []byte(planted)), plain
}

func chunk(kind, body string) []byte {
	c := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	c = append(append(c, kind...), body...)
	return binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
}

func aPNG(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, drawing()))
	p := b.Bytes()
	return slices.Concat(p[:33], chunk("tEXt", "Author\x00"+planted), chunk("eXIf", planted), chunk("iCCP", planted), chunk("gAMA", "\x00\x00\xb1\x8f"), p[33:], []byte(planted))
}

// aWebP is one pixel (VP8L) within the extended form.
func aWebP(t testing.TB) []byte {
	t.Helper()
	simple, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	must(t, err)
	le := func(kind, body string) []byte {
		c := binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body)))
		c = append(c, body...)
		if len(body)%2 == 1 {
			c = append(c, 0)
		}
		return c
	}
	body := slices.Concat([]byte("WEBP"), le("VP8X", "\x3c\x00\x00\x00\x00\x00\x00\x00\x00\x00"), le("ICCP", planted), simple[12:], le("EXIF", planted), le("XMP ", planted), le("junk", planted))
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func TestBare(t *testing.T) {
	t.Parallel()
	motorola, plain := aJPEG(t, "MM", 6)
	intel, _ := aJPEG(t, "II", 8)
	upright, _ := aJPEG(t, "MM", 1)
	for name, c := range map[string]struct {
		data        []byte
		kind        string
		orientation byte
	}{
		"JPEG": {motorola, "image/jpeg", 6}, "JPEG of the other order": {intel, "image/jpeg", 8}, "an upright JPEG": {upright, "image/jpeg", 0},
		"PNG": {aPNG(t), "image/png", 0}, "WebP": {aWebP(t), "image/webp", 0}, "a plain JPEG": {plain, "image/jpeg", 0},
	} {
		before := bytes.Clone(c.data)
		out, kind, err := picture.Bare(c.data)
		if err != nil || kind != c.kind {
			t.Errorf("%s: %s %v", name, kind, err)
			continue
		}
		if !bytes.Equal(before, c.data) {
			t.Errorf("%s: the data has changed", name)
		}
		for _, word := range []string{planted, "PLA", "密"} {
			if bytes.Contains(out, []byte(word)) {
				t.Errorf("%s still says %s: %q", name, word, out)
			}
		}
		again, _, err := picture.Bare(out)
		if err != nil || !bytes.Equal(again, out) {
			t.Errorf("%s: taken twice it is another: %v", name, err)
		}
		if o := bytes.Index(out, []byte("\x01\x12\x00\x03\x00\x00\x00\x01\x00")); (o >= 0) != (c.orientation > 0) || o >= 0 && out[o+9] != c.orientation {
			t.Errorf("%s: the orientation is lost: %q", name, out[:60])
		}
		samePixels(t, name, c.data, out)
	}
}

func samePixels(t *testing.T, name string, a, b []byte) {
	t.Helper()
	decode := func(data []byte) image.Image {
		m, _, err := image.Decode(bytes.NewReader(data))
		if err != nil {
			m, err = webp.Decode(bytes.NewReader(data))
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return m
	}
	was, is := decode(a), decode(b)
	if was.Bounds() != is.Bounds() {
		t.Fatalf("%s: %v became %v", name, was.Bounds(), is.Bounds())
	}
	for y := range was.Bounds().Dy() {
		for x := range was.Bounds().Dx() {
			if was.At(x, y) != is.At(x, y) {
				t.Fatalf("%s: the pixel at %d, %d has changed", name, x, y)
			}
		}
	}
}

func TestBareRefuses(t *testing.T) {
	t.Parallel()
	j, _ := aJPEG(t, "MM", 6)
	moving := aWebP(t)
	moving[20] |= 2
	for name, data := range map[string][]byte{
		"nothing": nil, "text": []byte("密名"), "a PDF": []byte("%PDF-1.7"), "a GIF": []byte("GIF89a..."), "half a JPEG": j[:len(j)/2], "the head of a JPEG": j[:4],
		"a JPEG without a scan": []byte("\xff\xd8\xff\xd9"), "half a PNG": aPNG(t)[:80], "a PNG's head": []byte("\x89PNG\r\n\x1a\n"), "half a WebP": aWebP(t)[:40], "a moving WebP": moving,
	} {
		if out, _, err := picture.Bare(data); !errors.Is(err, picture.ErrFormat) || out != nil {
			t.Errorf("%s: %d bytes, %v", name, len(out), err)
		}
	}
}

// Whatever comes in, nothing breaks, and what comes out is whole.
func TestBareTakesAnything(t *testing.T) {
	t.Parallel()
	j, _ := aJPEG(t, "II", 3)
	seeds := [][]byte{j, aPNG(t), aWebP(t)}
	rapid.Check(t, func(t *rapid.T) {
		data := bytes.Clone(rapid.SampledFrom(seeds).Draw(t, "seed"))
		for range rapid.IntRange(1, 8).Draw(t, "changes") {
			data[rapid.IntRange(0, len(data)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		data = data[:rapid.IntRange(0, len(data)).Draw(t, "length")]
		out, _, err := picture.Bare(data)
		if err != nil {
			return
		}
		again, _, err := picture.Bare(out)
		if err != nil || !bytes.Equal(again, out) || len(out) > len(data)+40 {
			t.Fatalf("%d bytes became %d, then %v", len(data), len(out), err)
		}
	})
}
