package bind

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// windowing collects the calls of window functions of one SELECT, those over the same order together.
type windowing struct {
	b     *binder
	named map[string]*windowSpec // the WINDOW clause
	nodes []*algebra.Window      // In is filled in at last
	// first are those that arguments of calls in nodes read.
	first []*algebra.Window
}

// windowSpec is a bound window.
type windowSpec struct {
	partition []*algebra.Expr
	order     []algebra.SortKey
	frame     parse.Frame
}

func newWindowing(b *binder, sc *scope, defs []*parse.WindowDef) (*windowing, error) {
	w := &windowing{b: b, named: map[string]*windowSpec{}}
	for _, d := range defs {
		if w.named[d.Name] != nil {
			return nil, b.errorAt(d.Pos, sqlerr.WindowingError, "window \"%s\" is already defined", d.Name)
		}
		s, err := w.spec(sc, d)
		if err != nil {
			return nil, err
		}
		w.named[d.Name] = s
	}
	return w, nil
}

// spec binds what stands behind OVER or is an item of WINDOW.
func (w *windowing) spec(sc *scope, d *parse.WindowDef) (*windowSpec, error) {
	b := w.b
	base := &windowSpec{}
	if d.Ref != "" {
		if base = w.named[d.Ref]; base == nil {
			return nil, b.errorAt(d.Pos, sqlerr.UndefinedObject, "window \"%s\" does not exist", d.Ref)
		}
		if d.Bare {
			return base, nil
		}
		if err := w.inherits(d, base); err != nil {
			return nil, err
		}
	}
	s := &windowSpec{partition: base.partition, order: base.order, frame: d.Frame}
	in := *sc.withoutSets("window definitions")
	in.win, in.noWin = nil, "window functions are not allowed in window definitions"
	for _, x := range d.PartitionBy {
		e, err := b.item(&in, x)
		if err != nil {
			return nil, err
		}
		if err := b.equated(e.Type, x.At()); err != nil {
			return nil, err
		}
		if e.HasColumn() || e.Volatile() { // else it parts nothing
			s.partition = append(s.partition, b.ordered(e))
		}
	}
	for _, o := range d.OrderBy {
		e, err := b.item(&in, o.Expr)
		if err != nil {
			return nil, err
		}
		if err := b.sortable(e.Type, o.Expr.At()); err != nil {
			return nil, err
		}
		s.order = append(s.order, algebra.SortKey{Expr: e, Desc: o.Desc, NullsFirst: nullsFirst(o)})
	}
	return s, nil
}

// over is the window of a call: what its rows are, and which of them the call sees.
type over struct {
	partition []*algebra.Expr
	order     []algebra.SortKey
	frame     algebra.Frame
}

// over binds what stands behind OVER.
func (w *windowing) over(sc *scope, d *parse.WindowDef) (*over, error) {
	s, err := w.spec(sc, d)
	if err != nil {
		return nil, err
	}
	o := &over{partition: s.partition, order: slices.Clone(s.order)}
	if o.frame, err = w.b.frame(sc, s, o.order, d.Pos); err != nil {
		return nil, err
	}
	for i := range o.order {
		o.order[i].Expr = w.b.ordered(o.order[i].Expr)
	}
	o.frame.Peers = len(o.order)
	return o, nil
}

// inherits checks what a window says that is built on another.
func (w *windowing) inherits(d *parse.WindowDef, base *windowSpec) error {
	b := w.b
	switch {
	case len(d.PartitionBy) > 0:
		return b.errorAt(d.Pos, sqlerr.WindowingError, "cannot override PARTITION BY clause of window \"%s\"", d.Ref)
	case len(d.OrderBy) > 0 && len(base.order) > 0:
		return b.errorAt(d.Pos, sqlerr.WindowingError, "cannot override ORDER BY clause of window \"%s\"", d.Ref)
	case base.frame.Written:
		err := b.errorAt(d.Pos, sqlerr.WindowingError, "cannot copy window \"%s\" because it has a frame clause", d.Ref)
		if e, ok := err.(*sqlerr.Error); ok && len(d.OrderBy) == 0 && !d.Frame.Written {
			return e.WithHint("Omit the parentheses in this OVER clause.")
		}
		return err
	}
	return nil
}

// windowAllowed checks that a window function may stand where sc is.
func (b *binder) windowAllowed(sc *scope, at parse.Pos) error {
	switch {
	case sc.agg != nil && sc.agg.inside:
		return b.errorAt(at, sqlerr.GroupingError, "aggregate function calls cannot contain window function calls")
	case sc.win != nil:
		return nil
	case sc.noWin != "":
		return b.errorAt(at, sqlerr.WindowingError, "%s", sc.noWin)
	}
	return b.errorAt(at, sqlerr.WindowingError, "window functions are not allowed in %s", sc.noAgg)
}

