package demo

import (
	"context"
	"slices"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/engine/custody"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/seal"
)

// Release seals the papers of a sitting for the demonstration's custodians,
// who release them at once. The sitting's earliest release must have come.
func (s Services) Release(ctx context.Context, x *exam.Sitting) error {
	custodians, err := s.custodians(ctx)
	if err != nil {
		return err
	}
	err = s.Custody.Seal(ctx, actor, custody.Sealing{Sitting: string(x.ID), Papers: x.Papers,
		NotBefore: x.ReleaseFrom(), Suite: seal.SM4GCM, Custodians: custodians})
	if err != nil {
		return err
	}
	for _, c := range custodians {
		if _, err := s.Custody.Release(ctx, c, string(x.ID), passphrase); err != nil {
			return err
		}
	}
	return nil
}

// custodians are the accounts of the demonstration's custodians, enrolled if
// they were not.
func (s Services) custodians(ctx context.Context) ([]string, error) {
	enrolled, err := s.Custody.Custodians(ctx)
	if err != nil {
		return nil, err
	}
	accounts, err := s.Access.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, a := range accounts {
		if a.Login != "custodian1" && a.Login != "custodian2" || !slices.Contains(a.Roles, access.Custodian) {
			continue
		}
		id := string(a.ID)
		list = append(list, id)
		if slices.ContainsFunc(enrolled, func(c custody.CustodianInfo) bool { return c.Account == id }) {
			continue
		}
		if _, err := s.Custody.Enrol(ctx, id, passphrase, nil); err != nil {
			return nil, err
		}
	}
	return list, nil
}
