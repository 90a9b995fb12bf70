package results_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xinglu/xinglu/engine/results"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/similarity"
)

// q2c makes C the key of question 2.
var q2c = []scoring.Decision{{Item: "q2", Action: scoring.ActionChangeKey, Key: []string{string(option(2, 2))}}}

func draft(key string, version int, decisions []scoring.Decision) results.Draft {
	return results.Draft{Key: key, Version: version, Decisions: decisions, Reason: "答案有误"}
}

// table writes the list as one text a row: name, status, score, outcome, rank.
func table(t *testing.T, w *world, version int) []string {
	t.Helper()
	list, err := w.Results(t.Context(), "s", version)
	w.must(err)
	var out []string
	for _, r := range list.Rows {
		out = append(out, fmt.Sprintf("%s %s %s %s %d", r.Ticket, r.Status, r.Score, r.Outcome, r.Rank))
	}
	return out
}

func TestResults(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ABCA", "ACAD", "----", "", "ABCD", "…")
	w.must(w.exam.Void(t.Context(), w.tickets[4].Attempt, "staff", "替考"))
	want := []string{
		"001 marked 75.00 pass 1",
		"002 marked 50.00 fail 2",
		"003 marked 0.00 fail 3",
		"004 not_started did_not_start none 0",
		"005 void blank none 0",
		"006 running blank none 0",
	}
	if diff := cmp.Diff(want, table(t, w, 0)); diff != "" {
		t.Error(diff)
	}
	list, err := w.Results(t.Context(), "s", 1)
	w.must(err)
	if diff := cmp.Diff(results.Counts{Total: 6, Marked: 3, Running: 1, NotStarted: 1, Void: 1, Passed: 1, Failed: 2}, list.Counts); diff != "" {
		t.Error(diff)
	}
	if list.Full != 10000 || list.Rules != "r1" || list.Version != 1 || list.Current != 1 {
		t.Errorf("%+v", list)
	}
	d, err := w.Result(t.Context(), "s", 0, w.tickets[0].Attempt)
	w.must(err)
	if len(d.Items) != 4 || d.Items[3].State != scoring.ItemWrong || d.Items[3].Section != "s2" || d.Items[0].Max != 2500 || len(d.Steps) == 0 {
		t.Errorf("%+v", d)
	}
	_, err = w.Results(t.Context(), "s", 2)
	wantCode(t, err, "key_version_unknown")
	_, err = w.Result(t.Context(), "s", 0, "nobody")
	wantCode(t, err, "attempt_not_found")
	_, err = w.Propose(t.Context(), "s", draft("k", 1, q2c), "a1") // one still writes
	wantCode(t, err, "results_not_settled")
	_, err = w.Compare(t.Context(), "s", similarity.Config{}, "雷同", "sup")
	wantCode(t, err, "results_not_settled")
}

// Whoever was marked absent in the room is absent, and no other.
func TestAbsence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ABCA", "", "")
	w.must(w.exam.SetAbsent(t.Context(), "s", w.tickets[2].Attempt, true, "invigilator", "开考 30 分钟未到"))
	want := []string{"001 marked 75.00 pass 1", "002 not_started did_not_start none 0", "003 absent did_not_start none 0"}
	if diff := cmp.Diff(want, table(t, w, 0)); diff != "" {
		t.Error(diff)
	}
	list, err := w.Results(t.Context(), "s", 1)
	w.must(err)
	if diff := cmp.Diff(results.Counts{Total: 3, Marked: 1, NotStarted: 1, Absent: 1, Passed: 1}, list.Counts); diff != "" {
		t.Error(diff)
	}
	w.must(w.exam.SetAbsent(t.Context(), "s", w.tickets[2].Attempt, false, "invigilator", "已到场"))
	if got := table(t, w, 0)[2]; got != "003 not_started did_not_start none 0" {
		t.Errorf("after the mark is lifted: %s", got)
	}
}

func TestDecisionOnAKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ABCA", "ACAD", "DDDD", "")
	ctx := t.Context()
	p, err := w.Propose(ctx, "s", draft("k", 1, q2c), "a1")
	w.must(err)
	if p.State != results.ProposalOpen || p.By != "a1" || p.Base != 1 {
		t.Errorf("%+v", p)
	}
	if diff := cmp.Diff(results.Summary{Marked: 3, Changed: 2, Higher: 1, Lower: 1, ToPass: 1, FromPass: 1, Ranks: 2}, p.Summary); diff != "" {
		t.Error(diff)
	}
	again, err := w.Propose(ctx, "s", draft("k", 1, q2c), "a1")
	w.must(err)
	if again.ID != p.ID {
		t.Error("a repeated key made another proposal")
	}
	_, effect, err := w.Proposal(ctx, "s", p.ID)
	w.must(err)
	if len(effect.Changes) != 2 || effect.Changes[0].Ticket != "001" || effect.Changes[0].Before.Score != 7500 || effect.Changes[0].After.Rank != 2 || effect.Changes[1].After.Outcome != scoring.GradePass {
		t.Errorf("%+v", effect.Changes)
	}
	before := table(t, w, 0)

	_, err = w.Sign(ctx, "s", p.ID, "a1")
	wantCode(t, err, "second_signer_needed")
	_, err = w.Sign(ctx, "s", 99, "a2")
	wantCode(t, err, "proposal_unknown")
	if diff := cmp.Diff(before, table(t, w, 0)); diff != "" {
		t.Errorf("an unsigned proposal changed results:\n%s", diff)
	}
	_, err = w.Sign(ctx, "s", p.ID, "author")
	wantCode(t, err, "author_decides")
	for range 2 { // the second changes nothing
		signed, err := w.Sign(ctx, "s", p.ID, "a2")
		w.must(err)
		if signed.State != results.ProposalSigned || signed.Version != 2 || signed.SignedBy != "a2" {
			t.Errorf("%+v", signed)
		}
	}
	want := []string{"002 marked 75.00 pass 1", "001 marked 50.00 fail 2", "003 marked 25.00 fail 3", "004 not_started did_not_start none 0"}
	if diff := cmp.Diff(want, table(t, w, 0)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, table(t, w, 1)); diff != "" {
		t.Errorf("the old version is not what it was:\n%s", diff)
	}

	// Whoever takes outcomes has the new marks, under a higher Seq.
	if o := w.newest(w.tickets[0].Attempt); o.Grade.Score != 5000 || o.Marked.KeyVersion != 2 || o.Marked.Result.Total != 5000 {
		t.Errorf("%+v", o)
	}
	if o := w.newest(w.tickets[2].Attempt); o.Marked.KeyVersion != 0 {
		t.Errorf("marks that did not change were recorded again: %+v", o)
	}
	st, err := w.Decisions(ctx, "s")
	w.must(err)
	if len(st.Versions) != 2 || !st.Versions[1].Delivered || st.Version != 2 {
		t.Errorf("%+v", st.Versions)
	}

	_, err = w.Propose(ctx, "s", draft("k2", 1, q2c), "a1")
	wantCode(t, err, "key_version_moved")
	_, err = w.Withdraw(ctx, "s", p.ID, "算了", "a1")
	wantCode(t, err, "proposal_closed")
	_, err = w.Sign(ctx, "s", p.ID, "a3")
	wantCode(t, err, "proposal_closed")
}

func TestProposalsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ABCA", "ACAD")
	ctx := t.Context()
	_, err := w.Propose(ctx, "s", draft("k", 1, q2c), "author")
	wantCode(t, err, "author_decides")
	_, err = w.Propose(ctx, "s", draft("", 1, q2c), "a1")
	wantCode(t, err, "key_invalid")
	_, err = w.Propose(ctx, "s", results.Draft{Key: "k", Version: 1}, "a1")
	wantCode(t, err, "proposal_invalid")
	_, err = w.Propose(ctx, "nowhere", draft("k", 1, q2c), "a1")
	wantCode(t, err, "sitting_not_found")
	_, err = w.Preview(ctx, "s", draft("", 1, []scoring.Decision{
		{Item: "q2", Action: scoring.ActionVoidFull}, {Item: "q9", Action: scoring.ActionVoidFull}, {Item: "q1", Action: scoring.ActionChangeKey, Key: []string{"nonsense"}}}), "a1")
	var places []string
	for _, f := range fault.As(err).Fields {
		places = append(places, f.Path+" "+f.Code)
	}
	if diff := cmp.Diff([]string{"decisions[1].item unknown", "decisions[2].key[0] unknown"}, places); diff != "" {
		t.Error(diff)
	}
	st, err := w.Decisions(ctx, "s")
	w.must(err)
	if st.Seq != 0 {
		t.Errorf("refusals and previews were recorded: %+v", st)
	}

	p, err := w.Propose(ctx, "s", draft("k", 1, q2c), "a1")
	w.must(err)
	_, err = w.Withdraw(ctx, "s", p.ID, " ", "a1")
	wantCode(t, err, "reason_missing")
	for range 2 {
		p, err = w.Withdraw(ctx, "s", p.ID, "另议", "a3")
		w.must(err)
	}
	if p.State != results.ProposalWithdrawn || p.Withdrawn != "另议" {
		t.Errorf("%+v", p)
	}
	_, err = w.Sign(ctx, "s", p.ID, "a2")
	wantCode(t, err, "proposal_closed")
}

