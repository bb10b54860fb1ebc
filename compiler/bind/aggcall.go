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

// aggregateCall binds a call of an aggregate function.
func (b *binder) aggregateCall(sc *scope, f *parse.FuncCall, agg *fn.Aggregate) (value, error) {
	if f.Over != nil {
		return b.aggregateWindow(sc, f, agg)
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
	} else if err := b.insideAggregate(sc, f, func() error { return b.aggregateArgs(sc, f, &call) }); err != nil {
		return value{}, err
	}
	of := sc.of(call.Args)
	a := of.agg
	switch {
	case a == nil:
		return value{}, b.errorAt(f.Pos, sqlerr.GroupingError, "aggregate functions are not allowed in %s", of.noAgg)
	case a.inside:
		return value{}, b.errorAt(f.Pos, sqlerr.GroupingError, "aggregate function calls cannot be nested")
	}
	if f.Filter != nil {
		if err := b.filter(sc, f.Filter, &call); err != nil {
			return value{}, err
		}
	}
	return value{expr: a.add(call), typ: call.Type, pos: f.Pos}, nil
}

// countedRows is count(*) for count(t) and count(t.*): a row is not NULL, whatever its values, unless an outer join has
// put NULLs in its place.
func (b *binder) countedRows(sc *scope, f *parse.FuncCall, agg *fn.Aggregate) (*parse.FuncCall, error) {
	if agg.Star.Kind == types.Unknown || f.Distinct || len(f.Args) != 1 {
		return f, nil
	}
	r, ok := f.Args[0].(*parse.ColumnRef)
	if !ok || len(r.Parts) == 0 {
		return f, nil
	}
	if !r.Star {
		if c, err := b.columnRef(sc, r); c != nil || err != nil {
			return f, err
		}
	}
	schema := ""
	if n := len(r.Parts); n > 1 {
		schema = r.Parts[n-2]
	}
	name := r.Parts[len(r.Parts)-1]
	rel := sc.findRelation(schema, name)
	around := false // it is a relation of a query around
	for o := sc.env.outer; rel == nil && o != nil; o = o.env.outer {
		rel, around = o.findRelation(schema, name), true
	}
	switch {
	case rel == nil && r.Star:
		return nil, b.errorAt(r.Pos, sqlerr.UndefinedTable, "missing FROM-clause entry for table \"%s\"", name)
	case rel == nil:
		return f, nil
	case rel.padded, around:
		return nil, b.unsupported(r.Pos, "a whole row (%s) as a value", name)
	}
	rows := *f
	rows.Args, rows.Star = nil, true
	return &rows, nil
}

// insideAggregate lets bind bind the arguments of f, in which no aggregate of the same query may stand.
func (b *binder) insideAggregate(sc *scope, f *parse.FuncCall, bind func() error) error {
	a := sc.agg
	if a == nil {
		return bind()
	}
	if a.inside {
		return b.errorAt(f.Pos, sqlerr.GroupingError, "aggregate function calls cannot be nested")
	}
	a.inside = true
	defer func() { a.inside = false }()
	return bind()
}

// of is the scope of the query that an aggregate of args belongs to: the innermost whose columns they read, else s.
func (s *scope) of(args []*algebra.Expr) *scope {
	for o := s; o != nil; o = o.env.outer {
		reads := false
		for _, e := range args {
			e.Columns(func(id algebra.ColumnID) { reads = reads || o.makes(id) })
		}
		if reads {
			return o
		}
	}
	return s
}

// filter binds FILTER (WHERE cond): rows for which it is not true have NULL as their value, which aggregates leave out.
func (b *binder) filter(sc *scope, cond parse.Expr, call *algebra.AggCall) error {
	v, err := b.expr(sc.with("FILTER"), cond)
	if err != nil {
		return err
	}
	c, err := b.condition(v, "FILTER")
	if err != nil {
		return err
	}
	if len(call.Args) == 0 {
		call.Args = []*algebra.Expr{algebra.Truth(true)}
	}
	x := call.Args[0]
	call.Args[0] = expr.Choose(c, x, algebra.Null(x.Type))
	if call.Distinct && call.Fn.Ordered { // what the different values are sorted by is made of them
		key := &call.Args[len(call.Args)-1]
		*key = (*key).Map(func(e *algebra.Expr) *algebra.Expr {
			if b.equal(e, x) {
				return call.Args[0]
			}
			return nil
		})
	}
	return nil
}

// aggregateClauses refuses what stands around the arguments and is not for this aggregate.
func (b *binder) aggregateClauses(f *parse.FuncCall, agg *fn.Aggregate) error {
	switch {
	case f.WithinGroup && !agg.Ordered && !agg.OrderedSet:
		return b.errorAt(f.Pos, sqlerr.WrongObjectType,
			"%s is not an ordered-set aggregate, so it cannot have WITHIN GROUP", f.Name)
	case agg.OrderedSet && !f.WithinGroup:
		return b.errorAt(f.Pos, sqlerr.WrongObjectType, "WITHIN GROUP is required for ordered-set aggregate %s", f.Name)
	case agg.OrderedSet && f.Distinct:
		return b.errorAt(f.Pos, sqlerr.SyntaxError, "cannot use DISTINCT with WITHIN GROUP")
	}
	return nil
}

