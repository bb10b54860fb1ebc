package bind

import (
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// The limits are PostgreSQL's.
const (
	maxSets      = 4096
	maxCubeItems = 12
)

// groupSet is a grouping set: indexes of group keys, each once.
type groupSet []int

// setsOf are the grouping sets that an item of GROUP BY makes.
func (a *aggregation) setsOf(sc *scope, item parse.Expr, targets []target) ([]groupSet, error) {
	g, ok := item.(*parse.GroupingExpr)
	if !ok {
		set, err := a.element(sc, item, targets)
		return []groupSet{set}, err
	}
	if g.Kind == parse.GroupingSets {
		if len(g.Items) == 0 {
			return []groupSet{nil}, nil
		}
		var out []groupSet
		for _, it := range g.Items {
			sets, err := a.setsOf(sc, it, targets)
			if err != nil {
				return nil, err
			}
			if out = append(out, sets...); len(out) > maxSets {
				return nil, a.tooManySets(targets)
			}
		}
		return out, nil
	}
	if g.Kind == parse.Cube && len(g.Items) > maxCubeItems {
		return nil, a.b.errorAt(g.Pos, sqlerr.TooManyColumns, "CUBE is limited to %d elements", maxCubeItems)
	}
	if len(g.Items) >= maxSets {
		return nil, a.tooManySets(targets)
	}
	elements := make([]groupSet, len(g.Items))
	for i, it := range g.Items {
		var err error
		if elements[i], err = a.element(sc, it, targets); err != nil {
			return nil, err
		}
	}
	return combinations(elements, g.Kind), nil
}

// combinations are the sets that ROLLUP and CUBE make, larger ones first.
func combinations(elements []groupSet, kind parse.GroupingKind) []groupSet {
	if kind == parse.Rollup {
		out := []groupSet{nil}
		for _, e := range elements {
			out = append(out, join(out[len(out)-1], e))
		}
		slices.Reverse(out)
		return out
	}
	out := []groupSet{nil}
	for i := len(elements) - 1; i >= 0; i-- {
		var with []groupSet
		for _, s := range out {
			with = append(with, join(elements[i], s))
		}
		out = append(with, out...)
	}
	return out
}

// element is the set of one item, which may be several expressions in parentheses.
func (a *aggregation) element(sc *scope, item parse.Expr, targets []target) (groupSet, error) {
	items := []parse.Expr{item}
	if r, ok := item.(*parse.RowExpr); ok && !r.Named {
		items = r.Items
	}
	var set groupSet
	for _, it := range items {
		k, err := a.key(sc, it, targets)
		if err != nil {
			return nil, err
		}
		set = join(set, groupSet{k})
	}
	return set, nil
}

// join is the keys of both sets.
func join(x, y groupSet) groupSet {
	out := x[:len(x):len(x)]
	for _, k := range y {
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// cross are the keys of each pair of sets: items of GROUP BY beside each other.
func (a *aggregation) cross(xs, ys []groupSet, targets []target) ([]groupSet, error) {
	if len(xs)*len(ys) > maxSets {
		return nil, a.tooManySets(targets)
	}
	var out []groupSet
	for _, x := range xs {
		for _, y := range ys {
			out = append(out, join(x, y))
		}
	}
	return out, nil
}

func (a *aggregation) tooManySets(targets []target) error {
	return a.b.errorAt(targets[0].Expr.At(), sqlerr.StatementTooComplex,
		"too many grouping sets present (maximum %d)", maxSets)
}

// distinctSets leaves out sets that have the keys of an earlier one.
func distinctSets(sets []groupSet) []groupSet {
	var out []groupSet
	for _, s := range sets {
		sorted := slices.Sorted(slices.Values(s))
		if !slices.ContainsFunc(out, func(o groupSet) bool { return slices.Equal(slices.Sorted(slices.Values(o)), sorted) }) {
			out = append(out, s)
		}
	}
	return out
}

// having are the numbers of the sets that have key k.
func (a *aggregation) having(k int) []types.Datum {
	var out []types.Datum
	for i, s := range a.sets {
		if slices.Contains(s, k) {
			out = append(out, types.Int(int64(i)))
		}
	}
	return out
}

// overSets is the Aggregate of several grouping sets: each row comes once for each set (Expand), without the keys that
// are not in it, and the set's number is one more key.
func (a *aggregation) overSets(in algebra.Node) algebra.Node {
	b := a.b
	x := algebra.NewExpand(in, algebra.Number(types.TInt8, int64(len(a.sets))), "grouping_set", b.newID())
	agg := &algebra.Aggregate{In: x, Aggs: a.aggs}
	for i, k := range a.keys {
		if in := a.having(i); len(in) < len(a.sets) {
			k = expr.Choose(b.oneOf(x.Number.Ref(), types.TInt8, in), k, algebra.Null(k.Type))
		}
		agg.Keys = append(agg.Keys, k)
	}
	agg.Keys = append(agg.Keys, x.Number.Ref())
	agg.Cols = slices.Concat(a.keyCols, []algebra.Column{a.setCol}, a.aggCols)
	if slices.ContainsFunc(a.sets, func(s groupSet) bool { return len(s) == 0 }) {
		a.withEmptySets(agg)
	}
	return agg
}

// withEmptySets lets agg give a group for each set without keys even if it has no rows: a row more of the set's number
// and NULLs, which no aggregate looks at.
func (a *aggregation) withEmptySets(agg *algebra.Aggregate) {
	b := a.b
	rows := &algebra.Project{In: agg.In}
	all := &algebra.Union{}
	move := func(e *algebra.Expr, name string) *algebra.Expr {
		for i, o := range rows.Exprs {
			if b.equal(o, e) && o.Type == e.Type {
				return all.Cols[i].Ref()
			}
		}
		c := algebra.Column{ID: b.newID(), Name: name, Type: e.Type, Nullable: e.Nullable}
		rows.Exprs, rows.Cols = append(rows.Exprs, e), append(rows.Cols, c)
		c.ID, c.Nullable = b.newID(), true
		all.Cols = append(all.Cols, c)
		return c.Ref()
	}
	set := move(agg.Keys[len(a.keys)], a.setCol.Name)
	set.Nullable, all.Cols[0].Nullable = false, false // every row has it
	for i, k := range agg.Keys[:len(a.keys)] {
		agg.Keys[i] = move(k, a.keyCols[i].Name)
	}
	agg.Keys[len(a.keys)] = set
	present := algebra.Truth(true)
	agg.Aggs = slices.Clone(agg.Aggs)
	for i, c := range agg.Aggs {
		args := slices.Clone(c.Args)
		if len(args) == 0 {
			args = []*algebra.Expr{present}
		}
		first := args[0]
		args[0] = move(first, "value")
		for j, e := range args[1:] { // constants stay; what a DISTINCT list is sorted by is made of the first argument
			args[1+j] = e.Map(func(x *algebra.Expr) *algebra.Expr {
				if x.Kind == expr.Column || x.Rel != nil || b.equal(x, first) && x.Type == first.Type && ofRows(x) {
					return move(x, "value")
				}
				return nil
			})
		}
		agg.Aggs[i].Args = args
	}
	none := &algebra.Values{}
	for i, c := range rows.Cols {
		c.ID, c.Nullable = b.newID(), i > 0
		none.Cols = append(none.Cols, c)
	}
	for i, s := range a.sets {
		if len(s) > 0 {
			continue
		}
		row := []*algebra.Expr{algebra.Number(types.TInt8, int64(i))}
		for _, c := range none.Cols[1:] {
			row = append(row, algebra.Null(c.Type))
		}
		none.Rows = append(none.Rows, row)
	}
	all.In = []algebra.Node{rows, none}
	agg.In = all
}

// ofRows reports whether e reads columns or asks subqueries.
func ofRows(e *algebra.Expr) bool {
	found := false
	e.Walk(func(x *algebra.Expr) { found = found || x.Kind == expr.Column || x.Rel != nil })
	return found
}

// groupingCall binds GROUPING and GROUPING_ID: a bit for each argument, the first one's is the highest, that is 1 if
// the row's grouping set does not have it.
func (b *binder) groupingCall(sc *scope, f *parse.FuncCall) (value, error) {
	a := sc.agg
	switch {
	case a == nil:
		return value{}, b.errorAt(f.Pos, sqlerr.GroupingError, "grouping operations are not allowed in %s", sc.noAgg)
	case a.inside:
		return value{}, b.errorAt(f.Pos, sqlerr.GroupingError, "aggregate function calls cannot be nested")
	case len(f.Args) > 31:
		return value{}, b.errorAt(f.Pos, sqlerr.TooManyArguments, "GROUPING must have fewer than 32 arguments")
	case len(f.Args) == 0:
		return value{}, b.noFunction(f, nil)
	}
	bits := make([]int64, max(1, len(a.sets)))
	for _, arg := range f.Args {
		e, err := b.item(sc.with("GROUPING"), arg)
		if err != nil {
			return value{}, err
		}
		k := a.keyOf(a.b.ordered(e))
		if k < 0 {
			return value{}, b.errorAt(arg.At(), sqlerr.GroupingError,
				"arguments to GROUPING must be grouping expressions of the associated query level")
		}
		for i := range bits {
			bits[i] <<= 1
			if len(a.sets) > 0 && !slices.Contains(a.sets[i], k) {
				bits[i]++
			}
		}
	}
	return value{expr: a.bySet(bits), typ: types.TInt4, pos: f.Pos}, nil
}

// bySet is values[n] in rows of set n.
func (a *aggregation) bySet(values []int64) *algebra.Expr {
	var distinct []int64
	sets := map[int64][]types.Datum{}
	for i, v := range values {
		if sets[v] == nil {
			distinct = append(distinct, v)
		}
		sets[v] = append(sets[v], types.Int(int64(i)))
	}
	last := len(distinct) - 1
	e := algebra.Number(types.TInt4, distinct[last])
	if last == 0 {
		return e
	}
	c := &algebra.Expr{Kind: expr.Case, Type: types.TInt4}
	for _, v := range distinct[:last] {
		c.Args = append(c.Args, a.b.oneOf(a.setCol.Ref(), types.TInt8, sets[v]), algebra.Number(types.TInt4, v))
	}
	c.Args = append(c.Args, e)
	return c
}
