package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/award"
)

// Regulation is everything that a division is run by (竞赛规程), in one
// document: what is marked, how it is computed, who does what, what it earns.
// It is versioned as a whole; each part has a version of its own besides,
// which results name. Export and import are this type as JSON.
type Regulation struct {
	Scheme    scoring.Scheme `json:"scheme"`
	Rules     scoring.Rules  `json:"rules"`
	Procedure Procedure      `json:"procedure"`
	Honours   Honours        `json:"honours"`
}

// Honours is what a division's ranking leads to.
type Honours struct {
	Awards *award.Rules    `json:"awards,omitempty"` // medals, prizes, titles, suggested levels
	Teams  *award.TeamRule `json:"teams,omitempty"`  // of teams whose members are marked one by one
	// Advance says who goes on to the next stage, Carry what of the theory
	// counts there.
	Advance *award.AdvanceRule `json:"advance,omitempty"`
	Carry   *CarryOver         `json:"carry,omitempty"`
}

// RegulationStamp names a version of a regulation.
type RegulationStamp struct {
	Version int    `json:"version"` // from 1; 0: none was recorded
	SHA256  string `json:"sha256"`  // of its JSON, hex
}

// regulationDoc is one stored version; it never changes.
type regulationDoc struct {
	Doc        string     `json:"doc"`
	Division   DivisionID `json:"division"`
	Regulation Regulation `json:"regulation"`
}

var regulations = store.Table[regulationDoc]{
	Collection: store.Collection{Name: "regulations", Indexes: []store.Index{{Name: "by_division"}}},
	ID:         func(d *regulationDoc) string { return d.Doc },
	Keys:       func(d *regulationDoc) map[string]string { return map[string]string{"by_division": string(d.Division)} },
}

// regulation is the bundle that the division's document holds.
func (d *Division) regulation() Regulation {
	return Regulation{Scheme: d.Scheme, Rules: d.Rules, Procedure: d.Procedure, Honours: d.Honours}
}

func (d *Division) setRegulation(r Regulation, stamp RegulationStamp) {
	d.Scheme, d.Rules, d.Procedure, d.Honours, d.Regulation = r.Scheme, r.Rules, r.Procedure, r.Honours, stamp
}

// digest is the hash of the regulation's JSON.
func (r *Regulation) digest() string {
	sum := sha256.Sum256(marshal(r))
	return hex.EncodeToString(sum[:])
}

// renumber gives each part that differs from the version before a version
// above it, so that no two contents share a number.
func (r *Regulation) renumber(before Regulation) {
	next := func(mine *int, old int, same bool) {
		switch {
		case same:
			*mine = old
		case *mine <= old:
			*mine = old + 1
		}
	}
	differs := func(mine, old any) bool { return string(marshal(mine)) != string(marshal(old)) }
	scheme, rules, procedure := r.Scheme, r.Rules, r.Procedure
	scheme.Version, rules.Version, procedure.Version = before.Scheme.Version, before.Rules.Version, before.Procedure.Version
	next(&r.Scheme.Version, before.Scheme.Version, !differs(scheme, before.Scheme))
	next(&r.Rules.Version, before.Rules.Version, !differs(rules, before.Rules))
	next(&r.Procedure.Version, before.Procedure.Version, !differs(procedure, before.Procedure))
	if a, b := r.Honours.Awards, before.Honours.Awards; a != nil && b != nil {
		c := *a
		mine := *a
		c.Version = b.Version
		next(&mine.Version, b.Version, !differs(c, b))
		r.Honours.Awards = &mine
	}
}

