package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Where the test finds itself again as a process that applies a log.
const (
	envLog   = "SLIPHER_TEST_LOG"   // the log's file
	envCut   = "SLIPHER_TEST_CUT"   // a snapshot is taken and read back after so many commands, "0": never
	envNoise = "SLIPHER_TEST_NOISE" // how much other work goes on meanwhile
)

// One log, applied by several processes that start in shuffled order, with different
// numbers of threads, some by way of a snapshot, gives the same bytes after every command.
func TestDeterministicAcrossProcesses(t *testing.T) {
	if os.Getenv(envLog) != "" {
		applyLogFile(t)
		return
	}
	log := randomLog(rand.New(rand.NewSource(7)), 3000)
	file := filepath.Join(t.TempDir(), "log")
	var data []byte
	for _, entry := range log {
		data = binary.AppendUvarint(data, uint64(len(entry)))
		data = append(data, entry...)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	type process struct {
		cut, noise int
		cmd        *exec.Cmd
		out        bytes.Buffer
	}
	var all []*process
	for i, cut := range []int{0, 0, 1, 37, 500, len(log) / 2} {
		all = append(all, &process{cut: cut, noise: i % 2})
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, p := range all {
		p.cmd = exec.Command(os.Args[0], "-test.run=^TestDeterministicAcrossProcesses$", "-test.v")
		p.cmd.Env = append(os.Environ(), envLog+"="+file, fmt.Sprintf("%s=%d", envCut, p.cut),
			fmt.Sprintf("%s=%d", envNoise, p.noise), fmt.Sprintf("GOMAXPROCS=%d", 1+len(all)%3+p.cut%2))
		p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
		if err := p.cmd.Start(); err != nil {
			t.Fatal(err)
		}
	}
	want := ""
	for _, p := range all {
		if err := p.cmd.Wait(); err != nil {
			t.Fatalf("process with cut %d: %v\n%s", p.cut, err, p.out.String())
		}
		got := ""
		for line := range strings.Lines(p.out.String()) {
			if rest, ok := strings.CutPrefix(line, "SUM "); ok {
				got = rest
			}
		}
		if want == "" {
			want = got
		}
		if got == "" || got != want {
			t.Errorf("process with cut %d has %q, another %q", p.cut, got, want)
		}
	}
}

// applyLogFile prints a digest over all results and snapshots on the way.
func applyLogFile(t *testing.T) {
	data, err := os.ReadFile(os.Getenv(envLog))
	if err != nil {
		t.Fatal(err)
	}
	var cut, noise int
	fmt.Sscan(os.Getenv(envCut), &cut)
	fmt.Sscan(os.Getenv(envNoise), &noise)
	stop := make(chan struct{})
	defer close(stop)
	for range noise {
		go func() { // garbage and preemption
			for {
				select {
				case <-stop:
					return
				default:
					_ = make([]byte, 1<<16)
				}
			}
		}()
	}
	sum := sha256.New()
	c := New()
	for i := 0; len(data) > 0; i++ {
		n, size := binary.Uvarint(data)
		entry := data[size : size+int(n)]
		data = data[size+int(n):]
		cmd, err := DecodeCommand(entry)
		if err != nil {
			t.Fatal(err)
		}
		var res *Result
		c, res = c.Apply(cmd)
		out, _ := res.MarshalMsg(nil)
		sum.Write(out)
		if i%50 == 0 {
			sum.Write(encode(t, c))
		}
		if cut > 0 && i%cut == 0 {
			if c, err = Decode(encode(t, c)); err != nil {
				t.Fatal(err)
			}
		}
	}
	sum.Write(encode(t, c))
	fmt.Printf("\nSUM %x\n", sum.Sum(nil))
}

// The random logs are good for something: they reach all states of interest.
func TestRandomLogReach(t *testing.T) {
	c := New()
	dels, merges, trunc, collected, cycles, conflicts, ok := 0, 0, 0, 0, 0, 0, 0
	for _, data := range randomLog(rand.New(rand.NewSource(1)), 3000) {
		cmd, err := DecodeCommand(data)
		if err != nil {
			t.Fatal(err)
		}
		var res *Result
		c, res = c.Apply(cmd)
		checkSums(t, c)
		if res.Err != nil {
			if res.Err.Message == "1023" {
				cycles++
			}
			if strings.HasPrefix(res.Err.Message, "could not serialize") {
				conflicts++
			}
			continue
		}
		ok++
		for _, op := range cmd.Ops {
			switch o := op.(type) {
			case *Delta:
				dels += min(len(o.Deletes), 1)
			case *Replace:
				merges++
			case *Truncate:
				trunc++
			case *Collect:
				collected += min(len(o.Names), 1)
			}
		}
	}
	for _, n := range []int{dels, merges, trunc, collected, cycles, conflicts} {
		if n < 5 {
			t.Fatalf("deletes %d, merges %d, truncates %d, collects %d, cycles %d, conflicts %d, ok %d: a weak log",
				dels, merges, trunc, collected, cycles, conflicts, ok)
		}
	}
	t.Logf("deletes %d, merges %d, truncates %d, collects %d, cycles %d, conflicts %d, ok %d",
		dels, merges, trunc, collected, cycles, conflicts, ok)
}

// checkSums checks what must hold of every catalog.
func checkSums(t *testing.T, c *Catalog) {
	t.Helper()
	seen := map[string]bool{}
	for _, tab := range c.AllTables() {
		rows := int64(0)
		for _, r := range tab.Version.Objects.All() {
			rows += r.Live()
			if n, err := Rows(r.Deleted); err != nil || n != r.Dead || r.Dead > r.Rows || r.Live() == 0 && r.Dead > 0 {
				t.Fatalf("object %+v: %d deleted, %v", r, n, err)
			}
			if again, _ := Union(r.Deleted, nil); !bytes.Equal(again, r.Deleted) {
				t.Fatalf("object %s: its deleted rows are not in canonical form", r.Name)
			}
			if c.Garbaged(r.Name) && !r.Inline() {
				t.Fatalf("object %s is in a table and garbage", r.Name)
			}
			seen[r.Name] = true
		}
		if rows != tab.Version.Rows {
			t.Fatalf("table %d says %d rows and has %d", tab.ID, tab.Version.Rows, rows)
		}
	}
	for _, dropped := range c.Garbage() {
		if dropped > c.Version() {
			t.Fatal("dropped in the future")
		}
	}
}
