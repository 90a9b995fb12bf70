package engine

import (
	"context"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/scoring"
)

// Sign is a signature as screens show it.
type Sign struct {
	By access.AccountID `json:"by"`
	At time.Time        `json:"at"`
}

func (p person) sign() *Sign {
	if p.by == "" {
		return nil
	}
	return &Sign{p.by, p.at}
}

// RecheckView is how the recheck of a division stands, by the codes that
// judges see.
type RecheckView struct {
	Phase Phase               `json:"phase"`
	Rule  scoring.RecheckRule `json:"rule"`
	// Seed is in hex; "" before the draw and, where three layers hide who is
	// who, before decryption: with names it tells who the sampled codes are.
	Seed    string         `json:"seed,omitempty"`
	Drawn   *Sign          `json:"drawn,omitempty"`
	Due     int            `json:"due"` // sheets to be checked
	Checked int            `json:"checked"`
	Wrong   int            `json:"wrong"` // on which an error was found
	Open    int            `json:"open"`  // not checked, or to be checked again
	Widened bool           `json:"widened"`
	Closed  bool           `json:"closed"`
	Sheets  []RecheckSheet `json:"sheets"` // those that are due
}

// RecheckSheet is one sheet of a recheck.
type RecheckSheet struct {
	Sheet  SheetID          `json:"sheet"`
	Module scoring.ModuleID `json:"module"`
	For    CheckedFor       `json:"for,omitempty" enum:"top,sample,rest"` // absent where Seed is kept back
	Checks []Finding        `json:"checks"`
}

// Finding is one check of a sheet.
type Finding struct {
	Result CheckResult `json:"result" enum:"fine,error"`
	Note   string      `json:"note,omitempty"`
	Sign
}

// Recheck returns how the recheck stands.
func (s *Contests) Recheck(ctx context.Context, id DivisionID) (RecheckView, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return RecheckView{}, err
	}
	var out RecheckView
	err = a.read(ctx, func(t *Tally) error {
		k := &t.recheck
		out = RecheckView{Phase: t.phase(), Rule: t.open.Procedure.Recheck, Drawn: person{k.by, k.at}.sign(), Closed: k.closed, Sheets: []RecheckSheet{}}
		if k.seed == "" {
			return nil
		}
		open := t.open.Procedure.Identity.Mode != IdentityLayered || t.named()
		if open {
			out.Seed = k.seed
		}
		now, err := t.rechecking()
		if err != nil {
			return err
		}
		out.Due, out.Checked, out.Wrong, out.Open, out.Widened = now.due, now.checked, now.wrong, now.open, now.widened
		t.recheckSheets(func(id SheetID, sp spot) {
			if k.why[sp.i] == CheckedAsRest && !now.widened {
				return
			}
			row := RecheckSheet{Sheet: id, Module: sp.m.ID, Checks: []Finding{}}
			if open {
				row.For = k.why[sp.i]
			}
			for _, c := range k.checks[id] {
				row.Checks = append(row.Checks, Finding{c.result, c.note, Sign{c.by, c.at}})
			}
			out.Sheets = append(out.Sheets, row)
		})
		return nil
	})
	return out, err
}

// Publication is one version of the results with its two signatures.
type Publication struct {
	Version  int          `json:"version"`
	Digest   string       `json:"digest"` // SHA-256, hex, of the lines as JSON
	Note     string       `json:"note,omitempty"`
	Proposed *Sign        `json:"proposed,omitempty"`
	Signed   *Sign        `json:"signed,omitempty"` // absent: waits for the second signature
	Lines    []ResultLine `json:"lines"`
	// Changed is what this version changed against the one before.
	Changed []ChangedLine `json:"changed"`
}

// ChangedLine is one public change of a result: from what, to what, and why.
type ChangedLine struct {
	EntryCode  string        `json:"entry_code"`
	Name       string        `json:"name"`
	RankBefore *int          `json:"rank_before"`
	RankAfter  *int          `json:"rank_after"`
	Before     scoring.Value `json:"before"` // total, hundredths
	After      scoring.Value `json:"after"`
	Reasons    []string      `json:"reasons"` // of the corrections that concern this competitor; none: moved by another's
}

