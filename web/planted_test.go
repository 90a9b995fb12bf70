package web_test

// How a planted word is found again: in the bytes of an answer, a frame or a
// log line, and in everything that they decode to.

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"crypto/md5"  //nolint:gosec // what somebody might derive an id by
	"crypto/sha1" //nolint:gosec // likewise
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"html"
	"image"
	"image/jpeg"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/xinglu/xinglu/internal/print/printtest"
)

// needle is a planted word in one of the ways to write it.
type needle struct {
	word string // what it says, for messages
	raw  []byte
}

// needles writes every word in each way: UTF-8, GBK, UTF-16 of both orders, and
// the digests that an id or ETag might be made of.
func needles(words ...string) (all []needle) {
	for _, w := range words {
		add := func(how string, raw []byte) { all = append(all, needle{w + how, raw}) }
		add("", []byte(w))
		if gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(w)); err == nil && string(gbk) != w {
			add(" in GBK", gbk)
		}
		var big, little []byte
		for _, u := range utf16.Encode([]rune(w)) {
			big, little = append(big, byte(u>>8), byte(u)), append(little, byte(u), byte(u>>8))
		}
		add(" in UTF-16", big)
		add(" in UTF-16", little)
		s1, s2, s5 := sha1.Sum([]byte(w)), sha256.Sum256([]byte(w)), md5.Sum([]byte(w)) //nolint:gosec // likewise
		for _, sum := range [][]byte{s1[:], s2[:], s5[:]} {
			add(" by its digest", sum[:8])
			add(" by its digest", []byte(hex.EncodeToString(sum[:8])))
		}
	}
	return all
}

var (
	escapedRune = regexp.MustCompile(`\\u[0-9a-fA-F]{4}`)
	base64Word  = regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}={0,2}`)
	hexWord     = regexp.MustCompile(`(?:[0-9a-fA-F]{2}){6,}`)
	percent     = regexp.MustCompile(`%[0-9a-fA-F]{2}`)
	entity      = regexp.MustCompile(`&(#?[0-9A-Za-z]+);`)
)

// unfold is data with all that can be read in it: parts of archives and
// workbooks with their names, text and streams of PDFs, packed texts of
// pictures, and words in base64, hexadecimal, percent, JSON and HTML escapes.
func unfold(data []byte) [][]byte { return unfolded(data, 4) }

func unfolded(data []byte, depth int) [][]byte {
	all := [][]byte{data}
	if depth == 0 || len(data) == 0 {
		return all
	}
	for _, inner := range slices.Concat(parts(data), packed(data), words(data)) {
		if !utf8.Valid(inner) && !magic.Match(inner) { // as ids and digests decode: nothing more is in it
			all = append(all, inner)
			continue
		}
		all = append(all, unfolded(inner, depth-1)...)
	}
	return all
}

// magic begins files that hold more.
var magic = regexp.MustCompile(`^(%PDF|PK\x03\x04|.PNG)`)

// parts are the files of an archive, or the text of a PDF.
func parts(data []byte) (all [][]byte) {
	if bytes.HasPrefix(data, []byte("%PDF")) {
		if text, err := printtest.Text(data); err == nil {
			// Once more without line ends: a cell may break a word.
			all = append(all, []byte(text), []byte(strings.ReplaceAll(text, "\n", "")))
		}
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return all
	}
	for _, f := range z.File {
		all = append(all, []byte(f.Name+"\n"+f.Comment+"\n"+string(f.Extra)))
		if r, err := f.Open(); err == nil {
			body, _ := io.ReadAll(r)
			all = append(all, body)
		}
	}
	return all
}

// packed are the zlib streams in binary data: those of PDFs but for fonts and
// pictures, compressed text of PNGs.
func packed(data []byte) (all [][]byte) {
	const most = 1 << 20
	if !bytes.HasPrefix(data, []byte("%PDF")) && !bytes.HasPrefix(data, []byte("\x89PNG")) {
		return nil
	}
	for i := 0; i+2 < len(data); i++ {
		if data[i] != 0x78 || (int(data[i])<<8|int(data[i+1]))%31 != 0 {
			continue
		}
		z, err := zlib.NewReader(bytes.NewReader(data[i:]))
		if err != nil {
			continue
		}
		if body, err := io.ReadAll(io.LimitReader(z, most)); err == nil && len(body) < most {
			all = append(all, body)
		}
	}
	return all
}

// words are what words in data say when they are decoded.
func words(data []byte) (all [][]byte) {
	if escapedRune.Match(data) {
		all = append(all, unescape(data))
	}
	if percent.Match(data) {
		if s, err := url.QueryUnescape(percentOnly(string(data))); err == nil {
			all = append(all, []byte(s))
		}
	}
	if entity.Match(data) {
		if s := html.UnescapeString(string(data)); s != string(data) {
			all = append(all, []byte(s))
		}
	}
	for _, word := range base64Word.FindAll(data, -1) {
		word = bytes.TrimRight(word, "=")
		e := base64.RawStdEncoding
		if bytes.ContainsAny(word, "-_") {
			e = base64.RawURLEncoding
		}
		if d, err := e.DecodeString(string(word)); err == nil {
			all = append(all, d)
		}
	}
	for _, word := range hexWord.FindAll(data, -1) {
		if d, err := hex.DecodeString(string(word)); err == nil {
			all = append(all, d)
		}
	}
	return all
}

