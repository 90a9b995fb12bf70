package exam_test

// Bad days of the server and of a seat's clock. Those of the connection are
// in web/baddays_test.go; kill -9 is tested with the whole program.
//
//	what happens                        | what becomes of the exam
//	------------------------------------|------------------------------------------
//	wall clock set ±1 h while it runs   | said in the log; ends and records go on by
//	                                    | the steady clock
//	restart with the clock 1 h behind   | answers are taken; records of an attempt
//	                                    | never go back in time; it ends 1 h later
//	restart with the clock 1 h ahead    | what has ended by that clock is handed in,
//	                                    | with the end as the finish, not "now"
//	a seat's wall clock set ±1 h        | nothing during the exam; in the grace its
//	                                    | answers are unproven, so kept as evidence
//	disk full                           | no acknowledgement, Unavailable; what was
//	                                    | acknowledged stays; works again with space
//	another attempt's or an old fence   | replaced; nothing is kept
//	a question of another paper         | unknown_question; the others are taken
//	duplicate, reordered frames         | see TestAnswersEqualTheOracle

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
)

func TestSteadyClock(t *testing.T) {
	t.Parallel()
	var real, set time.Duration // since the start; how far the wall clock was set
	var said []time.Duration
	now := exam.SteadyClock(func() time.Time { return start.Add(real + set) }, func() time.Duration { return real },
		func(jump time.Duration) { said = append(said, jump) })
	for _, step := range []struct{ real, set time.Duration }{
		{time.Second, 0}, {2 * time.Second, time.Second}, {time.Minute, time.Hour}, {2 * time.Minute, time.Hour}, {3 * time.Minute, -time.Hour}, {4 * time.Minute, 0},
	} {
		real, set = step.real, step.set
		if got := now(); !got.Equal(start.Add(real)) {
			t.Errorf("after %s with the wall clock set by %s it is %s", real, set, got)
		}
	}
	if got := fmt.Sprint(said); got != "[1h0m0s -1h0m0s 0s]" {
		t.Errorf("said %s", got)
	}
}

func TestWallClockIsSetDuringTheExam(t *testing.T) {
	t.Parallel()
	w := openStores(t)
	var real, set atomic.Int64
	real.Store(int64(time.Minute))
	now := exam.SteadyClock(func() time.Time {
		return start.Add(time.Duration(real.Load() + set.Load() - int64(time.Minute))).Add(time.Minute)
	},
		func() time.Duration { return time.Duration(real.Load()) }, func(time.Duration) {})
	n, id, fence := running(t, w, exam.Options{Now: now})
	for i, jump := range []time.Duration{time.Hour, -time.Hour, 0} {
		set.Store(int64(jump))
		real.Add(int64(10 * time.Minute))
		r, err := n.Save(t.Context(), id, fence, frame(1, give("single", int64(i+1), i)))
		must(t, err)
		if want := (90 - int64(i+1)*10) * minute; r.Ack == nil || r.Ack.RemainingMS != want {
			t.Errorf("the clock set by %s: %+v, want %d ms left", jump, r.Ack, want)
		}
	}
	records, err := n.led.Read(t.Context(), id.Stream(), 0, 100)
	must(t, err)
	for i := 1; i < len(records); i++ {
		if records[i].At.Before(records[i-1].At) {
			t.Errorf("record %d at %s is before record %d", records[i].Seq, records[i].At, records[i-1].Seq)
		}
	}
}

func TestRestartWithAWrongClock(t *testing.T) {
	t.Parallel()
	w := openStores(t)
	n, id, fence := running(t, w, exam.Options{Now: func() time.Time { return start.Add(30 * time.Minute) }})
	n.halt()

	behind := w.serve(t, exam.Options{Now: func() time.Time { return start.Add(-30 * time.Minute) }})
	r, err := behind.Save(t.Context(), id, fence, frame(1, give("single", 1, 0)))
	must(t, err)
	a := w.fold(t, id)
	if r.Ack == nil || a.At.Before(a.StartedAt) {
		t.Errorf("acknowledged %+v; the record's time %s is before the start %s", r.Ack, a.At, a.StartedAt)
	}
	behind.halt()

	ahead := w.serve(t, exam.Options{Now: func() time.Time { return start.Add(3 * time.Hour) }, Rescan: 10 * time.Millisecond})
	for w.fold(t, id).State != exam.Finished {
		time.Sleep(5 * time.Millisecond)
	}
	a = w.fold(t, id)
	if want := start.Add(2 * time.Hour); !a.HandIn.At.Equal(want) || a.HandIn.By != exam.ByClock {
		t.Errorf("handed in at %s by %s, want %s", a.HandIn.At, a.HandIn.By, want)
	}
	if k, _ := a.Answer("single"); len(k.Value) != 1 {
		t.Error("the answer is lost")
	}
	ahead.halt()
}

