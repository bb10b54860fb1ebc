package random

import "fmt"

// ignoringNulls is a value of another row that is not NULL. PostgreSQL, which does not have that, is asked for the
// values of the frame that are not NULL, as an array.
func (b *builder) ignoringNulls(g gen, s source, part, order, frame expr) expr {
	x := g.any(s.scope, 1)
	if s.rows > 400 { // an array for each row
		return form(typ{k: kInt8}, 1e5, "row_number() over %s", b.over(part, order, expr{}))
	}
	n := 1 + g.IntN(3)
	e := expr{t: x.t, bound: x.bound}
	over := "(" + part.sl + order.sl + frame.sl + ")"
	values := func(frame string) string {
		return fmt.Sprintf("array_remove(array_agg(%s) over (%s%s%s), null)", x.pg, part.pg, order.pg, frame)
	}
	switch g.IntN(5) {
	case 0:
		e.sl = fmt.Sprintf("first_value(%s) ignore nulls over %s", x.sl, over)
		e.pg = fmt.Sprintf("(%s)[1]", values(frame.pg))
	case 1:
		e.sl = fmt.Sprintf("last_value(%s ignore nulls) over %s", x.sl, over)
		e.pg = fmt.Sprintf("(%[1]s)[array_length(%[1]s, 1)]", values(frame.pg))
	case 2:
		e.sl = fmt.Sprintf("nth_value(%s, %d) ignore nulls over %s", x.sl, n, over)
		e.pg = fmt.Sprintf("(%s)[%d]", values(frame.pg), n)
	case 3:
		e.sl = fmt.Sprintf("lag(%s, %d) ignore nulls over (%s%s)", x.sl, n, part.sl, order.sl)
		before := values(" rows between unbounded preceding and 1 preceding")
		e.pg = fmt.Sprintf("(%[1]s)[array_length(%[1]s, 1) - %[2]d]", before, n-1)
	default:
		e.sl = fmt.Sprintf("lead(%s, %d) ignore nulls over (%s%s)", x.sl, n, part.sl, order.sl)
		e.pg = fmt.Sprintf("(%s)[%d]", values(" rows between 1 following and unbounded following"), n)
	}
	return e
}

// overAll is a function of all rows of a partition: a list or a share.
func (b *builder) overAll(g gen, s source, part expr) expr {
	whole := form(typ{}, 0, "(%s)", part)
	if s.rows <= 400 && g.chance(50) {
		return b.shareOver(g, s, part)
	}
	if g.chance(50) {
		x := form(typ{k: kInt8}, 1e6, "(abs(%s) %% 1000 + 1)", g.value(s.scope, cInt, 1))
		e := form(typ{k: kFloat}, 1, "ratio_to_report(%s) over %s", x, whole)
		e.pg = fmt.Sprintf("(%[1]s)::float8 / (sum(%[1]s) over %[2]s)::float8", x.pg, whole.pg)
		e.pg = "(" + e.pg + ")"
		return e
	}
	x := g.value(s.scope, cStr, 1)
	x = form(typ{k: kStr, p: 3}, 12, "left(%s, 3)", x)
	value := fmt.Sprintf(`nullif((%s)::varchar, '')`, x.pg)
	key := g.any(s.scope, 1)
	all := "rows between unbounded preceding and unbounded following"
	return expr{t: typ{k: kStr, p: 65535}, bound: 65535,
		sl: fmt.Sprintf("listagg(%s, ',') within group (order by %s, %s) over %s", x.sl, key.sl, x.sl, whole.sl),
		pg: fmt.Sprintf("string_agg(%s, ',') over (%sorder by %s, %s %s)", value, part.pg, key.pg, value, all)}
}
