package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

const (
	kindLotDrawn         = "lot.drawn"
	kindProposed         = "publication.proposed"
	kindPublished        = "publication.signed"
	kindFinal            = "results.final"
	kindCorrectionAsked  = "correction.proposed"
	kindCorrectionSigned = "correction.signed"
	kindCorrectionOff    = "correction.dropped"
	kindAppealFiled      = "appeal.filed"
	kindAppealRuled      = "appeal.ruled"
	kindAppealOff        = "appeal.withdrawn"
)

var outcomeFolds = map[string]fold{
	kindLotDrawn: (*Tally).applyLotDrawn, kindProposed: (*Tally).applyProposed, kindPublished: (*Tally).applySigned,
	kindFinal:           (*Tally).applyFinal,
	kindCorrectionAsked: (*Tally).applyCorrectionAsked, kindCorrectionSigned: (*Tally).applyCorrectionSigned,
	kindCorrectionOff: (*Tally).applyCorrectionOff,
	kindAppealFiled:   (*Tally).applyAppealFiled, kindAppealRuled: (*Tally).applyAppealRuled, kindAppealOff: (*Tally).applyAppealOff,
}

// outcome is the part of the tally about results that are given out.
type outcome struct {
	lots        map[int]int64 // by position of the competitor
	proposed    *publication  // waits for the second signature
	published   []publication // in order of their versions
	corrections []correction  // in order of their numbers
	appeals     []appeal
	final       bool
}

// publication is one version of the results.
type publication struct {
	version    int
	lines      []ResultLine
	entries    []scoring.Entry // what ranked the lines, under their entry codes
	digest     string
	note       string
	proposedBy access.AccountID
	proposedAt time.Time
	signedBy   access.AccountID
	signedAt   time.Time
}

// ResultLine is one competitor's result as it is published: the name, and no
// code of a layer below the entry code.
type ResultLine struct {
	Rank       *int            `json:"rank"` // null: not ranked
	Shared     bool            `json:"shared"`
	Competitor CompetitorID    `json:"competitor"`
	EntryCode  string          `json:"entry_code,omitempty"`
	Name       string          `json:"name"`
	Unit       string          `json:"unit"`
	City       string          `json:"city,omitempty"`
	Delegation DelegationID    `json:"delegation,omitempty"`
	Team       TeamID          `json:"team,omitempty"`
	Total      scoring.Value   `json:"total"`
	Parts      []ResultPart    `json:"parts"`
	Passed     scoring.Verdict `json:"verdict"`
	// Disqualified is listed without a rank for a violation.
	Disqualified bool `json:"disqualified,omitempty"`
}

// ResultPart is one module of a result.
type ResultPart struct {
	Module scoring.ModuleID `json:"module"`
	Value  scoring.Value    `json:"value"` // hundredths, after sanctions
}

// proposed is the first signature under a version of the results. Names are in
// it because everything else in the ledger has none; they are public from here
// on.
type proposed struct {
	Version int                     `json:"version"`
	Digest  string                  `json:"digest"` // SHA-256, hex, of the lines as JSON
	Names   map[CompetitorID]string `json:"names"`
	Note    string                  `json:"note,omitempty"`
}

// signedVersion is the second.
type signedVersion struct {
	Version int    `json:"version"`
	Digest  string `json:"digest"`
}

// resultLines returns the results as they stand now, in their order, and what
// ranked them.
func (t *Tally) resultLines(names map[CompetitorID]string) ([]ResultLine, []scoring.Entry, error) {
	list, err := t.standings(jury)
	if err != nil {
		return nil, nil, err
	}
	lines, entries := make([]ResultLine, 0, len(list)), make([]scoring.Entry, 0, len(list))
	for _, st := range list {
		c := t.open.Competitors[st.at]
		line := ResultLine{
			Rank: st.Rank, Shared: st.Shared, Competitor: c.ID, Name: names[c.ID], Unit: c.Unit, City: c.City,
			Delegation: c.Delegation, Team: c.Team, Total: st.entry.Total, Parts: []ResultPart{}, Passed: st.passed, Disqualified: st.entry.Disqualified,
		}
		if l, ok := t.codes.lot(LayerEntry, "", st.at); ok {
			line.EntryCode = l.Code
		} else {
			line.EntryCode = st.Code
		}
		for _, m := range t.open.Scheme.Modules {
			line.Parts = append(line.Parts, ResultPart{m.ID, st.entry.Modules[m.ID]})
		}
		e := st.entry
		e.Code = scoring.Code(line.EntryCode)
		lines, entries = append(lines, line), append(entries, e)
	}
	return lines, entries, nil
}

