package bind

import (
	"cmp"

	"slipher/catalog/fn"
	"slipher/catalog/super"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// Super is what a session's settings say of SUPERs. The zero value is what they say if nobody has set them.
type Super struct {
	Parse          int64 // of JSON: fn.LastOfSame and its like
	StrictCasts    bool  // what is no value of the type is an error, not NULL (cast_super_null_on_error)
	StrictNavigate bool  // so is a path that leads nowhere (navigate_super_null_on_error)
}

// inSuper binds a name of which the first parts are a column that is a SUPER, and the others the path into it.
func (b *binder) inSuper(sc *scope, r *parse.ColumnRef) (value, bool, error) {
	for n := len(r.Parts) - 1; n > 0; n-- {
		c, err := b.columnRef(sc, &parse.ColumnRef{Pos: r.Pos, Parts: r.Parts[:n]})
		if err != nil || c == nil {
			if err != nil {
				return value{}, false, err
			}
			continue
		}
		if c.typ.Kind != types.Super {
			return value{}, false, nil
		}
		v := value{expr: b.ref(c, r), typ: c.typ, pos: r.Pos}
		path := r.Parts[n:]
		if r.Written != nil {
			path = r.Written[n:]
		}
		for _, name := range path {
			v = b.stepped(v, super.Step{Name: []byte(name)})
		}
		return v, true, nil
	}
	return value{}, false, nil
}

// stepped is where a step leads from v, a SUPER. Steps one behind the other are one path.
func (b *binder) stepped(v value, s super.Step) value {
	from, path := v.expr, ""
	if from.Kind == expr.Call && from.Op.Name == "super_path" {
		from, path = from.Args[0], from.Args[1].Const.S
	}
	path = string(super.AppendStep([]byte(path), s))
	e := expr.CallOf(b.fns.Op("super_path"), types.TSuper, []fn.Const{
		{Phys: types.Str, V: types.String(path)}, {Phys: types.I8, V: types.BoolDatum(b.opts.Super.StrictNavigate)}}, from)
	e.Nullable = true
	return value{expr: e, typ: types.TSuper, pos: v.pos}
}

// member binds x.name.
func (b *binder) member(sc *scope, x *parse.MemberExpr) (value, error) {
	v, err := b.expr(sc, x.Arg)
	if err != nil {
		return value{}, err
	}
	if v.typ.Kind != types.Super || v.expr == nil {
		return value{}, b.unsupported(x.Pos, "a field of type %s", v.typ.Name())
	}
	return b.stepped(v, super.Step{Name: []byte(cmp.Or(x.Attribute, x.Name))}), nil
}

// elementOfSuper binds x[i], x a SUPER. A number that is written is part of the path.
func (b *binder) elementOfSuper(sc *scope, v value, x *parse.SubscriptExpr) (value, error) {
	i, err := b.expr(sc, x.Index)
	if err != nil {
		return value{}, err
	}
	if i.lit != nil && i.typ.Kind == types.Int4 {
		b.exactly(i)
		return b.stepped(v, super.Step{Index: i.lit.Lo}), nil
	}
	e, err := b.coerce(i, types.TInt8, implicit)
	if err != nil {
		return value{}, err
	}
	at := b.call(fn.Bound{Op: b.fns.Op("super_element"), Ret: types.TSuper,
		Extra: []fn.Const{{Phys: types.I8, V: types.BoolDatum(b.opts.Super.StrictNavigate)}}}, []*algebra.Expr{v.expr, e})
	at.Nullable = true
	return value{expr: at, typ: types.TSuper, pos: x.Pos}, nil
}

// jsonParse is json_parse(text), as the session's settings have it.
func (b *binder) jsonParse(f *parse.FuncCall, args []value) (value, error) {
	op, t := "json_parse", types.TText
	if args[0].typ.Kind == types.Varbyte {
		op, t = "json_parse_bytes", args[0].typ
	}
	text, err := b.coerce(args[0], t, implicit)
	if err != nil {
		return value{}, err
	}
	e := b.call(fn.Bound{Op: b.fns.Op(op), Ret: types.TSuper,
		Extra: []fn.Const{{Phys: types.I32, V: types.Int(b.opts.Super.Parse)}}}, []*algebra.Expr{text})
	e.Nullable = true // null
	return value{expr: e, typ: types.TSuper, pos: f.Pos}, nil
}

// superArray is array(x, …), superObject object(name, x, …).
func (b *binder) superArray(f *parse.FuncCall, args []value) (value, error) {
	return b.superOf(f, args, "super_array")
}

func (b *binder) superObject(f *parse.FuncCall, args []value) (value, error) {
	if len(args)%2 != 0 {
		return value{}, b.noFunction(f, args)
	}
	return b.superOf(f, args, "super_object")
}

// superOf makes a container of values, which are put one behind the other first.
func (b *binder) superOf(f *parse.FuncCall, args []value, op string) (value, error) {
	all := &algebra.Expr{Kind: expr.Constant, Type: types.TText, Const: types.String("")}
	for _, a := range args {
		e, err := b.coerce(a, types.TSuper, implicit)
		if err != nil {
			return value{}, err
		}
		all = b.call(fn.Bound{Op: b.fns.Op("super_push"), Ret: types.TText}, []*algebra.Expr{all, e})
		all.Nullable = false
	}
	e := b.call(fn.Bound{Op: b.fns.Op(op), Ret: types.TSuper}, []*algebra.Expr{all})
	return value{expr: e, typ: types.TSuper, pos: f.Pos}, nil
}

// elementsOf is t.a in FROM as the elements of an array, if t is the name of an item in front of it, or in a query
// around, and that a path to a SUPER; nil: it is a table's name. x alone is the elements of an item's own, x's.
func (b *binder) elementsOf(t *parse.TableRef, before *scope) (*parse.FuncRef, error) {
	r := &parse.ColumnRef{Pos: t.Pos, Parts: t.Parts(), Written: t.Written}
	if !isItem(before, r.Parts[0]) {
		return nil, nil
	}
	if len(r.Parts) == 1 {
		r.Parts, r.Written = []string{t.Name, t.Name}, nil
	}
	c, err := b.columnRef(before, r)
	if err != nil {
		return nil, err
	}
	if c == nil || c.typ.Kind != types.Super {
		if _, ok, err := b.inSuper(before, r); !ok || err != nil {
			return nil, err
		}
	}
	alias := t.Alias
	if alias == "" {
		alias = t.Name
	}
	call := &parse.FuncCall{Pos: t.Pos, Name: "unnest", Args: []parse.Expr{r}}
	return &parse.FuncRef{Pos: t.Pos, Calls: []parse.Expr{call}, Alias: alias, Columns: t.Columns}, nil
}

// isItem reports whether an item of FROM has the name, in a query or in those around it.
func isItem(s *scope, name string) bool {
	for ; s != nil; s = s.env.outer {
		if s.findRelation("", name) != nil {
			return true
		}
	}
	return false
}
