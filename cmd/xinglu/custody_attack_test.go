package main

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xinglu/xinglu/internal/seal"
)

// thief has a copy of a data folder and looks for texts of questions in it:
// in the bytes of every file, in every value of the database, in what they
// decode to, and in what any key that lies about there opens.
type thief struct {
	t       *testing.T
	keys    [][]byte // every value that could be one
	values  []value
	ciphers [][]byte // ciphertexts of packages
	labels  [][]byte // that could be associated with them
}

// value is one cell of the database with the row it stands in.
type value struct {
	table, id string
	data      []byte
}

var (
	base64Word = regexp.MustCompile(`[A-Za-z0-9+/_-]{20,}={0,2}`)
	hexWord    = regexp.MustCompile(`[0-9a-fA-F]{32,}`)
	sealedWord = regexp.MustCompile(`a1\.[A-Za-z0-9+/]{20,}`)
)

// steal reads the folder, with more keys from elsewhere.
func steal(t *testing.T, dir string, more ...[]byte) *thief {
	t.Helper()
	th := &thief{t: t, keys: more}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		th.values = append(th.values, value{"file", d.Name(), body})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	th.readDatabase(filepath.Join(dir, "xinglu.db"))
	for _, v := range th.values[1:] {
		if v.table != "file" {
			th.gather(v)
		}
	}
	return th
}

// readDatabase takes every column of every row of every table.
func (th *thief) readDatabase(path string) {
	th.t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		th.t.Fatal(err)
	}
	defer db.Close()
	var tables []string
	th.query(db, `SELECT name FROM sqlite_schema WHERE type = 'table'`, func(cells []any) { tables = append(tables, fmt.Sprint(cells[0])) })
	for _, table := range tables {
		th.query(db, fmt.Sprintf("SELECT * FROM %q", table), func(cells []any) {
			id := fmt.Sprint(cells[0])
			for _, c := range cells {
				switch c := c.(type) {
				case string:
					th.values = append(th.values, value{table, id, []byte(c)})
				case []byte:
					th.values = append(th.values, value{table, id, bytes.Clone(c)})
				}
			}
		})
	}
	if len(th.values) < 100 {
		th.t.Fatalf("only %d values were found: the search is broken", len(th.values))
	}
}

func (th *thief) query(db *sql.DB, text string, row func([]any)) {
	th.t.Helper()
	rows, err := db.QueryContext(th.t.Context(), text)
	if err != nil {
		th.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		th.t.Fatal(err)
	}
	cells, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range cells {
		into[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			th.t.Fatal(err)
		}
		row(cells)
	}
	if err := rows.Err(); err != nil {
		th.t.Fatal(err)
	}
}

// gather keeps what of a value may serve as key, ciphertext or label.
func (th *thief) gather(v value) {
	take := func(b []byte) {
		switch len(b) {
		case 16, 32:
			th.keys = append(th.keys, b)
			return
		}
		switch {
		case json.Valid(b):
			if strings.HasPrefix(v.table, "doc_custody") {
				sum := sha256.Sum256(b)
				th.labels = append(th.labels, sum[:])
			}
		case len(b) > 100:
			th.ciphers = append(th.ciphers, b)
		}
	}
	take(v.data)
	for _, b := range decodings(v.data) {
		take(b)
	}
}

// decodings are the values of base64 and hex words in b.
func decodings(b []byte) [][]byte {
	var all [][]byte
	for _, word := range base64Word.FindAllString(string(b), -1) {
		plain := strings.TrimRight(word, "=")
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if d, err := e.DecodeString(plain); err == nil {
				all = append(all, d)
			}
		}
	}
	for _, word := range hexWord.FindAllString(string(b), -1) {
		if d, err := hex.DecodeString(word); err == nil {
			all = append(all, d)
		}
	}
	return all
}

// find returns where the planted word can be read, by whatever means.
func (th *thief) find(planted string) []string {
	var found []string
	word := []byte(planted)
	for _, v := range th.values {
		if bytes.Contains(v.data, word) {
			found = append(found, "plain in "+v.table+" "+v.id)
		}
		for _, d := range decodings(v.data) {
			if bytes.Contains(d, word) {
				found = append(found, "encoded in "+v.table+" "+v.id)
			}
		}
	}
	for _, key := range th.keys {
		found = append(found, th.open(key, word)...)
	}
	return found
}

// open tries one key on everything.
func (th *thief) open(key, word []byte) (found []string) {
	sealer, err := seal.New(key)
	for _, v := range th.values {
		if err != nil || v.table == "file" {
			continue
		}
		for _, sealed := range sealedWord.FindAllString(string(v.data), -1) {
			for _, place := range []string{strings.TrimPrefix(v.table, "doc_") + "/" + v.id, "custodian/" + v.id, "candidate/" + v.id + "/id_number", v.id, ""} {
				if plain, err := sealer.Open(sealed, place); err == nil && bytes.Contains(plain, word) {
					found = append(found, "unsealed in "+v.table+" "+v.id)
				}
			}
		}
	}
	for _, c := range th.ciphers {
		for _, label := range append(th.labels, nil) {
			for _, suite := range []seal.Suite{seal.AES256GCM, seal.SM4GCM} {
				if plain, err := suite.Decrypt(key, c, label); err == nil && bytes.Contains(plain, word) {
					found = append(found, "decrypted with "+string(suite))
				}
			}
		}
	}
	return found
}
