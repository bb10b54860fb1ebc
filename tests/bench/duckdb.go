package main

import (
	"bufio"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"slipher/tests/cache"
	"slipher/tests/warehouse"
)

// DuckDB's side: a package description with the version pinned, and a script.
//
//go:embed duckdb
var duckdbFiles embed.FS

// installDuckDB puts the script and the package into the cache.
func installDuckDB(ctx context.Context, s settings) error {
	files, err := fs.Sub(duckdbFiles, "duckdb")
	if err != nil {
		return err
	}
	return cache.Npm(ctx, filepath.Join(s.cache, "duckdb"), files)
}

// duckdb is a Node process with DuckDB in it.
type duckdb struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// reply is a line of engine.mjs.
type reply struct {
	Ready string
	Ms    float64
	Rows  [][]string
	Error string
}

func startDuckDB(ctx context.Context, s settings, database string) (*duckdb, error) {
	e := &duckdb{cmd: exec.CommandContext(ctx, "node", filepath.Join(s.cache, "duckdb", "engine.mjs"), database,
		fmt.Sprint(s.threads))}
	e.cmd.Stderr = os.Stderr
	out, err := e.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if e.in, err = e.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := e.cmd.Start(); err != nil {
		return nil, fmt.Errorf("DuckDB needs Node.js: %w", err)
	}
	e.out = bufio.NewReaderSize(out, 1<<20)
	if _, err := e.read(); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

func (e *duckdb) read() (*reply, error) {
	line, err := e.out.ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("DuckDB: %w", err)
	}
	r := &reply{}
	if err := json.Unmarshal(line, r); err != nil {
		return nil, fmt.Errorf("DuckDB: %w", err)
	}
	if r.Error != "" {
		return nil, fmt.Errorf("DuckDB: %s", r.Error)
	}
	return r, nil
}

func (e *duckdb) query(ctx context.Context, sql string) (*warehouse.Result, time.Duration, error) {
	line, err := json.Marshal(map[string]string{"sql": sql})
	if err != nil {
		return nil, 0, err
	}
	if _, err := e.in.Write(append(line, '\n')); err != nil {
		return nil, 0, err
	}
	r, err := e.read()
	if err != nil {
		return nil, 0, err
	}
	return &warehouse.Result{Rows: r.Rows}, time.Duration(r.Ms * float64(time.Millisecond)), nil
}

func (e *duckdb) pid() int { return e.cmd.Process.Pid }

func (e *duckdb) close() {
	e.in.Close() // ends the script
	e.cmd.Wait()
}
