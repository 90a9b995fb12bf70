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

// A judge replaces the PIN that the organiser gave: from then on it is known to
// nobody else.
func TestOwnPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	judge := w.judge(0)
	body := func(old, next string) map[string]string { return map[string]string{"old": old, "new": next} }
	judge.call(http.MethodPut, "/api/judge/pin", body("000000", "864209")).problem(http.StatusForbidden, "old_password_wrong")
	judge.call(http.MethodPut, "/api/judge/pin", body(pin, "1")).problem(http.StatusUnprocessableEntity, "weak_password")
	judge.call(http.MethodPut, "/api/judge/pin", body(pin, "864209")).want(http.StatusNoContent)
	judge.get("/api/judge/me").want(http.StatusOK)
	w.visitor().post("/api/judge/sign-in", web.PasswordSignIn{Login: w.judges[0].Login, Password: pin}).problem(http.StatusUnauthorized, "sign_in_refused")
	w.visitor().post("/api/judge/sign-in", web.PasswordSignIn{Login: w.judges[0].Login, Password: "864209"}).want(http.StatusOK)
	c := w.staff("organiser")
	c.call(http.MethodPut, "/api/admin/password", body(password, "a longer one")).want(http.StatusNoContent)
	c.get("/api/admin/me").want(http.StatusOK)
}
