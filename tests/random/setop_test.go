package random

import (
	"fmt"
	"strings"
)

// setOperation is two or three queries made one.
func (b *builder) setOperation(depth int, want []class) query {
	if want == nil {
		for range 1 + b.IntN(3) {
			want = append(want, class(b.IntN(int(classes))))
		}
	}
	q := b.arm(depth, want)
	for range pick(b.gen, []int{1, 1, 1, 2, 2, 3}) {
		r := b.arm(depth, want)
		op := pick(b.gen, []string{"union", "union", "union all", "union all", "intersect", "intersect", "except", "except",
			"intersect all", "except all"})
		slOp := op
		if op == "except" && b.chance(30) {
			slOp = "minus"
		}
		if b.chance(50) {
			q, r = r, q
		}
		for i := range q.cols {
			t, bound, _ := unified([]expr{q.cols[i], r.cols[i]})
			q.cols[i].t, q.cols[i].bound = t, max(bound, q.cols[i].bound, r.cols[i].bound)
		}
		q.sl, q.pg = fmt.Sprintf("(%s) %s (%s)", q.sl, slOp, r.sl), fmt.Sprintf("(%s) %s (%s)", q.pg, op, r.pg)
		q.rows += r.rows
	}
	q.order = nil
	tail := b.tail(&q, 0, false)
	q.sl, q.pg = q.sl+tail.sl, q.pg+tail.pg
	return q
}

// arm is a query whose columns have types that any other arm's column of that class can be united with.
func (b *builder) arm(depth int, want []class) query {
	var q query
	if b.chance(12) {
		q = b.valuesQuery(want)
	} else {
		q = b.selection(depth, want)
	}
	alias := b.alias("t")
	s := q.as("", alias)
	if strings.HasPrefix(q.sl, "values") {
		s = named(s)
	}
	sl, pg := "select ", "select "
	for i, c := range s.scope {
		switch {
		case c.t.k == kReal:
			c = form(typ{k: kFloat}, c.bound, "(%s)::float8", c)
		case c.t.k == kChar:
			t := typ{k: kStr, p: c.t.p}
			c = form(t, c.bound, "(%s)::"+t.String(), c)
		case c.t.k == kDec && (c.t.s > 6 || c.t.p-c.t.s > 24):
			t := typ{k: kDec, p: 8, s: 2}
			c = form(t, 1000, "(case when %s is null then null else 7.25 end)::"+t.String(), c)
		}
		if i > 0 {
			sl, pg = sl+", ", pg+", "
		}
		sl, pg = sl+fmt.Sprintf("%s as x%d", c.sl, i), pg+fmt.Sprintf("%s as x%d", c.pg, i)
		q.cols[i].t, q.cols[i].bound = c.t, c.bound
	}
	q.sl, q.pg = sl+" from "+s.sl, pg+" from "+s.pg
	return q
}
