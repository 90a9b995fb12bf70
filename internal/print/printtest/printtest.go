// Package printtest reads the text of documents that package print made, for
// tests of what stands on paper.
package printtest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf16"
)

var (
	stream = regexp.MustCompile(`(?s)<<[^<>]*/Length \d+[^<>]*>>\s*stream\r?\n`)
	shown  = regexp.MustCompile(`(?s)\(((?:[^\\()]|\\.)*)\) ?Tj`)
)

// Pages returns the pieces of text of each page in the order of drawing. It
// knows only the form that package print writes.
func Pages(pdf []byte) ([][]string, error) {
	var pages [][]string
	for _, at := range stream.FindAllIndex(pdf, -1) {
		z, err := zlib.NewReader(bytes.NewReader(pdf[at[1]:]))
		if err != nil {
			continue // not compressed: no page
		}
		body, err := io.ReadAll(z)
		if err != nil {
			return nil, fmt.Errorf("page %d: %w", len(pages)+1, err)
		}
		var page []string
		for _, m := range shown.FindAllSubmatch(body, -1) {
			page = append(page, decode(m[1]))
		}
		if page != nil {
			pages = append(pages, page)
		}
	}
	return pages, nil
}

// Text is all text of the document, a line a piece.
func Text(pdf []byte) (string, error) {
	pages, err := Pages(pdf)
	var all []string
	for _, p := range pages {
		all = append(all, p...)
	}
	return strings.Join(all, "\n"), err
}

// decode reads an escaped string of UTF-16.
func decode(escaped []byte) string {
	var raw []byte
	for i := 0; i < len(escaped); i++ {
		c := escaped[i]
		if c == '\\' && i+1 < len(escaped) {
			i++
			c = escaped[i]
			if c == 'r' {
				c = '\r'
			}
		}
		raw = append(raw, c)
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units))
}
