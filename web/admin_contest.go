package web

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"slices"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/scoring"
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

// ContestView is a contest with its divisions in short.
type ContestView struct {
	engine.Contest
	Divisions []DivisionBrief `json:"divisions"`
}

// DivisionBrief is a division in a list.
type DivisionBrief struct {
	ID          engine.DivisionID `json:"id"`
	Name        scoring.Text      `json:"name"`
	Status      engine.Status     `json:"status"`
	Competitors int               `json:"competitors"`
	Theory      *engine.Theory    `json:"theory,omitempty"`
	Opened      *time.Time        `json:"opened,omitempty"`
}

func (s *Server) listContests(ctx context.Context, _ actor, _ *nothing) (*listOf[ContestView], error) {
	all, err := s.Contest.Contests(ctx)
	if err != nil {
		return nil, err
	}
	views := make([]ContestView, 0, len(all))
	for _, c := range all {
		v, err := s.contestView(ctx, c)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return list(views), nil
}

func (s *Server) contestView(ctx context.Context, c engine.Contest) (ContestView, error) {
	divs, err := s.Contest.Divisions(ctx, c.ID)
	if err != nil {
		return ContestView{}, err
	}
	v := ContestView{Contest: c, Divisions: []DivisionBrief{}}
	for _, d := range divs {
		people, err := s.Contest.Competitors(ctx, d.ID)
		if err != nil {
			return v, err
		}
		v.Divisions = append(v.Divisions, DivisionBrief{
			ID: d.ID, Name: d.Name, Status: d.Status, Competitors: len(people), Theory: d.Theory, Opened: d.Opened,
		})
	}
	return v, nil
}

func (s *Server) createContest(ctx context.Context, _ actor, in *bodyOf[engine.ContestDraft]) (*bodyOf[engine.Contest], error) {
	c, err := s.Contest.CreateContest(ctx, in.Body)
	return &bodyOf[engine.Contest]{c}, err
}

func (s *Server) createDivision(ctx context.Context, _ actor, in *bodyOf[engine.DivisionDraft]) (*bodyOf[engine.Division], error) {
	d, err := s.Contest.CreateDivision(ctx, in.Body)
	return &bodyOf[engine.Division]{d}, err
}

// DivisionPath is the path parameter of one division. It is exported because
// huma sets fields of embedded structs only then.
type DivisionPath struct {
	Division engine.DivisionID `path:"division"`
}

func (s *Server) getDivision(ctx context.Context, _ actor, in *DivisionPath) (*bodyOf[engine.Division], error) {
	d, err := s.Contest.Division(ctx, in.Division)
	return &bodyOf[engine.Division]{d}, err
}

type enterIn struct {
	DivisionPath
	Body struct {
		Candidates []EnterCandidate `json:"competitors" maxItems:"5000"`
	}
}

// EnterCandidate is a registered candidate who becomes a competitor.
type EnterCandidate struct {
	Candidate string `json:"candidate" minLength:"1" maxLength:"200"`
	Name      string `json:"name" minLength:"1" maxLength:"100"`
	Unit      string `json:"unit" maxLength:"200"`
	City      string `json:"city" maxLength:"100"`
}

func (s *Server) enterCompetitors(ctx context.Context, _ actor, in *enterIn) (*nothing, error) {
	people := make([]engine.Competitor, 0, len(in.Body.Candidates))
	for _, c := range in.Body.Candidates {
		people = append(people, engine.NewCompetitor(c.Candidate, c.Name, c.Unit, c.City))
	}
	return &nothing{}, s.Contest.Enter(ctx, in.Division, people)
}

// CompetitorView is a competitor with the name, for staff who may see it.
type CompetitorView struct {
	ID   engine.CompetitorID `json:"id"`
	Name string              `json:"name"`
	Unit string              `json:"unit"`
	City string              `json:"city"`
}

func (s *Server) listCompetitors(ctx context.Context, _ actor, in *DivisionPath) (*listOf[CompetitorView], error) {
	people, err := s.Contest.Competitors(ctx, in.Division)
	if err != nil {
		return nil, err
	}
	views := make([]CompetitorView, 0, len(people))
	for _, p := range people {
		// No code beside a name: who stands at which station is the coding
		// officer's secret until decryption.
		views = append(views, CompetitorView{ID: p.ID, Name: p.Name, Unit: p.Unit, City: p.City})
	}
	return list(views), nil
}

type panelsIn struct {
	DivisionPath
	Body struct {
		Panels []engine.Panel `json:"panels"`
	}
}

func (s *Server) setPanels(ctx context.Context, _ actor, in *panelsIn) (*nothing, error) {
	return &nothing{}, s.Contest.SetPanels(ctx, in.Division, in.Body.Panels)
}

type openIn struct {
	DivisionPath
	Body struct {
		Seed *int64 `json:"seed,omitempty" doc:"Of the draw of station codes; absent: drawn by the server and recorded"`
	}
}

func (s *Server) openDivision(ctx context.Context, a actor, in *openIn) (*nothing, error) {
	var seed int64
	if in.Body.Seed != nil {
		seed = *in.Body.Seed
	} else {
		var b [8]byte
		rand.Read(b[:])
		seed = int64(binary.BigEndian.Uint64(b[:]) >> 1)
	}
	return &nothing{}, s.Contest.Open(ctx, a.Account.ID, in.Division, seed)
}

type statusIn struct {
	DivisionPath
	Body struct {
		Status engine.Status `json:"status" enum:"running,review,final"`
	}
}

func (s *Server) setDivisionStatus(ctx context.Context, a actor, in *statusIn) (*nothing, error) {
	return &nothing{}, s.Contest.SetStatus(ctx, a.Account.ID, in.Division, in.Body.Status)
}

func (s *Server) results(ctx context.Context, _ actor, in *DivisionPath) (*bodyOf[engine.Results], error) {
	r, err := s.Contest.Results(ctx, in.Division)
	return &bodyOf[engine.Results]{r}, err
}
