package random

import "fmt"

// series is generate_series, between columns of s if there is one.
func (b *builder) series(s scope) source {
	alias := b.alias("t")
	from, to, step := b.IntN(5)-2, b.IntN(12)-1, ""
	first, last := fmt.Sprint(from), fmt.Sprint(to)
	if b.chance(30) {
		step = fmt.Sprintf(", %d", pick(b.gen, []int{1, 2, 3, -1}))
	}
	if small := s.columns().of(func(t typ) bool { return t.k == kInt2 || t.k == kInt4 }); len(small) > 0 {
		last = fmt.Sprintf("(%s %% 5)", pick(b.gen, small).sl)
		if b.chance(60) {
			last = fmt.Sprintf("abs(%s)", last)
		}
		last += "::int"
	}
	r := source{rows: 10, scope: scope{text(typ{k: kInt4}, 20, alias+".x0")}}
	r.sl = fmt.Sprintf("generate_series(%s, %s%s) as %s(x0)", first, last, step, alias)
	r.pg = r.sl
	return r
}

// numberOfSome is how many of a table's rows there are behind LIMIT and OFFSET, whichever these are.
func (b *builder) numberOfSome() source {
	t := b.table(b.alias("t"))
	where := b.simple(t.scope) // that many rows fulfil
	if b.chance(30) {
		where = b.plain().value(t.scope, cBool, 2)
	}
	inner := form(typ{}, 0, "(select 1 as x0 from "+t.sl+" where %s", where)
	end := fmt.Sprintf(" limit %d", 1+b.IntN(pick(b.gen, []int{3, 10, 30})))
	if b.chance(70) {
		end += fmt.Sprintf(" offset %d", b.IntN(20))
	}
	q := form(typ{k: kInt8}, 1e6, "select count(*) as x0 from %s"+end+") "+b.alias("t"), inner)
	return query{sl: q.sl, pg: q.pg, cols: []expr{q}, rows: 1}.as("", b.alias("t"))
}
