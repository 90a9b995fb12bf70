package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/web/crowd"
)

// desk is one candidate who changes answers, question after question.
type desk struct {
	questions []exam.SeatQuestion
	rng       *rand.Rand
	began     time.Time
	next      int
}

func newDesk(p exam.SeatPaper) desk {
	return desk{questions: crowd.Leaves(p), rng: rand.New(rand.NewPCG(1, 2)), began: time.Now()}
}

// answer is the next save. Each time round the paper, every question gets
// an answer with a higher sequence.
func (d *desk) answer() exam.SaveFrame {
	q, round := &d.questions[d.next%len(d.questions)], d.next/len(d.questions)
	d.next++
	now := time.Now()
	return exam.SaveFrame{N: int64(d.next), Answers: []exam.Given{{
		Question: q.ID, Seq: int64(round + 1), Value: crowd.Respond(q, d.rng),
		MonoMS: exam.Stamp(now.Sub(d.began).Milliseconds() + 1), Wall: exam.Stamp(now.UnixMilli()),
	}}}
}

// candidates is the load over the network: one WebSocket a
// candidate, through the public API.
type candidates struct {
	sockets []*websocket.Conn
	desks   []desk
	numbers atomic.Int64
}

// visit is the order "setup" of candidates.
type visit struct {
	Base    string   `json:"base"`    // http://127.0.0.1:…
	Cookies []string `json:"cookies"` // one login a candidate
}

func (c *candidates) do(ctx context.Context, what string, in json.RawMessage) (any, error) {
	if what != "setup" {
		return runSlot(ctx, what, in, c, &c.numbers)
	}
	var v visit
	if err := json.Unmarshal(in, &v); err != nil {
		return nil, err
	}
	for _, cookie := range v.Cookies {
		if err := c.sitDown(ctx, v.Base, cookie); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// sitDown fetches the paper and opens the socket, as the exam page does.
func (c *candidates) sitDown(ctx context.Context, base, cookie string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/exam/paper", nil)
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
		return fmt.Errorf("fetching the paper: %s", resp.Status)
	}
	var paper exam.SeatPaper
	if err := json.NewDecoder(resp.Body).Decode(&paper); err != nil {
		return err
	}
	ws, answer, err := websocket.DefaultDialer.DialContext(ctx, "ws"+strings.TrimPrefix(base, "http")+"/api/exam/ws",
		http.Header{"Cookie": {cookie}, "Origin": {base}})
	if err != nil {
		return err
	}
	answer.Body.Close()
	c.sockets, c.desks = append(c.sockets, ws), append(c.desks, newDesk(paper))
	if err := ws.WriteJSON(map[string]any{"t": "hello"}); err != nil {
		return err
	}
	return await(ws, "welcome", 0)
}

func (c *candidates) save(_ context.Context, candidate int, _ int64) error {
	frame := c.desks[candidate].answer()
	if err := c.sockets[candidate].WriteJSON(struct {
		T string `json:"t"`
		exam.SaveFrame
	}{"save", frame}); err != nil {
		return err
	}
	return await(c.sockets[candidate], "ack", frame.N)
}

// await reads until the frame comes.
func await(ws *websocket.Conn, t string, n int64) error {
	for {
		if err := ws.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			return err
		}
		var f struct {
			T      string `json:"t"`
			N      int64  `json:"n"`
			Code   string `json:"code"`
			Detail string `json:"detail"`
		}
		if err := ws.ReadJSON(&f); err != nil {
			return err
		}
		switch {
		case f.T == t && f.N == n:
			return nil
		case f.T == "refused":
			return fmt.Errorf("refused: %s: %s", f.Code, f.Detail)
		}
	}
}

func (c *candidates) close() error {
	var errs []error
	for _, ws := range c.sockets {
		errs = append(errs, ws.Close())
	}
	return errors.Join(errs...)
}
