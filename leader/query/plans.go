package query

import (
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"slipher/catalog/relations"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/codegen/lower"
	"slipher/compiler"
	"slipher/compiler/algebra"
	"slipher/compiler/bind"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/leader/code"
	"slipher/leader/names"
)

// Plans keeps the plans of queries by their shapes: a shape that comes again, with other literals, is not parsed,
// bound, planned and lowered anew, as long as all that its plan depends on is the same or alike: definitions and
// privileges (watched), the literals' types, what planning asked of their values and estimates by them
// (algebra.Record), how many rows tables have. Which versions of tables are read, and what is known of their blocks, is
// looked up anew.
//
// It lives as long as a leadership. The zero value is ready.
type Plans struct {
	mu    sync.Mutex
	kept  map[string]*shapePlans // by shape; guarded by mu
	count int                    // of plans; guarded by mu
	held  int                    // bytes of their shapes, a shape as often as it has plans; guarded by mu
	clock uint64                 // guarded by mu
	stats relations.Plans        // guarded by mu
}

// shapePlans are the plans of one shape.
type shapePlans struct {
	statement *parse.Statement // one of the shape
	plans     []*keptPlan      // those used last in front; never changed, but replaced
	used      uint64           // Plans.clock then
}

// Bounds of the cache. A plan has 300 times the bytes of its shape, with its programs and what is remembered of its
// planning: TPC-DS's have 2 KB and 540 KB.
const (
	plansKept   = 512
	plansAShape = 16
	plansBytes  = 256 << 10 // of shapes
)

// keptPlan is a plan that serves several executions.
type keptPlan struct {
	settings string      // it is for
	query    *plan.Query // with the literals that it was made for
	params   []types.Type
	record   *algebra.Record
	watched  *watched
	simple   *algebra.Statement // what was planned; nil unless it is checked (invariants.go)

	mu    sync.Mutex           // also while record is asked
	folds map[string]foldValue // calls on literals that were computed; guarded by mu
	code  *code.Compiled       // made with the facts in asked; nil: none yet; guarded by mu
	asked []askedFact          // guarded by mu
}

type foldValue struct {
	value types.Datum
	err   error
}

// askedFact is a fact that code was made by.
type askedFact struct {
	table *plan.TableRef
	col   int
	fact  lower.Facts
}

// Stats are the counts since the leadership began.
func (c *Plans) Stats() relations.Plans {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Kept = c.count
	return s
}

// Known gives a statement of st's shape its tree, st with one of its own if none is known: so that it need not be
// parsed.
func (c *Plans) Known(st *parse.Statement) *parse.Statement {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.kept[st.Shape().Key]; s != nil {
		return st.Of(s.statement)
	}
	return nil
}

// planSettings are all of an environment that is plain values, also what comes later: plans for others are others.
func planSettings(env compiler.Environment, o bind.Options) string {
	cluster, rules := env.Cluster, env.Rules
	cluster.Fn, cluster.Stats, cluster.Samples, cluster.Used = nil, nil, nil, nil
	rules.Fn, rules.Fold = nil, nil
	return fmt.Sprintf("%v %v %v", cluster, rules, o)
}

