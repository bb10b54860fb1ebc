package bind

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/parse"
)

// recursion is a WITH query that is being bound and may refer to itself.
type recursion struct {
	name   string
	number int
	cols   []column
	used   int    // references to itself
	bad    string // why it must not refer to itself where binding is; "" if it may
}

// recursive binds an item of WITH RECURSIVE; nil if it does not refer to itself.
func (b *binder) recursive(item *parse.CTE, env around) (*result, error) {
	rec := &recursion{name: item.Name, number: int(b.newID())}
	self := env
	self.ctes = &ctes{name: item.Name, rec: rec, outer: env.ctes}
	q := item.Query
	if q.Set == nil || q.Set.Kind != parse.Union {
		rec.bad = "recursive query \"" + item.Name + "\" does not have the form non-recursive-term UNION [ALL] recursive-term"
		r, err := b.query(q, self)
		return r, err
	}
	self, err := b.with(q.With, self)
	if err != nil {
		return nil, err
	}
	rec.bad = "recursive reference to query \"" + item.Name + "\" must not appear within its non-recursive term"
	base, err := b.query(q.Set.Left, self)
	if err != nil {
		return nil, err
	}
	if err := b.nameColumns(item, base); err != nil {
		return nil, err
	}
	rec.bad = ""
	ts := make([]types.Type, len(base.cols))
	for i, c := range base.cols {
		if ts[i] = c.typ; c.typ.Kind == types.Varchar || c.typ.Kind == types.Varbyte {
			ts[i] = c.typ.Widest() // what a step adds to it must have room
		}
	}
	for {
		n, wider, err := b.recursiveTerm(rec, base, q, self, ts)
		switch {
		case err != nil:
			return nil, err
		case rec.used == 0:
			return nil, nil
		case wider == nil:
			return n, nil
		}
		ts = wider
	}
}

// recursiveTerm binds the recursive term over columns of types ts; wider are types that it asks for instead.
func (b *binder) recursiveTerm(rec *recursion, base *result, q *parse.Query, env around, ts []types.Type) (r *result,
	wider []types.Type, err error) {
	rec.cols, rec.used = nil, 0
	for i, c := range base.cols {
		rec.cols = append(rec.cols, column{name: c.name, typ: ts[i], nullable: true})
	}
	step, err := b.query(q.Set.Right, env)
	if err != nil || rec.used == 0 {
		return nil, nil, err
	}
	algebra.Walk(step.node, func(n algebra.Node) {
		if a, ok := n.(*algebra.Aggregate); ok && len(a.Aggs) > 0 && err == nil && algebra.InStep(a) {
			err = b.errorAt(q.Set.Right.Pos, sqlerr.InvalidRecursion,
				"aggregate functions are not allowed in a recursive query's recursive term")
		}
	})
	if err != nil {
		return nil, nil, err
	}
	for _, clause := range []struct {
		there bool
		what  string
	}{{len(q.OrderBy) > 0, "ORDER BY"}, {q.Limit != nil, "LIMIT"}, {q.Offset != nil, "OFFSET"}} {
		if clause.there {
			return nil, nil, b.unsupported(q.Pos, "%s in a recursive query", clause.what)
		}
	}
	if len(step.cols) != len(base.cols) {
		return nil, nil, b.errorAt(q.Set.Right.Pos, sqlerr.SyntaxError, "each %s query must have the same number of columns",
			parse.Union)
	}
	node := &algebra.Recursive{Name: rec.name, Number: rec.number, Distinct: !q.Set.All}
	var casts [2][]value
	for i, t := range ts {
		own, next := b.armColumn(base, i, q.Set.Left.Pos), b.armColumn(step, i, q.Set.Right.Pos)
		casts[0], casts[1] = append(casts[0], own), append(casts[1], next)
		both, err := b.common([]value{{expr: algebra.Null(t), typ: t, pos: next.pos}, next}, parse.Union.String())
		if err != nil {
			return nil, nil, err
		}
		switch {
		case both == t:
		case both.Kind != t.Kind:
			return nil, nil, b.errorAt(q.Set.Left.Pos, sqlerr.DatatypeMismatch,
				"recursive query \"%s\" column %d has type %s in non-recursive term but type %s overall", rec.name, i+1, t.Name(),
				both.Name()).(*sqlerr.Error).WithHint("Cast the output of the non-recursive term to the correct type.")
		case t.Kind == types.Decimal && (t.Prec < types.MaxPrecision || both.Scale > t.Scale):
			if wider == nil {
				wider = append([]types.Type(nil), ts...)
			}
			wider[i] = types.TDecimal(types.MaxPrecision, int(max(both.Scale, t.Scale)))
		}
		node.Cols = append(node.Cols, algebra.Column{ID: b.newID(), Name: base.cols[i].name, Type: t, Nullable: true})
	}
	if wider != nil {
		return nil, wider, nil
	}
	for k, r := range []*result{base, step} {
		exprs, err := b.assignAll(casts[k], ts)
		if err != nil {
			return nil, nil, err
		}
		in := b.recast(r, exprs)
		if k == 0 {
			node.Base = in
		} else {
			node.Step = in
		}
	}
	if node.Distinct {
		for _, c := range node.Cols {
			if err := b.identifies(c.Type, parse.Union.String(), q.Pos); err != nil {
				return nil, nil, err
			}
		}
	}
	return resultOf(node), nil, nil
}

// assignAll casts values to types as an assignment does.
func (b *binder) assignAll(vs []value, ts []types.Type) ([]*algebra.Expr, error) {
	out := make([]*algebra.Expr, len(vs))
	for i, v := range vs {
		var err error
		if out[i], err = b.coerce(v, ts[i], assignment); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// workingRows refers to the rows that the last step has made.
func (b *binder) workingRows(rec *recursion, at parse.Pos) (*result, error) {
	switch {
	case rec.bad != "":
		return nil, b.errorAt(at, sqlerr.InvalidRecursion, "%s", rec.bad)
	case rec.used > 0:
		return nil, b.errorAt(at, sqlerr.InvalidRecursion,
			"recursive reference to query \"%s\" must not appear more than once", rec.name)
	}
	rec.used++
	w := &algebra.Working{Number: rec.number}
	r := &result{node: w}
	for _, c := range rec.cols {
		c.id = b.newID()
		r.cols = append(r.cols, c)
		w.Cols = append(w.Cols, algebra.Column{ID: c.id, Name: c.name, Type: c.typ, Nullable: true})
	}
	return r, nil
}

// withoutRecursion runs bind where no query that is being bound may refer to itself: in, in PostgreSQL's words.
func (b *binder) withoutRecursion(env around, in string, bind func() error) error {
	var barred []*recursion
	for c := env.ctes; c != nil; c = c.outer {
		if c.rec != nil && c.rec.bad == "" {
			c.rec.bad = "recursive reference to query \"" + c.rec.name + "\" must not appear within " + in
			barred = append(barred, c.rec)
		}
	}
	defer func() {
		for _, r := range barred {
			r.bad = ""
		}
	}()
	return bind()
}
