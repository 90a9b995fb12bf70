package crowd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gorilla/websocket"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
)

// Close codes from here on are final: the server will not have this seat
// again until a person does something.
const closeFinal = 4100

// frameBytes bounds a save frame; the server takes 64 KiB.
const frameBytes = 40 << 10

// Run keeps a link until the context ends or the server has no more use for
// the seat, which is no error once there is a receipt.
func (s *Seat) Run(ctx context.Context) error {
	wait := s.o.MinBackoff
	for {
		heard, err := s.link(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var closed *websocket.CloseError
		if errors.As(err, &closed) && closed.Code >= closeFinal && closed.Code < 5000 {
			s.change(func() { s.lost = fmt.Errorf("the server ended the seat: %w", err) })
			return s.lost
		}
		if heard {
			wait = s.o.MinBackoff
		}
		if err := s.pause(ctx, wait); err != nil {
			return err
		}
		wait = min(2*wait, s.o.MaxBackoff)
	}
}

// link is one connection from the handshake to its end; heard tells whether
// the server has said its welcome.
func (s *Seat) link(ctx context.Context) (heard bool, err error) {
	ws, err := s.c.socket(ctx, "/api/exam/ws")
	if err != nil {
		return false, err
	}
	defer ws.Close()
	stop := context.AfterFunc(ctx, func() { ws.Close() })
	defer stop()
	defer s.change(func() { s.ws = nil })
	beats := make(chan struct{})
	defer close(beats)
	// Control frames answer themselves inside ReadMessage, and writing is
	// what a seat does under its lock.
	ws.SetPingHandler(func(data string) error {
		return ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
	})
	s.mu.Lock()
	s.dials++
	hello := helloFrame{"hello", s.dials, s.page, s.o.Device}
	s.mu.Unlock()
	if err := ws.WriteJSON(hello); err != nil {
		return false, err
	}
	for {
		_ = ws.SetReadDeadline(time.Now().Add(s.o.Patience))
		_, raw, err := ws.ReadMessage()
		if err != nil {
			return heard, err
		}
		f := inbound{raw: raw}
		if err := json.Unmarshal(raw, &f); err != nil {
			return heard, fmt.Errorf("reading a frame: %w", err)
		}
		if f.T == "welcome" && !heard {
			heard = true
			s.change(func() { s.ws = ws; s.links++ })
			go s.beat(ws, beats)
		}
		s.take(&f)
	}
}

// beat sends heartbeats until the link is over.
func (s *Seat) beat(ws *websocket.Conn, over <-chan struct{}) {
	t := time.NewTicker(s.o.Beat)
	defer t.Stop()
	for {
		select {
		case <-over:
			return
		case <-t.C:
			s.mu.Lock()
			if s.ws == ws {
				s.send(beatFrame{"beat", s.next()})
			}
			s.mu.Unlock()
		}
	}
}

// next numbers a frame. The seat is locked.
func (s *Seat) next() int64 { s.n++; return s.n }

// send writes a frame if there is a link. What cannot be written ends the
// link; the journal goes with the next one. The seat is locked.
func (s *Seat) send(f any) {
	if s.ws == nil {
		return
	}
	_ = s.ws.SetWriteDeadline(time.Now().Add(s.o.Patience))
	if err := s.ws.WriteJSON(f); err != nil {
		_ = s.ws.NetConn().Close()
		s.ws = nil
	}
}

// take acts on a frame.
func (s *Seat) take(f *inbound) {
	s.change(func() {
		switch f.T {
		case "welcome":
			s.welcome(f)
		case "start":
			s.running, s.jitter = true, time.Duration(f.JitterMS)*time.Millisecond
		case "ack":
			s.ack(f)
		case "refused":
			s.refuse(f)
		case "time":
			if f.Seq > 0 {
				s.send(notedFrame{"noted", s.next(), f.Seq})
			}
		case "receipt":
			var r exam.Receipt
			if json.Unmarshal(f.raw, &r) == nil {
				s.receipt = &r
				s.tell()
			}
		case "journal":
			s.reported = s.reported || f.N == s.report
		}
	})
}

// welcome brings the seat up to date and sends the journal.
func (s *Seat) welcome(f *inbound) {
	s.signer, s.fence = f.Signer, f.Fence
	if f.SittingState == exam.Running && !s.running {
		s.running, s.jitter = true, time.Duration(f.JitterMS)*time.Millisecond
	}
	if f.Attempt != nil {
		s.view = *f.Attempt
		if f.Attempt.Receipt != nil {
			s.receipt = f.Attempt.Receipt
		}
	}
	// The numbers go on where the server is: another machine of the same
	// candidate may have been here.
	for _, a := range f.Answers {
		if a.Seq > s.seqs[a.Question] {
			s.seqs[a.Question] = a.Seq
			s.lines[a.Question] = exam.JournalLine(a.Question, a.Seq, a.SHA256, a.Fence)
		}
	}
	s.flush()
	s.tell()
	if s.key != "" && s.receipt == nil {
		s.send(handInFrame{"hand_in", s.next(), s.key})
	}
}

// tell reports, once it is over, what the seat has had acknowledged and what
// it still has.
func (s *Seat) tell() {
	if s.receipt == nil || s.reported {
		return
	}
	j := exam.Journal{Ledger: s.head, Pending: len(s.journal), Entries: len(s.receipts), Lines: slices.Collect(maps.Values(s.lines))}
	for _, x := range s.journal[:min(len(s.journal), 500)] {
		j.Waiting = append(j.Waiting, fmt.Sprintf("%s|%d|%d", x.given.Question, x.given.Seq, x.given.Fence))
	}
	j.Digest = exam.JournalDigest(j.Lines)
	s.report = s.next()
	s.send(journalFrame{"journal", s.report, j})
}

// flush sends the journal.
func (s *Seat) flush() {
	var batch []exam.Given
	size := 0
	for i, j := range s.journal {
		batch = append(batch, j.given)
		for _, v := range j.given.Value {
			size += len(v)
		}
		size += 200
		if size > frameBytes || i == len(s.journal)-1 {
			s.send(saveFrame{"save", s.next(), batch})
			batch, size = nil, 0
		}
	}
}

// find returns the place of an answer in the journal, or -1.
func (s *Seat) find(q bank.QuestionID, seq int64) int {
	return slices.IndexFunc(s.journal, func(j journalled) bool { return j.given.Question == q && j.given.Seq == seq })
}

func (s *Seat) ack(f *inbound) {
	now := time.Now()
	s.head = f.Head
	for _, a := range f.Answers {
		i := s.find(a.Question, a.Seq)
		if i < 0 {
			continue // acknowledged before
		}
		j := s.journal[i]
		s.journal = slices.Delete(s.journal, i, i+1)
		fence := cmp.Or(j.given.Fence, s.fence)
		r := Acknowledged{a.Question, a.Seq, fence, j.given.Value, a.At, a.SHA256, a.Sig, s.signer}
		s.receipts = append(s.receipts, r)
		s.lines[a.Question] = exam.JournalLine(a.Question, a.Seq, a.SHA256, fence)
		if s.signer != nil && !r.Verify(s.view.ID, a.SHA256) {
			s.lost = fmt.Errorf("the receipt of answer %d to %s is not the server's", a.Seq, a.Question)
		}
		if s.o.Acked != nil {
			s.o.Acked(now.Sub(j.due))
		}
	}
}

// refuse takes answers out of the journal that will never be taken. A frame
// that was refused as a whole leaves them there: either the server could not,
// and it goes with the next link, or the seat is out.
func (s *Seat) refuse(f *inbound) {
	for _, a := range f.Answers {
		i := s.find(a.Question, a.Seq)
		if i < 0 {
			continue
		}
		j := s.journal[i]
		s.journal = slices.Delete(s.journal, i, i+1)
		if a.Code != exam.CodeSeqReused {
			s.refused = append(s.refused, RefusedAnswer{j.given, a.Code})
			continue
		}
		// Another machine of this candidate was here: the next number.
		s.seqs[a.Question]++
		j.given.Seq = s.seqs[a.Question]
		s.journal = append(s.journal, j)
		s.send(saveFrame{"save", s.next(), []exam.Given{j.given}})
	}
	switch {
	case len(f.Answers) > 0:
	case f.Code == "internal" || f.Code == exam.ErrBusy.Code:
		if s.ws != nil { // what the server could not do now goes with the next link
			_ = s.ws.NetConn().Close()
		}
	default:
		s.lost = fmt.Errorf("the server refused: %s: %s", f.Code, f.Detail)
	}
}
