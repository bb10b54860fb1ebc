package algebra

import (
	"fmt"
	"slices"
	"strings"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/expr"
)

// Window adds to each row of In values of the rows around it: those that agree with it in PartitionBy, in the order
// of OrderBy. Output: In's columns, then one a call.
type Window struct {
	In          Node
	PartitionBy []*Expr
	OrderBy     []SortKey
	Calls       []WindowCall
	Cols        []Column
}

// WindowCall is a function of the rows around a row.
type WindowCall struct {
	Fn  *fn.Window    // of a window function, else nil
	Agg *fn.Aggregate // of an aggregate
	// Args are already cast to what the function wants; none: count(*).
	Args        []*Expr
	IgnoreNulls bool
	Type        types.Type // of the result
	Frame       Frame
}

// Name is the function's.
func (c *WindowCall) Name() string {
	if c.Agg != nil {
		return c.Agg.Name
	}
	return c.Fn.Name
}

// Frame is the part of a partition that a call sees.
type Frame struct {
	// Peers is how many of the leading order keys the call was written with: rows that agree in them are peers.
	Peers      int
	Mode       expr.FrameMode
	Start, End Bound
	Exclude    expr.Exclusion
}

// Bound is one end of a frame.
type Bound struct {
	Kind expr.BoundKind
	// Offset, of the kinds that have one: how many rows or groups, the same for all rows; or, in the mode RANGE, the
	// value of the order key that the frame reaches to, in the key's type.
	Offset *Expr
}

// Whole reports whether the frame is the partition.
func (f *Frame) Whole() bool {
	return f.Exclude == expr.ExcludeNothing && f.Start.Kind == expr.UnboundedPreceding &&
		(f.End.Kind == expr.UnboundedFollowing ||
			f.Peers == 0 && f.Mode != expr.RowsFrame && f.End.Kind == expr.CurrentRow)
}

// PartitionColumns are the columns that all rows of a partition agree in.
func (n *Window) PartitionColumns() IDs {
	s := IDs{}
	for _, e := range n.PartitionBy {
		if e.Kind == expr.Column {
			s[e.Col] = true
		}
	}
	return s
}

func (n *Window) Columns() []Column             { return slices.Concat(n.In.Columns(), n.Cols) }
func (n *Window) visible() []Column             { return n.In.Columns() }
func (n *Window) Inputs() []Node                { return []Node{n.In} }
func (n *Window) produces() ([]Column, []*Expr) { return n.Cols, nil }

func (n *Window) withColumns(cols []Column) Node {
	c := *n
	c.Cols = cols
	return &c
}

func (n *Window) WithInputs(in []Node) Node {
	c := *n
	c.In = in[0]
	return &c
}

func (n *Window) EachExpr(f func(*Expr)) {
	each(n.PartitionBy, f)
	for _, k := range n.OrderBy {
		f(k.Expr)
	}
	for i := range n.Calls {
		c := &n.Calls[i]
		each(c.Args, f)
		for _, o := range []*Expr{c.Frame.Start.Offset, c.Frame.End.Offset} {
			if o != nil {
				f(o)
			}
		}
	}
}

func (n *Window) MapExprs(f func(*Expr) *Expr) Node {
	c := *n
	var changed, own bool
	one := func(e *Expr) *Expr {
		if e == nil {
			return nil
		}
		x := f(e)
		changed = changed || x != e
		return x
	}
	c.PartitionBy, changed = mapList(n.PartitionBy, f)
	c.OrderBy = append([]SortKey(nil), n.OrderBy...)
	for i := range c.OrderBy {
		c.OrderBy[i].Expr = one(c.OrderBy[i].Expr)
	}
	c.Calls = append([]WindowCall(nil), n.Calls...)
	for i := range c.Calls {
		w := &c.Calls[i]
		w.Args, own = mapList(w.Args, f)
		changed = changed || own
		w.Frame.Start.Offset, w.Frame.End.Offset = one(w.Frame.Start.Offset), one(w.Frame.End.Offset)
	}
	if !changed {
		return n
	}
	return &c
}

func (n *Window) check(c *checker) {
	if len(n.Cols) != len(n.Calls) {
		c.fail("%d columns of %d window calls", len(n.Cols), len(n.Calls))
	}
	for _, w := range n.Calls {
		if w.Frame.Peers > len(n.OrderBy) {
			c.fail("peers by %d of %d keys", w.Frame.Peers, len(n.OrderBy))
		}
		for _, b := range []Bound{w.Frame.Start, w.Frame.End} {
			if b.Kind.HasOffset() != (b.Offset != nil) {
				c.fail("a bound %v of %s with or without an offset", b.Kind, w.Name())
			}
		}
	}
}

func (n *Window) format(f *formatter) {
	line := "window"
	if len(n.PartitionBy) > 0 {
		line += " partition (" + f.List(n.PartitionBy) + ")"
	}
	if len(n.OrderBy) > 0 {
		line += " order " + f.OrderText(n.OrderBy)
	}
	f.line("%s", line)
	for i := range n.Calls {
		c := &n.Calls[i]
		args := f.List(c.Args)
		if len(c.Args) == 0 && c.Agg != nil {
			args = "*"
		}
		text := c.Name() + "(" + args + ")"
		if c.IgnoreNulls {
			text += " ignore nulls"
		}
		f.computed("", n.Cols[i], text+f.frame(&c.Frame))
	}
}

// frame is a frame's text, "" for the one that there is if nothing is said.
func (f *formatter) frame(w *Frame) string {
	text := ""
	if w.Peers > 0 {
		text = fmt.Sprintf(" peers %d", w.Peers)
	}
	if w.Mode == expr.RangeFrame && w.Start.Kind == expr.UnboundedPreceding && w.End.Kind == expr.CurrentRow &&
		w.Exclude == expr.ExcludeNothing {
		return text
	}
	bound := func(b Bound) string {
		if b.Offset == nil {
			return b.Kind.String()
		}
		return f.Text(b.Offset) + " " + b.Kind.String()
	}
	return strings.ToLower(fmt.Sprintf("%s %v between %s and %s%v", text, w.Mode, bound(w.Start), bound(w.End),
		w.Exclude))
}
