package query

import (
	"runtime/debug"
	"slices"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/codegen"
	"slipher/codegen/lower"
	"slipher/compiler"
	"slipher/compiler/algebra"
	"slipher/compiler/bind"
	"slipher/compiler/expr"
	"slipher/compiler/optimize"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/leader/code"
	"slipher/leader/names"
)

// Planned is a statement ready to run.
type Planned struct {
	Cat    *state.Catalog // the version it was planned for and reads
	Query  *plan.Query
	Params []types.Type // of the client's $1, $2, …
	Rules  string       // what rewriting did, if it was traced
	// Sample, if set, stands for the table of the same id: some of its objects.
	Sample *state.Table

	simple *algebra.Statement // what was planned; nil: a plan that was kept serves
	kept   *keptPlan          // whose Query it is, but for literals; nil: it is not kept
}

// table is the version of a table that the statement reads.
func (p *Planned) table(ref *plan.TableRef) (*state.Table, error) {
	id := state.TableID(ref.ID)
	if p.Sample != nil && p.Sample.ID == id {
		return p.Sample, nil
	}
	if t := p.Cat.TableByID(id); t != nil {
		return t, nil
	}
	return nil, state.ErrNoTable(ref.Name)
}

// OnLeader reports whether no node takes part.
func (p *Planned) OnLeader() bool {
	return !slices.ContainsFunc(p.Query.Segments, func(g *plan.Segment) bool { return g.Where != plan.Leader })
}

// written is the version of the table that the statement changes, nil if it changes none.
func (p *Planned) written() *state.Table {
	ref := p.Query.Delete
	if p.Query.Insert != nil {
		ref = p.Query.Insert.Table
	}
	if ref == nil {
		return nil
	}
	return p.Cat.TableByID(state.TableID(ref.ID))
}

// Plan binds and optimizes SELECT, INSERT, UPDATE, DELETE and the inner statement of EXPLAIN.
func (r *Runner) Plan(ses Session, st *parse.Statement, params []types.Type) (*Planned, error) {
	cat := r.Look(ses)
	env, o, v := r.environmentOf(ses, cat), BindOptions(ses, params), names.View{Cat: cat, Ses: ses}
	if st.Shape() == nil || ses.Value("slipher_plan_cache") == "off" {
		st, err := st.Parsed()
		if err != nil {
			return nil, err
		}
		return r.planIn(cat, v, st, o, env)
	}
	settings := planSettings(env, o)
	k, values := r.Plans.find(st.Shape().Key, settings, func(p *keptPlan) []expr.Param { return p.serve(r, ses, cat, st) })
	if k != nil {
		if err := r.checkServed(k, values, cat, v, st, o, env); err != nil {
			return nil, err
		}
		q := *k.query
		q.Params = values
		return &Planned{Cat: cat, Query: &q, Params: k.params, kept: k}, nil
	}
	st, err := st.Parsed()
	if err != nil {
		return nil, err
	}
	k = &keptPlan{settings: settings, record: algebra.NewRecord(bind.Literals(st.Shape())), watched: &watched{}}
	o.Record = k.record
	env.Cluster.Stats = k.watched.statistics(env.Cluster.Stats)
	p, err := r.planIn(cat, watching{Catalog: v, w: k.watched}, st, o, env)
	if err != nil || !k.record.Keeps() {
		return p, err
	}
	k.query, k.params, k.simple, p.kept = p.Query, p.Params, checked(p.simple), k
	r.Plans.keep(st, k)
	return p, nil
}

// environmentOf is Environment with what a session wants otherwise.
func (r *Runner) environmentOf(ses Session, cat *state.Catalog) compiler.Environment {
	env := r.Environment(cat)
	Configure(&env, ses)
	return env
}

