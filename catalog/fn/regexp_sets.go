package fn

import (
	"bytes"
	"unicode/utf8"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// regexpSetsGroup is PostgreSQL's functions that take texts apart: by regular expressions of its dialect, and by a text
// in between. The parts are an array, or rows.
func regexpSetsGroup() Group {
	T, A := types.TText, types.ArrayOf(types.TText)
	none := strConst("")
	// parts adds the op of an array of what f gives, NULL for nil, and the ops of a row for each: the n-th and how many.
	g := Group{}
	op := func(name, doc string, host func(HostCall) error, in []types.Phys, out types.Phys) {
		g.Ops = append(g.Ops, &Op{Name: name, Shapes: []Shape{{In: in, Out: out}}, MayFail: true, Nulls: CustomNull,
			Host: host, Doc: doc})
	}
	parts := func(name, doc string, f func() partsOf, in ...types.Phys) {
		op(name, doc, hostParts(f), in, str)
		op(name+"_count", "How many: "+doc, hostPartsCount(f), in, i64)
		op(name+"_item", "One, by its number from 0: "+doc, hostPartsItem(f, len(in)), append([]types.Phys{i64}, in...), str)
	}
	parts("split_by_pattern", "The texts between the matches of a pattern, by options.", splitByPattern, str, str, str)
	parts("all_matches", "A pattern's first match, with option g each: the groups, or all of it.", allMatches, str, str,
		str)
	for _, o := range g.Ops {
		o.FoldedBy = 3
	}
	parts("split_by_text", "The texts between the places of a text.", splitByText(2), str, str)
	parts("split_by_text_null", "The texts between the places of a text; those that are the third operand are NULL.",
		splitByText(3), str, str, str)
	g.Ops = append(g.Ops,
		&Op{Name: "first_match", Shapes: []Shape{shape(str, str, str, str)}, MayFail: true, Nulls: CustomNull,
			FoldedBy: 3, Host: hostFirst(compileFirstMatch, setMatchGroups),
			Doc: "The groups of a pattern's first match, or all of it; NULL if there is none."},
		&Op{Name: "matched_part", Shapes: []Shape{shape(str, str, str)}, MayFail: true, Nulls: CustomNull,
			Folded: "matched_part_fold", Host: hostMatchedPart(""),
			Doc: "The first group of a pattern's first match, or all of it; NULL if there is none."},
		&Op{Name: "matched_part_fold", Shapes: []Shape{shape(str, str, str)}, MayFail: true, Nulls: CustomNull,
			Folded: "matched_part_fold", Host: hostMatchedPart("i"), Doc: "matched_part in any case."},
	)
	const matchDoc = "The groups of a pattern's first match, or all of it if it has none; NULL without a match."
	g.Rows = append(g.Rows, optionalRows("regexp_match", "first_match", A, matchDoc, []types.Type{T, T, T}, 2,
		map[int]Const{2: none})...)
	g.Rows = append(g.Rows, setRows(&Set{opRef("all_matches_count")}, optionalRows("regexp_matches", "all_matches_item", A,
		"A row for a pattern's first match, with option g for each: its groups, or all of it.", []types.Type{T, T, T}, 2,
		map[int]Const{2: none}))...)
	g.Rows = append(g.Rows, optionalRows("regexp_split_to_array", "split_by_pattern", A,
		"The texts between the matches of a pattern.", []types.Type{T, T, T}, 2, map[int]Const{2: none})...)
	g.Rows = append(g.Rows, setRows(&Set{opRef("split_by_pattern_count")}, optionalRows("regexp_split_to_table",
		"split_by_pattern_item", T, "A row for each text between the matches of a pattern.", []types.Type{T, T, T}, 2,
		map[int]Const{2: none}))...)
	const between = "The texts between the places of a text, all characters if that is NULL"
	for _, f := range []struct {
		op     string
		params []types.Type
		doc    string
	}{
		{"split_by_text", []types.Type{T, T}, "."},
		{"split_by_text_null", []types.Type{T, T, T}, "; those that are the third argument are NULL."},
	} {
		rows := row("string_to_table", f.op+"_item", T, between+f.doc+" A row for each.", f.params...)
		rows.Set = &Set{opRef(f.op + "_count")}
		g.Rows = append(g.Rows, rows, row("string_to_array", f.op, A, between+f.doc, f.params...))
	}
	g.Rows = append(g.Rows, row("substring", "matched_part", T,
		"SUBSTRING(s FROM pattern): the pattern's first group, or all of the match.", T, T))
	return g
}

// setRows are rows that are functions of several rows.
func setRows(s *Set, rows []*Row) []*Row {
	for _, r := range rows {
		r.Set = &Set{s.Count}
	}
	return rows
}

// partsOf takes a row's text apart: the operands from the number from on. It may keep what it knows of the row in
// front. ok is false for NULL.
type partsOf func(c HostCall, row, from int) (parts []types.Datum, ok bool, err error)

func hostParts(of func() partsOf) func(HostCall) error {
	return func(c HostCall) error {
		f := of()
		return c.AllRows(func(row int) error {
			parts, ok, err := f(c, row, 0)
			if err != nil || !ok {
				c.SetNull(row)
				return err
			}
			return setArray(c, row, []byte(types.MakeArray(types.TText, parts...).S))
		})
	}
}

func hostPartsCount(of func() partsOf) func(HostCall) error {
	return func(c HostCall) error {
		f := of()
		return c.AllRows(func(row int) error {
			parts, ok, err := f(c, row, 0)
			if c.SetInt(row, int64(len(parts))); !ok {
				c.SetNull(row)
			}
			return err
		})
	}
}

// hostPartsItem: the rows of one text follow each other, so that it is taken apart once a vector.
func hostPartsItem(of func() partsOf, operands int) func(HostCall) error {
	return func(c HostCall) error {
		f := remembered(of(), operands)
		return c.AllRows(func(row int) error {
			parts, ok, err := f(c, row, 1)
			n := c.Int(0, row)
			if err != nil || !ok || n >= int64(len(parts)) {
				c.SetNull(row)
				return err
			}
			setDatum(c, row, types.TText, parts[n])
			return nil
		})
	}
}

// remembered is f, which is asked once for rows that follow each other and have the same operands, so many.
func remembered(f partsOf, operands int) partsOf {
	known, nulls := make([][]byte, operands), make([]bool, operands)
	var parts []types.Datum
	ok, asked := false, false
	return func(c HostCall, row, from int) ([]types.Datum, bool, error) {
		same := asked
		for i := range known {
			null := c.Null(from+i, row)
			same = same && null == nulls[i] && (null || bytes.Equal(known[i], c.Str(from+i, row)))
		}
		if same {
			return parts, ok, nil
		}
		for i := range known {
			if nulls[i] = c.Null(from+i, row); !nulls[i] {
				known[i] = append(known[i][:0], c.Str(from+i, row)...)
			}
		}
		var err error
		parts, ok, err = f(c, row, from)
		asked = err == nil
		return parts, ok, err
	}
}

// anyNull reports whether one of n operands is NULL.
func anyNull(c HostCall, row, from, n int) bool {
	for i := from; i < from+n; i++ {
		if c.Null(i, row) {
			return true
		}
	}
	return false
}

// advanced compiles operands that are a pattern of PostgreSQL's and its options, for the function of a name that
// knows no option g.
func (l *lastPattern) advanced(expr, options []byte, name, instead string) (pattern, error) {
	return l.of(expr, options, func(expr, options string) (pattern, error) {
		p, global, err := compileAdvanced(expr, options)
		if err == nil && global {
			e := sqlerr.New(sqlerr.InvalidParameterValue, "%s does not support the \"global\" option", name)
			if instead != "" {
				e = e.WithHint("Use the %s function instead.", instead)
			}
			return nil, e
		}
		return p, err
	})
}

// splitByPattern leaves out matches of nothing at the ends and behind another match.
func splitByPattern() partsOf {
	var last lastPattern
	var found matches
	return func(c HostCall, row, from int) ([]types.Datum, bool, error) {
		if anyNull(c, row, from, 3) {
			return nil, false, nil
		}
		s := c.Str(from, row)
		p, err := last.advanced(c.Str(from+1, row), c.Str(from+2, row), "regexp_split_to_array()", "")
		if err != nil {
			return nil, false, err
		}
		if found, err = p.find(found, s, -1, false); err != nil {
			return nil, false, err
		}
		var parts []types.Datum
		done := 0
		for i := range found.n() {
			loc := found.loc(i)
			if loc[0] == loc[1] && (loc[0] == done || loc[0] == len(s)) {
				continue
			}
			parts = append(parts, types.String(string(s[done:loc[0]])))
			done = loc[1]
		}
		return append(parts, types.String(string(s[done:]))), true, nil
	}
}

// splitByText: an empty text in between stands nowhere; NULL stands between all characters. Of three operands the last
// is what is NULL among the parts.
func splitByText(operands int) func() partsOf {
	return func() partsOf { return splitTexts(operands) }
}

func splitTexts(operands int) partsOf {
	return func(c HostCall, row, from int) ([]types.Datum, bool, error) {
		if c.Null(from, row) {
			return nil, false, nil
		}
		s := c.Str(from, row)
		parts := []types.Datum{}
		part := func(b []byte) {
			if operands == 3 && !c.Null(from+2, row) && bytes.Equal(b, c.Str(from+2, row)) {
				parts = append(parts, types.NullDatum)
			} else {
				parts = append(parts, types.String(string(b)))
			}
		}
		switch {
		case len(s) == 0:
		case c.Null(from+1, row):
			for len(s) > 0 {
				_, n := utf8.DecodeRune(s)
				part(s[:n])
				s = s[n:]
			}
		case len(c.Str(from+1, row)) == 0:
			part(s)
		default:
			for {
				before, behind, found := bytes.Cut(s, c.Str(from+1, row))
				if part(before); !found {
					break
				}
				s = behind
			}
		}
		return parts, true, nil
	}
}

// matchGroups are the texts of a match's groups, or of all of it if the pattern has none.
func matchGroups(s []byte, loc []int) []types.Datum {
	if len(loc) > 2 {
		loc = loc[2:]
	}
	var out []types.Datum
	for i := 0; i < len(loc); i += 2 {
		d := types.NullDatum
		if loc[i] >= 0 {
			d = types.String(string(s[loc[i]:loc[i+1]]))
		}
		out = append(out, d)
	}
	return out
}

// allMatches are arrays, a match's groups each.
func allMatches() partsOf {
	var last lastPattern
	var found matches
	all := false
	return func(c HostCall, row, from int) ([]types.Datum, bool, error) {
		if anyNull(c, row, from, 3) {
			return nil, false, nil
		}
		p, err := last.of(c.Str(from+1, row), c.Str(from+2, row), func(expr, options string) (p pattern, err error) {
			p, all, err = compileAdvanced(expr, options)
			return p, err
		})
		if err != nil {
			return nil, false, err
		}
		n := 1
		if all {
			n = -1
		}
		s := c.Str(from, row)
		found, err = p.find(found, s, n, true)
		var out []types.Datum
		for i := range found.n() {
			out = append(out, types.MakeArray(types.TText, matchGroups(s, found.loc(i))...))
		}
		return out, true, err
	}
}

func compileFirstMatch(l *lastPattern, c HostCall, row int) (pattern, error) {
	return l.advanced(c.Str(1, row), c.Str(2, row), "regexp_match()", "regexp_matches")
}

func setMatchGroups(c HostCall, row int, s []byte, loc []int) error {
	return setArray(c, row, []byte(types.MakeArray(types.TText, matchGroups(s, loc)...).S))
}

// hostMatchedPart: options are those of the pattern.
func hostMatchedPart(options string) func(HostCall) error {
	return hostFirst(func(l *lastPattern, c HostCall, row int) (pattern, error) {
		return l.advanced(c.Str(1, row), []byte(options), "substring()", "")
	}, func(c HostCall, row int, s []byte, loc []int) error {
		setDatum(c, row, types.TText, matchGroups(s, loc)[0])
		return nil
	})
}
