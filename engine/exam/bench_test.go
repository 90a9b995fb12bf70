package exam_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/ledger"
)

// The CPU that a save costs beside the ledger: decide, encode and fold.
func BenchmarkDecideSave(b *testing.B) {
	f, c := form(b), course(exam.Running)
	a := life(b, exam.InProgress)
	now := start.Add(2 * time.Minute)
	b.ReportAllocs()
	seq := int64(0)
	for b.Loop() {
		if seq%1000 == 0 {
			b.StopTimer()
			a = life(b, exam.InProgress)
			b.StartTimer()
		}
		seq++
		e, saved, err := a.Save(now, c, f, 1, frame(seq, give("s0", seq, int(seq%4))), "node")
		if err != nil || len(saved.Acks) != 1 {
			b.Fatal(err, saved)
		}
		data, err := json.Marshal(e)
		must(b, err)
		must(b, a.Fold([]ledger.Record{{Seq: a.Seq + 1, At: now, Kind: "attempt.answered", Data: data, Hash: data[:32]}}))
	}
}

// Durable saves through the service, many candidates at a time.
func BenchmarkSave(b *testing.B) {
	b.Run("signed", func(b *testing.B) { benchmarkSave(b, signer(b)) })
	b.Run("unsigned", func(b *testing.B) { benchmarkSave(b, nil) })
}

func benchmarkSave(b *testing.B, key exam.Signer) {
	const writers = 64
	w := openStores(b)
	n := w.serve(b, exam.Options{Signer: key, Now: func() time.Time { return start.Add(time.Minute) }})
	list, tails := opened(b, n, sitting(writers), writers)
	must(b, n.Start(b.Context(), "s1", "staff"))
	type seat struct {
		id    exam.AttemptID
		fence int64
		seq   int64
	}
	seats := make(chan *seat, writers)
	for _, t := range list {
		id, fence := seated(b, n, t, tails[t.No])
		seats <- &seat{id: id, fence: fence}
	}
	b.SetParallelism(writers / 2)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			s := <-seats
			s.seq++
			r, err := n.Save(b.Context(), s.id, s.fence, frame(s.seq, give("s0", s.seq, int(s.seq%4))))
			if err != nil || r.Ack == nil {
				panic(fmt.Sprint(err, r))
			}
			seats <- s
		}
	})
}

// What a receipt adds to a save.
func BenchmarkReceipt(b *testing.B) {
	key := signer(b)
	ack := exam.Ack{Question: "s0", Seq: 1, At: start, SHA256: strings.Repeat("a", 64)}
	b.ReportAllocs()
	for b.Loop() {
		key.Sign(exam.ReceiptMessage("a0123456789abcdef01234567", ack))
	}
}
