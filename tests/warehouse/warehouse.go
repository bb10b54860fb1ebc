package warehouse

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"slipher/codegen/llvm"
	"slipher/leader"
	"slipher/node"
)

// Main runs a package's tests; the binary is also the compile workers'.
func Main(m *testing.M) {
	llvm.WorkIfAsked()
	os.Exit(m.Run())
}

// Options say what to run.
type Options struct {
	Slices  int    // default 4
	Nodes   int    // compute nodes beside the leader; 0: one in the leader's process
	Workers int    // of each node, default 2
	Dir     string // default: a temporary directory
	// Log, if set, takes all that the processes log, at level debug.
	Log io.Writer
}

// Warehouse is a running one.
type Warehouse struct {
	Leader *leader.Server
	Nodes  []*node.Node
	Addr   string // of SQL
	Dir    string
}

// Shapes are the two cluster shapes in which SQL is tested.
var Shapes = []struct {
	Name string
	Options
}{{"one", Options{}}, {"cluster", Options{Nodes: 2}}}

// Start runs a warehouse until the test ends.
func Start(t testing.TB, o Options) *Warehouse {
	t.Helper()
	if o.Slices == 0 {
		o.Slices = 4
	}
	if o.Workers == 0 {
		o.Workers = 2
	}
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(logOutput(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	if o.Log != nil {
		log = slog.New(slog.NewTextHandler(o.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	w := &Warehouse{Dir: o.Dir}
	w.Leader, err = leader.Start(ctx, leader.Options{Dir: o.Dir + "/leader", ID: "leader", Listen: "127.0.0.1:0",
		Cluster: "127.0.0.1:0", Bootstrap: true,
		Slices: o.Slices, Storage: "file://" + o.Dir + "/storage", Embedded: o.Nodes == 0, Workers: o.Workers, Self: self,
		Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.stop)
	if err := w.Leader.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	for i := range o.Nodes {
		cfg, err := leader.NodeConfig()
		if err != nil {
			t.Fatal(err)
		}
		cfg.ID, cfg.Dir, cfg.Workers = fmt.Sprintf("n%d", i+1), fmt.Sprintf("%s/n%d", o.Dir, i+1), o.Workers
		cfg.Leaders, cfg.ClusterAddr, cfg.Log = []string{w.Leader.ClusterAddr()}, "127.0.0.1:0", log
		n, err := node.Start(cfg)
		if err != nil {
			t.Fatal(err)
		}
		w.Nodes = append(w.Nodes, n)
		if err := n.Ready(ctx); err != nil {
			t.Fatal(err)
		}
	}
	w.Addr = w.Leader.SQLAddr()
	return w
}

// logOutput is where warnings of the warehouse go: nowhere, unless a person asks.
func logOutput() io.Writer {
	if os.Getenv("SLIPHER_TEST_LOG") != "" {
		return os.Stderr
	}
	return io.Discard
}

func (w *Warehouse) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	// The leader first: it would miss a node that has gone.
	w.Leader.Close(ctx)
	for _, n := range w.Nodes {
		n.Close()
	}
}

// Connect opens a connection that is closed with the test.
func (w *Warehouse) Connect(t testing.TB) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(context.Background(), "postgres://dev@"+w.Addr+"/dev?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// Exec runs statements of one text and fails the test on an error.
func Exec(t testing.TB, c *pgx.Conn, sql string) {
	t.Helper()
	if _, err := c.PgConn().Exec(context.Background(), sql).ReadAll(); err != nil {
		t.Fatalf("%s: %v", short(sql), err)
	}
}

// Result is the answer of one statement in text form.
type Result struct {
	Names []string
	OIDs  []uint32
	Rows  [][]string // NULL is \N
	Tag   string
}

// Query runs one statement by the simple protocol.
func Query(c *pgx.Conn, sql string) (*Result, error) {
	results, err := c.PgConn().Exec(context.Background(), sql).ReadAll()
	if err != nil {
		return nil, err
	}
	last := results[len(results)-1]
	r := &Result{Tag: last.CommandTag.String()}
	for _, f := range last.FieldDescriptions {
		r.Names, r.OIDs = append(r.Names, f.Name), append(r.OIDs, f.DataTypeOID)
	}
	for _, row := range last.Rows {
		out := make([]string, len(row))
		for i, v := range row {
			out[i] = string(v)
			if v == nil {
				out[i] = `\N`
			}
		}
		r.Rows = append(r.Rows, out)
	}
	return r, nil
}

func short(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}
