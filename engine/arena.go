package engine

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/live"
	"github.com/xinglu/xinglu/scoring/board"
)

// arena is one division at work on this node: the folded tally and the
// projector of its public board.
type arena struct {
	s      *Contests
	id     DivisionID
	stream ledger.StreamID

	mu    sync.Mutex // guards what follows
	tally *Tally
	shown bool // the projector has been woken for a viewer on this node

	projector *board.Projector
}

// PublicChannel is the division's board as everybody may see it.
func PublicChannel(id DivisionID) live.Channel {
	return live.Channel("board:{" + string(id) + "}:public")
}

// JuryChannel carries SheetNews of the division to judges' screens.
func JuryChannel(id DivisionID) live.Channel {
	return live.Channel("jury:{" + string(id) + "}")
}

// arena returns the division's arena, making it at the first call.
func (s *Contests) arena(ctx context.Context, id DivisionID) (*arena, error) {
	s.mu.Lock()
	a, ok := s.arenas[id]
	s.mu.Unlock()
	if ok {
		return a, nil
	}
	div, err := s.Division(ctx, id)
	if err != nil {
		return nil, err
	}
	contest, err := s.Contest(ctx, div.Contest)
	if err != nil {
		return nil, err
	}
	event, err := s.Event(ctx, div.Event)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, ok := s.arenas[id]; ok || s.closed {
		if s.closed {
			return nil, live.ErrClosed
		}
		return a, nil
	}
	a = &arena{s: s, id: id, stream: ledger.StreamID("division/" + string(id)), tally: newTally(s.opts.Sealer)}
	head := boardHead{contest: contest, event: event.Name, name: div.Name}
	a.projector = board.NewProjector(s.bus, PublicChannel(id), func(ctx context.Context) (board.Board, error) {
		return a.publicBoard(ctx, head)
	}, board.Options{Tick: s.opts.Tick, Log: s.opts.Log})
	s.arenas[id] = a
	return a, nil
}

func (a *arena) close() { a.projector.Close() }

// read folds what is new and calls f with the tally, under its lock.
func (a *arena) read(ctx context.Context, f func(*Tally) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.catchUp(ctx); err != nil {
		return err
	}
	return f(a.tally)
}

// catchUp folds every record that is not in the tally yet, this node's and
// others'. The caller holds the lock.
func (a *arena) catchUp(ctx context.Context) error {
	_, err := ledger.Fold(ctx, a.s.led, a.stream, a.tally.seq, a.tally.apply)
	return err
}

// append stores one record and wakes the board. The record's meaning is
// decided by the fold, in the order of the ledger: so appends of many judges
// share one commit and no node needs another's memory.
func (a *arena) append(ctx context.Context, actor, kind, key string, data any) (ledger.Appended, error) {
	done, err := a.s.led.Append(ctx, ledger.Entry{
		Stream: a.stream, Expect: ledger.AnySeq, At: a.s.now(), Kind: kind, Actor: actor, Key: key, Data: marshal(data),
	})
	if err == nil {
		a.projector.Poke()
	}
	return done, err
}

// tell publishes news for the jury's screens. It is a hint: a screen that
// misses it sees the truth at its next look, so an error is only logged.
func (a *arena) tell(ctx context.Context, news []SheetNews) {
	body, err := json.Marshal(news)
	if err == nil {
		_, err = a.s.bus.Publish(ctx, JuryChannel(a.id), "", body)
	}
	if err != nil {
		a.s.opts.Log.Warn("jury news not delivered", "division", a.id, "error", err)
	}
}
