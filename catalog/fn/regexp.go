package fn

import (
	"regexp"
	"strings"
	"sync"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// regexpGroup is POSIX regular expressions and SIMILAR TO, run by Go's engine:
// linear in the text, without back references.
func regexpGroup() Group {
	T, I := types.TText, types.TInt4
	match := func(name, doc string, compile func(p string) (*regexp.Regexp, error)) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(str, str, i8)}, MayFail: true, Doc: doc, Host: func(c HostCall) error {
			return c.Rows(func(row int) error {
				re, err := compile(string(c.Str(1, row)))
				if err != nil {
					return err
				}
				c.SetInt(row, btoi(re.Match(c.Str(0, row))))
				return nil
			})
		}}
	}
	matching := func(name, op, doc string, compile func(p string) (*regexp.Regexp, error)) *Row {
		r := row(name, op, types.TBool, doc, T, T)
		r.Ret = sure(r.Ret, func(_ []types.Type, consts []*types.Datum) bool {
			if consts[1] == nil || consts[1].Null {
				return false
			}
			_, err := compile(consts[1].S)
			return err == nil
		})
		return r
	}
	posix := func(p string) (*regexp.Regexp, error) { return compileRegexp(p, "") }
	anyCase := func(p string) (*regexp.Regexp, error) { return compileRegexp(p, "i") }
	op := func(name, doc string, host func(HostCall) error, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: true, Host: host, Doc: doc}
	}
	g := Group{
		Ops: []*Op{
			match("regexp_match", "Does the pattern match somewhere in s?", posix),
			match("regexp_imatch", "Does the pattern match somewhere in s, in any case?", anyCase),
			op("regexp_like", "Does the pattern match somewhere in s, by parameters?", hostRegexpLike, str, str, str, i8),
			match("similar_to", "Does the SQL pattern match s as a whole?", compileSimilar),
			op("regexp_replace", "Every match from a position on replaced.", hostRegexpReplace, str, str, str, i32, str, str),
			{Name: "regexp_substr", Shapes: []Shape{shape(str, str, i32, i32, str, str)}, MayFail: true, Nulls: CustomNull,
				Host: hostRegexpSubstr,
				Doc:  "The n-th match from a position on; '' if there is none, NULL if there cannot be one."},
			op("regexp_count", "Number of matches from a position on.", hostRegexpCount, str, str, i32, str, i32),
			op("regexp_instr", "Position of the n-th match, of its end if option is 1.", hostRegexpInstr, str, str, i32, i32,
				i32, str, i32),
		},
		Rows: []*Row{
			matching("~", "regexp_match", "POSIX match.", posix),
			matching("~*", "regexp_imatch", "POSIX match in any case.", anyCase),
			matching("regexp_like", "regexp_match", "Does the pattern match somewhere in the string?", posix),
			row("regexp_like", "regexp_like", types.TBool, "Does the pattern match somewhere in the string, by parameters?", T, T,
				T),
			matching("similar to", "similar_to", "SQL pattern match.", compileSimilar),
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
			_, err := compileRegexp(pattern.S, flags.S)
			return err == nil && at.Lo >= 1 && (len(args) <= 2 || args[2].IsInteger())
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

// regexps caches compiled patterns: a query uses few, for many rows.
var regexps = struct {
	sync.RWMutex
	m map[string]*regexp.Regexp // guarded by the mutex; emptied when it grows
}{m: map[string]*regexp.Regexp{}}

const maxRegexps = 256

// compileRegexp compiles a POSIX pattern (Go's syntax is close) with Redshift's
// parameters: c and i for case, e for submatch extraction, p for PCRE.
func compileRegexp(pattern, params string) (*regexp.Regexp, error) {
	flags := "s"
	for _, c := range params {
		switch c {
		case 'i':
			flags += "i"
		case 'c', 'e', 'p':
		default:
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "invalid regular expression parameter \"%c\"", c)
		}
	}
	return cachedRegexp("(?"+flags+")"+pattern, pattern)
}

func cachedRegexp(expr, shown string) (*regexp.Regexp, error) {
	regexps.RLock()
	re := regexps.m[expr]
	regexps.RUnlock()
	if re != nil {
		return re, nil
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, sqlerr.New("2201B", "invalid regular expression: \"%s\"", shown)
	}
	regexps.Lock()
	if len(regexps.m) >= maxRegexps {
		clear(regexps.m)
	}
	regexps.m[expr] = re
	regexps.Unlock()
	return re, nil
}

// compileSimilar turns an SQL pattern into a regular expression: % and _ are
// wildcards, | * + ? {} () [] are operators, everything else stands for itself.
func compileSimilar(pattern string) (*regexp.Regexp, error) {
	var sb strings.Builder
	sb.WriteString("(?s)^(?:")
	inClass := false
	rs := []rune(pattern)
	for i := 0; i < len(rs); i++ {
		c := rs[i]
		switch {
		case c == '\\' && i+1 < len(rs):
			i++
			sb.WriteString(regexp.QuoteMeta(string(rs[i])))
		case inClass:
			inClass = c != ']'
			sb.WriteRune(c)
		case c == '[':
			inClass = true
			sb.WriteRune(c)
		case c == '%':
			sb.WriteString(".*")
		case c == '_':
			sb.WriteByte('.')
		case strings.ContainsRune("|*+?{}()", c):
			sb.WriteRune(c)
		default:
			sb.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	sb.WriteString(")$")
	return cachedRegexp(sb.String(), pattern)
}