func digestOf(lines []ResultLine) string {
	sum := sha256.Sum256(marshal(lines))
	return hex.EncodeToString(sum[:])
}

// blocked names everything that keeps results from being published.
func (t *Tally) blocked() error {
	var wrong []fault.Field
	add := func(path, code, message string, params map[string]string) {
		wrong = append(wrong, fault.Field{Path: path, Code: code, Message: message, Params: params})
	}
	list, err := t.standings(jury)
	if err != nil {
		return err
	}
	for _, st := range list {
		if !st.Complete && !st.entry.Disqualified { // no marks would give a rank
			add("standings."+st.Code, "incomplete", "a module has neither marks nor an absence", map[string]string{"code": st.Code})
		}
		if st.lotNeeded {
			add("standings."+st.Code, "lot_needed", "nothing in the tie chain separates the tied; draw lots", map[string]string{"code": st.Code})
		}
	}
	if t.openCorrection() {
		add("corrections", "open", "a correction waits for its second signature", nil)
	}
	if len(wrong) > 0 {
		return ErrNotPublishable.With(wrong...)
	}
	return nil
}

func (t *Tally) decideProposed(actor access.AccountID, e proposed) (*publication, error) {
	if err := t.office(actor, OfficeChief, OfficeDeputy); err != nil {
		return nil, err
	}
	if err := t.in(PhaseDecrypted, PhasePublished); err != nil {
		return nil, err
	}
	if err := t.blocked(); err != nil {
		return nil, err
	}
	if len(e.Note) > maxReason {
		return nil, ErrContest.With(fault.Field{Path: "note", Code: "too_long", Message: "at most 2000 bytes"})
	}
	lines, entries, err := t.resultLines(e.Names)
	if err != nil {
		return nil, err
	}
	if e.Version != len(t.outcome.published)+1 || e.Digest != digestOf(lines) {
		return nil, ErrOvertaken
	}
	if p := t.newest(); p != nil && p.digest == e.Digest {
		return nil, ErrNothingChanged
	}
	return &publication{version: e.Version, lines: lines, entries: entries, digest: e.Digest, note: e.Note}, nil
}

func (t *Tally) applyProposed(r ledger.Record) (verdict, error) {
	e, err := read[proposed](r)
	if err != nil {
		return verdict{}, err
	}
	by := access.AccountID(r.Actor)
	p, why := t.decideProposed(by, e)
	if why != nil {
		return refused(why)
	}
	p.proposedBy, p.proposedAt = by, r.At
	t.outcome.proposed = p
	return verdict{}, nil
}

func (t *Tally) decideSigned(actor access.AccountID, e signedVersion) error {
	if err := t.office(actor, OfficeSupervisor); err != nil {
		return err
	}
	p := t.outcome.proposed
	if p == nil || p.version != e.Version || p.digest != e.Digest {
		return ErrOvertaken
	}
	if p.proposedBy == actor {
		return ErrSamePerson
	}
	if err := t.blocked(); err != nil {
		return err
	}
	// Whatever came in between makes another result than the one proposed.
	lines, _, err := t.resultLines(p.names())
	if err == nil && digestOf(lines) != p.digest {
		return ErrOvertaken
	}
	return err
}

func (t *Tally) applySigned(r ledger.Record) (verdict, error) {
	e, err := read[signedVersion](r)
	if err != nil {
		return verdict{}, err
	}
	by := access.AccountID(r.Actor)
	if why := t.decideSigned(by, e); why != nil {
		return refused(why)
	}
	p := *t.outcome.proposed
	p.signedBy, p.signedAt = by, r.At
	t.outcome.proposed, t.outcome.published = nil, append(t.outcome.published, p)
	return verdict{}, nil
}

// names are those that it publishes.
func (p *publication) names() map[CompetitorID]string {
	names := map[CompetitorID]string{}
	for _, l := range p.lines {
		names[l.Competitor] = l.Name
	}
	return names
}

// newest returns the publication that counts, or nil.
func (t *Tally) newest() *publication {
	if n := len(t.outcome.published); n > 0 {
		return &t.outcome.published[n-1]
	}
	return nil
}

// why explains the order of two published results, from what was published.
func (p *publication) why(x, y string, r scoring.Rules) (scoring.Explanation, error) {
	pair := make([]scoring.Entry, 0, 2)
	for _, code := range []string{x, y} {
		i := slices.IndexFunc(p.entries, func(e scoring.Entry) bool { return string(e.Code) == code })
		if i < 0 {
			return scoring.Explanation{}, ErrNoRow.Param("row", code)
		}
		pair = append(pair, p.entries[i])
	}
	return scoring.Explain(pair[0], pair[1], r), nil
}

