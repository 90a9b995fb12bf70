package bank_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/seal"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/internal/store/sqlite"
)

// filled opens a bank with the sample's questions and one paper of them.
func filled(t *testing.T) (*bank.Bank, store.DB, *ledger.Ledger, bank.Paper) {
	t.Helper()
	b, db, led := withOutline(t)
	o := sample()
	f, r := fileOf("题库.xlsx", questions(&o)...)
	_, _, err := b.AcceptQuestions(t.Context(), "a", f, r)
	must(t, err)
	p, err := b.Assemble(t.Context(), "a", hundred(), 42)
	must(t, err)
	return b, db, led, p
}

// bodies returns every stored document of the collections by its id.
func bodies(t *testing.T, db store.DB, collections ...string) map[string]store.Doc {
	t.Helper()
	all := map[string]store.Doc{}
	for _, name := range collections {
		for q := (store.Query{Limit: 1000}); ; {
			page, err := db.Find(t.Context(), name, q)
			must(t, err)
			for _, d := range page.Docs {
				all[name+"/"+d.ID] = d
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return all
}

// TestNothingReadableAtRest looks for every text of every question in every
// document and every record of the ledger.
func TestNothingReadableAtRest(t *testing.T) {
	t.Parallel()
	b, db, led, p := filled(t)
	var stored bytes.Buffer
	for _, d := range bodies(t, db, "outlines", "questions", "blueprints", "papers") {
		stored.Write(d.Body)
		fmt.Fprint(&stored, d.ID, d.Keys)
	}
	records, err := led.Read(t.Context(), p.Outline.Stream(), 0, 100)
	must(t, err)
	for _, r := range records {
		stored.Write(r.Data)
	}
	list, err := b.Questions(t.Context(), p.Outline)
	must(t, err)
	if len(list) < 100 {
		t.Fatalf("only %d questions", len(list))
	}
	for _, q := range list {
		secrets := []string{q.Stem, `"key"`, `"trace"`, `"seed"`}
		for _, o := range q.Options {
			if q.Kind != bank.TrueFalse {
				secrets = append(secrets, o.Text, string(o.ID))
			}
		}
		for _, s := range secrets {
			if len(s) > 4 && bytes.Contains(stored.Bytes(), []byte(s)) {
				t.Fatalf("%q can be read in the store", s)
			}
		}
	}
	other, err := seal.New(make([]byte, seal.KeySize))
	must(t, err)
	if _, err := bank.New(db, led, other, clock).Questions(t.Context(), p.Outline); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("with another data key: %v", err)
	}
}

// TestSealedDocumentKeepsItsPlace: a document put in another's place does not
// open.
func TestSealedDocumentKeepsItsPlace(t *testing.T) {
	t.Parallel()
	b, db, _, p := filled(t)
	var docs []store.Doc
	for _, d := range bodies(t, db, "questions") {
		docs = append(docs, d)
	}
	docs[0].Body = docs[1].Body
	must(t, db.Replace(t.Context(), "questions", docs[0]))
	if _, err := b.Questions(t.Context(), p.Outline); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("a moved document: %v", err)
	}
}

// TestSealStored seals documents in the form of older versions; cut off, it
// goes on where it was; afterwards it finds nothing to do.
func TestSealStored(t *testing.T) {
	t.Parallel()
	b, db, led, p := filled(t)
	want, err := b.Questions(t.Context(), p.Outline)
	must(t, err)
	sealedBefore := bodies(t, db, "questions", "papers")
	unseal(t, db, want, p)

	cut := &breaking{DB: db}
	cut.left.Store(50)
	if _, err := bank.New(cut, led, sealer(t), clock).SealStored(t.Context()); !errors.Is(err, errCut) {
		t.Fatalf("cut off: %v", err)
	}
	n, err := b.SealStored(t.Context())
	must(t, err)
	if n != len(want)+1-50 {
		t.Errorf("%d documents were left to seal, want %d", n, len(want)+1-50)
	}
	if n, err = b.SealStored(t.Context()); err != nil || n != 0 {
		t.Errorf("again: %d, %v", n, err)
	}
	got, err := b.Questions(t.Context(), p.Outline)
	must(t, err)
	paper, err := b.Paper(t.Context(), p.ID)
	must(t, err)
	if diff := cmp.Diff(want, got) + cmp.Diff(p, paper); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	for id, d := range bodies(t, db, "questions", "papers") {
		if !bytes.Contains(d.Body, []byte(`"sealed":"a1.`)) || !cmp.Equal(d.Keys, sealedBefore[id].Keys) {
			t.Fatalf("%s is stored as %s with keys %v", id, d.Body, d.Keys)
		}
	}
}

// unseal stores questions and paper as versions before sealing did.
func unseal(t *testing.T, db store.DB, questions []bank.Question, p bank.Paper) {
	t.Helper()
	plain := func(collection, id string, v any) {
		body, err := json.Marshal(v)
		must(t, err)
		d, err := db.Get(t.Context(), collection, id)
		must(t, err)
		d.Body = body
		must(t, db.Replace(t.Context(), collection, d))
	}
	for _, q := range questions {
		plain("questions", fmt.Sprintf("%s/%s.%d", q.Batch, q.ID, q.Version), q)
	}
	plain("papers", string(p.ID), p)
}

// BenchmarkQuestions opens a bank of 5,000 questions, as a search does.
func BenchmarkQuestions(b *testing.B) {
	db, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "bank.db"), sqlite.Options{Collections: bank.Collections()})
	must(b, err)
	defer db.Close()
	led := ledger.Open(db.Ledger(), ledger.Options{})
	defer led.Close()
	s, err := seal.New(make([]byte, seal.KeySize))
	must(b, err)
	k := bank.New(db, led, s, clock)
	of, or := outlineFile(sample())
	_, err = k.AcceptOutline(b.Context(), "a", of, or)
	must(b, err)
	o := sample()
	base := questions(&o)
	var list []bank.Question
	for n := 0; len(list) < 5000; n++ {
		for _, q := range base[:min(len(base), 5000-len(list))] {
			q.Stem = fmt.Sprintf("%s（%d）", q.Stem, n)
			q.ID = bank.NewQuestionID(q.Outline, q.Stem)
			q.Options, q.Key = slices.Clone(q.Options), slices.Clone(q.Key)
			list = append(list, q)
		}
	}
	f, r := fileOf("题库.xlsx", list...)
	_, _, err = k.AcceptQuestions(b.Context(), "a", f, r)
	must(b, err)
	for b.Loop() {
		if got, err := k.Questions(b.Context(), o.ID); err != nil || len(got) != 5000 {
			b.Fatal(len(got), err)
		}
	}
}
