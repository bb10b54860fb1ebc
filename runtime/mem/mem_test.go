package mem

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/runtime/kernels/heap"
)

// refused checks that err is a 53200 whose texts name all of words.
func refused(t *testing.T, err error, words ...string) {
	t.Helper()
	var e *sqlerr.Error
	if !errors.As(err, &e) || e.Code != sqlerr.OutOfMemory {
		t.Fatalf("%v", err)
	}
	for _, w := range words {
		if !strings.Contains(e.Message+" | "+e.Detail+" | "+e.Hint, w) {
			t.Errorf("%q is not in %q, %q, %q", w, e.Message, e.Detail, e.Hint)
		}
	}
}

// An account's limit holds for its children, whose requests fail with an error that names both; what was refused is
// not counted anywhere, and everything ends at zero.
func TestLimit(t *testing.T) {
	before := Process().Used()
	q := NewAccount("query 7 on n1", 1<<20)
	q.SetHint("a setting")
	op := q.Child("Sort (segment 2)")
	b, err := op.Alloc(1 << 19)
	if err != nil {
		t.Fatal(err)
	}
	_, err = op.Alloc(1<<19 + 1)
	refused(t, err, "Sort (segment 2) of query 7 on n1", "request of 524289 bytes", "limit is 1048576 bytes", "a setting")
	if op.Used() != 1<<19 || q.Used() != 1<<19 || Process().Used() != before+1<<19 {
		t.Errorf("%d, %d", op.Used(), q.Used())
	}
	if q.Room() != 1<<19 {
		t.Errorf("room for %d", q.Room())
	}
	if op.Close() == nil {
		t.Error("a leak goes unnoticed")
	}
	b.Free()
	if err := errors.Join(op.Close(), q.Close()); err != nil {
		t.Error(err)
	}
}

// Arenas count by themselves, are spoilt by a refusal and well again when freed.
func TestArena(t *testing.T) {
	q := NewAccount("q", 1<<20)
	buf, err := q.Alloc(64)
	if err != nil {
		t.Fatal(err)
	}
	a := buf.View().Pointer()
	heap.SetArenaAccount(a, q.Counters())
	n := 0
	for heap.ArenaAlloc(a, 30<<10) != nil {
		n++
	}
	if n < 20 || q.Used() < 1<<19 || q.Used() > 1<<20 || heap.ArenaBytes(a) != q.Used()-64 {
		t.Errorf("%d pieces, %d bytes", n, q.Used())
	}
	if !heap.ArenaSpoilt(a) || heap.ArenaAlloc(a, 1) != nil {
		t.Error("it gives more after a refusal")
	}
	refused(t, q.Refusal(), "request of 65536 bytes")
	heap.ArenaFree(a)
	if heap.ArenaSpoilt(a) || heap.ArenaAlloc(a, 1) == nil {
		t.Error("it is not well again")
	}
	heap.ArenaFree(a)
	buf.Free()
	if err := q.Close(); err != nil {
		t.Error(err)
	}
}

// The last of a process's memory is for those that use little. Caches are emptied when it is short, and the Go heap
// counts.
func TestProcess(t *testing.T) {
	const limit = 1 << 30
	stop := Watch(limit, "the flag")
	defer stop()
	if used := Process().Used(); used < 1<<20 {
		t.Errorf("the process uses %d bytes: the Go heap does not count", used)
	}
	gone := make(chan struct{})
	var c *Cache
	var once sync.Once
	c = NewCache("a cache", func() { once.Do(func() { c.Release(c.Used()); close(gone) }) })
	defer c.Forget()
	if err := c.Reserve(limit / 4); err != nil {
		t.Fatal(err)
	}
	large, small := NewAccount("large", 0), NewAccount("small", 0)
	if err := large.Reserve(limit * 9 / 16); err != nil {
		t.Fatal(err)
	}
	if err := large.Reserve(limit / 8); err != nil { // what the cache holds goes first
		t.Error(err)
	}
	refused(t, large.Reserve(limit/4), "large", "this process uses", "the flag")
	if err := small.Reserve(limit / 64); err != nil {
		t.Error(err)
	}
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		t.Fatal("the cache is not emptied")
	}
	if q := QueryLimit(); q != limit/4*3 {
		t.Errorf("a query may use %d", q)
	}
	large.Release(large.Used())
	small.Release(small.Used())
}

// What there is comes from the machine or from any cgroup above, in either version.
func TestAvailable(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"nothing": {nil, 0},
		"machine": {map[string]string{"proc/meminfo": "MemTotal:  1024 kB\nMemFree: 1 kB\n"}, 1 << 20},
		"v2": {map[string]string{"proc/meminfo": "MemTotal: 1024 kB\n", "proc/self/cgroup": "0::/a/b\n",
			"cg/a/b/memory.max": "max\n", "cg/a/memory.max": "65536\n"}, 65536},
		"v2 in a container": {map[string]string{"proc/meminfo": "MemTotal: 1024 kB\n", "proc/self/cgroup": "0::/\n",
			"cg/memory.max": "4096\n"}, 4096},
		"v1": {map[string]string{"proc/meminfo": "MemTotal: 1024 kB\n",
			"proc/self/cgroup":                "5:cpu,cpuacct:/x\n4:memory:/docker/77\n0::/\n",
			"cg/memory/memory.limit_in_bytes": "8192\n"}, 8192},
		"v1 without": {map[string]string{"proc/meminfo": "MemTotal: 1024 kB\n", "proc/self/cgroup": "4:memory:/\n",
			"cg/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 1 << 20},
	} {
		dir := t.TempDir()
		for f, text := range c.files {
			os.MkdirAll(filepath.Dir(filepath.Join(dir, f)), 0o700)
			if err := os.WriteFile(filepath.Join(dir, f), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := available(dir+"/proc", dir+"/cg"); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestParseSize(t *testing.T) {
	for s, want := range map[string]int64{"0": 0, "12": 12, "1kB": 1024, "3 MB": 3 << 20, "2g": 2 << 30, "1TB": 1 << 40,
		"25%": 250, "7B": 7,
		"": -1, "x": -1, "-1": -1, "1.5GB": -1, "0%": -1, "101%": -1, "NaN%": -1, "9223372036854775807TB": -1, "MB": -1} {
		if got, err := ParseSize(s, 1000); (err == nil) != (want >= 0) || err == nil && got != want {
			t.Errorf("%q: %d, %v", s, got, err)
		}
	}
}
