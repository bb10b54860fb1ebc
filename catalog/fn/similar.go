package fn

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"slipher/catalog/types"
)

// similarGroup is SQL's patterns: SIMILAR TO and SUBSTRING(s SIMILAR pattern ESCAPE e). Redshift guide, "SIMILAR TO".
func similarGroup() Group {
	T, B := types.TText, types.TBool
	match := func(name, flags, doc string) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(str, str, str, i8)}, MayFail: true, Folded: "similar_to_fold",
			Host: hostSimilar(flags), Doc: doc}
	}
	part := func(name, flags, doc string) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(str, str, str, str)}, MayFail: true, Nulls: CustomNull,
			Folded: "similar_part_fold", Host: hostSimilarPart(flags), Doc: doc}
	}
	g := Group{
		Ops: []*Op{
			match("similar_to", "", "Does the SQL pattern, with an escape, match s as a whole?"),
			match("similar_to_fold", "i", "Does the SQL pattern, with an escape, match s as a whole, in any case?"),
			part("similar_part", "", "What matches between an SQL pattern's quotes, or all of it; NULL without a match."),
			part("similar_part_fold", "i", "What matches, in any case, between an SQL pattern's quotes, or all of it."),
		},
		Rows: []*Row{row("substring", "similar_part", T,
			"SUBSTRING(s SIMILAR pattern ESCAPE e): what matches between the escaped quotes.", T, T, T)},
	}
	g.Rows = append(g.Rows, optionalRows("similar to", "similar_to", B, "SQL pattern match.", []types.Type{T, T, T}, 2,
		map[int]Const{2: strConst(`\`)})...)
	for _, r := range g.Rows[1:] {
		r.Ret = sure(r.Ret, func(_ []types.Type, consts []*types.Datum) bool {
			escape := `\`
			if len(consts) == 3 {
				if consts[2] == nil || consts[2].Null {
					return false
				}
				escape = consts[2].S
			}
			if consts[1] == nil || consts[1].Null {
				return false
			}
			p, err := compileSimilar("", consts[1].S, escape)
			return err == nil && p.linear()
		})
	}
	return g
}

func hostSimilar(flags string) func(HostCall) error {
	return hostMatches(3, func(expr, escape string) (pattern, error) { return compileSimilar(flags, expr, escape) })
}

func hostSimilarPart(flags string) func(HostCall) error {
	compile := func(expr, escape string) (pattern, error) { return compileSimilarParts(flags, expr, escape) }
	return hostFirst(func(l *lastPattern, c HostCall, row int) (pattern, error) {
		return l.of(c.Str(1, row), c.Str(2, row), compile)
	}, func(c HostCall, row int, s []byte, loc []int) error {
		c.SetStr(row, s[loc[2]:loc[3]])
		return nil
	})
}

// compileSimilar compiles an SQL pattern that matches a text as a whole. flags: i for any case, or nothing.
func compileSimilar(flags, expr, escape string) (pattern, error) {
	parts, err := similarParts(expr, escape)
	if err != nil {
		return nil, err
	}
	if len(parts) > 1 {
		return nil, InvalidRegexp.Err()
	}
	return compilePattern(posix, "(?s"+flags+")^(?:"+parts[0]+")$", expr)
}

// compileSimilarParts compiles an SQL pattern whose first group is what stands between two escaped quotes, or all. What
// stands in front matches as little as it may.
func compileSimilarParts(flags, expr, escape string) (pattern, error) {
	parts, err := similarParts(expr, escape)
	if err != nil {
		return nil, err
	}
	switch len(parts) {
	case 1:
		return compilePattern(posix, "(?s"+flags+")^("+parts[0]+")$", expr)
	case 3:
		return compilePattern(posix, "(?s"+flags+")^(?:"+asShort(parts[0])+")("+parts[1]+")(?:"+parts[2]+")$", expr)
	}
	return nil, InvalidRegexp.Err()
}

// asShort lets any characters be as few as they may.
func asShort(re string) string { return strings.ReplaceAll(re, ".*", ".*?") }

// similarParts turns an SQL pattern into regular expressions, of what stands between escaped quotes: % and _ are
// wildcards, | * + ? {} () [] are operators, everything else stands for itself.
func similarParts(expr, escape string) ([]string, error) {
	if utf8.RuneCountInString(escape) > 1 {
		return nil, InvalidEscapeChar.Err()
	}
	esc := rune(-1)
	for _, r := range escape {
		esc = r
	}
	var parts []string
	var sb strings.Builder
	rs := []rune(expr)
	inClass := false
	for i := 0; i < len(rs); i++ {
		c := rs[i]
		switch {
		case c == esc:
			if i++; i == len(rs) {
				return nil, InvalidEscape.Err()
			}
			if rs[i] == '"' && !inClass {
				parts = append(parts, sb.String())
				sb.Reset()
				continue
			}
			sb.WriteString(regexp.QuoteMeta(string(rs[i])))
		case inClass && c == '[' && i+1 < len(rs) && rs[i+1] == ':': // [:alpha:]
			end := strings.Index(string(rs[i:]), ":]")
			if end < 0 {
				return nil, InvalidRegexp.Err()
			}
			class := string(rs[i:])[:end+2]
			sb.WriteString(class)
			i += utf8.RuneCountInString(class) - 1
		case inClass:
			inClass = c != ']'
			if c == '\\' {
				sb.WriteByte('\\')
			}
			sb.WriteRune(c)
		case c == '[':
			inClass = true
			sb.WriteRune(c)
		case c == '%':
			sb.WriteString(".*")
		case c == '_':
			sb.WriteByte('.')
		case c == '(':
			sb.WriteString("(?:")
		case strings.ContainsRune("|*+?{})", c):
			sb.WriteRune(c)
		default:
			sb.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return append(parts, sb.String()), nil
}
