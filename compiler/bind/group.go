package bind

import (
	"slices"
	"strconv"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// aggregation collects the group keys and aggregate calls of one SELECT.
type aggregation struct {
	b       *binder
	sc      *scope // of what is grouped
	grouped bool   // GROUP BY was written
	keys    []*algebra.Expr
	keyCols []algebra.Column
	// values are what is grouped by, where it is not the keys: of a type with an order of its own (binder.ordered).
	values  []*algebra.Expr
	sets    []groupSet     // two or more; else there is one, of all keys
	setCol  algebra.Column // the number of a group's set, if there are several
	aggs    []algebra.AggCall
	aggCols []algebra.Column
	ids     map[algebra.ColumnID]bool // of aggCols, and of what window functions make of groups
	inside  bool                      // an aggregate's arguments are being bound
}

func newAggregation(b *binder) *aggregation {
	return &aggregation{b: b, ids: map[algebra.ColumnID]bool{}}
}

// group binds GROUP BY.
func (a *aggregation) group(sc *scope, q *parse.Query, targets []target) error {
	items := q.GroupBy
	if q.GroupAll != nil {
		items = a.unaggregated(targets)
	}
	if a.grouped = len(items) > 0 || q.GroupAll != nil; !a.grouped {
		return nil
	}
	for _, it := range items {
		if _, ok := it.(*parse.GroupingExpr); ok {
			sc.setNullable() // keys are NULL in the groups of sets that do not have them
		}
	}
	sets := []groupSet{nil}
	for _, it := range items {
		own, err := a.setsOf(sc, it, targets)
		if err != nil {
			return err
		}
		if sets, err = a.cross(sets, own, targets); err != nil {
			return err
		}
	}
	if q.GroupDistinct {
		sets = distinctSets(sets)
	}
	if len(sets) == 1 { // it has all keys
		return nil
	}
	a.sets = sets
	a.setCol = algebra.Column{ID: a.b.newID(), Name: "grouping_set", Type: types.TInt8}
	a.ids[a.setCol.ID] = true
	for k := range a.keyCols {
		if len(a.having(k)) < len(sets) {
			a.keyCols[k].Nullable = true
		}
	}
	return nil
}

// unaggregated are the items of a select list that GROUP BY ALL means: those without aggregates and windows.
func (a *aggregation) unaggregated(targets []target) []parse.Expr {
	var out []parse.Expr
	for _, t := range targets {
		if !a.b.aggregates(t.Expr) {
			out = append(out, &targetExpr{t})
		}
	}
	return out
}

// targetExpr is an item of the select list in GROUP BY.
type targetExpr struct{ target }

func (t *targetExpr) At() parse.Pos { return t.Expr.At() }

// key is the number of the group key that an item of GROUP BY means: an ordinal, then a column of FROM, then an alias
// of the select list, then any expression.
func (a *aggregation) key(sc *scope, it parse.Expr, targets []target) (int, error) {
	b := a.b
	e := it
	if t, ok := it.(*targetExpr); ok {
		e = t.Expr
	} else if t, ok, err := b.ordinal(it, targets, "GROUP BY"); err != nil {
		return 0, err
	} else if ok {
		e = t.Expr
	} else if r, ok := it.(*parse.ColumnRef); ok && len(r.Parts) == 1 && !r.Star {
		if c, ambiguous := sc.findVisible(r.Parts[0]); c == nil && !ambiguous {
			t, err := a.aliased(sc, targets, r)
			if err != nil {
				return 0, err
			}
			if t != nil {
				e = t.Expr
			}
		}
	}
	in := sc.with("GROUP BY")
	in.aliases = targets
	k, err := b.item(in, e)
	if err != nil {
		return 0, err
	}
	if err := b.equated(k.Type, e.At()); err != nil {
		return 0, err
	}
	v := k
	if k = b.ordered(k); k == v {
		v = nil
	}
	if i := a.keyOf(k); i >= 0 {
		return i, nil
	}
	name := ""
	if r, ok := e.(*parse.ColumnRef); ok {
		name = r.Parts[len(r.Parts)-1]
	}
	if s, ok := e.(*starExpr); ok {
		name = s.col.name
	}
	a.keys, a.values = append(a.keys, k), append(a.values, v)
	a.keyCols = append(a.keyCols, algebra.Column{ID: b.newID(), Name: name, Type: k.Type, Nullable: k.Nullable})
	return len(a.keys) - 1, nil
}

// aliased finds a select-list item by its alias; two different ones are ambiguous.
func (a *aggregation) aliased(sc *scope, ts []target, r *parse.ColumnRef) (*target, error) {
	b := a.b
	var found *target
	var is *algebra.Expr
	for i := range ts {
		if _, star := ts[i].Expr.(*starExpr); star || ts[i].Alias != r.Parts[0] {
			continue
		}
		if found == nil {
			found = &ts[i]
			continue
		}
		for _, t := range []*target{found, &ts[i]} {
			in := sc.with("GROUP BY")
			in.aliases = ts
			e, err := b.item(in, t.Expr)
			if err != nil {
				return nil, err
			}
			if is != nil && !b.equal(is, e) {
				return nil, b.errorAt(r.Pos, sqlerr.AmbiguousColumn, "GROUP BY \"%s\" is ambiguous", r.Parts[0])
			}
			is = e
		}
	}
	return found, nil
}

// ordinal resolves an integer constant in GROUP BY or ORDER BY.
func (b *binder) ordinal(e parse.Expr, ts []target, clause string) (target, bool, error) {
	l, ok := e.(*parse.Literal)
	if !ok {
		return target{}, false, nil
	}
	b.exactText(l)
	if l.Kind != parse.IntLiteral {
		return target{}, false, b.errorAt(l.Pos, sqlerr.SyntaxError, "non-integer constant in %s", clause)
	}
	n, _ := strconv.Atoi(l.Text)
	if n < 1 || n > len(ts) {
		return target{}, false, b.errorAt(l.Pos, sqlerr.InvalidColumnReference, "%s position %s is not in select list",
			clause, l.Text)
	}
	return ts[n-1], true, nil
}

// keyOf is the group key equal to e, -1 if none.
func (a *aggregation) keyOf(e *algebra.Expr) int {
	for i, k := range a.keys {
		if a.b.equal(k, e) {
			return i
		}
	}
	return -1
}

// keptValue is a value of a group that e, which is grouped by, has there; nil: its key is the value. Of a group that
// lacks the key there is none.
func (a *aggregation) keptValue(e *algebra.Expr) *algebra.Expr {
	for i, v := range a.values {
		if v == nil || !a.b.equal(v, e) {
			continue
		}
		kept := a.add(algebra.AggCall{Fn: a.b.fns.Aggregate("any_value"), Type: v.Type, Args: []*algebra.Expr{v}})
		kept.Nullable = a.keyCols[i].Nullable
		if len(a.sets) == 0 {
			return kept
		}
		return expr.Choose(expr.TestNotNull(a.keyCols[i].Ref()), kept, algebra.Null(v.Type))
	}
	return nil
}

// add registers an aggregate call and returns the column that holds its result.
func (a *aggregation) add(c algebra.AggCall) *algebra.Expr {
	for i, o := range a.aggs {
		if o.Fn == c.Fn && o.Distinct == c.Distinct && slices.EqualFunc(o.Args, c.Args, a.b.equal) {
			return a.aggCols[i].Ref()
		}
	}
	col := algebra.Column{ID: a.b.newID(), Name: c.Fn.Name, Type: c.Type, Nullable: !c.Fn.NeverNull}
	a.aggs = append(a.aggs, c)
	a.aggCols = append(a.aggCols, col)
	a.ids[col.ID] = true
	return col.Ref()
}

// active reports whether the SELECT aggregates at all.
func (a *aggregation) active() bool { return a.grouped || len(a.aggs) > 0 }

// aggregate puts the Aggregate node in and makes every expression above it read
// group keys and aggregates only.
func (s *selection) aggregate() error {
	a := s.agg
	if !a.active() {
		if len(s.having) > 0 { // HAVING alone makes one group
			a.grouped = true
		} else {
			return nil
		}
	}
	for i, e := range s.exprs {
		r, err := a.overGroups(e)
		if err != nil {
			return err
		}
		s.exprs[i] = r
	}
	for _, es := range []*[]*algebra.Expr{&s.having, &s.qualify} {
		if len(*es) > 1 { // a key may be an AND of which the clause made conjuncts
			*es = a.withKeys(&algebra.Expr{Kind: expr.And, Args: *es})
		}
	}
	es := [][]*algebra.Expr{s.having, s.qualify}
	if s.sets != nil {
		es = append(es, s.sets.counts)
	}
	for _, es := range es {
		for i, e := range es {
			r, err := a.overGroups(e)
			if err != nil {
				return err
			}
			es[i] = r
		}
	}
	if err := s.win.overGroups(a); err != nil {
		return err
	}
	u := newUnifier(s.b)
	for i, k := range a.keys {
		a.keys[i] = u.unify(k)
	}
	for _, c := range a.aggs {
		for i, e := range c.Args {
			c.Args[i] = u.unify(e)
		}
	}
	if len(a.sets) > 0 {
		s.node = a.overSets(s.node)
		return nil
	}
	cols := append(append([]algebra.Column(nil), a.keyCols...), a.aggCols...)
	s.node = &algebra.Aggregate{In: s.node, Keys: a.keys, Aggs: a.aggs, Cols: cols}
	return nil
}

// withKeys are the arguments of e. Of an OR (or AND), which holds the arms of those nested in it as its own, arms that
// are those of a key are the key again: (x OR y) OR z is over groups by (x OR y).
func (a *aggregation) withKeys(e *algebra.Expr) []*algebra.Expr {
	args := e.Args
	if e.Kind != expr.Or && e.Kind != expr.And {
		return args
	}
	for _, k := range a.keys {
		n := len(k.Args)
		for i := 0; k.Kind == e.Kind && i+n <= len(args); i++ {
			if slices.EqualFunc(args[i:i+n], k.Args, a.b.equal) {
				args = append(append(append([]*algebra.Expr(nil), args[:i]...), k), args[i+n:]...)
			}
		}
	}
	return args
}

// overGroups rewrites an expression over the input to one over the groups.
func (a *aggregation) overGroups(e *algebra.Expr) (*algebra.Expr, error) {
	if e.Kind == expr.Constant {
		return e, nil
	}
	if k := a.keyOf(e); k >= 0 {
		c := a.keyCols[k].Ref()
		c.Type = e.Type // a string under another length
		return c, nil
	}
	if v := a.keptValue(e); v != nil {
		return v, nil
	}
	if e.Kind == expr.Column {
		if a.ids[e.Col] || !a.sc.makes(e.Col) { // or of a row around the query
			return e, nil
		}
		p, ok := a.b.refs[e]
		if !ok {
			p.pos = -1
		}
		return nil, a.b.errorAt(p.pos, sqlerr.GroupingError,
			"column \"%s\" must appear in the GROUP BY clause or be used in an aggregate function", p.name)
	}
	c := *e
	if e.Rel != nil {
		sub := e.Rel.(*algebra.Subquery)
		var err error
		root := algebra.NewSubquery(sub.Root, nil).ReplaceParts(func(x *algebra.Expr) *algebra.Expr {
			if x.Kind != expr.Column && a.keyOf(x) < 0 { // a row that is compared with the subquery's has keys in it
				return nil
			}
			r, bad := a.overGroups(x)
			if bad != nil && err == nil {
				err = bad
			}
			return r
		}).Root
		cond := sub.Cond
		if cond != nil && err == nil { // what is compared with the subquery's rows may be a key itself
			cond, err = a.overGroups(cond)
		}
		c.Rel = algebra.NewSubquery(root, cond)
		return &c, err
	}
	if len(e.Args) == 0 {
		return e, nil
	}
	args := a.withKeys(e)
	c.Args = make([]*algebra.Expr, len(args))
	for i, x := range args {
		r, err := a.overGroups(x)
		if err != nil {
			return nil, err
		}
		c.Args[i] = r
		if r.Nullable && !x.Nullable && c.Kind != expr.IsNull && c.Kind != expr.IsNotNull {
			c.Nullable = true // a key that is not in all grouping sets
		}
	}
	return &c, nil
}
