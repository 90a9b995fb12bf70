package engine_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
)

// signing opens a division of two competitors, marked by two judges who sign,
// with one violation in the scheme and judgement that the chief judge decides.
func (n node) signing(t *testing.T) engine.DivisionID {
	t.Helper()
	ctx := t.Context()
	c, err := n.CreateContest(ctx, engine.ContestDraft{Name: text("大赛"), Event: text("电工")})
	if err != nil {
		t.Fatal(err)
	}
	s, r, p := scheme(), rules(2), engine.OrdinaryProcedure()
	s.Violations = []scoring.Violation{{ID: "helmet", Label: text("未戴安全帽"), Ladder: []scoring.Sanction{{Kind: scoring.SanctionWarning}, {Kind: scoring.SanctionDeduct, Marks: 500}}}}
	a := r.Agreement[scoring.KindJudgement]
	a.ChiefDecides = true
	r.Agreement[scoring.KindJudgement] = a
	p.Signing.Judges = true
	d, err := n.CreateDivision(ctx, engine.DivisionDraft{
		Contest: c.ID, Name: text("职工组"), Scheme: s, Rules: r, Procedure: &p, Panels: []engine.Panel{{Module: "P", Judges: judges(2)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Enter(ctx, d.ID, []engine.Competitor{{Candidate: "c1", Name: "选手甲", Unit: "单位甲"}, {Candidate: "c2", Name: "选手乙", Unit: "单位乙"}}); err != nil {
		t.Fatal(err)
	}
	n.open(t, d.ID)
	return d.ID
}

// agreed hands in the same marks of both judges and returns the first one's
// view of the sheet.
func (n node) agreed(t *testing.T, id engine.DivisionID, sheet int) engine.SheetView {
	t.Helper()
	for _, j := range []access.AccountID{"j1", "j2"} {
		if _, err := n.submit(t, id, j, n.sheets(t, id, j)[sheet], entries(2, 300)); err != nil {
			t.Fatal(err)
		}
	}
	return n.view(t, id, "j1", n.sheets(t, id, "j1")[sheet].ID)
}

func (n node) view(t *testing.T, id engine.DivisionID, j access.AccountID, s engine.SheetID) engine.SheetView {
	t.Helper()
	v, err := n.Sheet(t.Context(), j, id, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (n node) sign(t *testing.T, id engine.DivisionID, j access.AccountID, v engine.SheetView) {
	t.Helper()
	if err := n.Sign(t.Context(), j, id, "sign-"+string(j)+string(v.ID)+v.ToSign[:8], []engine.Agreement{{Sheet: v.ID, Digest: v.ToSign}}); err != nil {
		t.Fatal(err)
	}
}

func TestAJudgeSeesWhatEndedTheOwnSignature(t *testing.T) {
	t.Parallel()
	n := newWorld(t).node()
	ctx, id := t.Context(), n.signing(t)
	first := n.agreed(t, id, 0)
	if first.Signature != nil || first.ToSign == "" {
		t.Fatalf("before the signature: %+v", first.SheetBrief)
	}
	n.sign(t, id, "j1", first)
	if v := n.view(t, id, "j1", first.ID); v.State != engine.SheetSigned || !v.Signature.Valid || v.Signature.Void != nil {
		t.Errorf("after the signature: %s %+v", v.State, v.Signature)
	}
	if v := n.view(t, id, "j2", first.ID); v.Signature != nil {
		t.Errorf("another judge sees the signature: %+v", v.Signature)
	}

	level := 3
	o := scoring.Override{Aspect: "J", Observation: scoring.Observation{Level: &level}, Why: "按评分细则第 3 条"}
	if err := n.DecideAspect(ctx, "chief", id, "d1", first.ID, o); err != nil {
		t.Fatal(err)
	}
	v := n.view(t, id, "j1", first.ID)
	want := &engine.VoidSignature{Cause: engine.VoidDecided, Why: "按评分细则第 3 条"}
	if diff := cmp.Diff(want, v.Signature.Void, cmpopts.IgnoreFields(engine.VoidSignature{}, "At")); diff != "" || v.Signature.Valid || v.ToSign == "" {
		t.Errorf("after the decision: valid %t, to sign %q %s", v.Signature.Valid, v.ToSign, diff)
	}

	n.sign(t, id, "j1", v)
	asked, err := n.AskUnlock(ctx, "chief", id, "u1", "P", first.ID, "工件测量有误")
	if err != nil {
		t.Fatal(err)
	}
	if err := n.GrantUnlock(ctx, "second", id, "u2", asked); err != nil {
		t.Fatal(err)
	}
	v = n.view(t, id, "j1", first.ID)
	if v.Signature.Void == nil || v.Signature.Void.Cause != engine.VoidReopened || v.Reopened == nil || v.Reopened.Why != "工件测量有误" {
		t.Errorf("after the unlock: %+v %+v", v.Signature, v.Reopened)
	}
	if v.State != engine.SheetNotStarted || v.Round != 2 || v.Mine == nil {
		t.Errorf("the panel marks afresh: %s in round %d", v.State, v.Round)
	}
}

func TestViolationsAreSeenWithoutWhoWroteThem(t *testing.T) {
	t.Parallel()
	n := newWorld(t).node()
	ctx, id := t.Context(), n.signing(t)
	s := n.sheets(t, id, "j1")[0]
	if s.Layer != engine.LayerStation {
		t.Fatalf("layer %q", s.Layer)
	}
	at := engine.Address{Layer: s.Layer, Code: s.Code, Module: s.Module}
	if err := n.RecordViolation(ctx, "j1", id, "v1", at, "helmet", "进场未戴", false); err != nil {
		t.Fatal(err)
	}
	mine, other := n.view(t, id, "j1", s.ID).Conducts, n.view(t, id, "j2", s.ID).Conducts
	if len(mine) != 1 || !mine[0].Mine || mine[0].Note != "进场未戴" {
		t.Errorf("the own record: %+v", mine)
	}
	if len(other) != 1 || other[0].Mine || other[0].Note != "" || other[0].Violation != "helmet" {
		t.Errorf("another's record: %+v", other)
	}
	if err := n.WithdrawConduct(ctx, "chief", id, "w1", mine[0].Seq, "看错"); err != nil {
		t.Fatal(err)
	}
	if got := n.view(t, id, "j2", s.ID).Conducts; len(got) != 1 || !got[0].Withdrawn {
		t.Errorf("after it was taken back: %+v", got)
	}
}

func TestAJudgeAtTheStationRecordsThatNobodyCame(t *testing.T) {
	t.Parallel()
	n := newWorld(t).node()
	ctx, id := t.Context(), n.signing(t)
	list := n.sheets(t, id, "j1")
	who := engine.Absentee{Layer: engine.LayerStation, Code: list[0].Code, Modules: []scoring.ModuleID{"P"}, Floor: true}
	if err := n.RecordAbsence(ctx, "j9", id, "a1", who); !errors.Is(err, engine.ErrOffice) {
		t.Errorf("a judge of no panel: %v", err)
	}
	if err := n.RecordAbsence(ctx, "j1", id, "a2", who); err != nil {
		t.Fatal(err)
	}
	if v := n.view(t, id, "j2", list[0].ID); v.State != engine.SheetAbsent {
		t.Errorf("the others see %s", v.State)
	}
	if err := n.WithdrawAbsence(ctx, "j1", id, "a3", who); !errors.Is(err, engine.ErrOffice) {
		t.Errorf("a judge takes it back: %v", err)
	}
	if _, err := n.submit(t, id, "j2", list[1], entries(1, 100)); err != nil {
		t.Fatal(err)
	}
	who.Code = list[1].Code
	if err := n.RecordAbsence(ctx, "j1", id, "a4", who); !errors.Is(err, engine.ErrMarked) {
		t.Errorf("somebody who was marked: %v", err)
	}
}
