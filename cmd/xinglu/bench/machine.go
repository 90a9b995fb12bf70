package bench

import (
	"runtime"
	"runtime/debug"
)

// Machine is what the figures were measured on.
type Machine struct {
	CPU        string  `json:"cpu"`
	Cores      int     `json:"cores"`
	MemoryMiB  int64   `json:"memory_mib"`
	Kernel     string  `json:"kernel"`
	Filesystem string  `json:"filesystem"` // of the databases
	FileLimit  uint64  `json:"file_limit"` // open files of one process
	Go         string  `json:"go"`
	LoadBefore float64 `json:"load_before"` // 1-minute average; the run itself is in the second
	LoadAfter  float64 `json:"load_after"`
}

// look describes this machine; what cannot be read is left empty.
func look(dir string) Machine {
	m := Machine{Cores: runtime.NumCPU(), Go: runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH, LoadBefore: load()}
	describe(&m, dir)
	return m
}

// usage is the memory of a process after a garbage collection, in bytes.
// What the kernel holds for its sockets is not in it.
type usage struct {
	RSS   int64 `json:"rss"`
	Heap  int64 `json:"heap"`
	Stack int64 `json:"stack"`
}

func memory() (usage, error) {
	debug.FreeOSMemory() // collects, and gives back what is free
	debug.FreeOSMemory() // finalizers of the first made more garbage
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	rss, err := residentSize()
	return usage{RSS: rss, Heap: int64(m.HeapAlloc), Stack: int64(m.StackInuse)}, err
}