// unescape reads \uXXXX, as JSON writes text in ASCII.
func unescape(data []byte) []byte {
	return escapedRune.ReplaceAllFunc(data, func(m []byte) []byte {
		n, _ := strconv.ParseUint(string(m[2:]), 16, 16)
		return []byte(string(rune(n)))
	})
}

// percentOnly makes text out of which QueryUnescape reads percent escapes only.
func percentOnly(s string) string {
	s = strings.ReplaceAll(s, "+", "%2B")
	return regexp.MustCompile(`%([^0-9a-fA-F]|.[^0-9a-fA-F]|.?$)`).ReplaceAllStringFunc(s, func(m string) string { return "%25" + m[1:] })
}

// found says which of the needles can be read in data, and where.
func found(data []byte, all []needle) (what []string) {
	for _, text := range unfold(data) {
		for _, n := range all {
			if i := bytes.Index(text, n.raw); i >= 0 {
				what = append(what, fmt.Sprintf("%q: …%q…", n.word, text[max(0, i-60):min(len(text), i+len(n.raw)+40)]))
			}
		}
	}
	slices.Sort(what)
	return slices.Compact(what)
}

// TestTheSearchFinds plants a word in every way that the search must read, so
// that a search that finds nothing proves something.
func TestTheSearchFinds(t *testing.T) {
	t.Parallel()
	const word = "密名单位"
	ascii := strings.Trim(strconv.QuoteToASCII(word), `"`)
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(word)
	must(t, err)
	sum := sha256.Sum256([]byte(word))
	var zipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	f, err := z.Create("密名单位.txt")
	must(t, err)
	_, err = f.Write([]byte("nothing"))
	must(t, err)
	must(t, z.Close())
	quoted, err := json.Marshal(map[string][]byte{"data": zipped.Bytes()})
	must(t, err)
	for name, data := range map[string][]byte{
		"plain":               []byte("a" + word + "b"),
		"GBK":                 []byte("x=" + gbk),
		"JSON escapes":        []byte(`{"a":"` + ascii + `"}`),
		"a file name":         []byte("attachment; filename*=UTF-8''" + url.PathEscape(word+".pdf")),
		"percent beside %":    []byte("100% 50%zz " + url.QueryEscape(word)),
		"HTML":                []byte("&#23494;&#21517;&#21333;&#20301;"),
		"base64":              []byte(`{"a":"` + base64.StdEncoding.EncodeToString([]byte("1"+word)) + `"}`),
		"base64 for URLs":     []byte(base64.RawURLEncoding.EncodeToString([]byte(word + "~~~"))),
		"hexadecimal":         []byte("id-" + hex.EncodeToString([]byte(word))),
		"a digest":            []byte(`ETag: "` + hex.EncodeToString(sum[:]) + `"`),
		"a name in a zip":     zipped.Bytes(),
		"a zip in base64":     quoted,
		"a workbook's cell":   rosterFile(t, []string{"甲", word}),
		"a workbook, zipped":  photoArchive(t, map[string][]byte{"a.xlsx": rosterFile(t, []string{word})}),
		"a PNG's packed text": pngWith(t, "zTXt", append([]byte("Author\x00\x00"), deflated(t, word)...)),
		"a JPEG's EXIF":       jpegWith(t, word),
	} {
		if len(found(data, needles(word))) == 0 {
			t.Errorf("the search does not find a word as %s", name)
		}
	}
	if got := found(rosterFile(t, []string{"甲"}), needles(word)); len(got) > 0 {
		t.Errorf("it finds what is not there: %v", got)
	}
}

// deflated is text as zlib packs it.
func deflated(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, err := z.Write([]byte(text))
	must(t, err)
	must(t, z.Close())
	return b.Bytes()
}

// pngWith is a small picture with one more chunk before its end.
func pngWith(t testing.TB, kind string, body []byte) []byte {
	t.Helper()
	picture := drawing()
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(append(chunk, kind...), body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	end := len(picture) - 12
	return slices.Concat(picture[:end], chunk, picture[end:])
}

// jpegWith is a small picture by a camera that knows whose it is: the word is
// in its EXIF, XMP, IPTC and comment, and behind the picture's end.
func jpegWith(t testing.TB, word string) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 24, 16)), nil))
	segment := func(marker byte, body string) []byte {
		return append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
	}
	// TIFF: orientation 6, and the artist.
	artist := word + "\x00"
	tiff := "MM\x00*\x00\x00\x00\x08\x00\x02" + "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00" +
		"\x01\x3b\x00\x02\x00\x00\x00" + string(rune(len(artist))) + "\x00\x00\x00\x26" + "\x00\x00\x00\x00" + artist
	return slices.Concat(b.Bytes()[:2], segment(0xe1, "Exif\x00\x00"+tiff), segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>"+word+"</x:xmpmeta>"),
		segment(0xed, "Photoshop 3.0\x008BIM"+word), segment(0xfe, word), b.Bytes()[2:], []byte(word))
}
