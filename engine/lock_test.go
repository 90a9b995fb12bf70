package engine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// codes lists the codes of an error's fields.
func fieldCodes(err error) (out []string) {
	f := fault.As(err)
	if f == nil {
		return nil
	}
	for _, x := range f.Fields {
		if !slices.Contains(out, x.Code) {
			out = append(out, x.Code)
		}
	}
	slices.Sort(out)
	return out
}

// A signature covers what was agreed; what changes it leaves the signature on
// record and no longer valid.
func TestSigning(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court(signed)
	ctx, all := t.Context(), c.ids("j1")
	c.agree(all[0])
	c.mark("j1", all[1], 2, 300)
	v := c.view("j1", all[0])
	if v.State != engine.SheetAgreed || len(v.ToSign) != 64 {
		t.Fatalf("agreed: %s, to sign %q", v.State, v.ToSign)
	}
	good := engine.Agreement{Sheet: all[0], Digest: v.ToSign}
	for _, x := range []struct {
		name string
		who  access.AccountID
		list []engine.Agreement
		code string
	}{
		{"nothing", "j1", nil, "wrong_count"},
		{"not agreed", "j1", []engine.Agreement{{Sheet: all[1], Digest: v.ToSign}}, "not_agreed"},
		{"another digest", "j1", []engine.Agreement{{Sheet: all[0], Digest: "0"}}, "changed"},
		{"no such sheet", "j1", []engine.Agreement{{Sheet: "Z99.P", Digest: v.ToSign}}, "no_such_sheet"},
		{"a spare who has not marked", "j3", []engine.Agreement{good}, "wrong_panel"},
		{"one of two", "j1", []engine.Agreement{good, {Sheet: all[1], Digest: "0"}}, "not_agreed"},
	} {
		err := c.Sign(ctx, x.who, c.id, c.next(), x.list)
		c.want(x.name, err, engine.ErrSign)
		if got := fieldCodes(err); len(got) != 1 || got[0] != x.code {
			t.Errorf("%s: codes %v, want %s", x.name, got, x.code)
		}
	}
	if c.view("j1", all[0]).State != engine.SheetAgreed {
		t.Error("a list with a mistake in it signed a part")
	}
	c.must(c.Sign(ctx, "j1", c.id, "sign", []engine.Agreement{good}))
	c.must(c.Sign(ctx, "j1", c.id, "sign", []engine.Agreement{good})) // a replay
	if v := c.view("j1", all[0]); v.State != engine.SheetSigned || v.ToSign != "" {
		t.Errorf("signed: %s", v.State)
	}
	if row := c.row(all[0]); row.State != engine.DeskAgreed || !slices.Equal(row.Unsigned, []access.AccountID{"j2"}) {
		t.Errorf("the desk: %s, unsigned %v", row.State, row.Unsigned)
	}
	c.signAll("j2")
	if row := c.row(all[0]); row.State != engine.DeskSigned || len(row.Signatures) != 2 {
		t.Errorf("the desk: %s, %d signatures", row.State, len(row.Signatures))
	}
	points := scoring.Marks(400)
	c.must(c.DecideAspect(ctx, chief, c.id, c.next(), all[0], scoring.Override{Aspect: "R", Observation: scoring.Observation{Points: &points}, Why: "录像可见"}))
	row := c.row(all[0])
	if row.State != engine.DeskAgreed || len(row.Signatures) != 2 || row.Signatures[0].Valid || len(row.Unsigned) != 2 {
		t.Errorf("after a decision: %s %+v", row.State, row.Signatures)
	}
	if v := c.view("j1", all[0]); v.State != engine.SheetAgreed || v.ToSign == good.Digest || !v.Agreed[1].Chief {
		t.Errorf("after a decision the judge sees %s %+v", v.State, v.Agreed)
	}
	c.same()
}

// A leader who does not mark signs for the panel, and sees what it agreed.
func TestLeaderSigns(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court(signed, func(d *engine.DivisionDraft) {
		d.Procedure.Signing.Leader = true
		d.Panels[0].Judges[2].Leader = true
	})
	sheet := c.ids("j1")[0]
	if len(c.ids("j3")) != 0 {
		t.Error("the leader sees sheets that are not agreed")
	}
	c.agree(sheet)
	c.signAll("j1")
	c.signAll("j2")
	if v := c.view("j3", sheet); !v.Leader || v.State != engine.SheetAgreed || v.ToSign == "" || v.Mine != nil {
		t.Fatalf("the leader sees %+v", v.SheetBrief)
	}
	if c.row(sheet).State != engine.DeskAgreed {
		t.Error("signed without the leader")
	}
	c.signAll("j3")
	if c.row(sheet).State != engine.DeskSigned {
		t.Error("not signed with the leader")
	}
	_, err := c.submit(t, c.id, "j3", c.view("j3", sheet).SheetBrief, entries(1, 100))
	c.want("the leader's marks", err, engine.ErrWrongPanel)
}

