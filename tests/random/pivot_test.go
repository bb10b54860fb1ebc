package random

import (
	"fmt"
	"strings"
)

// pivot is PIVOT of a table, which PostgreSQL is asked as aggregates with FILTER.
func (b *builder) pivot() source {
	t := b.table(b.alias("t"))
	g := b.plain()
	key, value := pick(b.gen, t.scope), g.value(t.scope, cInt, 1)
	by := g.value(t.scope, pick(b.gen, []class{cInt, cStr, cDate}), 1)
	for by.t.k == kChar || value.bound > 1e10 {
		by, value = g.literal(typ{k: kInt4}), g.literal(typ{k: kInt4})
	}
	inner := form(typ{}, 0, "(select %s as k0, %s as u0, %s as p0 from "+t.sl+")", key, value, by)
	agg := pick(b.gen, []string{"sum(u0)", "count(u0)", "min(u0)", "max(u0)", "count(*)"})
	if agg == "count(*)" { // all columns that are not named are keys
		inner = form(typ{}, 0, "(select %s as k0, %s as p0 from "+t.sl+")", key, by)
	}
	q := query{rows: t.rows, cols: []expr{key}}
	var in, cols, pg []string
	for i := range 1 + b.IntN(4) {
		x := fmt.Sprint(i - 1)
		switch by.t.k.class() {
		case cStr:
			x = "'" + pick(b.gen, asciiWords) + "'"
		case cDate:
			x = "date '" + pick(b.gen, dates) + "'"
		}
		in = append(in, fmt.Sprintf("%s as v%d", x, i))
		cols = append(cols, fmt.Sprintf(", v%d as x%d", i, i+1))
		cast, result := "::bigint", typ{k: kInt8}
		if strings.HasPrefix(agg, "m") {
			cast, result = "", value.t
		}
		pg = append(pg, fmt.Sprintf(", (%s filter (where p0 = %s))%s as x%d", agg, x, cast, i+1))
		q.cols = append(q.cols, text(result, value.bound*max(t.rows, 1)*100+1e6, ""))
	}
	q.sl = fmt.Sprintf("select k0 as x0%s from %s pivot (%s for p0 in (%s))", strings.Join(cols, ""), inner.sl, agg,
		strings.Join(in, ", "))
	q.pg = fmt.Sprintf("select k0 as x0%s from %s %s group by k0", strings.Join(pg, ""), inner.pg, b.alias("t"))
	return q.as("", b.alias("t"))
}

// unpivot is UNPIVOT of a table, which PostgreSQL is asked as a lateral VALUES.
func (b *builder) unpivot() source {
	t := b.table(b.alias("t"))
	g := b.plain()
	c := pick(b.gen, []class{cInt, cDec, cStr, cDate, cTS, cFloat, cBool})
	kind := wide[c]
	key := pick(b.gen, t.scope)
	q := query{rows: t.rows * 2, cols: []expr{key, text(typ{k: kStr, p: 10}, 10, ""), text(kind, 0, "")}}
	list := form(typ{}, 0, "%s as k0", key)
	var names, pairs []string
	for i := range 2 + b.IntN(2) {
		x := g.value(t.scope, c, 1)
		if c == cDec && (x.t.s > 6 || x.bound > 1e20) {
			x = g.literal(typ{kDec, 8, 2})
		}
		list = form(typ{}, 0, "%s, (%s)::"+kind.String()+fmt.Sprintf(" as u%d", i), list, x)
		q.cols[2].bound = max(q.cols[2].bound, x.bound)
		names, pairs = append(names, fmt.Sprintf("u%d", i)), append(pairs, fmt.Sprintf("('u%d', u%d)", i, i))
	}
	nulls, where := "", " where v0 is not null"
	if b.chance(40) {
		nulls, where = "include nulls ", ""
	}
	from := form(typ{}, 0, "(select %s from "+t.sl+")", list)
	q.sl = fmt.Sprintf("select k0 as x0, n0 as x1, v0 as x2 from %s unpivot %s(v0 for n0 in (%s))", from.sl, nulls,
		strings.Join(names, ", "))
	q.pg = fmt.Sprintf("select k0 as x0, n0 as x1, v0 as x2 from %s %s cross join lateral (values %s) %s(n0, v0)%s",
		from.pg, b.alias("t"), strings.Join(pairs, ", "), b.alias("t"), where)
	return q.as("", b.alias("t"))
}
