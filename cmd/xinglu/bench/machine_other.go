//go:build !linux

package bench

import (
	"os"
	"time"

	"github.com/xinglu/xinglu/internal/fault"
)

// platform: processes are measured through Linux's /proc and getrusage.
func platform() error {
	return fault.New(fault.Invalid, "bench_platform", "the benchmarks run on Linux only")
}

func cpuTime() time.Duration                   { return 0 }
func residentSize() (int64, error)             { return 0, platform() }
func datasync(f *os.File) error                { return f.Sync() }
func writeSocket(uintptr, []byte) (int, error) { return 0, platform() }
func wouldBlock(error) bool                    { return false }
func load() float64                            { return 0 }
func describe(*Machine, string)                {}
