package crowd

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/gorilla/websocket"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/scoring"
)

// judgeLogin is one simulated judge.
type judgeLogin struct {
	login, pin string
}

// sheetFrame is what the server sends to a judge, as far as the crowd reads it.
type sheetFrame struct {
	T       string            `json:"t"`
	Key     string            `json:"key"`
	Code    string            `json:"code"`
	Detail  string            `json:"detail"`
	Version int               `json:"version"`
	Sheet   engine.SheetBrief `json:"sheet"`
}

// bench is one judge at work.
type bench struct {
	r       *run
	c       *client
	ws      *websocket.Conn
	rng     *rand.Rand
	modules map[scoring.ModuleID]scoring.Module
}

// judge marks every sheet of the judge's list, and again where the panel must
// confer, until all are agreed.
func (r *run) judge(ctx context.Context, j judgeLogin, rng *rand.Rand) error {
	b := &bench{
		r: r, c: newClient(r.base, r.o.Transport), rng: rng, modules: map[scoring.ModuleID]scoring.Module{},
	}
	if err := b.c.call(ctx, "POST", "/api/judge/sign-in", map[string]string{"login": j.login, "password": j.pin}, nil); err != nil {
		return err
	}
	var err error
	if b.ws, err = b.c.socket(ctx, "/api/judge/ws"); err != nil {
		return err
	}
	defer b.ws.Close()
	stop := context.AfterFunc(ctx, func() { b.ws.Close() })
	defer stop()
	if err := ask(b.ws, map[string]any{"t": "hello", "device": "rehearsal"}, "welcome"); err != nil {
		return err
	}
	sheets, err := b.list(ctx)
	if err != nil {
		return err
	}
	rng.Shuffle(len(sheets), func(i, k int) { sheets[i], sheets[k] = sheets[k], sheets[i] })
	for _, s := range sheets {
		if err := b.mark(ctx, s, false); err != nil {
			return fmt.Errorf("sheet %s: %w", s.Code, err)
		}
		if err := pause(ctx, rng, r.o.Length*3/4/time.Duration(len(sheets))); err != nil {
			return err
		}
	}
	return b.confer(ctx)
}

func (b *bench) list(ctx context.Context) ([]engine.SheetBrief, error) {
	var out struct {
		Divisions []struct {
			Sheets []engine.SheetBrief `json:"sheets"`
		} `json:"divisions"`
	}
	err := b.c.call(ctx, "GET", "/api/judge/sheets", nil, &out)
	var all []engine.SheetBrief
	for _, d := range out.Divisions {
		all = append(all, d.Sheets...)
	}
	return all, err
}

// confer marks the sheets in conference again, as agreed at the table, until
// every sheet of the panel is settled.
func (b *bench) confer(ctx context.Context) error {
	for {
		sheets, err := b.list(ctx)
		if err != nil {
			return err
		}
		open := 0
		for _, s := range sheets {
			switch s.State {
			case engine.SheetConference:
				open++
				if err := b.mark(ctx, s, true); err != nil {
					return fmt.Errorf("conference on %s: %w", s.Code, err)
				}
				b.r.count("conferences")
			case engine.SheetNotStarted, engine.SheetSubmitted:
				open++
			case engine.SheetAgreed, engine.SheetSigned, engine.SheetLocked, engine.SheetAbsent, engine.SheetClosed:
			}
		}
		if open == 0 {
			return nil
		}
		// A socket that nobody reads from answers no pings and is given up.
		if err := ask(b.ws, map[string]any{"t": "beat", "n": 1}, "beat"); err != nil {
			return err
		}
		if err := pause(ctx, b.rng, 2*time.Second); err != nil {
			return err
		}
	}
}

func (b *bench) mark(ctx context.Context, s engine.SheetBrief, agreed bool) error {
	m, known := b.modules[s.Module]
	var view engine.SheetView
	if !known || agreed {
		if err := b.c.call(ctx, "GET", fmt.Sprintf("/api/judge/sheets/%s/%s", s.Division, s.ID), nil, &view); err != nil {
			return err
		}
		m = view.ModuleScheme
		b.modules[s.Module] = m
	}
	entries := b.entries(m, s, agreed)
	if agreed {
		if s = view.SheetBrief; s.State != engine.SheetConference {
			return nil // the others settled it meanwhile
		}
		entries = confer(entries, view)
	}
	key := fmt.Sprintf("%s/%d/%d", s.ID, s.Version, b.rng.Uint64())
	err := b.ws.WriteJSON(map[string]any{
		"t": "submit", "n": 1, "key": key, "division": s.Division, "sheet": s.ID,
		"code_tail": s.Code[len(s.Code)-2:], "expect": s.Version, "round": s.Round, "entries": entries, "note": "",
	})
	if err != nil {
		return err
	}
	for {
		_ = b.ws.SetReadDeadline(time.Now().Add(time.Minute))
		_, raw, err := b.ws.ReadMessage()
		if err != nil {
			return err
		}
		var f sheetFrame
		if err := json.Unmarshal(raw, &f); err != nil {
			return err
		}
		if f.Key != key {
			continue
		}
		switch {
		case f.T == "ack":
			b.r.count("sheets")
			return nil
		case (f.Code == "sheet_locked" || f.Code == "stale_round") && agreed:
			return nil // the others settled it meanwhile, or marked again first
		default:
			return fmt.Errorf("refused: %s: %s", f.Code, f.Detail)
		}
	}
}

