package exam_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
)

// png is the start of a picture, enough to be told as one.
var png = append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{0}, 64)...)

func misconduct(attempt exam.AttemptID, at time.Time) exam.Incident {
	return exam.Incident{Kind: exam.IncidentMisconduct, Tier: "breach", Attempt: attempt, Centre: "01", Room: "1", Happened: at,
		Facts: "经提醒后仍将手机放在桌面。", Action: "收缴手机，继续考试。", Statement: exam.StatementRefused}
}

// A record needs two people: who makes it and somebody else.
func TestIncidentTakesTwo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := openStores(t)
		n := w.serve(t, exam.Options{})
		defer n.halt()
		s := sitting(4)
		list, _ := opened(t, n, s, 2)
		ctx := t.Context()

		file, err := n.AddEvidence(ctx, s.ID, `C:\照片\手机.png`, png, "jia")
		must(t, err)
		e := misconduct(list[0].Attempt, time.Now())
		e.Evidence = []exam.Evidence{{ID: file.ID}}
		r, err := n.RecordIncident(ctx, s.ID, "k1", e, "jia")
		must(t, err)
		again, err := n.RecordIncident(ctx, s.ID, "k1", e, "jia")
		must(t, err)
		if r.No != 1 || again.No != 1 || r.State != exam.IncidentOpen || r.TiersVersion == "" {
			t.Fatalf("recorded %+v and, repeated, %+v", r, again)
		}
		if diff := cmp.Diff([]exam.Evidence{file}, r.Evidence); diff != "" {
			t.Error(diff)
		}

		wantCode(t, n.SignIncident(ctx, s.ID, 1, "jia"), "incident_same_signer")
		wantCode(t, n.SignIncident(ctx, s.ID, 2, "yi"), "incident_not_found")
		must(t, n.SignIncident(ctx, s.ID, 1, "yi"))
		must(t, n.SignIncident(ctx, s.ID, 1, "yi")) // the same again changes nothing
		wantCode(t, n.SignIncident(ctx, s.ID, 1, "bing"), "incident_closed")
		wantCode(t, n.WithdrawIncident(ctx, s.ID, 1, "写错", "jia"), "incident_closed")

		other := w.serve(t, exam.Options{Node: "other"}) // reads it from the ledger
		defer other.halt()
		records, _, err := other.Incidents(ctx, s.ID)
		must(t, err)
		if len(records) != 1 || records[0].State != exam.IncidentComplete || records[0].By != "jia" || records[0].SignedBy != "yi" {
			t.Errorf("another node reads %+v", records)
		}
	})
}

func TestIncidentWithdrawn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := openStores(t)
		n := w.serve(t, exam.Options{})
		defer n.halt()
		s := sitting(4)
		list, _ := opened(t, n, s, 1)
		ctx := t.Context()
		_, err := n.RecordIncident(ctx, s.ID, "k1", misconduct(list[0].Attempt, time.Now()), "jia")
		must(t, err)
		wantCode(t, n.WithdrawIncident(ctx, s.ID, 1, "认错人", "yi"), "incident_not_yours")
		wantCode(t, n.WithdrawIncident(ctx, s.ID, 1, " ", "jia"), exam.ErrReason.Code)
		must(t, n.WithdrawIncident(ctx, s.ID, 1, "认错人", "jia"))
		wantCode(t, n.SignIncident(ctx, s.ID, 1, "yi"), "incident_closed")
		records, _, err := n.Incidents(ctx, s.ID)
		must(t, err)
		if records[0].State != exam.IncidentTakenBack || records[0].Withdrawn != "认错人" {
			t.Errorf("got %+v", records[0])
		}
	})
}

