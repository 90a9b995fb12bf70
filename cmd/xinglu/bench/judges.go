package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/gorilla/websocket"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/scoring"
)

const roleJudges = "judges" // a client

// judges is the load of `bench marking`: one tablet a judge, through the
// public API.
type judges struct {
	tablets []*tablet
	numbers atomic.Int64
}

// tablet is one judge with the sheets that are still to be marked.
type tablet struct {
	ws     *websocket.Conn
	sheets []engine.SheetBrief
	module map[scoring.ModuleID]scoring.Module
}

func (c *judges) do(ctx context.Context, what string, in json.RawMessage) (any, error) {
	if what != "setup" {
		return runSlot(ctx, what, in, c, &c.numbers)
	}
	var v visit
	if err := json.Unmarshal(in, &v); err != nil {
		return nil, err
	}
	for _, cookie := range v.Cookies {
		t, err := takeUp(ctx, v.Base, cookie)
		if err != nil {
			return nil, err
		}
		c.tablets = append(c.tablets, t)
	}
	return nil, nil
}

// takeUp reads the judge's list and schemes and opens the socket, as a tablet
// does.
func takeUp(ctx context.Context, base, cookie string) (*tablet, error) {
	t := &tablet{module: map[scoring.ModuleID]scoring.Module{}}
	var list struct {
		Divisions []struct {
			Sheets []engine.SheetBrief `json:"sheets"`
		} `json:"divisions"`
	}
	if err := fetch(ctx, base+"/api/judge/sheets", cookie, &list); err != nil {
		return nil, err
	}
	for _, d := range list.Divisions {
		t.sheets = append(t.sheets, d.Sheets...)
	}
	for _, s := range t.sheets {
		if _, known := t.module[s.Module]; known {
			continue
		}
		var v engine.SheetView
		if err := fetch(ctx, fmt.Sprintf("%s/api/judge/sheets/%s/%s", base, s.Division, s.ID), cookie, &v); err != nil {
			return nil, err
		}
		t.module[s.Module] = v.ModuleScheme
	}
	ws, answer, err := websocket.DefaultDialer.DialContext(ctx, "ws"+strings.TrimPrefix(base, "http")+"/api/judge/ws",
		http.Header{"Cookie": {cookie}, "Origin": {base}})
	if err != nil {
		return nil, err
	}
	answer.Body.Close()
	t.ws = ws
	if err := ws.WriteJSON(map[string]any{"t": "hello", "device": "bench"}); err != nil {
		return nil, err
	}
	return t, await(ws, "welcome", 0)
}

func fetch(ctx context.Context, url, cookie string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Cookie", cookie)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// save hands in the judge's next sheet.
func (c *judges) save(_ context.Context, judge int, n int64) error {
	t := c.tablets[judge]
	if len(t.sheets) == 0 {
		return errors.New("this judge has no sheet left")
	}
	s := t.sheets[0]
	t.sheets = t.sheets[1:]
	err := t.ws.WriteJSON(map[string]any{
		"t": "submit", "n": n, "key": fmt.Sprint(n), "division": s.Division, "sheet": s.ID, "code_tail": s.Code[len(s.Code)-2:],
		"expect": s.Version, "round": s.Round, "entries": fieldEntries(t.module[s.Module], n), "note": "",
	})
	if err != nil {
		return err
	}
	return await(t.ws, "ack", n)
}

func (c *judges) close() error {
	var errs []error
	for _, t := range c.tablets {
		errs = append(errs, t.ws.Close())
	}
	return errors.Join(errs...)
}
