package algebra

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/expr"
)

var add = fn.Default().Op("add")

func col(id ColumnID) Column { return Column{ID: id, Name: fmt.Sprint("c", id), Type: types.TInt4} }

func sum(a, b ColumnID) *Expr {
	return expr.CallOf(add, types.TInt4, nil, col(a).Ref(), col(b).Ref())
}

// oneOfEach is a node of every kind over scans of its own, with expressions wherever it can have them. The
// expressions read columns 0 and 1, which in makes.
func oneOfEach(in func() Node) map[string]Node {
	cmp := &Expr{Kind: expr.IsNotNull, Type: types.TBool, Args: []*Expr{sum(0, 1)}}
	return map[string]Node{
		"Scan":      &Scan{Relation: "r", Cols: []Column{col(20)}, ColNos: []int{0}},
		"Text":      &Text{Cols: []Column{col(20)}},
		"Values":    &Values{Cols: []Column{col(20)}, Rows: [][]*Expr{{Number(types.TInt4, 1)}, {Number(types.TInt4, 2)}}},
		"Reference": &Reference{Def: 0, Name: "d", Cols: []Column{col(20)}},
		"Select":    &Select{In: in(), Preds: []*Expr{cmp}},
		"Project":   &Project{In: in(), Cols: []Column{col(20)}, Exprs: []*Expr{sum(0, 1)}},
		"Join":      &Join{Kind: Left, Left: in(), Right: &Text{Cols: []Column{col(21)}}, On: []*Expr{cmp}},
		"Aggregate": &Aggregate{In: in(), Keys: []*Expr{sum(0, 1)},
			Aggs: []AggCall{{Fn: fn.Default().Aggregate("sum"), Args: []*Expr{sum(1, 0)}}}, Cols: []Column{col(20), col(21)}},
		"Union": &Union{In: []Node{in(), &Text{Cols: []Column{col(24), col(25)}}}, Cols: []Column{col(20), col(21)}},
		"Window": &Window{In: in(), PartitionBy: []*Expr{sum(0, 1)}, OrderBy: []SortKey{{Expr: sum(1, 1)}},
			Calls: []WindowCall{{Agg: fn.Default().Aggregate("sum"), Args: []*Expr{sum(1, 0)},
				Frame: Frame{Peers: 1, Start: Bound{Kind: expr.OffsetPreceding, Offset: sum(0, 0)}}}}, Cols: []Column{col(20)}},
		"Recursive": &Recursive{Number: 1, Base: in(), Step: &Text{Cols: []Column{col(24), col(25)}},
			Cols: []Column{col(20), col(21)}},
		"Working":  &Working{Number: 1, Cols: []Column{col(20)}},
		"Distinct": &Distinct{In: in()},
		"Expand":   NewExpand(in(), sum(0, 1).As(types.TInt8), "n", 20),
		"Sort":     &Sort{In: in(), Keys: []SortKey{{Expr: sum(0, 1)}}},
		"Limit":    &Limit{In: in(), Count: -1, Offset: -1},
	}
}

func source() Node { return &Text{Cols: []Column{col(0), col(1)}} }

// kinds are the types of this package that are nodes, by their WithInputs.
func kinds(t *testing.T) []string {
	var out []string
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok && fd.Name.Name == "WithInputs" && fd.Recv != nil {
				out = append(out, fd.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name)
			}
		}
	}
	return out
}

// Every kind of node has all of Node, and means it: what replaces a part replaces that part alone, in a copy.
func TestEveryKind(t *testing.T) {
	nodes := oneOfEach(source)
	names := kinds(t)
	if len(names) != len(nodes) {
		t.Errorf("the test makes %d of %d kinds: %v", len(nodes), len(names), names)
	}
	for _, name := range names {
		n := nodes[name]
		if n == nil {
			t.Errorf("no %s", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			before := FormatTree(n)
			st := &Statement{Root: n, Defs: []Definition{{Name: "d", Root: &Text{Cols: []Column{col(22)}}}}, NextID: 30}
			c := &checker{st: st, made: map[ColumnID]bool{}, defs: 1}
			if c.node(n, nil); c.err != nil {
				t.Error(c.err)
			}
			// other inputs
			var marks []Node
			for range n.Inputs() {
				marks = append(marks, source())
			}
			with := n.WithInputs(marks)
			if !slices.Equal(with.Inputs(), marks) || reflect.TypeOf(with) != reflect.TypeOf(n) {
				t.Errorf("with other inputs: %T over %v", with, with.Inputs())
			}
			if MapInputs(n, func(in Node) Node { return in }) != n {
				t.Error("a copy though no input changed")
			}
			// other columns
			if cols, _ := n.produces(); len(cols) > 0 {
				other := make([]Column, len(cols))
				for i := range other {
					other[i] = col(ColumnID(25 + i))
				}
				if got, _ := n.withColumns(other).produces(); !slices.Equal(got, other) {
					t.Errorf("with other columns: %v", got)
				}
			}
			// expressions
			seen := 0
			n.EachExpr(func(*Expr) { seen++ })
			if n.MapExprs(func(e *Expr) *Expr { return e }) != n {
				t.Error("a copy though no expression changed")
			}
			mapped := 0
			other := n.MapExprs(func(e *Expr) *Expr {
				mapped++
				return e.MapArgs(func(*Expr) *Expr { return Number(types.TInt4, 7) }).As(e.Type)
			})
			if seen != mapped {
				t.Errorf("%d expressions, %d mapped", seen, mapped)
			}
			other.EachExpr(func(e *Expr) {
				if e.HasColumn() {
					t.Errorf("an expression was not replaced: %v", e)
				}
			})
			if FormatTree(n) != before {
				t.Errorf("was\n%sis now\n%s", before, FormatTree(n))
			}
			if strings.TrimSpace(before) == "" {
				t.Error("no text")
			}
		})
	}
}

