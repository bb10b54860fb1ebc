package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"slipher/tests/warehouse"
)

// slipherServer is `slipher start` and a connection to it.
type slipherServer struct {
	cmd  *exec.Cmd
	conn *pgx.Conn
	log  *os.File
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
	n := fmt.Sprint(s.threads)
	e := &slipherServer{log: log}
	e.cmd = exec.Command(s.binary, append([]string{"start", "--data", dir, "--listen", "127.0.0.1:0", "--slices", n,
		"--workers", n}, flags...)...)
	e.cmd.Stderr = log
	out, err := e.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := e.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		e.close()
		return nil, fmt.Errorf("slipher did not start, see %s: %w", log.Name(), err)
	}
	go io.Copy(io.Discard, out)
	addr := ""
	for _, w := range strings.Fields(line) {
		if a, ok := strings.CutPrefix(w, "sql="); ok {
			addr = a
		}
	}
	if e.conn, err = pgx.Connect(ctx, "postgres://dev@"+addr+"/dev?sslmode=disable"); err != nil {
		e.close()
		return nil, err
	}
	// The first statement of a connection pays for its session and waits until the
	// node has its slices; neither is the query's time.
	if _, _, err := e.query(ctx, "SELECT 1"); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
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

func (e *slipherServer) pid() int { return e.cmd.Process.Pid }

func (e *slipherServer) close() {
	if e.conn != nil {
		e.conn.Close(context.Background())
	}
	e.cmd.Process.Signal(syscall.SIGTERM)
	stuck := time.AfterFunc(20*time.Second, func() { e.cmd.Process.Kill() })
	defer stuck.Stop()
	var exit *exec.ExitError
	if err := e.cmd.Wait(); errors.As(err, &exit) {
		fmt.Fprintf(os.Stderr, "bench: slipher ended with %v, see %s\n", err, e.log.Name())
	}
	e.log.Close()
}
