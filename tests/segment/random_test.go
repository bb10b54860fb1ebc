package segment

import (
	"flag"
	"fmt"
	"math"
	"math/rand"
	"strings"
	"testing"

	"slipher/catalog/types"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/exec"
)

var (
	randomSeed  = flag.Int64("seed", 1, "first seed of TestRandomPrograms")
	randomCount = flag.Int("programs", 60, "programs of TestRandomPrograms")
)

// author writes random programs over the three types the oracle knows.
type author struct {
	*rand.Rand
	params []plan.Param
	layout []plan.Column
	pool   []*plan.Expr // expressions made for the present layout: used again, so that sharing is tested
}

var (
	tText    = types.TVarchar(1000)
	someInts = []int64{0, 0, 1, 1, 2, 3, -1, -7, 100, math.MaxInt64, math.MinInt64, 1 << 40}
	someText = []string{"", "a", "a ", "b", "some text that is rather long", "some text that is rather long  ", "B"}
)

func (a *author) value(t types.Type) types.Datum {
	switch t.Kind {
	case types.Bool:
		return types.BoolDatum(a.Intn(2) == 0)
	case types.Varchar:
		return types.String(someText[a.Intn(len(someText))])
	}
	return types.Int(someInts[a.Intn(len(someInts))])
}

func (a *author) anyType() types.Type {
	return []types.Type{types.TInt8, types.TBool, tText}[a.Intn(3)]
}

// leaf is a column, a parameter, a literal or NULL.
func (a *author) leaf(t types.Type) *plan.Expr {
	var cols []int
	for i, c := range a.layout {
		if c.Type == t {
			cols = append(cols, i)
		}
	}
	switch n := a.Intn(8); {
	case n < 5 && len(cols) > 0:
		i := cols[a.Intn(len(cols))]
		return col(i, t, a.layout[i].Nullable)
	case n == 5:
		return &plan.Expr{Kind: expr.Constant, Type: t, Const: types.NullDatum, Nullable: true}
	case n == 6 && t.Kind != types.Bool:
		a.params = append(a.params, plan.Param{Type: t, Value: a.value(t)})
		return param(len(a.params)-1, t)
	}
	return &plan.Expr{Kind: expr.Constant, Type: t, Const: a.value(t)}
}

func (a *author) expr(t types.Type, depth int) *plan.Expr {
	if len(a.pool) > 0 && a.Intn(5) == 0 {
		if e := a.pool[a.Intn(len(a.pool))]; e.Type == t {
			return e
		}
	}
	if depth == 0 {
		return a.leaf(t)
	}
	e := a.compound(t, depth-1)
	a.pool = append(a.pool, e)
	return e
}

func (a *author) list(kind expr.Kind, t types.Type, depth int) *plan.Expr {
	e := &plan.Expr{Kind: kind, Type: t}
	for n := 2 + a.Intn(2); n > 0; n-- {
		e.Args = append(e.Args, a.expr(t, depth))
	}
	e.Nullable = true
	return e
}

func (a *author) compound(t types.Type, depth int) *plan.Expr {
	pick := func(ops ...string) string { return ops[a.Intn(len(ops))] }
	x := func(t types.Type) *plan.Expr { return a.expr(t, depth) }
	switch a.Intn(4) {
	case 0:
		e := &plan.Expr{Kind: expr.Case, Type: t, Nullable: true}
		for n := 1 + a.Intn(2); n > 0; n-- {
			e.Args = append(e.Args, x(types.TBool), x(t))
		}
		e.Args = append(e.Args, x(t))
		return e
	case 1:
		if a.Intn(2) == 0 {
			return a.list(expr.Coalesce, t, depth)
		}
	}
	switch t.Kind {
	case types.Int8:
		switch a.Intn(6) {
		case 0:
			return call("neg", t, x(t))
		case 1:
			e := call(pick("greatest", "least"), t, x(t), x(t))
			e.Nullable = true
			return e
		}
		return call(pick("add", "sub", "mul", "div"), t, x(t), x(t))
	case types.Varchar:
		switch a.Intn(4) {
		case 0:
			return call("upper", t, x(t))
		case 1:
			n := &plan.Expr{Kind: expr.Constant, Type: types.TInt4, Const: types.Int(int64(a.Intn(6) - 1))}
			return call("substring", t, x(t), &plan.Expr{Kind: expr.Constant, Type: types.TInt4,
				Const: types.Int(int64(a.Intn(4)))}, n)
		}
		return call("concat", t, a.leaf(t), a.leaf(t))
	}
	of := a.anyType()
	switch a.Intn(8) {
	case 0:
		return &plan.Expr{Kind: expr.Not, Type: t, Nullable: true, Args: []*plan.Expr{x(t)}}
	case 1:
		return &plan.Expr{Kind: expr.IsNull, Type: t, Args: []*plan.Expr{x(of)}}
	case 2:
		return &plan.Expr{Kind: expr.IsNotNull, Type: t, Args: []*plan.Expr{x(of)}}
	case 3:
		if of.Kind == types.Bool {
			of = types.TInt8
		}
		p := plan.Param{Type: of, IsList: true}
		for n := 1 + a.Intn(12); n > 0; n-- {
			p.List = append(p.List, a.value(of))
		}
		a.params = append(a.params, p)
		return &plan.Expr{Kind: expr.InList, Type: t, Nullable: true, Param: len(a.params) - 1, Args: []*plan.Expr{x(of)}}
	case 4, 5:
		return a.list([]expr.Kind{expr.And, expr.Or}[a.Intn(2)], t, depth)
	}
	return call(pick("eq", "ne", "lt", "le", "gt", "ge"), t, x(of), x(of))
}

