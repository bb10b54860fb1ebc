// Command inserts measures how many single-row INSERTs a second are durable.
//
//	go run ./tests/bench/inserts --binary bin/slipher [--dir DIR] [--time 5s] [--leaders 3]
//
//	the disk: append 300 bytes, fsync ─┐
//	1, 2, 4, 8 sessions ──INSERT──► slipher start, or leaders and a node ─┴─► a table in Markdown, on standard output
//
// Each INSERT is a transaction of its own: it is answered when its rows are in the log of most
// leaders, behind an fsync. Disk and server are measured in turn on the same file system.
//
// Start reading at run.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

type settings struct {
	binary, dir string
	time        time.Duration
	leaders     int
	rounds      int
}

func main() {
	var s settings
	flag.StringVar(&s.binary, "binary", "bin/slipher", "the server")
	flag.StringVar(&s.dir, "dir", os.TempDir(), "directory on the disk to measure")
	flag.DurationVar(&s.time, "time", 3*time.Second, "how long each figure is measured")
	flag.IntVar(&s.leaders, "leaders", 1, "1: one process; more: so many leaders and a node")
	flag.IntVar(&s.rounds, "rounds", 3, "figures are medians of so many")
	flag.Parse()
	if err := run(context.Background(), s); err != nil {
		fmt.Fprintln(os.Stderr, "inserts:", err)
		os.Exit(1)
	}
}

// sessions are the numbers of clients at once.
var sessions = []int{1, 2, 4, 8}

func run(ctx context.Context, s settings) (err error) {
	dir, err := os.MkdirTemp(s.dir, "slipher-inserts-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	srv, err := start(ctx, s, dir)
	if err != nil {
		return err
	}
	defer srv.stop()
	if err := srv.exec(ctx,
		"create table events (id bigint not null, kind int, name varchar(40), amount decimal(12,2), at timestamp) "+
			"distkey(id) sortkey(at)"); err != nil {
		return err
	}
	figures, cpu, client := map[string][]float64{}, map[string][]float64{}, map[string][]float64{}
	var names []string
	note := func(name string, f figure) {
		if figures[name] == nil {
			names = append(names, name)
		}
		figures[name] = append(figures[name], f.rate)
		cpu[name], client[name] = append(cpu[name], f.server), append(client[name], f.client)
	}
	for range s.rounds {
		rate, err := fsyncs(filepath.Join(dir, "probe"), s.time/3)
		if err != nil {
			return err
		}
		note(disk, figure{rate: rate})
		for _, how := range []string{text, prepared, unnamed} {
			for _, n := range sessions {
				f, err := srv.inserts(ctx, how, n, s.time)
				if err != nil {
					return err
				}
				note(fmt.Sprintf("%s, sessions: %d", how, n), f)
			}
		}
	}
	fmt.Printf(
		"| %d leader(s) | a second | by one session | CPU µs of servers, each | of the client |\n|---|---:|---:|---:|---:|\n",
		s.leaders)
	one := map[string]float64{}
	for _, name := range names {
		m := median(figures[name])
		how, _, _ := strings.Cut(name, ", sessions")
		if one[how] == 0 {
			one[how] = m
		}
		if name == disk {
			fmt.Printf("| %s | %.0f | | | |\n", name, m)
			continue
		}
		fmt.Printf("| %s | %.0f | %.1f | %.0f | %.0f |\n", name, m, m/one[how], median(cpu[name]), median(client[name]))
	}
	return nil
}

const disk = "disk: append 300 bytes and fsync, one after another"

// figure is a rate, and the processor time in microseconds that each row has cost.
type figure struct{ rate, server, client float64 }

// fsyncs is how many appends the disk makes durable a second.
func fsyncs(path string, d time.Duration) (float64, error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer os.Remove(path)
	defer f.Close()
	// As the log does: the file has its size from the start.
	if err := f.Truncate(16 << 20); err != nil {
		return 0, err
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	b := make([]byte, 300)
	n, began := 0, time.Now()
	for time.Since(began) < d {
		if _, err := f.WriteAt(b, int64(n*len(b))%(16<<20-300)); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		n++
	}
	return float64(n) / time.Since(began).Seconds(), nil
}
