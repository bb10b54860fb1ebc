package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"slipher/tests/warehouse"
)

// slipherServer is `slipher start`, or a leader and its nodes, and a connection to it.
type slipherServer struct {
	processes []*exec.Cmd // the one that answers first
	conn      *pgx.Conn
	log       *os.File
}

// shape is what the data of a cluster is called, "" of one process.
func (s settings) shape() string {
	if s.nodes == 0 {
		return ""
	}
	return fmt.Sprintf("-nodes%d", s.nodes)
}

// startSlipher starts a server. With empty it finds no compiled code of earlier
// ones; plans are never kept beyond a process.
func startSlipher(ctx context.Context, s settings, dir string, empty bool, flags ...string) (*slipherServer, error) {
	if empty {
		for _, sub := range []string{"artifacts", "storage/artifacts"} {
			if err := os.RemoveAll(filepath.Join(dir, sub)); err != nil {
				return nil, err
			}
		}
	}
	log, err := os.Create(filepath.Join(s.cache, "slipher.log"))
	if err != nil {
		return nil, err
	}
	e := &slipherServer{log: log}
	if err := e.start(ctx, s, dir, flags); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

func (e *slipherServer) start(ctx context.Context, s settings, dir string, flags []string) error {
	n := fmt.Sprint(s.threads)
	var address string
	if s.nodes == 0 {
		ready, err := e.process(s, append([]string{"start", "--data", dir, "--listen", "127.0.0.1:0", "--slices", n,
			"--workers", n}, flags...)...)
		if err != nil {
			return err
		}
		address = ready["sql"]
	} else {
		ready, err := e.process(s, append([]string{"leader", "--data", filepath.Join(dir, "leader"), "--id", "l1", "--listen",
			"127.0.0.1:0", "--cluster", "127.0.0.1:0", "--bootstrap", "--slices", fmt.Sprint(s.threads * s.nodes),
			"--storage", "file://" + filepath.Join(dir, "storage")}, flags...)...)
		if err != nil {
			return err
		}
		address = ready["sql"]
		for i := range s.nodes {
			id := fmt.Sprintf("n%d", i+1)
			if _, err := e.process(s, append([]string{"node", "--data", filepath.Join(dir, id), "--id", id, "--leader",
				ready["cluster"], "--cluster", "127.0.0.1:0", "--workers", n}, flags...)...); err != nil {
				return err
			}
		}
	}
	var err error
	if e.conn, err = pgx.Connect(ctx, "postgres://dev@"+address+"/dev?sslmode=disable"); err != nil {
		return err
	}
	// The first statement of a connection pays for its session and waits until the
	// nodes have their slices; neither is the query's time.
	_, _, err = e.query(ctx, "SELECT 1")
	return err
}

// process starts one and gives the words of its ready line.
func (e *slipherServer) process(s settings, args ...string) (map[string]string, error) {
	cmd := exec.Command(s.binary, args...)
	cmd.Stderr = e.log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	e.processes = append(e.processes, cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("slipher did not start, see %s: %w", e.log.Name(), err)
	}
	go io.Copy(io.Discard, out)
	ready := map[string]string{}
	for _, w := range strings.Fields(line) {
		if k, v, ok := strings.Cut(w, "="); ok {
			ready[k] = v
		}
	}
	return ready, nil
}

// tier sets slipher_tier.
func (e *slipherServer) tier(ctx context.Context, tier string) error {
	_, _, err := e.query(ctx, "SET slipher_tier = "+tier)
	return err
}

// query is the time as the client sees it, the protocol included.
func (e *slipherServer) query(ctx context.Context, sql string) (*warehouse.Result, time.Duration, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	began := time.Now()
	r, err := warehouse.Query(e.conn, sql)
	return r, time.Since(began), err
}

// all runs statements that give nothing.
func (e *slipherServer) all(ctx context.Context, statements []string) error {
	for _, sql := range statements {
		if _, _, err := e.query(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// analyzed is what reports read of EXPLAIN (ANALYZE, FORMAT JSON).
type analyzed struct {
	Plan     planNode
	Planning float64 `json:"Planning Time"` // ms
	Segments []struct {
		Moved int64 `json:"Bytes Moved"` // between processes
	}
}

func (e *slipherServer) analyze(ctx context.Context, sql string) (analyzed, error) {
	r, _, err := e.query(ctx, "EXPLAIN (ANALYZE, FORMAT JSON) "+sql)
	if err != nil {
		return analyzed{}, err
	}
	var plans [1]analyzed
	err = json.Unmarshal([]byte(r.Rows[0][0]), &plans)
	return plans[0], err
}

func (e *slipherServer) pid() int { return e.processes[0].Process.Pid }

// close ends nodes before their leader.
func (e *slipherServer) close() {
	if e.conn != nil {
		e.conn.Close(context.Background())
	}
	for _, cmd := range slices.Backward(e.processes) {
		cmd.Process.Signal(syscall.SIGTERM)
		stuck := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
		var exit *exec.ExitError
		if err := cmd.Wait(); errors.As(err, &exit) {
			fmt.Fprintf(os.Stderr, "bench: slipher ended with %v, see %s\n", err, e.log.Name())
		}
		stuck.Stop()
	}
	e.log.Close()
}