// What the second person signs is what the first was shown.
func TestOutdatedProposal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ABCA", "ACAD", "ABCD")
	ctx := t.Context()
	p, err := w.Propose(ctx, "s", draft("k", 1, q2c), "a1")
	w.must(err)
	other, err := w.Propose(ctx, "s", draft("k2", 1, []scoring.Decision{{Item: "q4", Action: scoring.ActionVoidFull}}), "a1")
	w.must(err)
	w.must(w.exam.Void(ctx, w.tickets[2].Attempt, "staff", "作弊"))
	_, err = w.Sign(ctx, "s", p.ID, "a2")
	wantCode(t, err, "proposal_outdated")
	if f := fault.As(err).Fields; len(f) != 3 || f[0].Code != "effect_changed" || f[0].Params["now"] == f[0].Params["shown"] {
		t.Errorf("%+v", f)
	}
	again, err := w.Propose(ctx, "s", draft("k3", 1, q2c), "a2")
	w.must(err)
	_, err = w.Sign(ctx, "s", again.ID, "a1")
	w.must(err)
	_, err = w.Sign(ctx, "s", other.ID, "a2") // made for version 1
	wantCode(t, err, "key_version_moved")
}

// A candidate who is marked after the decision gets the marks of the newest
// version, and nobody gets the old ones last.
func TestMarkedAfterTheDecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ABCA", "")
	p, err := w.Propose(t.Context(), "s", draft("k", 1, q2c), "a1")
	w.must(err)
	_, err = w.Sign(t.Context(), "s", p.ID, "a2")
	w.must(err)
	w.write(1, "ACCD")
	o := w.newest(w.tickets[1].Attempt)
	if o.Grade.Score != 10000 || o.Marked.KeyVersion != 2 {
		t.Errorf("%+v", o)
	}
	if got := table(t, w, 0)[0]; got != "002 marked 100.00 pass 1" {
		t.Error(got)
	}
}

// A delivery that is refused is said and made good later, by another node too.
func TestDeliveryIsRepeated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ABCA", "ACAD")
	w.mu.Lock()
	w.refuse = errors.New("the division is closed")
	w.mu.Unlock()
	p, err := w.Propose(t.Context(), "s", draft("k", 1, q2c), "a1")
	w.must(err)
	_, err = w.Sign(t.Context(), "s", p.ID, "a2")
	w.must(err)
	w.Close() // this node goes away
	st, err := w.Decisions(t.Context(), "s")
	w.must(err)
	if st.Version != 2 || st.Versions[1].Delivered {
		t.Fatalf("%+v", st.Versions)
	}
	w.mu.Lock()
	w.refuse = nil
	w.mu.Unlock()
	other := w.open()
	defer other.Close()
	w.eventually("the new marks", func() bool {
		st, err := other.Decisions(context.WithoutCancel(t.Context()), "s")
		return err == nil && st.Versions[1].Delivered
	})
	if o := w.newest(w.tickets[1].Attempt); o.Grade.Score != 7500 {
		t.Errorf("%+v", o)
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ABCA", "ABCA", "DCBD", "")
	_, err := w.Compare(t.Context(), "s", similarity.Config{}, "", "sup")
	wantCode(t, err, "reason_missing")
	c, err := w.Compare(t.Context(), "s", similarity.Config{MinCommon: 2, MinWrong: 1, WrongShareBP: 9000}, "抽查", "sup")
	w.must(err)
	if len(c.Pairs) != 1 || c.Pairs[0].IdenticalRight != 3 || c.Pairs[0].IdenticalWrong != 1 || c.Pairs[0].Distance == nil || *c.Pairs[0].Distance != 1 || c.Candidates != 3 {
		t.Fatalf("%+v", c.Report)
	}
	if a := c.People[c.Pairs[0].A]; a.Ticket != "001" && a.Ticket != "002" || a.Name == "" {
		t.Errorf("%+v", c.People)
	}
	var kinds []string
	_, err = ledger.Fold(t.Context(), w.led, "scoring/s", 0, func(r ledger.Record) error {
		kinds = append(kinds, r.Kind+" "+r.Actor)
		return nil
	})
	w.must(err)
	if diff := cmp.Diff([]string{"scoring.compared sup"}, kinds); diff != "" {
		t.Errorf("the look at the answers is not in the ledger: %s", diff)
	}
}
