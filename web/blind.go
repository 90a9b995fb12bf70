package web

import (
	"context"
	"slices"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
)

// blind reports whether the account may not learn who competes in the division
// yet: it judges, and codes stand for people until decryption. Lists of people
// without codes count too: beside who steps aside for whom, a unit says which
// code is whose. Whoever also manages contests has made these lists.
func (s *Server) blind(ctx context.Context, a actor, id engine.DivisionID) (bool, error) {
	if !access.Allows(a.Account.Roles, access.MarkSubmit) || access.Allows(a.Account.Roles, access.ContestManage) {
		return false, nil
	}
	known, err := s.Contest.NamesKnown(ctx, id)
	return !known, err
}

// blindDivision leaves out of a division what says where competitors come from.
// The lists are copied: d is shared.
func blindDivision(d engine.Division) engine.Division {
	d.Officers = blindOfficers(d.Officers)
	d.Relations = slices.Clone(d.Relations)
	for i := range d.Relations {
		d.Relations[i].Unit, d.Relations[i].Reason = "", ""
	}
	return d
}

func blindOfficers(list []engine.Officer) []engine.Officer {
	list = slices.Clone(list)
	for i := range list {
		list[i].Unit = ""
	}
	return list
}

// blindContest leaves the delegations out while a division of the contest hides
// who competes.
func (s *Server) blindContest(ctx context.Context, a actor, v ContestView) (ContestView, error) {
	for _, d := range v.Divisions {
		if blind, err := s.blind(ctx, a, d.ID); blind || err != nil {
			v.Delegations = []engine.Delegation{}
			return v, err
		}
	}
	return v, nil
}