// windowArguments is the scope of a window function's arguments.
func (s *scope) windowArguments() *scope {
	c := *s.withoutSets("window function calls")
	c.win, c.noWin = nil, "window function calls cannot be nested"
	return &c
}

// windowCall binds a call of a window function.
func (b *binder) windowCall(sc *scope, f *parse.FuncCall) (value, error) {
	w := b.fns.Window(f.Name)
	switch {
	case f.Over == nil:
		return value{}, b.errorAt(f.Pos, sqlerr.WrongObjectType, "window function %s requires an OVER clause", f.Name)
	case f.Filter != nil:
		return value{}, b.errorAt(f.Pos, sqlerr.FeatureNotSupported,
			"FILTER is not implemented for non-aggregate window functions")
	case f.IgnoreNulls && !w.Nulls:
		return value{}, b.errorAt(f.Pos, sqlerr.FeatureNotSupported, "IGNORE NULLS is not implemented for %s", f.Name)
	}
	if err := b.windowAllowed(sc, f.Pos); err != nil {
		return value{}, err
	}
	args, err := b.arguments(sc.windowArguments(), f)
	if err != nil {
		return value{}, err
	}
	_, bd, err := b.overload(f.Name, args, f.Pos)
	if err != nil {
		return value{}, err
	}
	call := algebra.WindowCall{Fn: w, IgnoreNulls: f.IgnoreNulls, Type: bd.Ret}
	for i, t := range bd.Args {
		e, err := b.coerce(args[i], t, implicit)
		if err != nil {
			return value{}, err
		}
		call.Args = append(call.Args, e)
	}
	o, err := sc.win.over(sc, f.Over)
	if err != nil {
		return value{}, err
	}
	return b.addWindow(sc, f, o, call), nil
}

// aggregateWindow binds a call of an aggregate over a window.
func (b *binder) aggregateWindow(sc *scope, f *parse.FuncCall, agg *fn.Aggregate) (value, error) {
	if f.IgnoreNulls {
		return value{}, b.errorAt(f.Pos, sqlerr.FeatureNotSupported, "IGNORE NULLS is not implemented for %s", f.Name)
	}
	if err := b.windowAllowed(sc, f.Pos); err != nil {
		return value{}, err
	}
	if len(f.Order) > 0 && !f.WithinGroup {
		return value{}, b.errorAt(f.Pos, sqlerr.FeatureNotSupported,
			"aggregate ORDER BY is not implemented for window functions")
	}
	if err := b.aggregateClauses(f, agg); err != nil {
		return value{}, err
	}
	f, err := b.countedRows(sc, f, agg)
	if err != nil {
		return value{}, err
	}
	call := algebra.AggCall{Fn: agg, Distinct: f.Distinct && !agg.IgnoresDuplicates}
	if f.Star {
		if call.Type = agg.Star; call.Type.Kind == types.Unknown {
			return value{}, b.errorAt(f.Pos, sqlerr.UndefinedFunction, "function %s() does not exist", f.Name)
		}
	} else if err := b.aggregateArgs(sc.windowArguments(), f, &call); err != nil {
		return value{}, err
	}
	if f.Filter != nil {
		if err := b.filter(sc, f.Filter, &call); err != nil {
			return value{}, err
		}
	}
	o, err := sc.win.over(sc, f.Over)
	switch {
	case err != nil:
		return value{}, err
	case o.frame.Whole():
	case agg.WholeOnly || f.WithinGroup:
		return value{}, b.errorAt(f.Pos, sqlerr.FeatureNotSupported,
			"OVER with ORDER BY or a frame is not supported for aggregate %s", f.Name)
	case call.Distinct:
		return value{}, b.errorAt(f.Pos, sqlerr.FeatureNotSupported, "DISTINCT is not implemented for window functions")
	}
	if call.Distinct {
		b.distinctWindow(sc, o, &call)
	}
	return b.addWindow(sc, f, o, algebra.WindowCall{Agg: agg, Args: call.Args, Type: call.Type}), nil
}

