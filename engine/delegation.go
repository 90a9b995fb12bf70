package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xinglu/xinglu/engine/access"
)

// DelegationID names a delegation within a contest.
type DelegationID string

// Delegation is a city or unit that sends competitors (代表队).
type Delegation struct {
	ID   DelegationID `json:"id,omitempty" maxLength:"100"` // absent in a new one
	Name string       `json:"name" maxLength:"100"`
	City string       `json:"city" maxLength:"100"` // of its competitors where they state none
	// Leaders are the accounts that enter and withdraw the delegation's people.
	Leaders []access.AccountID `json:"leaders" maxItems:"20"`
}

// maxDelegations bounds a contest's document; it is no rule.
const maxDelegations = 500

// SetDelegations replaces the delegations of a contest. One without an id is
// new; one that people are entered for cannot go. Names and cities of those
// people stay as they were entered. Errors: ErrContest with fields.
func (s *Contests) SetDelegations(ctx context.Context, id ContestID, list []Delegation) (Contest, error) {
	var c checker
	c.need(len(list) <= maxDelegations, "delegations", "too_many", "a contest has at most 500 delegations")
	seen, fresh := map[string]bool{}, map[DelegationID]bool{}
	for i := range list {
		d, path := &list[i], fmt.Sprintf("delegations[%d]", i)
		d.Name, d.City = strings.TrimSpace(d.Name), strings.TrimSpace(d.City)
		c.need(d.Name != "" && len(d.Name) <= 300, path+".name", "missing", "a name of at most 100 characters is needed")
		c.need(!seen[d.Name] && (d.ID == "" || !seen[string(d.ID)]), path, "duplicate", "this delegation is in the list already")
		seen[d.Name] = true
		if d.Leaders == nil {
			d.Leaders = []access.AccountID{}
		}
		if d.ID == "" {
			d.ID = DelegationID(newID())
			fresh[d.ID] = true
		}
		seen[string(d.ID)] = true
		for k, a := range d.Leaders {
			if err := s.checkAccount(ctx, a, fmt.Sprintf("%s.leaders[%d]", path, k), &c, access.TeamLeader); err != nil {
				return Contest{}, err
			}
		}
	}
	if err := c.err(ErrContest); err != nil {
		return Contest{}, err
	}
	used, err := s.delegationsInUse(ctx, id)
	if err != nil {
		return Contest{}, err
	}
	return contests.Update(ctx, s.db, string(id), func(cur *Contest) error {
		var c checker
		cur.clean()
		for _, old := range cur.Delegations {
			kept := slices.ContainsFunc(list, func(d Delegation) bool { return d.ID == old.ID })
			c.need(kept || !used[old.ID], "delegations", "in_use", old.Name+": people are entered for this delegation")
		}
		for i, d := range list {
			known := slices.ContainsFunc(cur.Delegations, func(old Delegation) bool { return old.ID == d.ID })
			c.need(known || fresh[d.ID], fmt.Sprintf("delegations[%d].id", i), "unknown", "the contest has no such delegation")
		}
		cur.Delegations = list
		return c.err(ErrContest)
	})
}

// delegation returns the delegation with the id or name, or nil.
func (c *Contest) delegation(word string) *Delegation {
	for i := range c.Delegations {
		if d := &c.Delegations[i]; string(d.ID) == word || d.Name == word {
			return d
		}
	}
	return nil
}

// checkAccount names at path what keeps an account from a post that needs one
// of the roles: there is none, it is closed, it has others.
func (s *Contests) checkAccount(ctx context.Context, id access.AccountID, path string, c *checker, roles ...access.Role) error {
	if s.opts.Account == nil {
		return nil
	}
	acc, err := s.opts.Account(ctx, id)
	switch {
	case errors.Is(err, access.ErrSignedOut):
		c.add(path, "account_unknown", "there is no such account, or it is closed")
	case err != nil:
		return err
	case !slices.ContainsFunc(roles, func(r access.Role) bool { return slices.Contains(acc.Roles, r) }):
		c.add(path, "account_role", "the account "+acc.Name+" does not have the role "+string(roles[0]), "name", acc.Name, "role", string(roles[0]))
	}
	return nil
}

// delegationsInUse are those that somebody is entered for.
func (s *Contests) delegationsInUse(ctx context.Context, id ContestID) (map[DelegationID]bool, error) {
	used := map[DelegationID]bool{}
	err := s.onRoll(ctx, id, func(r *Roll) error {
		for _, l := range r.lines {
			if l.State != EnlistWithdrawn {
				used[l.Delegation] = true
			}
		}
		return nil
	})
	return used, err
}