// notAggregate refuses what only an aggregate's call may have around its arguments.
func (b *binder) notAggregate(f *parse.FuncCall) error {
	switch {
	case len(b.fns.Rows(f.Name)) == 0 && f.Over == nil: // what is wrong is the function
	case f.WithinGroup:
		return b.errorAt(f.Pos, sqlerr.WrongObjectType,
			"WITHIN GROUP specified, but %s is not an aggregate function", f.Name)
	case len(f.Order) > 0:
		return b.errorAt(f.Pos, sqlerr.WrongObjectType,
			"ORDER BY specified, but %s is not an aggregate function", f.Name)
	case f.Filter != nil && f.Over == nil:
		return b.errorAt(f.Pos, sqlerr.WrongObjectType,
			"FILTER specified, but %s is not an aggregate function", f.Name)
	case f.Over != nil && fn.Refused(f.Name):
		return b.unsupported(f.Pos, "window function %s", f.Name)
	case f.Over != nil && len(b.fns.Rows(f.Name)) > 0 && b.fns.Window(f.Name) == nil:
		return b.errorAt(f.Pos, sqlerr.WrongObjectType,
			"OVER specified, but %s is not a window function nor an aggregate function", f.Name)
	}
	return nil
}

// aggregateArgs binds all arguments that an aggregate has, those that a call leaves out, too.
func (b *binder) aggregateArgs(sc *scope, f *parse.FuncCall, call *algebra.AggCall) error {
	agg := call.Fn
	var given []parse.Expr // arguments over rows
	switch {
	case agg.OrderedSet && len(f.Args) == len(agg.Direct) && len(f.Order) == 1:
		given = []parse.Expr{f.Order[0].Expr}
	case agg.OrderedSet,
		!slices.ContainsFunc(b.fns.Rows(f.Name), func(r *fn.Row) bool { return r.Takes(len(f.Args)) }):
		return b.wrongArguments(sc, f)
	case agg.Pair:
		given = f.Args[:2]
	default:
		given = f.Args[:1]
	}
	if row, ok := given[0].(*parse.RowExpr); ok && f.Distinct && agg.Star.Kind != types.Unknown {
		return b.countedValues(sc, row, call)
	}
	vs, err := b.exprs(sc, given)
	if err != nil {
		return err
	}
	if agg.Arrays && vs[0].typ.IsArray() {
		return b.unsupported(f.Pos, "an array of arrays")
	}
	for i, v := range vs {
		if v.expr != nil {
			e := b.settled(v.expr)
			vs[i].expr, vs[i].typ = e, e.Type
		}
	}
	arg, ret, ok := agg.Bind(vs[0].typ)
	if ok && agg.Pair {
		_, _, ok = agg.Bind(vs[1].typ)
	}
	if !ok && vs[0].typ.Fold {
		return b.unsupported(f.Pos, "%s of case-insensitive strings", f.Name)
	}
	if !ok {
		return b.noFunction(f, vs)
	}
	if arg.Kind == types.Unknown {
		arg = types.TText
	}
	call.Type = ret
	for _, v := range vs {
		x, err := b.coerce(v, arg, explicit)
		if err != nil {
			return err
		}
		call.Args = append(call.Args, x)
	}
	x := call.Args[0]
	if call.Type.Collates() && x.Type.Fold {
		call.Type.Fold = true
	}
	if call.Distinct {
		if agg.Pair {
			return b.unsupported(f.Pos, "DISTINCT in an aggregate of two arguments")
		}
		if err := b.equated(x.Type, f.Args[0].At()); err != nil {
			return err
		}
		if agg.Counts {
			x = b.ordered(x)
			call.Args[0] = x
		}
		if err := b.identifies(x.Type, "DISTINCT", f.Args[0].At()); err != nil {
			return err
		}
	}
	if agg.OrderedSet {
		return b.directArgs(sc, f, call)
	}
	for i, text := range agg.Constants {
		e := b.hoistSame(types.TText, types.String(text))
		if 1+i < len(f.Args) {
			if e, err = b.aggregateConstant(sc, f, 1+i, e); err != nil {
				return err
			}
		}
		call.Args = append(call.Args, e)
	}
	if agg.Arrays {
		call.Args[0] = b.arrayWith(emptyArray(call.Type), x, "array_append")
	}
	key, err := b.rowKey(sc, f, x, call.Args[0])
	if err == nil && agg.Arrays && call.Distinct { // the array's order is that of what is in it, NULL behind all others
		if len(f.Order) == 0 {
			key = b.orderKey(key, call.Args[0], false, false)
		} else if o := f.Order[0]; nullsFirst(o) != o.Desc {
			return b.unsupported(o.Expr.At(), "this order of NULLs with DISTINCT in %s", f.Name)
		}
	}
	if agg.Ordered { // else the order makes no difference
		call.Args = append(call.Args, key)
	}
	return err
}