// confer keeps the judge's own marks but for what is in conference: the panel
// has talked about that, and nothing else may change.
func confer(agreed []scoring.AspectEntry, view engine.SheetView) []scoring.AspectEntry {
	out := slices.Clone(view.Mine.Entries)
	for i, e := range out {
		disputed := slices.ContainsFunc(view.Conferences, func(c scoring.ConferenceView) bool { return c.Aspect == e.Aspect || c.Aspect == "" })
		at := slices.IndexFunc(agreed, func(a scoring.AspectEntry) bool { return a.Aspect == e.Aspect })
		if disputed && at >= 0 {
			out[i] = agreed[at]
		}
	}
	return out
}

// entries invents what the judge saw. Each competitor has a skill that all
// judges see alike; a judge's own eye adds a little, and nothing after a
// conference.
func (b *bench) entries(m scoring.Module, s engine.SheetBrief, agreed bool) []scoring.AspectEntry {
	out := []scoring.AspectEntry{}
	for _, a := range m.Aspects() {
		out = append(out, scoring.AspectEntry{Aspect: a.ID, Observation: b.observe(a, s, agreed)})
	}
	return out
}

func (b *bench) observe(a scoring.Aspect, s engine.SheetBrief, agreed bool) scoring.Observation {
	shared := sharedRand(b.r.o.Seed, s.ID, string(a.ID))
	skill := sharedRand(b.r.o.Seed, s.ID, "skill").Float64()*0.5 + shared.Float64()*0.5
	own := 0.0
	if !agreed && b.rng.IntN(6) == 0 {
		own = b.rng.Float64()*0.5 - 0.25
	}
	q := min(0.999, max(0, skill*0.9+0.1+own))
	var o scoring.Observation
	switch a.Kind {
	case scoring.KindBinary:
		met := q > 0.3
		o.Met = &met
	case scoring.KindStepped:
		id := a.Steps[stepAt(a.Steps, q)].ID
		o.Step = &id
	case scoring.KindTolerance:
		v := a.Tolerance.Nominal
		if q < 0.3 && a.Tolerance.Minus != nil {
			v -= 2 * *a.Tolerance.Minus
			v--
		}
		o.Measured = &v
	case scoring.KindLinear:
		n := int((1 - q) * float64(a.Max) / float64(a.Linear.PerError))
		o.Errors = &n
	case scoring.KindPoints:
		v := scoring.Marks(q*float64(a.Max)) / a.Points.Step * a.Points.Step
		o.Points = &v
	case scoring.KindJudgement:
		level := int(q * 4)
		o.Level = &level
	case scoring.KindPot, scoring.KindPenalty:
		o.Deductions = map[scoring.DeductionID]int{}
		if q < 0.25 {
			o.Deductions[a.Deductions[0].ID] = 1
		}
	case scoring.KindHitList:
		o.Hits = hits(*a.HitList, q, shared)
	case scoring.KindTimeTable:
		if a.TimeTable.Source == scoring.TimeByJudge {
			rows := a.TimeTable.Rows
			ms := rows[min(len(rows)-1, int((1-q)*float64(len(rows)+1)))].UpToMS - int64(shared.IntN(60))*1000
			ms = max(0, ms)
			o.TimeMS = &ms
		}
	}
	return o
}

// hits finds about a share q of a list, some of it only in part; the weak see
// what is not there. What is found is the same for every judge.
func hits(l scoring.HitList, q float64, shared *rand.Rand) *scoring.Hits {
	out := &scoring.Hits{Steps: map[scoring.HitID]scoring.StepID{}}
	for _, h := range l.Items {
		steps := l.StepsOf(h)
		out.Steps[h.ID] = steps[stepAt(steps, min(0.999, max(0, q+shared.Float64()*0.4-0.2)))].ID
	}
	if l.FalseAlarms != nil {
		n := int((1 - q) * 3 * shared.Float64())
		out.FalseAlarms = &n
	}
	return out
}

// stepAt picks the step whose marks are nearest below q of the best.
func stepAt(steps []scoring.Step, q float64) int {
	best, top := 0, scoring.Marks(0)
	for _, s := range steps {
		top = max(top, s.Marks)
	}
	for i, s := range steps {
		if float64(s.Marks) <= q*float64(top)*1.2 && s.Marks >= steps[best].Marks {
			best = i
		}
	}
	return best
}

// sharedRand is the same for every judge.
func sharedRand(seed uint64, sheet engine.SheetID, what string) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%s", sheet, what)
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// frame is what the server sends to a judge, as far as the crowd reads it.
type frame struct {
	T      string `json:"t"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
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
