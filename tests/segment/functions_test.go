package segment

import (
	"fmt"
	"strings"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/fn/fntest"
	"slipher/catalog/types"
	"slipher/catalog/zone"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/exec"
	"slipher/runtime/program"
)

// boundCase is a case of the function oracle as an expression over columns.
type boundCase struct {
	fntest.Case
	expr *plan.Expr
	cols []plan.Column
	row  []types.Datum
}

// bindCase makes the expression of a case: casts of columns, then the call. Every column may be NULL.
func bindCase(t *testing.T, c fntest.Case) boundCase {
	t.Helper()
	bc := boundCase{Case: c}
	consts := make([]*types.Datum, len(c.Args))
	for i, s := range c.Text {
		d, err := types.ParseText(c.Args[i], s)
		if err != nil {
			t.Fatalf("%s: %v", c.SQL, err)
		}
		bc.row, consts[i] = append(bc.row, d), &d
		bc.cols = append(bc.cols, plan.Column{Name: fmt.Sprintf("c%d", i), Type: c.Args[i], Nullable: true})
	}
	_, b, err := fns.Resolve(c.Name, c.Args, consts)
	if err != nil {
		t.Fatalf("%s: %v", c.SQL, err)
	}
	var args []*plan.Expr
	for i, to := range b.Args {
		if to.Kind == types.Unknown {
			continue
		}
		cast, ok := fns.Cast(c.Args[i], to, fn.Implicit)
		if !ok {
			t.Fatalf("%s: no cast to %v", c.SQL, to)
		}
		args = append(args, bound(cast, to, col(i, c.Args[i], true)))
	}
	bc.expr = bound(b, b.Ret, args...)
	return bc
}

// bound is a bound call as an expression.
func bound(b fn.Bound, ret types.Type, args ...*plan.Expr) *plan.Expr {
	if b.Op == nil {
		e := *args[0]
		e.Type = ret
		return &e
	}
	for i, a := range args {
		if b.Keyed {
			args[i] = call(fns.KeyOf(a.Type).Name, a.Type.KeyType(), a)
		}
	}
	for _, x := range fntest.InZone(b, zone.UTC.Table).Extra {
		ct := map[types.Phys]types.Type{types.I8: types.TBool, types.I32: types.TInt4, types.I64: types.TInt8,
			types.I128: types.TDecimal(38, 0), types.F64: types.TFloat8, types.Str: types.TText}[x.Phys]
		args = append(args, &plan.Expr{Kind: expr.Constant, Type: ct, Const: x.V})
	}
	return call(b.Op.Name, ret, args...)
}

// key groups cases that share a program.
func (c *boundCase) key() string {
	var sb strings.Builder
	var walk func(e *plan.Expr)
	walk = func(e *plan.Expr) {
		fmt.Fprintf(&sb, "(%d %s %v %d %v", e.Kind, opName(e), e.Type, e.Col, e.Const)
		for _, a := range e.Args {
			walk(a)
		}
		sb.WriteByte(')')
	}
	walk(c.expr)
	return sb.String()
}

func projectOne(c *boundCase) *plan.Query {
	return &plan.Query{Segments: []*plan.Segment{{
		Source: plan.Source{Kind: program.SourceRows, Rows: "t", Cols: c.cols},
		Steps:  []plan.Step{&plan.Project{Exprs: []*plan.Expr{c.expr}}},
		Sink:   plan.Sink{Kind: program.SinkReturn, Cols: []*plan.Expr{col(0, c.expr.Type, true)}},
	}}}
}

// Functions and operators give PostgreSQL's recorded answers in generated code,
// in both tiers, beside rows of NULLs; its errors are errors.
func TestFunctionsAgainstOracle(t *testing.T) {
	r := newRunner(t)
	answers := fntest.Answers()
	groups := map[string][]boundCase{}
	var order []string
	for _, c := range fntest.Cases() {
		bc := bindCase(t, c)
		k := bc.key()
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], bc)
	}
	for gi, k := range order {
		g := groups[k]
		var rows [][]types.Datum
		var want, sql []string
		failures := 0
		nulls := make([]types.Datum, len(g[0].cols))
		for i := range nulls {
			nulls[i] = types.NullDatum
		}
		for _, c := range g {
			a := answers[c.SQL]
			if strings.HasPrefix(a, "!") {
				if failures++; failures <= 3 {
					for _, tier := range []exec.Tier{exec.Primitives, exec.Fused} {
						if tier == exec.Fused && (failures > 1 || gi%4 != 0) {
							continue // compiling takes longer than it is worth for each
						}
						got, err := r.run(projectOne(&c), map[string][][]types.Datum{"t": {nulls, c.row}}, exec.Options{Tier: tier})
						if err == nil {
							t.Errorf("%s (tier %v): got %v, PostgreSQL says %s", c.SQL, tier, got, a)
						}
					}
				}
				continue
			}
			rows, want, sql = append(rows, nulls, c.row), append(want, "NULL", a), append(sql, "NULL", c.SQL)
		}
		for _, tier := range []exec.Tier{exec.Primitives, exec.Fused} {
			got, err := r.run(projectOne(&g[0]), map[string][][]types.Datum{"t": rows}, exec.Options{Tier: tier})
			if err != nil {
				t.Errorf("%s and others (tier %v): %v", g[0].SQL, tier, err)
				continue
			}
			for i := range want {
				if i >= len(got) || got[i] != want[i] {
					t.Errorf("%s (tier %v) = %q, PostgreSQL says %q", sql[i], tier, got[min(i, len(got)-1)], want[i])
				}
			}
		}
	}
}

// random() makes another number in [0, 1) for every row and every call, in both tiers.
func TestRandom(t *testing.T) {
	r := newRunner(t)
	q := projectOne(&boundCase{expr: call("random", types.TFloat8), cols: numberCols})
	seg := q.Segments[0]
	seg.Steps[0].(*plan.Project).Exprs = append(seg.Steps[0].(*plan.Project).Exprs, call("random", types.TFloat8))
	seg.Sink.Cols = append(seg.Sink.Cols, col(1, types.TFloat8, false))
	for _, tier := range []exec.Tier{exec.Primitives, exec.Fused} {
		rows, err := r.run(q, map[string][][]types.Datum{"t": numbers(500)}, exec.Options{Tier: tier})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, s := range strings.Split(strings.Join(rows, "|"), "|") {
			d, err := types.ParseText(types.TFloat8, s)
			if err != nil || d.Float() < 0 || d.Float() >= 1 || seen[s] {
				t.Fatalf("tier %v: %q, %v", tier, s, err)
			}
			seen[s] = true
		}
	}
}