// directArgs binds the constants of an ordered-set aggregate's call, and the direction of its order.
func (b *binder) directArgs(sc *scope, f *parse.FuncCall, call *algebra.AggCall) error {
	for i, t := range call.Fn.Direct {
		v, err := b.expr(sc, f.Args[i])
		if err != nil {
			return err
		}
		e, err := b.coerce(v, t, implicit)
		switch {
		case err != nil:
			return err
		case e.Kind != expr.Parameter && e.Kind != expr.Constant:
			return b.errorAt(f.Args[i].At(), sqlerr.FeatureNotSupported, "argument %d of %s must be a constant", i+1, f.Name)
		}
		call.Args = append(call.Args, e)
	}
	descends := int64(0)
	if f.Order[0].Desc {
		descends = 1
	}
	call.Args = append(call.Args, algebra.Number(types.TInt4, descends))
	return nil
}

// aggregateConstant binds an argument that is the same for all rows; NULL is what it is if left out.
func (b *binder) aggregateConstant(sc *scope, f *parse.FuncCall, i int,
	otherwise *algebra.Expr) (*algebra.Expr, error) {
	v, err := b.expr(sc, f.Args[i])
	if err != nil {
		return nil, err
	}
	e, err := b.coerce(v, types.TText, implicit)
	switch {
	case err != nil:
		return nil, err
	case e.IsNullConst():
		return otherwise, nil
	case e.Kind != expr.Parameter:
		return nil, b.errorAt(f.Args[i].At(), sqlerr.FeatureNotSupported,
			"argument %d of %s must be a constant", i+1, f.Name)
	case e.Nullable:
		return &algebra.Expr{Kind: expr.Coalesce, Type: types.TText, Args: []*algebra.Expr{e, otherwise}}, nil
	}
	return e, nil
}

// countedValues makes call COUNT(DISTINCT (x, y …)), that of rows of values: of their sort keys, which are the same for
// the same values and never NULL.
func (b *binder) countedValues(sc *scope, row *parse.RowExpr, call *algebra.AggCall) error {
	vs, err := b.exprs(sc, row.Items)
	if err != nil {
		return err
	}
	key := algebra.Zero(fn.GatherType)
	for i, v := range vs {
		e, err := b.plain(v)
		if err == nil {
			err = b.equated(e.Type, row.Items[i].At())
		}
		if err != nil {
			return err
		}
		key = b.orderKey(key, b.ordered(e), false, false)
	}
	call.Args, call.Type = []*algebra.Expr{key}, call.Fn.Star
	return nil
}

// rowKey is the sort key of a group's rows, empty if no order was asked for. With DISTINCT there are only values to go
// by: those of arg, which is made of x.
func (b *binder) rowKey(sc *scope, f *parse.FuncCall, x, arg *algebra.Expr) (*algebra.Expr, error) {
	key := algebra.Zero(fn.GatherType)
	for _, o := range f.Order {
		v, err := b.expr(sc, o.Expr)
		if err != nil {
			return nil, err
		}
		e, err := b.plain(v)
		if err != nil {
			return nil, err
		}
		if f.Distinct {
			if same, err := b.coerce(v, x.Type, explicit); err != nil || !b.equal(same, x) {
				return nil, b.errorAt(o.Expr.At(), sqlerr.InvalidColumnReference,
					"in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list")
			}
			e = arg
		}
		if err := b.sortable(e.Type, o.Expr.At()); err != nil {
			return nil, err
		}
		key = b.orderKey(key, b.ordered(e), o.Desc, nullsFirst(o))
	}
	return key, nil
}

// orderKey is a sort key with one more value.
func (b *binder) orderKey(key, e *algebra.Expr, desc, nullsFirst bool) *algebra.Expr {
	flags := int64(0)
	if desc {
		flags |= fn.OrderDescending
	}
	if nullsFirst {
		flags |= fn.OrderNullsFirst
	}
	return expr.CallOf(b.fns.Op("order_key"), fn.GatherType, nil, key, e, algebra.Number(types.TInt4, flags))
}

// wrongArguments is noFunction for an aggregate whose arguments are not bound yet.
func (b *binder) wrongArguments(sc *scope, f *parse.FuncCall) error {
	es := slices.Clone(f.Args)
	if f.WithinGroup {
		for _, o := range f.Order {
			es = append(es, o.Expr)
		}
	}
	args, err := b.exprs(sc.with("an aggregate"), es)
	if err != nil {
		return err
	}
	return b.noFunction(f, args)
}