// A subquery's free columns are those that nothing in it makes; a check sees through it.
func TestSubquery(t *testing.T) {
	inner := &Select{In: &Text{Cols: []Column{col(5)}},
		Preds: []*Expr{{Kind: expr.IsNotNull, Type: types.TBool, Args: []*Expr{sum(5, 1)}}}}
	sub := NewSubquery(inner, nil)
	if got := sub.Free(); !slices.Equal(got, []ColumnID{1}) {
		t.Errorf("free: %v", got)
	}
	exists := &Expr{Kind: expr.Any, Type: types.TBool, Rel: sub}
	st := &Statement{Root: &Select{In: source(), Preds: []*Expr{exists}}, NextID: 30}
	c := &checker{st: st, made: map[ColumnID]bool{}}
	if c.node(st.Root, nil); c.err != nil {
		t.Error(c.err)
	}
	// The row around it renamed: the subquery reads the new name, the old one is unchanged.
	renamed := exists.Substitute(map[ColumnID]*Expr{1: col(9).Ref(), 5: col(10).Ref()})
	if got := renamed.Rel.Free(); !slices.Equal(got, []ColumnID{9}) || !slices.Equal(sub.Free(), []ColumnID{1}) {
		t.Errorf("free: %v, of the first %v", got, sub.Free())
	}
	st.Root = &Select{In: source(), Preds: []*Expr{renamed}}
	c = &checker{st: st, made: map[ColumnID]bool{}}
	if c.node(st.Root, nil); c.err == nil {
		t.Error("a column of nobody was not found")
	}
	want := "select\n  - any(c1#1)\n  in any(c1#1):\n    select\n      - add:int4(c5#5, c1#1) is not null\n      " +
		"text: c5#5 int4\n  text: c0#0 int4, c1#1 int4\n"
	if got := FormatTree(&Select{In: source(), Preds: []*Expr{exists}}); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// A copy with other columns shares none with what it is of, also in relations of expressions; columns of rows around
// stay.
func TestRename(t *testing.T) {
	inner := &Select{In: &Text{Cols: []Column{col(5)}}, Preds: []*Expr{{Kind: expr.IsNotNull, Type: types.TBool,
		Args: []*Expr{expr.CallOf(add, types.TInt4, nil, sum(5, 1), col(8).Ref())}}}}
	exists := &Expr{Kind: expr.Any, Type: types.TBool, Rel: NewSubquery(inner, nil)}
	n := &Project{In: &Select{In: source(), Preds: []*Expr{exists}}, Cols: []Column{col(6)}, Exprs: []*Expr{sum(0, 1)}}
	before := FormatTree(n)
	next := ColumnID(29)
	got := Rename(n, map[ColumnID]ColumnID{6: 16}, func() ColumnID { next++; return next })
	want := "project\n  c6#16 int4 = add:int4(c0#31, c1#32)\n  select\n    - any(c1#32, #8)\n" +
		"    in any(c1#32, #8):\n      select\n        - add:int4(add:int4(c5#30, c1#32), #8) is not null\n        text: " +
		"c5#30 int4\n" +
		"    text: c0#31 int4, c1#32 int4\n"
	if text := FormatTree(got); text != want {
		t.Errorf("got\n%swant\n%s", text, want)
	}
	if FormatTree(n) != before {
		t.Errorf("was\n%sis now\n%s", before, FormatTree(n))
	}
}
