package random

import (
	"fmt"
	"strings"
)

// array is an array of BIGINTs, its bound that of its elements.
func (g gen) array(s scope, depth int) expr {
	t := typ{k: kInts}
	if cols := s.of(func(t typ) bool { return t.k == kInts }); len(cols) > 0 && g.chance(70) {
		return pick(g, cols)
	}
	if g.nested != nil && g.chance(20) {
		if e, ok := g.nested(s, cInts); ok {
			return e
		}
	}
	n := g.IntN(8)
	if depth <= 0 && n > 4 {
		n = 0
	}
	switch n {
	case 4:
		return g.literal(t)
	case 5:
		a, x := g.array(s, depth-1), g.element(s, depth-1)
		return form(t, max(a.bound, x.bound), "array_append(%s, %s)", a, x)
	case 6:
		a, x := g.array(s, depth-1), g.element(s, depth-1)
		return form(t, max(a.bound, x.bound), "array_prepend(%s, %s)", x, a)
	case 7:
		a, b := g.array(s, depth-1), g.array(s, depth-1)
		return form(t, max(a.bound, b.bound), pick(g, []string{"array_cat(%s, %s)", "(%s || %s)"}), a, b)
	}
	var list []expr
	bound := 0.0
	for range 1 + g.IntN(4) {
		x := g.element(s, depth-1)
		list, bound = append(list, x), max(bound, x.bound)
	}
	return form(t, bound, "array["+strings.TrimSuffix(strings.Repeat("%s, ", len(list)), ", ")+"]", list...)
}

func (g gen) element(s scope, depth int) expr {
	x := g.value(s, cInt, depth)
	return form(typ{k: kInt8}, x.bound, "(%s)::bigint", x)
}

// ofArray is an integer that an array gives.
func (g gen) ofArray(s scope, depth int) expr {
	a := g.array(s, depth)
	switch g.IntN(5) {
	case 0:
		return form(typ{k: kInt4}, 1e6, "array_length(%s, 1)", a)
	case 1:
		return form(typ{k: kInt4}, 1e6, "cardinality(%s)", a)
	case 2:
		return form(typ{k: kInt4}, 1e6, "array_position(%s, %s)", a, g.element(s, depth))
	}
	return form(typ{k: kInt8}, a.bound, fmt.Sprintf("(%%s)[%d]", g.IntN(4)), a)
}

// aboutArrays is a condition on an array.
func (g gen) aboutArrays(s scope, depth int) expr {
	t, a := typ{k: kBool}, g.array(s, depth)
	op := pick(g, []string{"=", "=", "<>", "<", "<=", ">", ">="})
	switch g.IntN(6) {
	case 0:
		return form(t, 0, "(%s "+op+" %s)", a, g.array(s, depth))
	case 1:
		return form(t, 0, "(%s "+pick(g, []string{"@>", "<@", "&&"})+" %s)", a, g.array(s, depth))
	}
	return form(t, 0, "(%s "+op+pick(g, []string{" any (%s))", " any (%s))", " all (%s))"}), g.element(s, depth), a)
}

// joined is an array as a string.
func (g gen) joined(s scope, depth int) expr {
	a := g.array(s, depth)
	for a.bound > 1e6 || strings.Contains(a.sl, "select") || strings.Contains(a.sl, ".x") { // as long as it may be
		a = g.array(nil, 0)
	}
	null := pick(g, []string{"", ", '*'"})
	return form(typ{k: kStr, p: 200}, 200, "array_to_string(%s, ','"+null+")", a)
}

// arrayOf is ARRAY_AGG.
func (b *builder) arrayOf(s source, distinct string, f expr) expr {
	x := b.plain().element(s.scope, 1)
	how := pick(b.gen, []string{"", " desc", " nulls first", " desc nulls last"})
	if distinct != "" { // which leaves NULLs where they lie
		how = pick(b.gen, []string{"", " desc"})
	}
	return form(typ{k: kInts}, x.bound, "array_agg("+distinct+"%s order by %s"+how+")%s", x, x, f)
}

// arrayOfQuery is the array of a subquery's rows in their order.
func (b *builder) arrayOfQuery(s scope) expr {
	defer b.inside(s)()
	q := b.query(b.depth(), []class{cInt})
	t := b.alias("t")
	e := form(typ{k: kInts}, q.cols[0].bound, "array(select "+t+".x0::bigint from (%s) "+t+" order by 1)",
		expr{sl: q.sl, pg: q.pg})
	if b.chance(20) {
		e.sl, e.pg = strings.TrimSuffix(e.sl, ")")+" limit 2)", strings.TrimSuffix(e.pg, ")")+" limit 2)"
	}
	return e
}

// unnest is an array as a FROM item; its elements are between columns of s, if there is one.
func (b *builder) unnest(s scope) source {
	a := b.plain().array(s.columns(), 1)
	alias := b.alias("t")
	e := form(typ{k: kInt8}, a.bound, "unnest(%s) as "+alias+"(x0)", a)
	return source{sl: e.sl, pg: e.pg, rows: 4, scope: scope{text(e.t, e.bound, alias+".x0")}}
}