// The chief judge locks what is agreed and signed, as it was shown.
func TestLock(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court(signed)
	ctx, all := t.Context(), c.ids("j1")
	err := c.LockModule(ctx, chief, c.id, c.next(), "P", "")
	c.want("nothing is agreed", err, engine.ErrNotComplete)
	if got := fieldCodes(err); len(got) != 1 || got[0] != "not_agreed" || len(fault.As(err).Fields) != 4 {
		t.Errorf("missing: %v", fault.As(err).Fields)
	}
	c.mark("j1", all[0], 0, 300)
	c.mark("j2", all[0], 3, 300)
	c.agree(all[1])
	err = c.LockModule(ctx, chief, c.id, c.next(), "P", "")
	if got := fieldCodes(err); !slices.Equal(got, []string{"in_conference", "not_agreed", "not_signed"}) {
		t.Errorf("missing: %v", got)
	}
	c.mark("j1", all[0], 2, 300)
	c.agree(all[2])
	c.must(c.RecordAbsence(ctx, caller, c.id, c.next(), engine.Absentee{Layer: engine.LayerStation, Code: c.view("j1", all[3]).Code}))
	c.signAll("j1")
	c.signAll("j2")
	m := c.desk().Modules[0]
	if len(m.Missing) != 0 || len(m.Digest) != 64 || m.Counts[engine.DeskAbsent] != 1 || m.Counts[engine.DeskSigned] != 3 {
		t.Fatalf("ready to lock: %+v", m)
	}
	c.want("a judge locks", c.LockModule(ctx, "j1", c.id, c.next(), "P", m.Digest), engine.ErrOffice)
	c.want("an imported module", c.LockModule(ctx, chief, c.id, c.next(), "T", m.Digest), engine.ErrNoSheet)
	c.want("what was not shown", c.LockModule(ctx, chief, c.id, c.next(), "P", "0"), engine.ErrOvertaken)
	c.must(c.LockModule(ctx, chief, c.id, "lock", "P", m.Digest))
	c.must(c.LockModule(ctx, chief, c.id, "lock", "P", m.Digest)) // a replay
	if d := c.desk(); d.Phase != engine.PhaseLocked || d.Modules[0].Lock == nil || d.Modules[0].Lock.By != chief {
		t.Errorf("locked: %s %+v", d.Phase, d.Modules[0].Lock)
	}
	c.want("twice", c.lock(), engine.ErrPhase)
	if v := c.view("j1", all[0]); v.State != engine.SheetLocked {
		t.Errorf("the judge sees %s", v.State)
	}
	points := scoring.Marks(0)
	at := engine.Address{Layer: engine.LayerStation, Code: c.view("j1", all[0]).Code, Module: "P"}
	for what, err := range map[string]error{
		"a sheet": func() error {
			_, err := c.submit(t, c.id, "j1", c.view("j1", all[3]).SheetBrief, entries(1, 100))
			return err
		}(),
		"a decision":  c.DecideAspect(ctx, chief, c.id, c.next(), all[0], scoring.Override{Aspect: "R", Observation: scoring.Observation{Points: &points}, Why: "x"}),
		"a violation": c.RecordViolation(ctx, chief, c.id, c.next(), at, "noise", "", true),
		"a time":      c.RecordTime(ctx, floor, c.id, c.next(), at, 1, engine.TimeOfJudge, ""),
		"an absence":  c.WithdrawAbsence(ctx, caller, c.id, c.next(), engine.Absentee{Layer: engine.LayerStation, Code: c.view("j1", all[3]).Code}),
		"a panel":     c.ChangePanel(ctx, chief, c.id, c.next(), engine.PanelChange{Module: "P", Out: "j1", Why: "x"}),
	} {
		c.want(what+" after the lock", err, engine.ErrModuleLocked)
	}
	c.want("a whole zeroing after everything is locked", c.RecordZeroing(ctx, chief, c.id, c.next(), at, "phone", "x"), engine.ErrPhase)
	c.same()
}

