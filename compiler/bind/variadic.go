package bind

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/parse"
)

// Functions of any number of arguments, whose texts go to one operation as an array.

// withTexts are the first argument as text, and the texts of the others in an array. NULLs are elements of it.
func (b *binder) withTexts(args []value, at parse.Pos) (first, others *algebra.Expr, err error) {
	if first, err = b.coerce(args[0], types.TText, implicit); err != nil {
		return nil, nil, err
	}
	v, err := b.arrayOf(args[1:], types.ArrayOf(types.TText), at)
	if err != nil {
		return nil, nil, err
	}
	others, err = b.plain(v)
	return first, others, err
}

// concatWS is concat_ws(between, …).
func (b *binder) concatWS(f *parse.FuncCall, args []value) (value, error) {
	between, all, err := b.withTexts(args, f.Pos)
	if err != nil {
		return value{}, err
	}
	e := b.arrayOp("array_join", all.Type, types.TText, all, between, algebra.Null(types.TText), b.out.ZoneParam())
	return value{expr: e, typ: types.TText, pos: f.Pos}, nil
}

// formatText is format(template, …).
func (b *binder) formatText(f *parse.FuncCall, args []value) (value, error) {
	template, all, err := b.withTexts(args, f.Pos)
	if err != nil {
		return value{}, err
	}
	e := b.call(fn.Bound{Op: b.fns.Op("format_text"), Ret: types.TText}, []*algebra.Expr{template, all})
	return value{expr: e, typ: types.TText, pos: f.Pos}, nil
}

// jsonPath is json_extract_path_text(json, key, … [, lax]): any NULL makes it NULL.
func (b *binder) jsonPath(f *parse.FuncCall, args []value) (value, error) {
	lax := algebra.Truth(false)
	if last := args[len(args)-1]; last.typ.Kind == types.Bool && len(args) > 2 {
		var err error
		if lax, err = b.coerce(last, types.TBool, implicit); err != nil {
			return value{}, err
		}
		args = args[:len(args)-1]
	}
	text, path, err := b.withTexts(args, f.Pos)
	if err != nil {
		return value{}, err
	}
	e := b.call(fn.Bound{Op: b.fns.Op("json_path"), Ret: types.TText}, []*algebra.Expr{text, path, lax})
	return value{expr: e, typ: types.TText, pos: f.Pos}, nil
}
