package crowd

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/gorilla/websocket"

	"github.com/xinglu/xinglu/engine/exam"
)

// seat is one simulated candidate's ticket.
type seat struct {
	ticket, tail string
}

// frame is what the server sends to a candidate, as far as the crowd reads it.
type frame struct {
	T      string `json:"t"`
	N      int64  `json:"n"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// candidate sits the paper: signs in, is admitted, answers, hands in.
func (r *run) candidate(ctx context.Context, s seat, rng *rand.Rand) error {
	c := newClient(r.base, r.o.Transport)
	if err := pause(ctx, rng, r.o.Length/20); err != nil {
		return err
	}
	if err := c.call(ctx, "POST", "/api/exam/sign-in", map[string]string{"ticket": s.ticket, "id_tail": s.tail}, nil); err != nil {
		return err
	}
	if err := c.call(ctx, "POST", "/api/exam/admit", map[string]bool{"pledge": true}, nil); err != nil {
		return err
	}
	r.count("signed_in")
	ws, err := c.socket(ctx, "/api/exam/ws")
	if err != nil {
		return err
	}
	defer ws.Close()
	stop := context.AfterFunc(ctx, func() { ws.Close() })
	defer stop()
	if err := ask(ws, map[string]any{"t": "hello", "device": "rehearsal"}, "welcome"); err != nil {
		return err
	}
	var paper exam.SeatPaper
	if err := c.call(ctx, "GET", "/api/exam/paper", nil, &paper); err != nil {
		return err
	}
	return r.answer(ctx, ws, paper, rng)
}

func (r *run) answer(ctx context.Context, ws *websocket.Conn, paper exam.SeatPaper, rng *rand.Rand) error {
	var questions []exam.SeatQuestion
	for _, s := range paper.Sections {
		questions = append(questions, s.Questions...)
	}
	start := time.Now()
	for i, q := range questions {
		if len(q.Options) == 0 {
			continue
		}
		value := []string{string(q.Options[rng.IntN(len(q.Options))].ID)}
		if q.Kind == "multiple_choice" && len(q.Options) > 1 {
			value = nil
			for _, k := range rng.Perm(len(q.Options))[:2] {
				value = append(value, string(q.Options[k].ID))
			}
		}
		n := int64(i + 1)
		err := ask(ws, map[string]any{"t": "save", "n": n, "answers": []any{map[string]any{
			"question": q.ID, "seq": 1, "value": value, "flagged": rng.IntN(20) == 0,
			"mono_ms": time.Since(start).Milliseconds(), "wall": time.Now().UTC(),
		}}}, "ack")
		if err != nil {
			return fmt.Errorf("question %s: %w", q.ID, err)
		}
		r.count("answers")
		if err := pause(ctx, rng, r.o.Length*3/4/time.Duration(len(questions))); err != nil {
			return err
		}
	}
	n := int64(len(questions) + 1)
	if err := ask(ws, map[string]any{"t": "hand_in", "n": n, "key": fmt.Sprintf("rehearsal-%d", rng.Uint64())}, "receipt"); err != nil {
		return err
	}
	r.count("handed_in")
	return nil
}

// ask sends a frame and reads until the answer of the wanted type.
func ask(ws *websocket.Conn, f map[string]any, want string) error {
	if err := ws.WriteJSON(f); err != nil {
		return err
	}
	for {
		_ = ws.SetReadDeadline(time.Now().Add(time.Minute))
		_, raw, err := ws.ReadMessage()
		if err != nil {
			return err
		}
		var got frame
		if err := json.Unmarshal(raw, &got); err != nil {
			return err
		}
		switch got.T {
		case want:
			return nil
		case "refused":
			return fmt.Errorf("refused: %s: %s", got.Code, got.Detail)
		}
	}
}
