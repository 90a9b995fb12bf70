package web

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine/access"
)

// StaffMe is a signed-in member of staff, with what the console may show.
type StaffMe struct {
	ID         access.AccountID `json:"id"`
	Login      string           `json:"login"`
	Name       string           `json:"name"`
	Unit       string           `json:"unit"`
	Roles      []access.Role    `json:"roles"`
	Actions    []access.Action  `json:"actions"`
	ServerTime time.Time        `json:"server_time"`
}

// AccountView is an account in the console's list.
type AccountView struct {
	ID       access.AccountID `json:"id"`
	Login    string           `json:"login"`
	Name     string           `json:"name"`
	Unit     string           `json:"unit"`
	Roles    []access.Role    `json:"roles"`
	Disabled bool             `json:"disabled"`
	Created  time.Time        `json:"created"`
}

type listOf[T any] struct {
	Body struct {
		Items []T `json:"items"`
	}
}

func list[T any](items []T) *listOf[T] {
	out := &listOf[T]{}
	out.Body.Items = items
	if items == nil {
		out.Body.Items = []T{}
	}
	return out
}

func (s *Server) staffSignInRoute(ctx context.Context, a actor, in *bodyOf[PasswordSignIn]) (*withCookie[StaffMe], error) {
	acc, token, err := s.staffSignIn(ctx, a, access.Console, in.Body)
	if err != nil {
		return nil, err
	}
	return &withCookie[StaffMe]{s.cookie(access.Console, token), s.staffMe(acc)}, nil
}

func (s *Server) staffMe(acc access.Account) StaffMe {
	return StaffMe{
		ID: acc.ID, Login: acc.Login, Name: acc.Name, Unit: acc.Unit, Roles: acc.Roles,
		Actions: access.Actions(acc.Roles), ServerTime: s.now(),
	}
}

func (s *Server) staffWho(_ context.Context, a actor, _ *nothing) (*bodyOf[StaffMe], error) {
	return &bodyOf[StaffMe]{s.staffMe(a.Account)}, nil
}

type passwordIn struct {
	Body struct {
		Old string `json:"old" minLength:"1" maxLength:"200"`
		New string `json:"new" minLength:"1" maxLength:"200" doc:"Password, or a judge's PIN"`
	}
}

// changePassword lets somebody who is signed in change the own password. Tries
// count as sign-ins do.
func (s *Server) changePassword(surface access.Surface) func(context.Context, actor, *passwordIn) (*nothing, error) {
	return func(ctx context.Context, a actor, in *passwordIn) (*nothing, error) {
		if err := s.sign.Allow(surface, a.Account.Login, a.IP); err != nil {
			return nil, err
		}
		err := s.access.ChangePassword(ctx, a.Token, a.Account.ID, in.Body.Old, in.Body.New)
		if errors.Is(err, access.ErrRefused) {
			err = errOldPassword // not signed out
		}
		return &nothing{}, err
	}
}

// signOut ends the login of a surface, its sockets at this node, and clears
// its cookie.
func (s *Server) signOut(surface access.Surface) func(context.Context, actor, *nothing) (*withCookie[nothing], error) {
	return func(ctx context.Context, a actor, _ *nothing) (*withCookie[nothing], error) {
		err := s.access.SignOut(ctx, a.Token)
		if err == nil {
			s.sockets.signOut(a.Login.ID)
		}
		return &withCookie[nothing]{SetCookie: s.cookie(surface, "")}, err
	}
}

func accountView(a access.Account) AccountView {
	return AccountView{ID: a.ID, Login: a.Login, Name: a.Name, Unit: a.Unit, Roles: a.Roles, Disabled: a.Disabled, Created: a.Created}
}

func (s *Server) listAccounts(ctx context.Context, _ actor, _ *nothing) (*listOf[AccountView], error) {
	all, err := s.access.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	views := make([]AccountView, 0, len(all))
	for _, a := range all {
		views = append(views, accountView(a))
	}
	return list(views), nil
}

func (s *Server) createAccount(ctx context.Context, a actor, in *bodyOf[access.Draft]) (*bodyOf[AccountView], error) {
	if err := mayGive(a, in.Body.Roles); err != nil {
		return nil, err
	}
	acc, err := s.access.CreateAccount(ctx, a.ID(), in.Body)
	return &bodyOf[AccountView]{accountView(acc)}, err
}

// mayGive keeps two roles in the hands of the provincial office, its own and
// the custodians': an organiser who made two custodians could release papers
// alone.
func mayGive(a actor, roles []access.Role) error {
	for _, r := range []access.Role{access.Provincial, access.Custodian} {
		if slices.Contains(roles, r) && !slices.Contains(a.Account.Roles, access.Provincial) {
			return access.ErrForbidden.Param("role", r)
		}
	}
	return nil
}

type accountPath struct {
	Account access.AccountID `path:"account"`
}

// disableAccount closes an account for good. Nobody closes the own one, so
// that a server is never left without anybody who can manage it.
func (s *Server) disableAccount(ctx context.Context, a actor, in *accountPath) (*nothing, error) {
	all, err := s.access.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(acc access.Account) bool { return acc.ID == in.Account })
	switch {
	case at < 0:
		return nil, errNoAccount.Param("account", in.Account)
	case in.Account == a.Account.ID:
		return nil, errOwnAccount
	}
	if err := mayGive(a, all[at].Roles); err != nil {
		return nil, err
	}
	return &nothing{}, s.access.Disable(ctx, a.ID(), in.Account)
}
