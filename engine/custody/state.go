package custody

import (
	"context"
	"slices"
	"time"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/internal/seal"
)

// Phase says where the papers of a sitting stand.
type Phase string

// The phases, in order.
const (
	PhaseNone     Phase = "none"     // nothing is sealed
	PhaseSealed   Phase = "sealed"   // sealed, nobody has opened a half
	PhaseHalf     Phase = "half"     // one custodian has
	PhaseReleased Phase = "released" // two have
)

// State is the custody of a sitting, for people.
type State struct {
	Phase      Phase         `json:"phase"`
	Package    string        `json:"package"`
	Digest     string        `json:"digest" doc:"SHA-256 that names the package with all that is in it; equal on every server that has it"`
	Suite      seal.Suite    `json:"suite"`
	NotBefore  *time.Time    `json:"not_before,omitempty" doc:"The earliest release"`
	SealedAt   *time.Time    `json:"sealed_at,omitempty"`
	SealedBy   string        `json:"sealed_by"`
	Signer     string        `json:"signer" doc:"Key id of the server that sealed"`
	Custodians []HolderState `json:"custodians"`
	Papers     []PaperState  `json:"papers"`
	Log        []Entry       `json:"log" doc:"Everything that happened to the papers, oldest first"`
}

// HolderState is a custodian of the package.
type HolderState struct {
	Account string `json:"account" doc:"Empty when no account here has this key"`
	Name    string `json:"name"`
	Opened  bool   `json:"opened" doc:"Has given the passphrase"`
}

// PaperState is a sealed paper, without anything of its content.
type PaperState struct {
	ID        bank.PaperID `json:"id"`
	Title     string       `json:"title"`
	Questions int          `json:"questions"`
	Total     int64        `json:"total" doc:"Hundredths of a mark"`
}

// State returns the custody of a sitting; one without a package has the phase
// none.
func (v *Vault) State(ctx context.Context, sitting string) (State, error) {
	s, err := v.story(ctx, sitting)
	if err != nil {
		return State{}, err
	}
	out := State{Phase: PhaseNone, Custodians: []HolderState{}, Papers: []PaperState{}, Log: append([]Entry{}, s.log...)}
	if s.pack == "" {
		return out, nil
	}
	p, err := v.loadHead(ctx, s.pack)
	if err != nil {
		return out, err
	}
	switch {
	case s.released:
		out.Phase = PhaseReleased
	case len(s.opened) > 0:
		out.Phase = PhaseHalf
	default:
		out.Phase = PhaseSealed
	}
	out.Package, out.Digest, out.Suite, out.Signer = s.pack, s.digest, p.Suite, seal.KeyID(p.Signer)
	out.NotBefore, out.SealedAt, out.SealedBy = &p.NotBefore, &p.SealedAt, p.SealedBy
	accounts, err := v.accounts(ctx)
	if err != nil {
		return out, err
	}
	for _, h := range p.Custodians {
		out.Custodians = append(out.Custodians, HolderState{Account: accounts[h.Key], Name: h.Name,
			Opened: slices.Contains(s.opened, h.Key)})
	}
	for _, shape := range p.Shapes {
		paper := PaperState{ID: shape.ID, Title: shape.Title, Total: shape.Total}
		for _, section := range shape.Sections {
			paper.Questions += len(section.Items)
		}
		out.Papers = append(out.Papers, paper)
	}
	return out, nil
}

// accounts are the enrolled accounts by their keys.
func (v *Vault) accounts(ctx context.Context) (map[string]string, error) {
	all, err := v.Custodians(ctx)
	byKey := make(map[string]string, len(all))
	for _, c := range all {
		byKey[c.Key] = c.Account
	}
	return byKey, err
}