// appealsUntil is when the window for appeals closes.
func (t *Tally) appealsUntil() time.Time {
	if p := t.newest(); p != nil {
		return p.signedAt.Add(time.Duration(t.open.Procedure.Appeal.WindowMS) * time.Millisecond)
	}
	return time.Time{}
}

type finalWord struct{}

func (t *Tally) decideFinal(actor access.AccountID, at time.Time) error {
	if err := t.office(actor, OfficeChief); err != nil {
		return err
	}
	if err := t.in(PhasePublished); err != nil {
		return err
	}
	if until := t.appealsUntil(); at.Before(until) {
		return ErrAppealsOpen.Param("until", until.UTC().Format(time.RFC3339))
	}
	if slices.ContainsFunc(t.outcome.appeals, func(a appeal) bool { return a.state == AppealOpen }) {
		return ErrAppealsOpen
	}
	late, err := t.unpublished()
	switch no := t.unmet(); {
	case err != nil:
		return err
	case late || t.openCorrection():
		return ErrCorrectionOpen
	case no > 0:
		return ErrAppealUnmet.Param("no", no)
	}
	return nil
}

func (t *Tally) applyFinal(r ledger.Record) (verdict, error) {
	if why := t.decideFinal(access.AccountID(r.Actor), r.At); why != nil {
		return refused(why)
	}
	t.outcome.final, t.status = true, Final
	return verdict{}, nil
}

// ProposePublication makes the next version of the results and signs it first.
// A repeated key stands for the version that it made, whatever the results
// have become since. Errors: ErrOffice, ErrPhase, ErrNotPublishable with
// everything that is missing, ErrNothingChanged, ErrOvertaken, ErrKey,
// ErrKeyReused.
func (s *Contests) ProposePublication(ctx context.Context, actor access.AccountID, id DivisionID, key, note string) error {
	people, err := s.Competitors(ctx, id)
	if err != nil {
		return err
	}
	e := proposed{Names: map[CompetitorID]string{}, Note: note}
	for _, c := range people {
		e.Names[c.ID] = c.Name
	}
	a, err := s.arena(ctx, id)
	if err != nil {
		return err
	}
	r, known, err := s.db.Ledger().FindKey(ctx, a.stream, keyOf(actor, key))
	switch {
	case err != nil:
		return err
	case known && r.Kind == kindProposed:
		before, err := read[proposed](r)
		if err != nil {
			return err
		}
		e.Version, e.Digest, e.Names = before.Version, before.Digest, before.Names
	default:
		err := a.read(ctx, func(t *Tally) error {
			lines, _, err := t.resultLines(e.Names)
			e.Version, e.Digest = len(t.outcome.published)+1, digestOf(lines)
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.perform(ctx, actor, id, kindProposed, key, e, func(t *Tally) error { _, err := t.decideProposed(actor, e); return err })
}

// SignPublication signs a proposed version second; with it the results are
// public. Errors: ErrOffice, ErrSamePerson, ErrOvertaken when the results are
// not those that were proposed.
func (s *Contests) SignPublication(ctx context.Context, actor access.AccountID, id DivisionID, key string, version int, digest string) error {
	e := signedVersion{version, digest}
	return s.perform(ctx, actor, id, kindPublished, key, e, func(t *Tally) error { return t.decideSigned(actor, e) })
}

// Finalise ends the division: results stand. Errors: ErrOffice, ErrPhase,
// ErrAppealsOpen, ErrCorrectionOpen, ErrAppealUnmet.
func (s *Contests) Finalise(ctx context.Context, actor access.AccountID, id DivisionID, key string) error {
	err := s.perform(ctx, actor, id, kindFinal, key, finalWord{}, func(t *Tally) error { return t.decideFinal(actor, s.now()) })
	if err == nil {
		err = s.copyStatus(ctx, id)
	}
	return err
}

// copyStatus copies the coarse status from the fold into the document that
// lists are made of.
func (s *Contests) copyStatus(ctx context.Context, id DivisionID) error {
	a, err := s.arena(ctx, id)
	if err != nil {
		return err
	}
	var now Status
	if err := a.read(ctx, func(t *Tally) error { now = t.status; return nil }); err != nil {
		return err
	}
	_, err = divisions.Update(ctx, s.db, string(id), func(d *Division) error { d.Status = now; return nil })
	return err
}