// Configure is what settings of a session say of planning.
func Configure(env *compiler.Environment, ses Session) {
	switch v := ses.Value("slipher_join_order"); v {
	case "auto":
	case "written":
		env.Cluster.Joins = optimize.OrderWritten
	default:
		env.Cluster.Joins = optimize.JoinOrder(ses.Int("slipher_join_order"))
	}
	switch ses.Value("slipher_runtime_filters") {
	case "off":
		env.Cluster.Filters = optimize.FiltersNone
	case "on":
		env.Cluster.Filters = optimize.FiltersForced
	case "planned":
		env.Cluster.Filters = optimize.FiltersPlanned
	}
	env.Rules.TrustKeys = ses.Value("slipher_trust_declared_keys") == "on"
}

// BindOptions are what a session's settings and the types that a client declared mean to the binder.
func BindOptions(ses Session, params []types.Type) bind.Options {
	return bind.Options{ParamTypes: params, SingleMatch: ses.Value("error_on_nondeterministic_update") == "on",
		NumericRounding: ses.NumericRounding(), Fold: ses.FoldsCase(), Super: superOptions(ses)}
}

// superOptions are what settings say of SUPERs.
func superOptions(ses Session) bind.Super {
	on := func(name string) bool { return ses.Value(name) == "on" }
	s := bind.Super{StrictCasts: !on("cast_super_null_on_error"), StrictNavigate: !on("navigate_super_null_on_error")}
	for name, flag := range map[string]int64{"json_parse_dedup_attributes": fn.LastOfSame,
		"json_parse_truncate_strings": fn.CutStrings, "parse_super_null_on_error": fn.NullOnErrors} {
		if on(name) {
			s.Parse |= flag
		}
	}
	return s
}

// PlanTraced is Plan that keeps what rewriting did.
func (r *Runner) PlanTraced(ses Session, st *parse.Statement, params []types.Type) (*Planned, error) {
	cat := r.Look(ses)
	env := r.environmentOf(ses, cat)
	env.Traced = true
	return r.planIn(cat, names.View{Cat: cat, Ses: ses}, st, BindOptions(ses, params), env)
}

// PlanIn is Plan with the catalog version to read, and the names that the statement means.
func (r *Runner) PlanIn(cat *state.Catalog, v names.View, st *parse.Statement, o bind.Options) (*Planned, error) {
	return r.planIn(cat, v, st, o, r.Environment(cat))
}

// planIn: planning changes nothing, so that a broken invariant in it is the error of this statement alone.
func (r *Runner) planIn(cat *state.Catalog, v bind.Catalog, st *parse.Statement, o bind.Options,
	env compiler.Environment) (planned *Planned, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.Log.Error("planning ended by a panic", "panic", p, "stack", string(debug.Stack()))
			err = sqlerr.New(sqlerr.InternalError, "%v", p)
		}
	}()
	env.Catalog, env.Bind, env.Rules.Fold = v, o, r.fold(cat)
	env.Cluster.Used = r.Stats.Uses.Note
	q, err := compiler.Plan(st, env)
	if err != nil {
		return nil, err
	}
	return &Planned{Cat: cat, Query: q.Query, Params: q.Params, Rules: q.Rules, simple: q.Simple}, nil
}

// Environment is what planning may know of the cluster: nothing that changes from moment
// to moment, for plans must be the same on every leader.
func (r *Runner) Environment(cat *state.Catalog) compiler.Environment {
	nodes := map[string]bool{}
	for _, id := range cat.Slices() {
		if id != "" {
			nodes[id] = true
		}
	}
	return compiler.Environment{Cluster: optimize.Env{Slices: max(cat.SliceCount(), 1), Nodes: max(len(nodes), 1),
		Fn:    r.Fns,
		Stats: r.Stats.Of, Samples: r.Samples}}
}

// facts gives what is known of the tables that a statement reads.
func (r *Runner) facts(p *Planned) code.Facts {
	return func(ref *plan.TableRef, col int) lower.Facts {
		t, err := p.table(ref)
		if err != nil {
			return lower.Facts{}
		}
		return r.Facts.Of(t, col)
	}
}

// Generate is the code of a plan in all its forms: for EXPLAIN (COMPILE).
func (r *Runner) Generate(p *Planned) ([]*codegen.Code, error) {
	return codegen.Compile(p.Query, codegen.Options{Fns: r.Fns, Facts: r.facts(p)})
}
