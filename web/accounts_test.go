package web_test

import (
	"net/http"
	"testing"

	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/web"
)

// The roles of the provincial office and of custodians are given by the
// provincial office alone, and nobody closes the own account.
func TestAccountsOfHigherRank(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	organiser, province := w.staff("organiser"), w.staff("provincial")
	draft := access.Draft{Login: "second", Name: "第二人", Roles: []access.Role{access.Provincial}, Password: "long enough"}
	organiser.post("/api/admin/accounts", draft).problem(http.StatusForbidden, "forbidden")
	province.post("/api/admin/accounts", draft).want(http.StatusOK)
	keeper := access.Draft{Login: "keeper", Name: "保管员", Roles: []access.Role{access.Judge, access.Custodian}, Password: "long enough"}
	organiser.post("/api/admin/accounts", keeper).problem(http.StatusForbidden, "forbidden")
	province.post("/api/admin/accounts", keeper).want(http.StatusOK)

	ids := map[string]access.AccountID{"nobody": "nobody"}
	all, err := w.access.Accounts(t.Context())
	must(t, err)
	for _, a := range all {
		ids[a.Login] = a.ID
	}
	disable := func(c *client, login string) answer {
		return c.post("/api/admin/accounts/"+string(ids[login])+"/disable", nil)
	}
	disable(organiser, "second").problem(http.StatusForbidden, "forbidden")
	disable(organiser, "organiser").problem(http.StatusConflict, "own_account")
	disable(organiser, "nobody").problem(http.StatusNotFound, "no_such_account")
	disable(organiser, "judge1").want(http.StatusNoContent)
	w.visitor().post("/api/judge/sign-in", web.PasswordSignIn{Login: "judge1", Password: pin}).problem(http.StatusUnauthorized, "sign_in_refused")
}