func (t *Tally) publicationView(p publication, before *publication) Publication {
	out := Publication{
		Version: p.version, Digest: p.digest, Note: p.note, Proposed: person{p.proposedBy, p.proposedAt}.sign(),
		Signed: person{p.signedBy, p.signedAt}.sign(), Lines: p.lines, Changed: []ChangedLine{},
	}
	if before == nil {
		return out
	}
	was := map[CompetitorID]ResultLine{}
	for _, l := range before.lines {
		was[l.Competitor] = l
	}
	for _, l := range p.lines {
		old := was[l.Competitor]
		if sameRank(old.Rank, l.Rank) && old.Total == l.Total && slices.Equal(old.Parts, l.Parts) {
			continue
		}
		out.Changed = append(out.Changed, ChangedLine{
			EntryCode: l.EntryCode, Name: l.Name, RankBefore: old.Rank, RankAfter: l.Rank, Before: old.Total, After: l.Total,
			Reasons: t.reasons(t.byID[l.Competitor], before, &p),
		})
	}
	return out
}

// reasons are those of the corrections of a competitor between two versions.
func (t *Tally) reasons(i int, before, after *publication) []string {
	out := []string{}
	for _, c := range t.outcome.corrections {
		if c.at == i && c.state == CorrectionSigned && c.decided.at.After(before.proposedAt) && !c.decided.at.After(after.proposedAt) {
			out = append(out, c.Reason)
		}
	}
	return out
}

// PublicationDesk is everything about giving results out.
type PublicationDesk struct {
	Phase    Phase         `json:"phase"`
	Proposed *Publication  `json:"proposed,omitempty"`
	Versions []Publication `json:"versions"` // the newest first
	// Missing says what keeps the results from being published now.
	Missing      []Missing  `json:"missing"`
	AppealsUntil *time.Time `json:"appeals_until,omitempty"`
	// Unpublished is whether corrections count that no version holds yet.
	Unpublished bool `json:"unpublished"`
}

// Missing is one thing that is missing, with a stable code.
type Missing struct {
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
}

// missingOf lists the fields of a refusal.
func missingOf(err error) []Missing {
	out := []Missing{}
	f := fault.As(err)
	if f == nil {
		return out
	}
	for _, x := range f.Fields {
		out = append(out, Missing{Code: x.Code, Params: x.Params})
	}
	return out
}

// Publications returns the versions of the results for officers. Errors: those
// of the ledger.
func (s *Contests) Publications(ctx context.Context, id DivisionID) (PublicationDesk, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return PublicationDesk{}, err
	}
	var out PublicationDesk
	err = a.read(ctx, func(t *Tally) error {
		late, err := t.unpublished()
		if err != nil {
			return err
		}
		out = PublicationDesk{Phase: t.phase(), Versions: []Publication{}, Missing: []Missing{}, Unpublished: late}
		var before *publication
		for i := range t.outcome.published {
			p := t.outcome.published[i]
			out.Versions = append(out.Versions, t.publicationView(p, before))
			before = &t.outcome.published[i]
		}
		slices.Reverse(out.Versions)
		if p := t.outcome.proposed; p != nil {
			v := t.publicationView(*p, before)
			out.Proposed = &v
		}
		if before != nil {
			until := t.appealsUntil()
			out.AppealsUntil = &until
		}
		if t.status == Setup {
			return nil
		}
		missing := t.blocked()
		if missing != nil && fault.As(missing) == nil {
			return missing
		}
		out.Missing = missingOf(missing)
		return nil
	})
	return out, err
}

// Published returns the newest version of the results for everybody. Errors:
// ErrNoBoard before there is one.
func (s *Contests) Published(ctx context.Context, id DivisionID) (Publication, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return Publication{}, err
	}
	var out Publication
	err = a.read(ctx, func(t *Tally) error {
		n := len(t.outcome.published)
		if n == 0 {
			return ErrNoBoard.Param("division", id)
		}
		var before *publication
		if n > 1 {
			before = &t.outcome.published[n-2]
		}
		out = t.publicationView(t.outcome.published[n-1], before)
		return nil
	})
	return out, err
}

