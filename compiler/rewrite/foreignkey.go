package rewrite

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// dropReferenced takes inner joins away to tables of which nothing is read but a key to which a foreign key refers that
// they are joined by, if declared keys are trusted:
//
//	project(o.x, c.id)(inner join(o.customer = c.id)(o, c))  →  project(o.x, o.customer)(select(o.customer IS NOT NULL)(o))
//
// Each row of the one finds exactly one of the other then, or none if its key is NULL. n is the uppermost of inner
// joins and what filters them.
func (r reading) dropReferenced(n algebra.Node) algebra.Node {
	if !r.run.env.TrustKeys || r.cols == nil {
		return n
	}
	for again := true; again; {
		again = false
		var scans []*algebra.Scan
		var conds []*algebra.Expr
		eachJoined(n, func(n algebra.Node) {
			switch x := n.(type) {
			case *algebra.Scan:
				scans = append(scans, x)
			case *algebra.Select:
				conds = append(conds, x.Preds...)
			case *algebra.Join:
				if x.Kind == algebra.Inner {
					conds = append(conds, x.On...)
				}
			}
		})
		for _, to := range scans {
			for _, from := range scans {
				k := referring(from, to, conds)
				if k == nil || again {
					continue
				}
				if next := k.drop(n, r.cols); next != nil {
					n, again = next, true
				}
			}
		}
	}
	return n
}

// alwaysFinds reports whether a semi join drops no row but those of which a foreign key is NULL: those that the
// conjuncts say are kept.
func (r reading) alwaysFinds(x *algebra.Join) (kept []*algebra.Expr, ok bool) {
	to, isScan := x.Right.(*algebra.Scan)
	if !r.run.env.TrustKeys || x.Kind != algebra.Semi || !isScan || len(x.Cond) > 0 {
		return nil, false
	}
	eachJoined(x.Left, func(n algebra.Node) {
		from, isScan := n.(*algebra.Scan)
		if !isScan || ok {
			return
		}
		if k := referring(from, to, x.On); k != nil {
			kept, ok = k.notNull(), !slices.ContainsFunc(x.On, func(e *algebra.Expr) bool { return !k.says(e) })
		}
	})
	return kept, ok
}

// eachJoined calls f for the joins that inner joins and filters are made of, down to what they join, of which no
// row is padded.
func eachJoined(n algebra.Node, f func(algebra.Node)) {
	f(n)
	switch x := n.(type) {
	case *algebra.Select:
		eachJoined(x.In, f)
	case *algebra.Join:
		if x.Lateral || x.Kind == algebra.Full {
			return
		}
		eachJoined(x.Left, f)
		if x.Kind == algebra.Inner {
			eachJoined(x.Right, f)
		}
	}
}

// foreignKey is one by which two scans are joined.
type foreignKey struct {
	from, to *algebra.Scan
	own      map[algebra.ColumnID]algebra.Column // of to's columns, those of from that refer to them
}

// referring finds a foreign key of from to to, all of whose columns are compared.
func referring(from, to *algebra.Scan, conds []*algebra.Expr) *foreignKey {
	if from == to || from.Table == nil || to.Table == nil || from.Table.Database != to.Table.Database {
		return nil
	}
	for _, c := range from.Table.Constraints {
		places := to.Table.Referenced(c)
		k := &foreignKey{from: from, to: to, own: map[algebra.ColumnID]algebra.Column{}}
		for i, no := range from.Table.Places(c.Columns) {
			f, t := slices.Index(from.ColNos, no), -1
			if places != nil {
				t = slices.Index(to.ColNos, places[i])
			}
			if f < 0 || t < 0 {
				break
			}
			k.own[to.Cols[t].ID] = from.Cols[f]
		}
		compared := map[algebra.ColumnID]bool{}
		for _, e := range conds {
			if id, ok := k.compares(e); ok {
				compared[id] = true
			}
		}
		if len(k.own) == len(c.Columns) && len(compared) == len(k.own) {
			return k
		}
	}
	return nil
}

// compares reports whether e says that a column of the key is what it refers to, which is id.
func (k *foreignKey) compares(e *algebra.Expr) (id algebra.ColumnID, ok bool) {
	if e.Compares() != fn.Equal {
		return 0, false
	}
	for i := range e.Args {
		a, b := distinctly(e.Args[i]), distinctly(e.Args[1-i])
		if a.Kind != expr.Column || b.Kind != expr.Column {
			return 0, false
		}
		if own, ok := k.own[a.Col]; ok && own.ID == b.Col {
			return a.Col, true
		}
	}
	return 0, false
}

func (k *foreignKey) says(e *algebra.Expr) bool {
	_, ok := k.compares(e)
	return ok
}

