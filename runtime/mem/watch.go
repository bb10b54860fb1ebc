package mem

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"time"

	"slipher/runtime/kernels/heap"
)

const (
	// watchEvery is how often the watcher measures. What accounts count is exact at any time; this is for the rest.
	watchEvery = 200 * time.Millisecond
	// trimEvery bounds how often freed memory is given back to the system, which costs milliseconds.
	trimEvery = time.Second
	// slack is memory that no account knows and that is not worth a trim: code, stacks, free pieces of the C library.
	slack = 64 << 20
	// leastGoHeap is what the Go heap may have however much else is in use: below, it would collect without end.
	leastGoHeap = 64 << 20
)

// Watch bounds the process's memory: bytes (0: no limit, nothing is watched), and how that is changed, for error
// messages. A goroutine counts the Go heap and what else no account knows, makes the collector keep to what
// the others leave, and empties caches when memory is short. stop ends and waits for it.
func Watch(bytes int64, hint string) (stop func()) {
	setLimit(bytes, hint)
	if bytes <= 0 {
		return func() {}
	}
	heap.Tune(bytes)
	w := &watcher{limit: bytes, rest: NewAccount("the Go heap", 0), done: make(chan struct{})}
	w.rest.c.SetVital()
	w.look()
	w.running.Go(w.run)
	return func() {
		close(w.done)
		w.running.Wait()
		w.count(0)
		setLimit(0, "")
	}
}

// watcher measures what accounts do not.
type watcher struct {
	limit   int64
	rest    *Account
	counted int64 // on rest
	trimmed time.Time
	done    chan struct{}
	running sync.WaitGroup
}

func (w *watcher) run() {
	t := time.NewTicker(watchEvery)
	defer t.Stop()
	for {
		select {
		case <-w.done:
			return
		case <-t.C:
		case <-short:
			emptyCaches()
		}
		w.look()
	}
}

// look measures the Go heap, and the rest of what the process has in memory.
func (w *watcher) look() {
	goHeap := goBytes()
	other := w.unknown(goHeap)
	// What is free is used again: to give it back, and to fetch it again, is only worth its time where memory is short.
	tight := process.Used()-w.counted+goHeap+other > w.limit/2
	if other > slack && tight && time.Since(w.trimmed) >= trimEvery {
		w.trimmed = time.Now()
		heap.Trim()
		goHeap = goBytes()
		other = w.unknown(goHeap)
	} else if other > slack && tight {
		other = min(other, max(w.counted-goHeap, 0)) // most of it goes with the next trim
	}
	w.count(goHeap + other)
	debug.SetMemoryLimit(max(w.limit-(process.Used()-w.counted), leastGoHeap))
}

func (w *watcher) count(n int64) {
	w.rest.Count(n - w.counted)
	w.counted = n
}

// unknown is the memory that is neither the Go heap's nor on an account: what the C library has not given back, above
// all.
func (w *watcher) unknown(goHeap int64) int64 {
	before := process.Used()
	resident := residentBytes()
	known := max(before, process.Used()) - w.counted + goHeap
	return max(resident-known, 0)
}

// goBytes is what the Go runtime has from the system.
func goBytes() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64() - s[1].Value.Uint64())
}

// residentBytes is the process's resident memory but for mapped files, 0 if the system does not tell.
func residentBytes() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b))
	if len(f) < 3 {
		return 0
	}
	resident, err1 := strconv.ParseInt(f[1], 10, 64)
	shared, err2 := strconv.ParseInt(f[2], 10, 64)
	if err1 != nil || err2 != nil {
		return 0
	}
	return (resident - shared) * int64(os.Getpagesize())
}
