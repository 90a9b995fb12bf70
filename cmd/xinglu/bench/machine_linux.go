package bench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func platform() error { return nil }

// cpuTime is the time that all threads of this process have spent on a
// processor.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // cannot fail for this process
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func residentSize() (int64, error) {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(b), &size, &resident); err != nil {
		return 0, fmt.Errorf("/proc/self/statm: %w", err)
	}
	return resident * int64(os.Getpagesize()), nil
}

// datasync makes what was written to f durable, without its timestamps.
func datasync(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }

// writeSocket is write(2) itself.
func writeSocket(fd uintptr, b []byte) (int, error) { return syscall.Write(int(fd), b) }

func wouldBlock(err error) bool { return err == syscall.EAGAIN } //nolint:errorlint // a bare errno of the line above

func load() float64 {
	var one float64
	b, _ := os.ReadFile("/proc/loadavg")
	_, _ = fmt.Sscan(string(b), &one)
	return one
}

func describe(m *Machine, dir string) {
	m.CPU = value("/proc/cpuinfo", "model name")
	if kib, err := strconv.ParseInt(strings.TrimSuffix(value("/proc/meminfo", "MemTotal"), " kB"), 10, 64); err == nil {
		m.MemoryMiB = kib >> 10
	}
	release, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	m.Kernel = "Linux " + string(bytes.TrimSpace(release))
	m.Filesystem = filesystem(dir)
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
		m.FileLimit = limit.Cur
	}
}

// value reads "key : value" from a file of /proc.
func value(path, key string) string {
	b, _ := os.ReadFile(path)
	for line := range strings.Lines(string(b)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// filesystem is the type of the deepest mount above dir.
func filesystem(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	b, _ := os.ReadFile("/proc/self/mounts")
	best, kind := -1, ""
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 3 {
			continue
		}
		at := strings.TrimSuffix(f[1], "/") + "/"
		if strings.HasPrefix(dir+"/", at) && len(at) >= best {
			best, kind = len(at), f[2]
		}
	}
	return kind
}
