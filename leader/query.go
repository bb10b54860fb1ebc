package leader

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler"
	"slipher/compiler/bind"
	"slipher/compiler/optimize"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/leader/pgwire"
	"slipher/leader/schedule"
	"slipher/leader/session"
)

// planned is a statement ready to run.
type planned struct {
	cat    *state.Catalog // the version it was planned for and reads
	query  *plan.Query
	params []types.Type // of the client's $1, $2, …
	rules  string       // what rewriting did, for EXPLAIN (RULES)
	// sample, if set, stands for the table of the same id: some of its objects.
	sample *state.Table
}

// table is the version of a table that the statement reads.
func (p *planned) table(ref *plan.TableRef) (*state.Table, error) {
	id := state.TableID(ref.ID)
	if p.sample != nil && p.sample.ID == id {
		return p.sample, nil
	}
	if t := p.cat.TableByID(id); t != nil {
		return t, nil
	}
	return nil, state.ErrNoTable(ref.Name)
}

// written is the version of the table that the statement changes, nil if it changes none.
func (p *planned) written() *state.Table {
	ref := p.query.Delete
	if p.query.Insert != nil {
		ref = p.query.Insert.Table
	}
	if ref == nil {
		return nil
	}
	return p.cat.TableByID(state.TableID(ref.ID))
}

// plan binds and optimizes SELECT, INSERT, UPDATE, DELETE and the inner statement of EXPLAIN.
func (s *Server) plan(ses *session.Session, st *parse.Statement, params []types.Type) (*planned, error) {
	cat := s.look(ses)
	return s.planIn(cat, s.view(cat, ses), st, bindOptions(ses, params))
}

// bindOptions are what a session's settings and the types that a client declared mean to the binder.
func bindOptions(ses *session.Session, params []types.Type) bind.Options {
	return bind.Options{ParamTypes: params, SingleMatch: ses.Value("error_on_nondeterministic_update") == "on",
		NumericRounding: ses.NumericRounding()}
}

// planIn is plan with the catalog version to read, and the names that the statement means.
func (s *Server) planIn(cat *state.Catalog, names view, st *parse.Statement, o bind.Options) (*planned, error) {
	env := s.environment(cat)
	env.Catalog, env.Bind, env.Rules.Fold = names, o, s.fold(cat)
	if x, ok := st.Body.(*parse.Explain); ok {
		env.Traced = slices.Contains(x.Compile, "rules")
	}
	q, err := compiler.Plan(st, env)
	if err != nil {
		return nil, err
	}
	return &planned{cat: cat, query: q.Query, params: q.Params, rules: q.Rules}, nil
}

func (s *Server) view(cat *state.Catalog, ses *session.Session) view {
	return view{cat: cat, ses: ses, relations: relationOf, temp: s.sessions.tempSchema(ses)}
}

// environment is what planning may know of the cluster: nothing that changes from moment
// to moment, for plans must be the same on every leader.
func (s *Server) environment(cat *state.Catalog) compiler.Environment {
	nodes := map[string]bool{}
	for _, id := range cat.Slices() {
		if id != "" {
			nodes[id] = true
		}
	}
	return compiler.Environment{Cluster: optimize.Env{Slices: max(cat.SliceCount(), 1), Nodes: max(len(nodes), 1), Fn: s.fns, Stats: s.stats.of}}
}

// runSelect answers a query.
func (s *Server) runSelect(ctx context.Context, ses *session.Session, st *parse.Statement, params []types.Type, args []types.Datum, w pgwire.ResultWriter) error {
	began := time.Now()
	p, err := s.plan(ses, st, params)
	if err != nil {
		return err
	}
	planned := time.Now()
	rows, err := s.start(ctx, ses, p, args, nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	started := time.Now()
	if err := w.Columns(p.query.Output); err != nil {
		return err
	}
	sent, err := s.stream(ctx, rows, w)
	if err != nil {
		return err
	}
	s.trace(ctx, p, rows, began, planned, started)
	return w.Complete(fmt.Sprintf("SELECT %d", sent))
}

// stream sends a query's rows to the client.
func (s *Server) stream(ctx context.Context, rows *schedule.Rows, w pgwire.ResultWriter) (int64, error) {
	var sent int64
	for rows.Next(ctx) {
		if err := w.Rows(rows.Chunk(), rows.Row(), rows.Row()+1); err != nil {
			return sent, err
		}
		sent++
	}
	return sent, rows.Err()
}