func TestIncidentRefusals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := openStores(t)
		n := w.serve(t, exam.Options{})
		defer n.halt()
		s := sitting(4)
		list, _ := opened(t, n, s, 1)
		good := misconduct(list[0].Attempt, time.Now())
		for name, c := range map[string]struct {
			change func(*exam.Incident)
			path   string
		}{
			"no facts":        {func(e *exam.Incident) { e.Facts = " " }, "facts"},
			"unknown tier":    {func(e *exam.Incident) { e.Tier = "none" }, "tier"},
			"nobody":          {func(e *exam.Incident) { e.Attempt = "" }, "attempt"},
			"no statement":    {func(e *exam.Incident) { e.Statement = "" }, "statement"},
			"unknown room":    {func(e *exam.Incident) { e.Room = "9" }, "room"},
			"still to come":   {func(e *exam.Incident) { e.Happened = time.Now().Add(time.Hour) }, "happened_at"},
			"unknown kind":    {func(e *exam.Incident) { e.Kind = "other" }, "kind"},
			"unknown file":    {func(e *exam.Incident) { e.Evidence = []exam.Evidence{{ID: "e1"}} }, "evidence[0]"},
			"too many files":  {func(e *exam.Incident) { e.Evidence = make([]exam.Evidence, 11) }, "evidence"},
			"endless account": {func(e *exam.Incident) { e.Facts = strings.Repeat("长", 3000) }, "facts"},
		} {
			e := good
			c.change(&e)
			_, err := n.RecordIncident(t.Context(), s.ID, name, e, "jia")
			wantCode(t, err, "incident_invalid")
			if err != nil && !slices.ContainsFunc(paths(err), func(p string) bool { return strings.HasPrefix(p, c.path+" ") }) {
				t.Errorf("%s: the wrong fields are %s", name, paths(err))
			}
		}
		stranger := good
		stranger.Attempt = "a-of-another-sitting"
		_, err := n.RecordIncident(t.Context(), s.ID, "k", stranger, "jia")
		wantCode(t, err, exam.ErrAttemptNotFound.Code)

		_, err = n.AddEvidence(t.Context(), s.ID, "x.html", []byte("<html><script>"), "jia")
		wantCode(t, err, "evidence_invalid")
		_, err = n.AddEvidence(t.Context(), s.ID, "big.png", append(bytes.Clone(png), make([]byte, exam.MaxEvidence)...), "jia")
		wantCode(t, err, "evidence_invalid")
		loose, err := n.AddEvidence(t.Context(), s.ID, "loose.png", png, "jia")
		must(t, err)
		_, _, err = n.Evidence(t.Context(), s.ID, loose.ID, "jia") // no record names it
		wantCode(t, err, "evidence_not_found")
	})
}

// The file is sealed at rest, and who looks at it is in the ledger.
func TestEvidenceIsSealedAndLookingIsRecorded(t *testing.T) {
	t.Parallel()
	w := openStores(t)
	n := w.serve(t, exam.Options{Now: func() time.Time { return start }})
	defer n.halt()
	s := sitting(4)
	list, _ := opened(t, n, s, 1)
	ctx := t.Context()
	secretPNG := append(bytes.Clone(png), secret...)
	file, err := n.AddEvidence(ctx, s.ID, "a.png", secretPNG, "jia")
	must(t, err)
	e := misconduct(list[0].Attempt, start)
	e.Evidence = []exam.Evidence{{ID: file.ID}}
	_, err = n.RecordIncident(ctx, s.ID, "k1", e, "jia")
	must(t, err)
	got, data, err := n.Evidence(ctx, s.ID, file.ID, "dudao")
	must(t, err)
	if got != file || !bytes.Equal(data, secretPNG) {
		t.Errorf("got %+v with %d bytes", got, len(data))
	}
	docs, err := w.db.Find(ctx, "exam_evidence", storeQuery)
	must(t, err)
	for _, d := range docs.Docs {
		if bytes.Contains(d.Body, []byte(secret)) {
			t.Error("the file lies open in the store")
		}
	}
	seen, err := w.db.Ledger().Read(ctx, ledger.StreamID("evidence/"+string(s.ID)), 0, 10)
	must(t, err)
	if len(seen) != 1 || seen[0].Actor != "dudao" {
		t.Errorf("looking left %+v", seen)
	}
}

func TestExampleTiers(t *testing.T) {
	t.Parallel()
	tiers := exam.ExampleTiers()
	s := sitting(2)
	s.Rules.Misconduct = &tiers
	must(t, s.Validate())
	tiers.Tiers[1].Code = tiers.Tiers[0].Code
	wantCode(t, s.Validate(), exam.ErrSittingInvalid.Code)
}
