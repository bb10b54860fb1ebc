package bind

import (
	"strings"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/super"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// objectTransform is OBJECT_TRANSFORM(input KEEP path, … SET path, value, …), whose arguments behind the first have the
// names keep and set: what is at the kept paths, and values at others. Without both it is the input.
func (b *binder) objectTransform(f *parse.FuncCall, args []value) (value, error) {
	if len(f.Names) != len(args)-1 {
		return value{}, b.noFunction(f, args)
	}
	in, err := b.coerce(args[0], types.TSuper, implicit)
	if err != nil {
		return value{}, err
	}
	var keep, set strings.Builder
	values := &algebra.Expr{Kind: expr.Constant, Type: types.TText, Const: types.String("")}
	for i := 1; i < len(args); i++ {
		list := &keep
		switch name := f.Names[i-1]; name.Name {
		case "keep":
		case "set":
			list = &set
		default:
			return value{}, b.errorAt(name.Pos, sqlerr.UndefinedFunction, "OBJECT_TRANSFORM has no argument \"%s\"", name.Name)
		}
		path, err := b.transformPath(args[i])
		if err != nil {
			return value{}, err
		}
		list.WriteString(path + fn.PathEnd)
		if list == &keep {
			continue
		}
		if i++; i == len(args) || f.Names[i-1].Name != "set" {
			return value{}, b.errorAt(args[i-1].pos, sqlerr.SyntaxError, "a path in SET has no value behind it")
		}
		e, err := b.coerce(args[i], types.TSuper, implicit)
		if err != nil {
			return value{}, err
		}
		values = b.call(fn.Bound{Op: b.fns.Op("super_push"), Ret: types.TText}, []*algebra.Expr{values, e})
		values.Nullable = false
	}
	text := func(sb *strings.Builder) *algebra.Expr {
		return &algebra.Expr{Kind: expr.Constant, Type: types.TText, Const: types.String(sb.String())}
	}
	e := b.call(fn.Bound{Op: b.fns.Op("super_transform"), Ret: types.TSuper},
		[]*algebra.Expr{in, text(&keep), text(&set), values})
	return value{expr: e, typ: types.TSuper, pos: f.Pos}, nil
}

// transformPath reads a path, '"a"."b"', as fn's operations have it.
func (b *binder) transformPath(v value) (string, error) {
	if v.lit == nil || v.lit.Null || v.typ.Kind != types.Unknown && !v.typ.IsString() {
		return "", b.errorAt(v.pos, sqlerr.InvalidParameterValue, "a path of OBJECT_TRANSFORM must be a constant string")
	}
	b.exactly(v)
	var out []byte
	for rest := v.lit.S; ; {
		name, behind, ok := cutQuoted(rest)
		if !ok || name == "" {
			err := b.errorAt(v.pos, sqlerr.InvalidParameterValue, "invalid path of OBJECT_TRANSFORM: %s", v.lit.S)
			return "", err.(*sqlerr.Error).WithHint("A path is names in double quotes with points between them.")
		}
		out = super.AppendStep(out, super.Step{Name: []byte(name)})
		if behind == "" {
			return string(out), nil
		}
		if rest, ok = strings.CutPrefix(behind, "."); !ok {
			rest = "" // no name
		}
	}
}

// cutQuoted cuts a name in double quotes, doubled within it, off the front.
func cutQuoted(s string) (name, behind string, ok bool) {
	if s == "" || s[0] != '"' {
		return "", "", false
	}
	var sb strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] != '"':
			sb.WriteByte(s[i])
		case i+1 < len(s) && s[i+1] == '"':
			i++
			sb.WriteByte('"')
		default:
			return sb.String(), s[i+1:], true
		}
	}
	return "", "", false
}
