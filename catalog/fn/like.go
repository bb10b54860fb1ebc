package fn

import "slipher/catalog/types"

// likeGroup is LIKE and ILIKE. Rows take (string, pattern) or, with an ESCAPE
// clause, (string, pattern, escape); NOT LIKE is the binder's NOT.
func likeGroup() Group {
	op := func(name, sign, kernel string) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(str, str, i32, i8)}, MayFail: true, Infix: sign, Selects: 0.05,
			Folded: "ilike",
			Emit: func(b Builder, _ Shape, a []Value) Value {
				return b.ICmp(NE, b.CallErr(kernel, a...), b.Const(i32, 0))
			}, Doc: "Does s match pattern with this escape byte (-1: none)?"}
	}
	opEscape := func(name, kernel string) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(str, str, str, i8)}, MayFail: true, Folded: "ilike_escape",
			Emit: func(b Builder, _ Shape, a []Value) Value {
				esc := b.CallErr("slp_escape_byte", a[2])
				return b.ICmp(NE, b.CallErr(kernel, a[0], a[1], esc), b.Const(i32, 0))
			}, Doc: "Does s match pattern with an escape given as a string?"}
	}
	var rows []*Row
	backslash := types.String(`\`)
	for _, n := range []struct{ name, op string }{{"~~", "like"}, {"~~*", "ilike"}, {"like", "like"}, {"ilike", "ilike"}} {
		T := types.TText
		rows = append(rows,
			&Row{Name: n.name, Args: exact(T, T), Doc: "Pattern match with the backslash as escape.",
				Ret: sure(func([]types.Type, []*types.Datum) (Bound, error) {
					return Bound{Op: opRef(n.op), Args: []types.Type{T, T}, Extra: []Const{i32Const('\\')}, Ret: types.TBool}, nil
				}, func(_ []types.Type, consts []*types.Datum) bool { return surePattern(consts[1], &backslash) })},
			&Row{Name: n.name, Args: exact(T, T, T), Doc: "Pattern match with an escape of one byte, or none ('').",
				Ret: sure(fixed(n.op+"_escape", types.TBool, T, T, T), func(_ []types.Type, consts []*types.Datum) bool {
					return surePattern(consts[1], consts[2])
				})})
	}
	return Group{
		Ops: []*Op{op("like", "~~", "slp_like"), op("ilike", "~~*", "slp_ilike"),
			opEscape("like_escape", "slp_like"), opEscape("ilike_escape", "slp_ilike")},
		Kernels: []*Kernel{
			{Name: "slp_like", Args: phys(str, str, i32), Result: i32, Err: true, Pure: true, Doc: "s, pattern, escape byte."},
			{Name: "slp_ilike", Args: phys(str, str, i32), Result: i32, Err: true, Arena: true, Pure: true,
				Doc: "slp_like of the lower cases."},
			{Name: "slp_escape_byte", Args: phys(str), Result: i32, Err: true, Pure: true,
				Doc: "The byte of an ESCAPE clause, -1 for ''."},
		},
		Rows: rows,
	}
}

// surePattern says whether a pattern and an escape are constants with which LIKE and ILIKE cannot fail: the escape is a
// byte or nothing, and what it escapes is there. A letter is none: ILIKE looks for it in a pattern of lower case.
func surePattern(pattern, escape *types.Datum) bool {
	if pattern == nil || escape == nil || pattern.Null || escape.Null || len(escape.S) > 1 {
		return false
	}
	if escape.S == "" {
		return true
	}
	esc := escape.S[0]
	if lower := esc | 0x20; lower >= 'a' && lower <= 'z' {
		return false
	}
	for i := 0; i < len(pattern.S); i++ {
		if pattern.S[i] == esc {
			if i++; i == len(pattern.S) {
				return false
			}
		}
	}
	return true
}