var randomCols = []plan.Column{{Name: "a", Type: types.TInt8, Nullable: true}, {Name: "b", Type: types.TInt8},
	{Name: "p", Type: types.TBool, Nullable: true},
	{Name: "q", Type: types.TBool}, {Name: "s", Type: tText, Nullable: true}, {Name: "t", Type: tText}}

func (a *author) rows(n int) [][]types.Datum {
	out := make([][]types.Datum, n)
	for i := range out {
		for _, c := range randomCols {
			d := a.value(c.Type)
			if c.Nullable && a.Intn(4) == 0 {
				d = types.NullDatum
			}
			out[i] = append(out[i], d)
		}
	}
	return out
}

// program is a random segment and what it does to one row.
type randomProgram struct {
	q     *plan.Query
	build [][]types.Datum
	steps []func(o oracle, row []types.Datum) ([][]types.Datum, error)
}

func (a *author) program() *randomProgram {
	a.layout = randomCols
	p := &randomProgram{q: &plan.Query{}}
	seg := &plan.Segment{ID: 1, Source: rowsOf("t", randomCols)}
	small := []plan.Column{{Name: "k", Type: types.TInt8, Nullable: true}, {Name: "v", Type: types.TInt8},
		{Name: "w", Type: tText, Nullable: true}}
	tab, sink := builds(small)
	p.q.Tables = []*plan.Table{tab}
	p.q.Segments = []*plan.Segment{{Source: rowsOf("small", small), Sink: sink}, seg}
	for i := a.Intn(12); i > 0; i-- {
		p.build = append(p.build, []types.Datum{types.Int(int64(a.Intn(4))), a.value(types.TInt8), a.value(tText)})
	}
	joined := false
	for n := 1 + a.Intn(4); n > 0; n-- {
		switch a.Intn(3) {
		case 0:
			e := a.expr(types.TBool, 2)
			seg.Steps = append(seg.Steps, &plan.Filter{Preds: []*plan.Expr{e}})
			p.steps = append(p.steps, func(o oracle, row []types.Datum) ([][]types.Datum, error) { return o.filter(e, row) })
		case 1:
			a.project(p, seg)
		case 2:
			if !joined {
				joined = true
				a.join(p, seg, small)
			}
		}
	}
	a.project(p, seg)
	seg.Sink = returns(a.layout)
	p.q.Params = a.params
	return p
}

func (a *author) project(p *randomProgram, seg *plan.Segment) {
	var es []*plan.Expr
	var cols []plan.Column
	for i := range 2 + a.Intn(5) {
		t := a.anyType()
		if i == 0 {
			t = types.TInt8
		}
		e := a.expr(t, a.Intn(4))
		es, cols = append(es, e), append(cols, plan.Column{Name: "c", Type: t, Nullable: true})
	}
	seg.Steps = append(seg.Steps, &plan.Project{Exprs: es})
	p.steps = append(p.steps, func(o oracle, row []types.Datum) ([][]types.Datum, error) {
		out := make([]types.Datum, len(es))
		for i, e := range es {
			var err error
			if out[i], err = o.eval(e, row); err != nil {
				return nil, err
			}
		}
		return [][]types.Datum{out}, nil
	})
	a.layout, a.pool = cols, nil
}

