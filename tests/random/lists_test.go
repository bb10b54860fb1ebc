package random

import (
	"fmt"
	"strings"
)

// list is LISTAGG, which PostgreSQL calls string_agg: there with what is left out, the order of equal rows and the
// limit of the result said.
func (b *builder) list(s source) expr {
	held := b.budget
	defer func() { b.budget = held }()
	b.budget = 0 // the subquery twice under DISTINCT is two
	x := b.value(s.scope, cStr, 2)
	x = form(x.t, min(x.bound, 12), "left(%s, 3)", x)
	distinct := ""
	words, of := "listagg(%s%s, %s) within group (order by %s)", `nullif((%s)::varchar, '')`
	if b.chance(30) { // which has empty strings
		words, of = "string_agg(%s%s, %s order by %s)", `((%s)::text)`
	}
	value := fmt.Sprintf(of, x.pg)
	var sl, pg []string
	if b.chance(25) {
		distinct = "distinct "
		desc := pick(b.gen, []string{"", " desc"})
		sl, pg = []string{x.sl + desc}, []string{value + desc}
	} else {
		if b.chance(30) {
			x = b.value(s.scope, cInt, 2)
			value = fmt.Sprintf(`(%s)::varchar`, x.pg)
		}
		for range 1 + b.IntN(3) {
			k := b.any(s.scope, 1)
			how := pick(b.gen, []string{"", "", " desc", " asc", " nulls first", " desc nulls last"})
			sl, pg = append(sl, k.sl+how), append(pg, k.pg+how)
		}
		pg = append(pg, value)
	}
	delimiter := pick(b.gen, []string{"','", "''", "' - '", "'é'"})
	list := fmt.Sprintf("string_agg(%s%s, %s order by %s)", distinct, value, delimiter, strings.Join(pg, ", "))
	return expr{
		sl: fmt.Sprintf(words, distinct, x.sl, delimiter, strings.Join(sl, ", ")),
		pg: fmt.Sprintf("case when octet_length(%[1]s) > 65535 then (1 / (length(%[1]s) - length(%[1]s)))::varchar "+
			"else %[1]s end", list),
		t: typ{k: kStr, p: 65535}, bound: 65535,
	}
}

// approximate is APPROXIMATE COUNT(DISTINCT) of so few values that it is exact.
func (b *builder) approximate(s source) expr {
	var x expr
	switch {
	case s.rows < 50: // an estimate
		x = b.any(s.scope, 2)
	case b.chance(20):
		x = b.value(s.scope, cBool, 2)
	default:
		x = form(typ{k: kInt8}, 300, "((%s) %% 300)", b.value(s.scope, cInt, 2))
	}
	e := form(typ{k: kInt8}, 1e9, "count(distinct %s)", x)
	e.sl = "approximate " + e.sl
	return e
}