// CorrectionView is a correction with its signatures.
type CorrectionView struct {
	No int `json:"no"`
	Correction
	State    CorrectionState `json:"state" enum:"proposed,signed,dropped"`
	Proposed *Sign           `json:"proposed"`
	Decided  *Sign           `json:"decided,omitempty"`
	Why      string          `json:"why,omitempty"` // why it was dropped
	// Later is what came from elsewhere for the module after the correction; it
	// does not count unless a further correction says so.
	Later *scoring.Value `json:"later,omitempty"`
}

// later is what came in for the imported module of the correction at position
// k of the list, if that correction is the one that counts.
func (t *Tally) later(k int) *scoring.Value {
	c := t.outcome.corrections[k]
	if c.Value == nil || c.state != CorrectionSigned {
		return nil
	}
	for _, x := range t.outcome.corrections {
		if x.Value != nil && x.state == CorrectionSigned && x.at == c.at && x.Module == c.Module && x.seq > c.seq {
			return nil
		}
	}
	return t.works[c.at][c.Module].later
}

// Corrections lists the corrections of a division, the newest first.
func (s *Contests) Corrections(ctx context.Context, id DivisionID) ([]CorrectionView, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return nil, err
	}
	out := []CorrectionView{}
	err = a.read(ctx, func(t *Tally) error {
		for i, c := range t.outcome.corrections {
			out = append(out, CorrectionView{i + 1, c.Correction, c.state, c.proposed.sign(), c.decided.sign(), c.why, t.later(i)})
		}
		slices.Reverse(out)
		return nil
	})
	return out, err
}

// AppealView is an appeal with its ruling.
type AppealView struct {
	No int `json:"no"`
	Appeal
	Unit   string      `json:"unit"`
	State  AppealState `json:"state" enum:"open,ruled,withdrawn"`
	Filed  *Sign       `json:"filed"`
	Ruling Ruling      `json:"ruling,omitempty" enum:"upheld,dismissed"`
	Reason string      `json:"reason,omitempty"`
	Ruled  *Sign       `json:"ruled,omitempty"`
	// Corrections are the numbers of those that name the appeal.
	Corrections []int `json:"corrections"`
}

// Appeals lists the appeals of a division, the newest first. own names the
// team leader who may see only those of the own unit or delegation; "" is for
// officers.
func (s *Contests) Appeals(ctx context.Context, id DivisionID, own access.AccountID) ([]AppealView, error) {
	a, err := s.arena(ctx, id)
	if err != nil {
		return nil, err
	}
	out := []AppealView{}
	err = a.read(ctx, func(t *Tally) error {
		for i, x := range t.outcome.appeals {
			if own != "" && t.leads(own, x.at) != nil {
				continue
			}
			v := AppealView{
				No: i + 1, Appeal: x.Appeal, Unit: t.open.Competitors[x.at].Unit, State: x.state, Filed: x.filed.sign(),
				Ruling: x.ruling, Reason: x.reason, Ruled: x.ruled.sign(), Corrections: []int{},
			}
			for n, c := range t.outcome.corrections {
				if c.Appeal == i+1 {
					v.Corrections = append(v.Corrections, n+1)
				}
			}
			out = append(out, v)
		}
		slices.Reverse(out)
		return nil
	})
	return out, err
}

// OwnResults are the published lines of a team leader's own unit or
// delegation, to appeal about. Errors: ErrNoBoard before the publication.
func (s *Contests) OwnResults(ctx context.Context, id DivisionID, leader access.AccountID) ([]ResultLine, error) {
	p, err := s.Published(ctx, id)
	if err != nil {
		return nil, err
	}
	a, err := s.arena(ctx, id)
	if err != nil {
		return nil, err
	}
	out := []ResultLine{}
	err = a.read(ctx, func(t *Tally) error {
		for _, l := range p.Lines {
			if t.leads(leader, t.byID[l.Competitor]) == nil {
				out = append(out, l)
			}
		}
		return nil
	})
	return out, err
}