// An unlock takes two people and a reason, within the time of the procedure; a
// sheet is then marked afresh and the originals stay.
func TestUnlock(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court(signed)
	ctx, all := t.Context(), c.settle()
	c.must(c.lock())
	_, err := c.AskUnlock(ctx, chief, c.id, c.next(), "P", all[0], "  ")
	c.want("no reason", err, engine.ErrReason)
	_, err = c.AskUnlock(ctx, super, c.id, c.next(), "P", all[0], "x")
	c.want("by the supervisor", err, engine.ErrOffice)
	_, err = c.AskUnlock(ctx, chief, c.id, c.next(), "T", "", "x")
	c.want("what is not locked", err, engine.ErrNothing)
	asked, err := c.AskUnlock(ctx, chief, c.id, c.next(), "P", all[0], "漏看一处缺陷")
	c.must(err)
	if u := c.desk().Unlocks; len(u) != 1 || u[0].Seq != asked || u[0].By != chief || !u[0].Until.Equal(c.now.Add(10*time.Minute)) {
		t.Errorf("asked: %+v", u)
	}
	c.want("by the same", c.GrantUnlock(ctx, chief, c.id, c.next(), asked), engine.ErrSamePerson)
	c.want("by a judge", c.GrantUnlock(ctx, "j1", c.id, c.next(), asked), engine.ErrOffice)
	c.want("what nobody asked for", c.GrantUnlock(ctx, super, c.id, c.next(), asked+7), engine.ErrNothing)
	c.now = c.now.Add(10*time.Minute + time.Millisecond)
	c.want("too late", c.GrantUnlock(ctx, super, c.id, c.next(), asked), engine.ErrNothing)
	asked, err = c.AskUnlock(ctx, chief, c.id, c.next(), "P", all[0], "漏看一处缺陷")
	c.must(err)
	before := c.standing(c.view("j1", all[0]).Code)
	c.must(c.GrantUnlock(ctx, super, c.id, "grant", asked))
	c.must(c.GrantUnlock(ctx, super, c.id, "grant", asked)) // a replay
	c.want("twice", c.GrantUnlock(ctx, deputy, c.id, c.next(), asked), engine.ErrNothing)
	if d := c.desk(); d.Phase != engine.PhaseRunning || d.Modules[0].Lock != nil || d.Modules[0].Counts[engine.DeskSigned] != 3 {
		t.Errorf("after the unlock: %s %+v", d.Phase, d.Modules[0].Counts)
	}
	v := c.view("j1", all[0])
	if v.State != engine.SheetNotStarted || v.Round != 2 || v.Have != 0 || v.Version != 1 || v.Mine == nil {
		t.Errorf("the sheet is open: %+v", v.SheetBrief)
	}
	public := c.w.rowOf(c.id, v.Code).Parts[1]
	if public.Marks == nil || *public.Marks != *before.Parts[1].Marks {
		t.Errorf("the public amount moved by an unlock: %v", public.Marks)
	}
	// Everything may change now, and nothing of the round before counts.
	c.mark("j1", all[0], 0, 100)
	if public := c.w.rowOf(c.id, v.Code).Parts[1]; *public.Marks != *before.Parts[1].Marks {
		t.Errorf("the public amount moved before the panel agreed: %v", *public.Marks)
	}
	if v := c.mark("j2", all[0], 0, 100); v.State != engine.SheetAgreed || *v.AgreedTotal != 100 {
		t.Errorf("marked afresh: %s %v", v.State, v.AgreedTotal)
	}
	if public := c.w.rowOf(c.id, v.Code).Parts[1]; *public.Marks != 100 {
		t.Errorf("the public amount after the panel agreed: %v", *public.Marks)
	}
	if f := c.row(all[0]).Files; len(f[0].Versions) != 2 || *f[0].Versions[0].Entries[0].Level != 2 {
		t.Errorf("originals: %+v", f)
	}
	c.want("locking before they sign again", c.LockModule(ctx, chief, c.id, c.next(), "P", ""), engine.ErrNotComplete)
	c.signAll("j1")
	c.signAll("j2")
	c.must(c.lock())
	asked, err = c.AskUnlock(ctx, deputy, c.id, c.next(), "P", "", "漏记一次违规")
	c.must(err)
	c.must(c.GrantUnlock(ctx, chief, c.id, c.next(), asked))
	if m := c.desk().Modules[0]; m.Lock != nil || m.Counts[engine.DeskSigned] != 4 {
		t.Errorf("only the lock was opened: %+v", m.Counts)
	}
	c.must(c.lock())
	// A word is for the lock that it was said about, not for a later one.
	old, err := c.AskUnlock(ctx, chief, c.id, c.next(), "P", "", "先提出")
	c.must(err)
	asked, err = c.AskUnlock(ctx, deputy, c.id, c.next(), "P", "", "后提出")
	c.must(err)
	c.must(c.GrantUnlock(ctx, chief, c.id, c.next(), asked))
	c.must(c.lock())
	c.want("a word about an earlier lock", c.GrantUnlock(ctx, deputy, c.id, c.next(), old), engine.ErrNothing)
	c.same()
}

// Keys are bound to the person and to what was said.
func TestDeskKeys(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court()
	ctx := t.Context()
	at := engine.Address{Layer: engine.LayerStation, Code: c.sheets(t, c.id, "j1")[0].Code, Module: "P"}
	c.must(c.RecordViolation(ctx, chief, c.id, "k", at, "noise", "一次", true))
	c.must(c.RecordViolation(ctx, chief, c.id, "k", at, "noise", "一次", true))
	c.want("another note", c.RecordViolation(ctx, chief, c.id, "k", at, "noise", "二次", true), engine.ErrKeyReused)
	c.want("another act", c.RecordZeroing(ctx, chief, c.id, "k", at, "phone", "x"), engine.ErrKeyReused)
	c.must(c.RecordViolation(ctx, deputy, c.id, "k", at, "noise", "二次", true))
	c.want("no key", c.RecordViolation(ctx, chief, c.id, "", at, "noise", "", true), engine.ErrKey)
	acts, err := c.Acts(ctx, chief, c.id)
	c.must(err)
	if len(acts) != 1 || acts[0].Kind != "violation.recorded" || acts[0].Code != at.Code || acts[0].Why != "一次" {
		t.Errorf("the chief's acts: %+v", acts)
	}
}
