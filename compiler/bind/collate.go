package bind

import (
	"slices"
	"strings"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// A string has the collation of what it is made of: a column's own, that of COLLATE(), or none, as what is made of
// constants, parameters and numbers alone. None gives way to any other; two others do not meet. What has none where it
// matters has that of the database (Options.Fold).
//
// Types say which strings are compared in any case (types.Type.Fold); those that are compared by their bytes are told
// from those without a collation by the columns in them.

// collation is an expression's.
type collation uint8

const (
	noCollation collation = iota
	sensitive
	insensitive
)

// collation is e's.
func (b *binder) collation(e *algebra.Expr) collation {
	switch {
	case !e.Type.IsString():
		return noCollation
	case e.Type.Fold:
		return insensitive
	case e.Kind == expr.Column && b.neutral[e.Col]:
		return noCollation
	case e.Kind == expr.Column || e.Kind == expr.Call && e.Op.Name == collateOp:
		return sensitive
	case e.Kind == expr.Constant || e.Kind == expr.Parameter:
		return noCollation
	}
	if slices.ContainsFunc(e.Args, func(a *algebra.Expr) bool { return b.collation(a) == sensitive }) {
		return sensitive
	}
	return noCollation
}

// keepNeutral remembers that a column is e, if that is a string without a collation.
func (b *binder) keepNeutral(id algebra.ColumnID, e *algebra.Expr) {
	if e.Type.Collates() && b.collation(e) == noCollation {
		b.setNeutral(id)
	}
}

func (b *binder) setNeutral(id algebra.ColumnID) {
	if b.neutral == nil {
		b.neutral = map[algebra.ColumnID]bool{}
	}
	b.neutral[id] = true
}

// renamed says that a column is another one under a name of its own.
func (b *binder) renamed(of, id algebra.ColumnID) {
	if b.neutral[of] {
		b.setNeutral(id)
	}
}

// commonCollation is t, the common type of values, with their collation.
func (b *binder) commonCollation(t types.Type, vs []value) types.Type {
	if !b.opts.Fold || t.Fold || !t.Collates() ||
		slices.ContainsFunc(vs, func(v value) bool { return b.collationOf(v) != noCollation }) {
		return t
	}
	return t.Collated(true)
}

// collationOf is v's.
func (b *binder) collationOf(v value) collation {
	switch {
	case v.typ.Fold:
		return insensitive
	case v.expr == nil:
		return noCollation
	}
	return b.collation(v.expr)
}

// collateOp gives a string another collation.
const collateOp = "collate"

// collated is e, a string, with a collation of its own.
func (b *binder) collated(e *algebra.Expr, fold bool) *algebra.Expr {
	switch {
	case fold && e.Kind != expr.Column:
		return b.relabeled(e, true)
	case fold == e.Type.Fold && (fold || b.collation(e) == sensitive):
		return e
	}
	return expr.CallOf(b.fns.Op(collateOp), e.Type.Collated(fold), nil, e)
}

// relabeled is e with a type of the collation. Columns are called by their own types only: they say where rows lie.
func (b *binder) relabeled(e *algebra.Expr, fold bool) *algebra.Expr {
	to := e.Type.Collated(fold)
	switch {
	case e.Type == to:
		return e
	case e.Kind == expr.Column:
		return expr.CallOf(b.fns.Op(collateOp), to, nil, e)
	}
	c := *e
	c.Type = to
	return &c
}

// settled is e with the database's collation if it has none.
func (b *binder) settled(e *algebra.Expr) *algebra.Expr {
	if !b.opts.Fold || e.Type.Fold || !e.Type.Collates() || b.collation(e) != noCollation {
		return e
	}
	return b.relabeled(e, true)
}

// errCollations: Redshift guide, "CREATE DATABASE", "Database collation limitations".
func (b *binder) errCollations(at parse.Pos) error {
	err := b.errorAt(at, sqlerr.FeatureNotSupported, "Query with different collations is not supported yet.")
	return err.(*sqlerr.Error).WithHint("Use the COLLATE function to convert the collation of one of them.")
}

// together is the collation of strings that meet in one operation.
func (b *binder) together(args []value, at parse.Pos) (collation, error) {
	folds := slices.ContainsFunc(args, func(v value) bool { return v.typ.Fold })
	if !folds && !b.opts.Fold { // as nearly all are
		return noCollation, nil
	}
	all := noCollation
	for _, v := range args {
		if !v.typ.IsString() {
			continue
		}
		c := b.collationOf(v)
		if c != noCollation && all != noCollation && c != all {
			return c, b.errCollations(at)
		}
		all = max(all, c)
	}
	if all == noCollation && b.opts.Fold {
		return insensitive, nil
	}
	return all, nil
}

// collate makes a call of a function of what is known of its arguments one that goes by their collation.
func (b *binder) collate(bd *fn.Bound, args []value, at parse.Pos) ([]value, error) {
	if !slices.ContainsFunc(args, func(v value) bool { return v.typ.IsString() }) {
		return args, nil
	}
	c, err := b.together(args, at)
	if err != nil || c != insensitive {
		return args, err
	}
	if bd.Ret.Collates() {
		bd.Ret.Fold = true
	}
	compares := bd.Op != nil && (bd.Op.Compares != fn.NoComparison || bd.Op.Equates)
	ts := slices.Clone(bd.Args)
	for i, t := range ts {
		if compares || i < len(args) && args[i].typ.Fold {
			ts[i] = t.Collated(true)
		}
	}
	bd.Args = ts
	switch {
	case bd.Op == nil:
	case compares:
		bd.Keyed = bd.Keyed || bd.Args[0].OwnOrder()
	case bd.Op.Folded != "":
		bd.Op = b.fns.Op(bd.Op.Folded)
	case bd.Op.FoldedBy > 0:
		return b.anyCase(bd, args)
	}
	return args, nil
}

// anyCase puts an i, for any case, in front of the parameters of a regular expression: what is written behind it wins.
func (b *binder) anyCase(bd *fn.Bound, args []value) ([]value, error) {
	at := bd.Op.FoldedBy - 1
	if at >= len(args) { // left out
		extra := slices.Clone(bd.Extra)
		extra[at-len(args)].V = types.String("i" + extra[at-len(args)].V.S)
		bd.Extra = extra
		return args, nil
	}
	args = slices.Clone(args)
	v := &args[at]
	if v.lit != nil {
		if !v.lit.Null {
			d := types.String("i" + v.lit.S)
			v.lit, v.text = &d, d.S
			v.again = v.again.then(func(w value) (value, bool) {
				if w.lit.Null {
					return w, false
				}
				d := types.String("i" + w.lit.S)
				w.lit, w.text = &d, d.S
				return w, true
			})
		}
		return args, nil
	}
	e, err := b.coerce(*v, types.TText, implicit)
	if err != nil {
		return nil, err
	}
	e = expr.CallOf(b.fns.Op("concat"), types.TText, nil, b.hoistSame(types.TText, types.String("i")), e)
	*v = value{expr: e, typ: types.TText, pos: v.pos}
	return args, nil
}

// collateCall is COLLATE(string, 'collation').
func (b *binder) collateCall(f *parse.FuncCall, args []value) (value, error) {
	x, name := args[0], args[1]
	if name.lit == nil || name.lit.Null || !name.typ.IsString() {
		return value{}, b.errorAt(name.pos, sqlerr.InvalidParameterValue,
			"the collation of COLLATE must be a string constant")
	}
	b.exactly(name)
	fold, ok := types.CollationOf(strings.ToLower(name.lit.S))
	if !ok {
		return value{}, b.errorAt(name.pos, sqlerr.UndefinedObject, "collation \"%s\" does not exist", name.lit.S)
	}
	switch {
	case x.typ.Kind == types.Super:
		return value{}, b.unsupported(f.Pos, "COLLATE of a SUPER")
	case !x.typ.IsString():
		return value{}, b.errorAt(f.Pos, sqlerr.DatatypeMismatch, "collations are not supported by type %s", x.typ.Name())
	}
	e, err := b.output(x)
	if err != nil {
		return value{}, err
	}
	if !e.Type.Collates() { // a name
		if e, err = b.cast(e, e.Type.Stored(), implicit, f.Pos); err != nil {
			return value{}, err
		}
	}
	e = b.collated(e, fold)
	return value{expr: e, typ: e.Type, pos: f.Pos}, nil
}