func (a *author) join(p *randomProgram, seg *plan.Segment, small []plan.Column) {
	kinds := []plan.JoinKind{plan.InnerJoin, plan.LeftJoin, plan.SemiJoin, plan.AntiJoin}
	j := &plan.HashJoin{Kind: kinds[a.Intn(4)], Keys: []*plan.Expr{a.expr(types.TInt8, 1)}}
	seg.Steps = append(seg.Steps, j)
	pairs := j.Kind == plan.InnerJoin || j.Kind == plan.LeftJoin
	if pairs {
		a.layout = append(append([]plan.Column(nil), a.layout...), small[1:]...)
		a.layout[len(a.layout)-2].Nullable = j.Kind == plan.LeftJoin
		if a.Intn(2) == 0 {
			j.Residual = a.expr(types.TBool, 2)
		}
	}
	build := p.build
	p.steps = append(p.steps, func(o oracle, row []types.Datum) ([][]types.Datum, error) {
		k, err := o.eval(j.Keys[0], row)
		if err != nil {
			return nil, err
		}
		var out [][]types.Datum
		hit := false
		for _, b := range build {
			if k.Null || k != b[0] {
				continue
			}
			pair := append(append([]types.Datum(nil), row...), b[1:]...)
			if j.Residual != nil {
				d, err := o.eval(j.Residual, pair)
				if err != nil {
					return nil, err
				}
				if d != types.BoolDatum(true) {
					continue
				}
			}
			hit = true
			out = append(out, pair)
		}
		switch {
		case j.Kind == plan.LeftJoin && !hit:
			return [][]types.Datum{append(append([]types.Datum(nil), row...), types.NullDatum, types.NullDatum)}, nil
		case j.Kind == plan.SemiJoin && hit || j.Kind == plan.AntiJoin && !hit:
			return [][]types.Datum{row}, nil
		case !pairs:
			return nil, nil
		}
		return out, nil
	})
}

// filter keeps a row where e is true; parts of a conjunction are filters one after another.
func (o oracle) filter(e *plan.Expr, row []types.Datum) ([][]types.Datum, error) {
	if e.Kind == expr.And {
		for _, a := range e.Args {
			if out, err := o.filter(a, row); err != nil || len(out) == 0 {
				return nil, err
			}
		}
		return [][]types.Datum{row}, nil
	}
	d, err := o.eval(e, row)
	if err != nil || d != types.BoolDatum(true) {
		return nil, err
	}
	return [][]types.Datum{row}, nil
}

// run is what the program makes of one row.
func (p *randomProgram) run(row []types.Datum) (out [][]types.Datum, err error) {
	out = [][]types.Datum{row}
	for _, s := range p.steps {
		var next [][]types.Datum
		for _, r := range out {
			rs, err := s(oracle{p.q.Params}, r)
			if err != nil {
				return nil, err
			}
			next = append(next, rs...)
		}
		out = next
	}
	return out, nil
}

// Random programs of filters, projections and joins give what a plain evaluator
// gives, row by row; rows that it says fail do fail.
func TestRandomPrograms(t *testing.T) {
	r := newRunner(t)
	for seed := *randomSeed; seed < *randomSeed+int64(*randomCount); seed++ {
		a := &author{Rand: rand.New(rand.NewSource(seed))}
		p := a.program()
		var good, bad [][]types.Datum
		var want []string
		for _, row := range a.rows(250) {
			out, err := p.run(row)
			if err != nil {
				bad = append(bad, row)
				continue
			}
			good = append(good, row)
			for _, o := range out {
				var cells []string
				for i, d := range o {
					s := "NULL"
					if !d.Null {
						s = types.FormatText(a.layout[i].Type, d)
					}
					cells = append(cells, s)
				}
				want = append(want, strings.Join(cells, "|"))
			}
		}
		inputs := map[string][][]types.Datum{"t": good, "small": p.build}
		r.check(p.q, inputs, want, false)
		for i := 0; i < len(bad) && i < 3; i++ {
			inputs["t"] = append(append([][]types.Datum(nil), good[:min(len(good), 40)]...), bad[i])
			for _, tier := range []exec.Tier{exec.Primitives, exec.Fused} {
				if got, err := r.run(p.q, inputs, exec.Options{Tier: tier, VectorRows: 16}); err == nil {
					t.Errorf("tier %v: no error for %v but %d rows", tier, bad[i], len(got))
				}
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d\n%s", seed, describeProgram(p))
		}
	}
}

func describeProgram(p *randomProgram) string {
	var s strings.Builder
	for _, st := range p.q.Segments[1].Steps {
		switch st := st.(type) {
		case *plan.Filter:
			fmt.Fprintf(&s, "filter %s\n", exprText(st.Preds[0]))
		case *plan.Project:
			for _, e := range st.Exprs {
				fmt.Fprintf(&s, "project %s\n", exprText(e))
			}
		case *plan.HashJoin:
			fmt.Fprintf(&s, "join %v on %s", st.Kind, exprText(st.Keys[0]))
			if st.Residual != nil {
				fmt.Fprintf(&s, " and %s", exprText(st.Residual))
			}
			s.WriteByte('\n')
		}
	}
	return s.String()
}

// exprText shows an expression's tree.
func exprText(e *plan.Expr) string {
	switch e.Kind {
	case expr.Column:
		return fmt.Sprintf("c%d", e.Col)
	case expr.Constant:
		return fmt.Sprintf("%v", e.Const)
	case expr.Parameter:
		return fmt.Sprintf("$%d", e.Param)
	}
	s := fmt.Sprintf("%d%s(", e.Kind, opName(e))
	for i, a := range e.Args {
		if i > 0 {
			s += ", "
		}
		s += exprText(a)
	}
	return s + ")"
}