// notNull are the conjuncts that leave the rows whose key refers to something.
func (k *foreignKey) notNull() []*algebra.Expr {
	var out []*algebra.Expr
	for _, c := range k.to.Cols {
		if own, ok := k.own[c.ID]; ok && own.Nullable {
			out = append(out, expr.TestNotNull(own.Ref()))
		}
	}
	return out
}

// drop is n without the table to which the key refers, and its columns among read taken of the key; nil: more is read.
func (k *foreignKey) drop(n algebra.Node, read algebra.IDs) algebra.Node {
	d := &dropping{foreignKey: k, gone: algebra.IDsOf(k.to.Cols), by: map[algebra.ColumnID]*algebra.Expr{}}
	for _, c := range k.to.Cols {
		// What is compared may look different, be of another type, or NULL.
		if own, ok := k.own[c.ID]; ok && own.Type == c.Type && own.Nullable == c.Nullable && alike(c.Type) {
			d.by[c.ID] = own.Ref()
		}
	}
	out, up := d.under(n)
	if d.failed || out == nil || len(up) > 0 {
		return nil
	}
	out = algebra.Where(out, k.notNull())
	p := &algebra.Project{In: out}
	for _, c := range append(out.Columns(), k.to.Cols...) {
		e := c.Ref()
		if d.gone[c.ID] {
			e = d.by[c.ID]
		}
		switch {
		case !read[c.ID]:
			continue
		case e == nil:
			return nil
		}
		p.Cols, p.Exprs = append(p.Cols, c), append(p.Exprs, e)
	}
	if !slices.ContainsFunc(p.Cols, func(c algebra.Column) bool { return d.gone[c.ID] }) {
		return out
	}
	return p
}

// dropping takes a scan out of joins.
type dropping struct {
	*foreignKey
	gone   algebra.IDs                        // its columns
	by     map[algebra.ColumnID]*algebra.Expr // which columns are the same
	failed bool                               // others are read
}

// under is n without the scan, nil if nothing is left, and the conjuncts that read what is not there but further up.
func (d *dropping) under(n algebra.Node) (out algebra.Node, up []*algebra.Expr) {
	switch x := n.(type) {
	case *algebra.Scan:
		if x == d.to {
			return nil, nil
		}
	case *algebra.Select:
		in, up := d.under(x.In)
		if in == x.In {
			return n, nil
		}
		return filtered(in, append(d.exprs(x.Preds), up...))
	case *algebra.Join:
		return d.join(x)
	}
	return n, nil
}

func (d *dropping) join(x *algebra.Join) (algebra.Node, []*algebra.Expr) {
	if x.Lateral || x.Kind == algebra.Full {
		return x, nil
	}
	left, up := d.under(x.Left)
	if x.Kind != algebra.Inner {
		if left == x.Left {
			return x, nil
		}
		on := d.exprs(x.On)
		cond := d.exprs(x.Cond)
		if left == nil {
			d.failed = true
			return x, nil
		}
		out := *x
		out.Left, out.On, out.Cond = left, on, cond
		visible := algebra.IDsOf(append(slices.Clone(left.Columns()), x.Right.Columns()...))
		for _, e := range append(slices.Clone(on), cond...) {
			d.failed = d.failed || !visible.Covers(e)
		}
		return filtered(&out, up)
	}
	right, more := d.under(x.Right)
	if left == x.Left && right == x.Right {
		return x, nil
	}
	conds := append(append(d.exprs(x.On), up...), more...)
	switch {
	case left == nil:
		return filtered(right, conds)
	case right == nil:
		return filtered(left, conds)
	}
	out := *x
	out.Left, out.Right = left, right
	here, up := placed(&out, conds)
	return out.WithOn(here), up
}

// filtered is n with those conjuncts that it has the columns for.
func filtered(n algebra.Node, conds []*algebra.Expr) (algebra.Node, []*algebra.Expr) {
	if n == nil {
		return nil, conds
	}
	here, up := placed(n, conds)
	return algebra.Where(n, here), up
}

// placed parts the conjuncts for which n has the columns from the others.
func placed(n algebra.Node, conds []*algebra.Expr) (here, up []*algebra.Expr) {
	has := algebra.IDsOf(n.Columns())
	for _, e := range conds {
		if has.Covers(e) {
			here = append(here, e)
		} else {
			up = append(up, e)
		}
	}
	return here, up
}

// exprs are the conjuncts es, of the key's columns instead, without those that it makes true.
func (d *dropping) exprs(es []*algebra.Expr) []*algebra.Expr {
	var out []*algebra.Expr
	for _, e := range es {
		if d.says(e) {
			continue
		}
		e = e.Substitute(d.by)
		d.failed = d.failed || d.gone.Meets(e)
		out = append(out, e)
	}
	return out
}