// distinctWindow makes an argument NULL, which is not counted, in all rows of a partition but one of those in which it
// has the same value. That is what DISTINCT means where the frame is the partition.
func (b *binder) distinctWindow(sc *scope, o *over, call *algebra.AggCall) {
	x := call.Args[0]
	var order []algebra.SortKey
	if x.Type.IsString() { // of values that are equal the shortest
		order = append(order, algebra.SortKey{Expr: expr.CallOf(b.fns.Op("octet_length"), types.TInt4, nil, x)})
	}
	n := findWindow(b, &sc.win.first, append(slices.Clone(o.partition), x), order)
	first := b.windowColumn(sc, n, "row_number", algebra.WindowCall{Fn: b.fns.Window("row_number"), Type: types.TInt8,
		Frame: algebra.Frame{Peers: len(order), End: algebra.Bound{Kind: expr.CurrentRow}}})
	one := expr.CallOf(b.fns.Op("eq"), types.TBool, nil, first, algebra.Number(types.TInt8, 1))
	call.Args = slices.Clone(call.Args)
	call.Args[0] = expr.Choose(one, x, algebra.Null(x.Type))
}

// addWindow puts a call to those over its window, and gives the column that holds its result.
func (b *binder) addWindow(sc *scope, f *parse.FuncCall, o *over, call algebra.WindowCall) value {
	call.Frame = o.frame
	n := findWindow(b, &sc.win.nodes, o.partition, o.order)
	return value{expr: b.windowColumn(sc, n, f.Name, call), typ: call.Type, pos: f.Pos}
}

// windowColumn is the column of n that has a call's result.
func (b *binder) windowColumn(sc *scope, n *algebra.Window, name string, call algebra.WindowCall) *algebra.Expr {
	for i := range n.Calls {
		if b.sameWindowCall(&n.Calls[i], &call) {
			return n.Cols[i].Ref()
		}
	}
	never := call.Fn != nil && call.Fn.NeverNull || call.Agg != nil && call.Agg.NeverNull
	col := algebra.Column{ID: b.newID(), Name: name, Type: call.Type, Nullable: !never}
	n.Calls, n.Cols = append(n.Calls, call), append(n.Cols, col)
	if sc.agg != nil {
		sc.agg.ids[col.ID] = true
	}
	return col.Ref()
}

// findWindow is the node over a partition and an order, which may be longer or shorter than those asked for before.
func findWindow(b *binder, nodes *[]*algebra.Window, partition []*algebra.Expr,
	order []algebra.SortKey) *algebra.Window {
	for _, n := range *nodes {
		if len(n.PartitionBy) != len(partition) || !slices.EqualFunc(n.PartitionBy, partition, b.equal) {
			continue
		}
		k := min(len(n.OrderBy), len(order))
		if !slices.EqualFunc(n.OrderBy[:k], order[:k], b.sameKey) {
			continue
		}
		if len(order) > k {
			n.OrderBy = order
		}
		return n
	}
	n := &algebra.Window{PartitionBy: partition, OrderBy: order}
	*nodes = append(*nodes, n)
	return n
}

func (b *binder) sameKey(x, y algebra.SortKey) bool {
	return x.Desc == y.Desc && x.NullsFirst == y.NullsFirst && b.equal(x.Expr, y.Expr)
}

func (b *binder) sameWindowCall(x, y *algebra.WindowCall) bool {
	bound := func(x, y algebra.Bound) bool {
		return x.Kind == y.Kind && (x.Offset == nil || b.equal(x.Offset, y.Offset))
	}
	f, g := &x.Frame, &y.Frame
	return x.Fn == y.Fn && x.Agg == y.Agg && x.IgnoreNulls == y.IgnoreNulls && x.Type == y.Type &&
		slices.EqualFunc(x.Args, y.Args, b.equal) && !slices.ContainsFunc(x.Args, (*algebra.Expr).Volatile) &&
		f.Peers == g.Peers && f.Mode == g.Mode && f.Exclude == g.Exclude && bound(f.Start, g.Start) && bound(f.End, g.End)
}

// window puts the Window nodes on the rows, or groups, that there are behind HAVING.
func (s *selection) window() {
	if s.win == nil { // VALUES
		return
	}
	for _, n := range slices.Concat(s.win.first, s.win.nodes) {
		n.In = s.node
		s.node = n
	}
	if len(s.qualify) > 0 {
		s.node = &algebra.Select{In: s.node, Preds: s.qualify}
	}
}

// overGroups makes expressions over groups of those over rows.
func (w *windowing) overGroups(a *aggregation) (err error) {
	for _, nodes := range [][]*algebra.Window{w.first, w.nodes} {
		for i, n := range nodes {
			nodes[i] = n.MapExprs(func(e *algebra.Expr) *algebra.Expr {
				r, bad := a.overGroups(e)
				if bad != nil && err == nil {
					err = bad
				}
				if bad != nil {
					return e
				}
				return r
			}).(*algebra.Window)
		}
	}
	return err
}