func TestSeatClockIsSet(t *testing.T) {
	t.Parallel()
	end := 91 * time.Minute
	honest := stamped(give("s0", 1, 0), 10*time.Minute)
	for _, jump := range []time.Duration{time.Hour, -time.Hour} {
		for _, tt := range []struct {
			after time.Duration
			want  string
		}{{20 * time.Minute, ""}, {end, ""}, {end + time.Second, "too_late"}} {
			a := attempt(t, prepared(seat), happened{0, exam.Admitted{Place: seat, Device: "pc", Fence: 1}}, happened{time.Minute, exam.Started{Fence: 1}},
				happened{10 * time.Minute, exam.Answered{Fence: 1, Answers: []exam.Given{honest}}})
			g := stamped(give("s1", 1, 0), min(tt.after, end)-time.Second)
			g.Wall += exam.Stamp(jump.Milliseconds())
			e, saved, err := a.Save(start.Add(tt.after), course(exam.Running), form(t), 1, frame(1, g), "n")
			must(t, err)
			got := ""
			if len(saved.Refused) > 0 {
				got = saved.Refused[0].Code
			}
			if got != tt.want || e == nil {
				t.Errorf("set by %s, sent at %s: %q and %+v, want %q and a record", jump, tt.after, got, e, tt.want)
			}
		}
	}
}

func TestForgedFrames(t *testing.T) {
	t.Parallel()
	w := openStores(t)
	w.papers = unsealed(every())
	n := w.serve(t, exam.Options{Now: func() time.Time { return start.Add(time.Minute) }})
	s := sitting(3)
	s.Papers = s.Papers[:1]
	list, tails := opened(t, n, s, 2)
	must(t, n.Start(t.Context(), s.ID, "staff"))
	mine, fence := seated(t, n, list[0], tails[list[0].No])
	other, _ := seated(t, n, list[1], tails[list[1].No])
	before := w.fold(t, other).Seq
	for _, f := range []int64{0, fence + 1, -1, 1 << 62} {
		_, err := n.Save(t.Context(), other, f, frame(1, give("single", 1, 0)))
		wantCode(t, err, "replaced")
	}
	if after := w.fold(t, other).Seq; after != before {
		t.Errorf("forged frames left %d records", after-before)
	}
	r, err := n.Save(t.Context(), mine, fence, frame(1, give("s0", 1, 0), give("single", 1, 0), exam.Given{Question: "part2", Seq: 1, Value: []string{strings.Repeat("长", exam.MaxTextChars+1)}}))
	must(t, err)
	if len(r.Ack.Answers) != 1 || len(r.Refused.Answers) != 2 || r.Refused.Answers[0].Code != "unknown_question" || r.Refused.Answers[1].Code != "too_long" {
		t.Errorf("acknowledged %+v, refused %+v", r.Ack.Answers, r.Refused.Answers)
	}
	_, err = n.Save(t.Context(), "anobody", 1, frame(1, give("single", 1, 0)))
	wantCode(t, err, "attempt_not_found")
}

// The limit of the size of files stands for a disk that is full. It is the
// process's, so the test runs itself again in a process of its own.
func TestDiskFull(t *testing.T) {
	const child = "XINGLU_TEST_DISK_FULL"
	if os.Getenv(child) == "" {
		t.Parallel()
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDiskFull$", "-test.v")
		cmd.Env = append(os.Environ(), child+"=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "recovered after") {
			t.Errorf("the process with the full disk: %v\n%s", err, out)
		}
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	w := openStores(t)
	n, id, fence := running(t, w, exam.Options{})
	text := func(seq int64) exam.Given {
		return exam.Given{Question: "short", Seq: seq, Value: []string{strings.Repeat("长", 8000-int(seq%50))}}
	}
	var room syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &room))
	full := room
	full.Cur = uint64(largest(t, filepath.Dir(w.path))) + 100<<10
	must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full))
	acked, failed := int64(0), 0
	for seq := int64(1); seq <= 200 && failed < 5; seq++ {
		r, err := n.Save(t.Context(), id, fence, frame(seq, text(seq)))
		switch {
		case err != nil:
			failed++
			if f := fault.As(err); f == nil || f.Kind != fault.Unavailable {
				t.Errorf("answer %d: %v, want it to be told as unavailable", seq, err)
			}
		case r.Ack != nil && failed == 0:
			acked = seq
		}
	}
	must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &room))
	if failed == 0 || acked == 0 {
		t.Fatalf("%d answers were acknowledged, %d failed: the disk was not full", acked, failed)
	}
	r, err := n.Save(t.Context(), id, fence, frame(1, text(1000)))
	if err != nil || r.Ack == nil {
		t.Fatalf("with space again: %v", err)
	}
	a := w.fold(t, id)
	held := map[int64]bool{}
	for _, k := range a.History("short") {
		held[k.Seq] = true
	}
	for seq := int64(1); seq <= acked; seq++ {
		if !held[seq] {
			t.Errorf("answer %d was acknowledged and is lost", seq)
		}
	}
	t.Logf("recovered after %d acknowledged and %d refused", acked, failed)
}

// largest is the size of the largest file of the folder.
func largest(t *testing.T, dir string) (size int64) {
	t.Helper()
	list, err := os.ReadDir(dir)
	must(t, err)
	for _, f := range list {
		if info, err := f.Info(); err == nil {
			size = max(size, info.Size())
		} else if !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	return size
}