// SetRegulation makes a new version of a division's regulation before it
// opens. expect is the version that it was made from. The same content again
// changes nothing. Errors: ErrRegulation naming every wrong place,
// ErrRegulated, ErrFrozen.
//
// Order of writes: the version's document, the record, which is what counts,
// and the copy in the division's document, which is made again at the next
// change or opening where a crash left it out.
func (s *Contests) SetRegulation(ctx context.Context, actor access.AccountID, id DivisionID, expect int, r Regulation, note string) (Division, error) {
	div, err := s.Division(ctx, id)
	if err != nil {
		return Division{}, err
	}
	if div.frozen() {
		return Division{}, ErrFrozen.Param("division", div.Name.ZH)
	}
	if err := s.CheckRegulation(ctx, id, r); err != nil {
		return Division{}, err
	}
	if div, err = s.syncRegulation(ctx, div); err != nil {
		return Division{}, err
	}
	if div.Regulation.Version != expect {
		return Division{}, ErrRegulated.Param("version", div.Regulation.Version)
	}
	r.renumber(div.regulation())
	return s.saveRegulation(ctx, actor, div, r, strings.TrimSpace(note))
}

// saveRegulation stores the version after the one that div has.
func (s *Contests) saveRegulation(ctx context.Context, actor access.AccountID, div Division, r Regulation, note string) (Division, error) {
	stamp := RegulationStamp{Version: div.Regulation.Version + 1, SHA256: r.digest()}
	doc := regulationDoc{Doc: string(div.ID) + "." + stamp.SHA256[:24], Division: div.ID, Regulation: r}
	if err := regulations.Insert(ctx, s.db, &doc); err != nil && !errors.Is(err, store.ErrExists) {
		return Division{}, err
	}
	err := s.stepRoll(ctx, div.Contest, string(actor), "", func(roll *Roll) (string, any, error) {
		now := roll.newest(div.ID)
		_, closed := roll.closed[div.ID]
		switch {
		case closed:
			return "", nil, ErrFrozen.Param("division", div.Name.ZH)
		case now != nil && now.SHA256 == stamp.SHA256:
			return "", nil, nil
		case now != nil && now.Version != stamp.Version-1 || now == nil && stamp.Version != 1:
			return "", nil, ErrRegulated
		}
		return kindRegulated, rollRegulated{Division: div.ID, Version: stamp.Version, Doc: doc.Doc, SHA256: stamp.SHA256, Note: note}, nil
	})
	if err != nil {
		return Division{}, err
	}
	return s.syncRegulation(ctx, div)
}

// syncRegulation copies the newest version into the division's document if it
// is not there yet.
func (s *Contests) syncRegulation(ctx context.Context, div Division) (Division, error) {
	var newest *versionLine
	err := s.onRoll(ctx, div.Contest, func(r *Roll) error {
		if v := r.newest(div.ID); v != nil {
			c := *v
			newest = &c
		}
		return nil
	})
	if err != nil || newest == nil || newest.Version <= div.Regulation.Version {
		return div, err
	}
	doc, err := regulations.Get(ctx, s.db, newest.Doc)
	if err != nil {
		return div, err
	}
	return divisions.Update(ctx, s.db, string(div.ID), func(d *Division) error {
		d.clean()
		if newest.Version > d.Regulation.Version && d.Status == Setup {
			d.setRegulation(doc.Value.Regulation, RegulationStamp{newest.Version, newest.SHA256})
		}
		return nil
	})
}

// ApproveRegulation is the word of a second person, not the author, on the
// newest version. Repeating it changes nothing. Errors: ErrSamePerson,
// ErrRegulated when version is not the newest, ErrFrozen.
func (s *Contests) ApproveRegulation(ctx context.Context, actor access.AccountID, id DivisionID, version int) error {
	return s.reviewRegulation(ctx, actor, id, version, kindApproved, "")
}

// ReturnRegulation sends the newest version back to its author with a reason;
// an approval before it holds no longer. Errors: ErrReason and those of
// ApproveRegulation.
func (s *Contests) ReturnRegulation(ctx context.Context, actor access.AccountID, id DivisionID, version int, reason string) error {
	if reason = strings.TrimSpace(reason); reason == "" {
		return ErrReason
	}
	return s.reviewRegulation(ctx, actor, id, version, kindUnapproved, reason)
}

