package fn

import (
	"slipher/catalog/types"
)

// regexpGroup is Redshift's regular expressions. What fits an automaton is run as one, linear in the
// text (pattern.go).
func regexpGroup() Group {
	T, I := types.TText, types.TInt4
	match := func(name, doc, params string) *Op {
		compile := func(expr, _ string) (pattern, error) { return compileRegexp(expr, params) }
		return &Op{Name: name, Shapes: []Shape{shape(str, str, i8)}, MayFail: true, Folded: "regexp_imatch", Doc: doc,
			Host: hostMatches(2, compile)}
	}
	matching := func(name, op, doc, params string) *Row {
		r := row(name, op, types.TBool, doc, T, T)
		r.Ret = sure(r.Ret, func(_ []types.Type, consts []*types.Datum) bool {
			if consts[1] == nil || consts[1].Null {
				return false
			}
			p, err := compileRegexp(consts[1].S, params)
			return err == nil && p.linear()
		})
		return r
	}
	op := func(name, doc string, params int, host func(HostCall) error, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: true, FoldedBy: params, Host: host, Doc: doc}
	}
	g := Group{
		Ops: []*Op{
			match("regexp_match", "Does the pattern match somewhere in s?", ""),
			match("regexp_imatch", "Does the pattern match somewhere in s, in any case?", "i"),
			op("regexp_like", "Does the pattern match somewhere in s, by parameters?", 3, hostMatches(3, compileRegexp), str,
				str, str, i8),
			op("regexp_replace", "Every match from a position on replaced.", 5, hostRegexpReplace, str, str, str, i32, str, str),
			{Name: "regexp_substr", Shapes: []Shape{shape(str, str, i32, i32, str, str)}, MayFail: true, Nulls: CustomNull,
				Host: hostRegexpSubstr, FoldedBy: 5,
				Doc: "The n-th match from a position on; '' if there is none, NULL if there cannot be one."},
			op("regexp_count", "Number of matches from a position on.", 4, hostRegexpCount, str, str, i32, str, i32),
			op("regexp_instr", "Position of the n-th match, of its end if option is 1.", 6, hostRegexpInstr, str, str, i32, i32,
				i32, str, i32),
		},
		Rows: []*Row{
			matching("~", "regexp_match", "POSIX match.", ""),
			matching("~*", "regexp_imatch", "POSIX match in any case.", "i"),
			matching("regexp_like", "regexp_match", "Does the pattern match somewhere in the string?", ""),
			row("regexp_like", "regexp_like", types.TBool, "Does the pattern match somewhere in the string, by parameters?", T, T,
				T),
		},
	}
	g.Rows = append(g.Rows, optionalRows("regexp_replace", "regexp_replace", T, "Replaces every match.",
		[]types.Type{T, T, T, I, T}, 2, map[int]Const{2: strConst(""), 3: i32Const(1), 4: strConst("")})...)
	g.Rows = append(g.Rows, searchRows("regexp_substr", T, "A match.",
		[]types.Type{T, T, I, I, T}, map[int]Const{2: i32Const(1), 3: i32Const(1), 4: strConst("")})...)
	g.Rows = append(g.Rows, searchRows("regexp_count", I, "Counts matches.",
		[]types.Type{T, T, I, T}, map[int]Const{2: i32Const(1), 3: strConst("")})...)
	g.Rows = append(g.Rows, searchRows("regexp_instr", I, "Position of a match.",
		[]types.Type{T, T, I, I, I, T}, map[int]Const{2: i32Const(1), 3: i32Const(1), 4: i32Const(0), 5: strConst("")})...)
	return g
}

// searchRows are the overloads of a function of a text, a pattern, a position, options and the pattern's parameters:
// all from the position on may be left out. It cannot fail if pattern, position and parameters are constants that it
// takes.
func searchRows(name string, ret types.Type, doc string, params []types.Type, defaults map[int]Const) []*Row {
	rows := optionalRows(name, name, ret, doc, params, 2, defaults)
	for _, r := range rows {
		r.Ret = sure(r.Ret, func(args []types.Type, consts []*types.Datum) bool {
			constant := func(i int) *types.Datum {
				if i < len(consts) {
					return consts[i]
				}
				d := defaults[i]
				return &d.V
			}
			pattern, at, flags := constant(1), constant(2), constant(len(params)-1)
			for _, d := range []*types.Datum{pattern, at, flags} {
				if d == nil || d.Null {
					return false
				}
			}
			p, err := compileRegexp(pattern.S, flags.S)
			return err == nil && p.linear() && (len(args) <= 2 || args[2].IsInteger())
		})
	}
	return rows
}

// optionalRows are the overloads of a function whose parameters from least on
// may be left out: defaults are appended as constants.
func optionalRows(name, op string, ret types.Type, doc string, params []types.Type, least int,
	defaults map[int]Const) []*Row {
	var rows []*Row
	for n := least; n <= len(params); n++ {
		var extra []Const
		for i := n; i < len(params); i++ {
			extra = append(extra, defaults[i])
		}
		rows = append(rows, &Row{Name: name, Args: exact(params[:n]...), Doc: doc,
			Ret: func([]types.Type, []*types.Datum) (Bound, error) {
				return Bound{Op: opRef(op), Args: params[:n:n], Extra: extra, Ret: ret}, nil
			}})
	}
	return rows
}

func btoi(v bool) int64 {
	if v {
		return 1
	}
	return 0
}