// find gives the plan kept for a statement of a shape; nil: it has to be planned.
func (c *Plans) find(shape, settings string, serve func(*keptPlan) []expr.Param) (*keptPlan, []expr.Param) {
	c.mu.Lock()
	var plans []*keptPlan
	if s := c.kept[shape]; s != nil {
		c.clock++
		s.used = c.clock
		plans = s.plans
	}
	c.mu.Unlock()
	for _, p := range plans {
		if p.settings != settings {
			continue
		}
		params := serve(p)
		if params == nil {
			continue
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.stats.Hits++
		if s := c.kept[shape]; s != nil && s.plans[0] != p && slices.Contains(s.plans, p) {
			rest := slices.DeleteFunc(slices.Clone(s.plans), func(o *keptPlan) bool { return o == p })
			s.plans = append([]*keptPlan{p}, rest...)
		}
		return p, params
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Misses++
	return nil, nil
}

// keep remembers the plan of a statement.
func (c *Plans) keep(st *parse.Statement, p *keptPlan) {
	shape := st.Shape().Key
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[string]*shapePlans{}
	}
	s := c.kept[shape]
	if s == nil {
		s = &shapePlans{statement: st}
		c.kept[shape] = s
	}
	c.clock++
	s.used = c.clock
	plans := append([]*keptPlan{p}, s.plans...)
	if len(plans) > plansAShape {
		plans = plans[:plansAShape]
	}
	more := len(plans) - len(s.plans)
	c.count, c.held = c.count+more, c.held+more*len(shape)
	s.plans = plans
	for c.count > plansKept || c.held > plansBytes && len(c.kept) > 1 {
		c.forget()
	}
}

// forget drops the shape used longest ago. Called with mu held.
func (c *Plans) forget() {
	oldest, used := "", uint64(math.MaxUint64)
	for shape, s := range c.kept {
		if s.used < used {
			oldest, used = shape, s.used
		}
	}
	n := len(c.kept[oldest].plans)
	c.count, c.held = c.count-n, c.held-n*len(oldest)
	delete(c.kept, oldest)
}

// serve gives the parameters with which p answers a statement; nil: it does not. A broken invariant costs a plan.
func (p *keptPlan) serve(r *Runner, ses Session, cat *state.Catalog, st *parse.Statement) (params []expr.Param) {
	defer func() {
		if e := recover(); e != nil {
			r.Log.Error("a kept plan was asked and panicked", "panic", e, "stack", string(debug.Stack()))
			params = nil
		}
	}()
	if !p.watched.same(names.View{Cat: cat, Ses: ses}, cat) {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	o := &algebra.Other{Literals: bind.Literals(st.Shape()), Session: ses}
	o.Fold = func(e *algebra.Expr, params []expr.Param) (types.Datum, error) { return p.fold(r, cat, e, params) }
	made, ok := p.record.Serve(o, p.query.Params)
	if !ok || !lower.Serves(p.query.Params, made) {
		return nil
	}
	return made
}

// foldsKept bounds what is remembered of a plan's computed literals.
const foldsKept = 256

// fold computes a call on literals once. Called with mu held.
func (p *keptPlan) fold(r *Runner, cat *state.Catalog, e *algebra.Expr, params []expr.Param) (types.Datum, error) {
	var key strings.Builder
	fmt.Fprintf(&key, "%p", e)
	for _, q := range params {
		fmt.Fprintf(&key, " %v %d %q", q.Value.Hi, q.Value.Lo, q.Value.S)
		for _, d := range q.List {
			fmt.Fprintf(&key, " %v %d %q", d.Hi, d.Lo, d.S)
		}
	}
	v, ok := p.folds[key.String()]
	if !ok {
		v.value, v.err = r.fold(cat)(e, params)
		if p.folds == nil || len(p.folds) >= foldsKept {
			p.folds = map[string]foldValue{}
		}
		p.folds[key.String()] = v
	}
	return v.value, v.err
}

// compile gives a plan's code. That of a kept plan is made for the literals that the plan was made for, and again if
// what is known of the tables' blocks has changed.
func (r *Runner) compile(p *Planned) (*code.Compiled, error) {
	if p.kept == nil {
		return r.Code.Compile(p.Query, r.facts(p))
	}
	k, facts := p.kept, r.facts(p)
	k.mu.Lock()
	defer k.mu.Unlock()
	fresh := k.code != nil
	for _, a := range k.asked {
		fresh = fresh && facts(a.table, a.col) == a.fact
	}
	if !fresh {
		k.code, k.asked = nil, nil
		c, err := r.Code.Compile(k.query, func(t *plan.TableRef, col int) lower.Facts {
			f := facts(t, col)
			k.asked = append(k.asked, askedFact{t, col, f})
			return f
		})
		if err != nil {
			return nil, err
		}
		k.code = c
	}
	own := *k.code
	return &own, nil
}
