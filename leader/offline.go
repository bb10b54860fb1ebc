package leader

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"time"

	"slipher/catalog/ddl"
	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/codegen"
	"slipher/codegen/llvm"
	"slipher/codegen/target"
	"slipher/compiler"
	"slipher/compiler/optimize"
	"slipher/compiler/optimize/stats"
	"slipher/compiler/parse"
	"slipher/leader/code"
	"slipher/leader/inspect"
	"slipher/leader/names"
	"slipher/leader/pgwire"
	"slipher/leader/query"
	"slipher/leader/sample"
	"slipher/leader/session"
	"slipher/leader/statement"
	"slipher/runtime/exec"
)

// Offline plans and compiles without a server, on a catalog made of DDL:
// `slipher compile`.
type Offline struct {
	cat    *state.Catalog
	ses    *session.Session
	fns    *fn.Table
	slices int
	nodes  int
	stats  map[string]*stats.Table // by table name
	// statsRead counts tables of which statistics were read.
	statsRead int
	// samples evaluates on the statistics' samples; nil: primitives cannot run here, estimates do without.
	samples *optimize.Samples
}

// NewOffline makes an empty catalog of a cluster with so many slices, all on one node.
func NewOffline(slices int) (*Offline, error) {
	if slices < 1 || slices > maxSlices {
		return nil, fmt.Errorf("--slices must be 1 to %d", maxSlices)
	}
	o := &Offline{fns: fn.Default(), slices: slices, nodes: 1, stats: map[string]*stats.Table{}, cat: state.New()}
	if err := o.apply(&state.Command{Ops: []state.Op{&state.Bootstrap{Cluster: state.Cluster{ID: "offline",
		Slices: slices}}}}); err != nil {
		return nil, err
	}
	if e, err := exec.NewEngine(o.fns); err == nil {
		o.samples = &optimize.Samples{Run: (&sample.Evaluator{Engine: e, Fns: o.fns}).Run}
	}
	var err error
	start := pgwire.Startup{User: state.DefaultUser, Database: state.DefaultDatabase, Remote: &net.UnixAddr{}}
	o.ses, err = session.New(offlineEngine{o: o}, start, nil, slog.New(slog.NewTextHandler(io.Discard, nil)))
	return o, err
}

func (o *Offline) apply(cmd *state.Command) error {
	next, res := o.cat.Apply(cmd)
	if res.Err != nil {
		return res.Err
	}
	o.cat = next
	return nil
}

// Schema runs definition statements.
func (o *Offline) Schema(text string) error {
	stmts, err := parse.Parse(text, o.ses.ParseOptions())
	if err != nil {
		return err
	}
	for _, st := range stmts {
		if set, ok := st.Body.(*parse.Set); ok && set.Value != nil {
			if _, err := o.ses.SetSetting(set.Name, *set.Value, false); err != nil {
				return err
			}
			continue
		}
		p, err := statement.Define(ddl.Scope{Catalog: o.cat, Database: state.DefaultDatabase, User: state.DefaultUser,
			SearchPath: o.ses.SearchPath()}, st)
		if err != nil {
			return err
		}
		if err := o.apply(&p.Command); err != nil {
			return err
		}
	}
	return nil
}

// SetNodes says on how many nodes the slices are.
func (o *Offline) SetNodes(n int) { o.nodes = n }

// Inspect shows what one query is compiled to.
func (o *Offline) Inspect(ctx context.Context, text string, words []string, tier string, t target.Target,
	pool *llvm.Pool) ([]string, error) {
	st, err := parse.ParseOne(text, o.ses.ParseOptions())
	if err != nil {
		return nil, err
	}
	if st == nil {
		return nil, sqlerr.New(sqlerr.SyntaxError, "there is no query")
	}
	env := compiler.Environment{Traced: slices.Contains(words, "rules"), Catalog: names.View{Cat: o.cat, Ses: o.ses},
		Cluster: optimize.Env{Slices: o.slices, Nodes: o.nodes, Fn: o.fns,
			Stats: func(t *state.Table) *stats.Table { return o.stats[t.Name] }, Samples: o.samples}}
	query.Configure(&env, o.ses)
	began := time.Now()
	p, err := compiler.Plan(st, env)
	if err != nil {
		return nil, err
	}
	q := p.Query
	planned := time.Since(began)
	began = time.Now()
	segments, err := codegen.Compile(q, codegen.Options{Fns: o.fns})
	if err != nil {
		return nil, err
	}
	return inspect.Print(ctx, inspect.Query{Rules: p.Rules, Plan: q, Code: segments, Target: t, Tier: tier,
		Passes: code.Passes,
		Fns:    o.fns, Pool: pool, Planned: planned, Generated: time.Since(began)}, words)
}

// offlineEngine lets a session exist without a server.
type offlineEngine struct {
	session.Engine
	o *Offline
}

func (e offlineEngine) SchemaExists(s *session.Session, schema string) bool {
	return e.o.cat.Schema(s.CurrentDatabase(), schema) != nil
}
func (e offlineEngine) FoldsCase(s *session.Session) bool {
	d := e.o.cat.Database(s.CurrentDatabase())
	return d != nil && d.CaseFold
}
func (offlineEngine) Closed(*session.Session) {}
func (offlineEngine) Isolation(string) string { return "snapshot" }