func (s *Contests) reviewRegulation(ctx context.Context, actor access.AccountID, id DivisionID, version int, kind, reason string) error {
	div, err := s.Division(ctx, id)
	if err != nil {
		return err
	}
	if div.frozen() {
		return ErrFrozen.Param("division", div.Name.ZH)
	}
	return s.stepRoll(ctx, div.Contest, string(actor), "", func(r *Roll) (string, any, error) {
		v := r.newest(id)
		_, closed := r.closed[id]
		switch {
		case v == nil:
			return "", nil, ErrNoRegulation
		case closed:
			return "", nil, ErrFrozen.Param("division", div.Name.ZH)
		case v.Version != version:
			return "", nil, ErrRegulated.Param("version", v.Version)
		case v.Author == actor:
			return "", nil, ErrSamePerson
		case kind == kindApproved && v.Approved == actor && v.Back == "", kind == kindUnapproved && v.Back == reason:
			return "", nil, nil
		}
		return kind, rollApproved{Division: id, Version: version, SHA256: v.SHA256, Reason: reason}, nil
	})
}

// RegulationVersion is one version of a division's regulation in a list.
type RegulationVersion struct {
	Version    int              `json:"version"`
	SHA256     string           `json:"sha256"`
	Author     access.AccountID `json:"author"`
	At         time.Time        `json:"at"`
	Note       string           `json:"note"`
	ApprovedBy access.AccountID `json:"approved_by"` // "": not approved
	ApprovedAt *time.Time       `json:"approved_at,omitempty"`
	Returned   string           `json:"returned"` // why it was sent back
	Opened     bool             `json:"opened"`   // the division was opened with it
}

// RegulationVersions lists the versions, the newest first.
func (s *Contests) RegulationVersions(ctx context.Context, id DivisionID) ([]RegulationVersion, error) {
	div, err := s.Division(ctx, id)
	if err != nil {
		return nil, err
	}
	out := []RegulationVersion{}
	err = s.onRoll(ctx, div.Contest, func(r *Roll) error {
		for _, v := range slices.Backward(r.versions[id]) {
			x := RegulationVersion{Version: v.Version, SHA256: v.SHA256, Author: v.Author, At: v.At, Note: v.Note, Returned: v.Back, Opened: r.closed[id] == v.Version}
			if v.Back == "" && v.Approved != "" {
				at := v.OK
				x.ApprovedBy, x.ApprovedAt = v.Approved, &at
			}
			out = append(out, x)
		}
		return nil
	})
	return out, err
}

// RegulationOf returns one version of a division's regulation, 0 the newest.
// Error: ErrNoRegulation.
func (s *Contests) RegulationOf(ctx context.Context, id DivisionID, version int) (Regulation, RegulationStamp, error) {
	div, err := s.Division(ctx, id)
	if err != nil {
		return Regulation{}, RegulationStamp{}, err
	}
	if version == 0 || version == div.Regulation.Version {
		return div.regulation(), div.Regulation, nil
	}
	var found *versionLine
	err = s.onRoll(ctx, div.Contest, func(r *Roll) error {
		if list := r.versions[id]; version >= 1 && version <= len(list) {
			c := list[version-1]
			found = &c
		}
		return nil
	})
	switch {
	case err != nil:
		return Regulation{}, RegulationStamp{}, err
	case found == nil:
		return Regulation{}, RegulationStamp{}, ErrNoRegulation
	}
	doc, err := regulations.Get(ctx, s.db, found.Doc)
	return doc.Value.Regulation, RegulationStamp{found.Version, found.SHA256}, err
}

// approvedBy asks that the newest version of a regulation is approved where
// its procedure says so.
func (r *Roll) approvedBy(div Division) error {
	v := r.newest(div.ID)
	if !div.Procedure.Approval || v != nil && v.Approved != "" && v.Back == "" {
		return nil
	}
	return ErrNotApproved.With(fault.Field{Path: "regulation", Code: "not_approved", Message: "another person than the author has to approve the newest version"})
}
