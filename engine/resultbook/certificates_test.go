package resultbook_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/resultbook"
	"github.com/xinglu/xinglu/internal/fault"
)

// TestCertificates: numbers are given once and in order, a changed result ends
// a certificate and gets a new one, and only who holds the paper can check it.
func TestCertificates(t *testing.T) {
	t.Parallel()
	s := newStage(t, 12)
	c, ctx, id := s.Desk.Certificates, t.Context(), s.ID
	forms := resultbook.OrdinaryForms()
	forms.Numbers = resultbook.NumberRule{Version: 2, Pattern: "鲁技竞{year}-{division}-{award}-{serial}", Digits: 3, From: 41}
	if _, err := c.Issue(ctx, "organiser", id, "early", forms); !errors.Is(err, engine.ErrNoBoard) {
		t.Errorf("before the publication: %v", err)
	}
	s.Play.Draw()
	s.Mark()
	s.Play.Lock()
	s.Recheck()
	s.Decrypt()
	s.Publish("")
	list, err := c.Issue(ctx, "organiser", id, "first", forms)
	if err != nil || len(list) != 3 {
		t.Fatalf("issued %+v, %v", list, err)
	}
	for i, want := range []string{"-first-041", "-second-042", "-second-043"} {
		if x := list[i]; !strings.HasPrefix(x.Number, "鲁技竞2026-") || !strings.HasSuffix(x.Number, want) || x.State != resultbook.CertificateValid {
			t.Errorf("certificate %d is %+v, want number …%s", i, x, want)
		}
	}
	again, err := c.Issue(ctx, "organiser", id, "second", forms)
	if err != nil || len(again) != 3 {
		t.Errorf("issuing again made %d, %v", len(again), err)
	}
	first := list[0]
	for name, try := range map[string][3]string{
		"proof": {first.Number, first.Proof(), ""}, "name": {first.Number, "", " " + first.Recipient}, "proof beside a wrong name": {first.Number, first.Proof(), "某某"},
	} {
		if got, err := c.Check(ctx, id, try[0], try[1], try[2]); err != nil || got.Recipient != first.Recipient {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, try := range map[string][3]string{
		"nothing": {first.Number, "", ""}, "wrong proof": {first.Number, strings.Repeat("0", 24), first.Recipient}, "short proof": {first.Number, first.Proof()[:8], ""},
		"wrong name": {first.Number, "", "某某"}, "unknown number": {"鲁技竞2026-1", first.Proof(), first.Recipient},
	} {
		if got, err := c.Check(ctx, id, try[0], try[1], try[2]); !errors.Is(err, resultbook.ErrNoCertificate) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := c.Check(ctx, "another", first.Number, first.Proof(), ""); !errors.Is(err, resultbook.ErrNoCertificate) {
		t.Errorf("of another division: %v", err)
	}
}

// TestCertificatesFollowTheResults: a correction supersedes the certificates of
// whose line it changes, until they are issued anew.
func TestCertificatesFollowTheResults(t *testing.T) {
	t.Parallel()
	s := newStage(t, 12)
	c, ctx, id := s.Desk.Certificates, t.Context(), s.ID
	s.Play.Draw()
	s.Mark()
	s.Play.Lock()
	s.Recheck()
	s.Decrypt()
	before := s.Publish("")
	list, err := c.Issue(ctx, "organiser", id, "first", resultbook.OrdinaryForms())
	if err != nil {
		t.Fatal(err)
	}
	s.Appeal()
	after := s.Publish("更正")
	changed := map[engine.CompetitorID]bool{}
	for i := range after.Lines {
		l := after.Lines[i]
		for _, old := range before.Lines {
			if old.Competitor == l.Competitor && resultbook.LineDigest(old) != resultbook.LineDigest(l) {
				changed[l.Competitor] = true
			}
		}
	}
	now, err := c.List(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	superseded := 0
	for _, x := range now {
		if (x.State == resultbook.CertificateSuperseded) != changed[x.Competitor] {
			t.Errorf("%s of %s is %s, its line changed: %v", x.Number, x.Recipient, x.State, changed[x.Competitor])
		}
		if x.State == resultbook.CertificateSuperseded {
			superseded++
			if got, err := c.Check(ctx, id, x.Number, x.Proof(), ""); err != nil || got.State != resultbook.CertificateSuperseded {
				t.Errorf("checked: %+v, %v", got, err)
			}
		}
	}
	if superseded == 0 {
		t.Fatal("the correction concerns no award; the test shows nothing")
	}
	now, err = c.Issue(ctx, "organiser", id, "second", resultbook.OrdinaryForms())
	if err != nil {
		t.Fatal(err)
	}
	valid, numbers := 0, map[string]bool{}
	for _, x := range now {
		if numbers[x.Number] {
			t.Errorf("number %s is there twice", x.Number)
		}
		numbers[x.Number] = true
		if x.State == resultbook.CertificateValid {
			valid++
		}
	}
	if valid != len(list) || len(now) != len(list)+superseded {
		t.Errorf("%d valid of %d, want %d of %d", valid, len(now), len(list), len(list)+superseded)
	}
	last := now[len(now)-1]
	if err := c.Revoke(ctx, "organiser", id, "r", last.Number, " "); !errors.Is(err, engine.ErrReason) {
		t.Errorf("revoked without a reason: %v", err)
	}
	if err := c.Revoke(ctx, "organiser", id, "r1", last.Number, "填写有误"); err != nil {
		t.Fatal(err)
	}
	if err := c.Revoke(ctx, "organiser", id, "r2", last.Number, "其他原因"); !errors.Is(err, resultbook.ErrRevoked) {
		t.Errorf("revoked twice: %v", err)
	}
	if got, err := c.Check(ctx, id, last.Number, last.Proof(), ""); err != nil || got.State != resultbook.CertificateRevoked || got.Why != "填写有误" {
		t.Errorf("checked: %+v, %v", got, err)
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	if err := resultbook.OrdinaryForms().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*resultbook.Forms){
		"no serial":     func(f *resultbook.Forms) { f.Numbers.Pattern = "{year}" },
		"two serials":   func(f *resultbook.Forms) { f.Numbers.Pattern = "{serial}{serial}" },
		"unknown token": func(f *resultbook.Forms) { f.Numbers.Pattern = "{name}{serial}" },
		"slash":         func(f *resultbook.Forms) { f.Numbers.Pattern = "a/{serial}" },
		"space":         func(f *resultbook.Forms) { f.Numbers.Pattern = "a {serial}" },
		"digits":        func(f *resultbook.Forms) { f.Numbers.Digits = 0 },
		"from":          func(f *resultbook.Forms) { f.Numbers.From = 0 },
		"version":       func(f *resultbook.Forms) { f.Version = 0 },
		"copies":        func(f *resultbook.Forms) { f.Copies = nil },
		"copy name":     func(f *resultbook.Forms) { f.Copies[0].Name = "" },
		"signers":       func(f *resultbook.Forms) { f.ReportSigners = nil },
		"title":         func(f *resultbook.Forms) { f.Certificate.Title = "" },
		"body token":    func(f *resultbook.Forms) { f.Certificate.Body = "{id_number}" },
		"closing":       func(f *resultbook.Forms) { f.Certificate.Closing = strings.Repeat("长", 400) },
	} {
		f := resultbook.OrdinaryForms()
		change(&f)
		if err := f.Validate(); !errors.Is(err, resultbook.ErrForms) || len(fault.As(err).Fields) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
