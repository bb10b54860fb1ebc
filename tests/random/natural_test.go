package random

import (
	"fmt"
	"strings"
)

// common are one or two columns of a table that another has of the same type too, by number.
func (b *builder) common(l, r source) (pairs [][2]int) {
	for i, x := range l.scope {
		for j, y := range r.scope {
			if x.t == y.t && x.t.k != kBool && x.t.k != kChar && len(pairs) < 2 {
				pairs = append(pairs, [2]int{i, j})
				break
			}
		}
	}
	return pairs
}

// natural is NATURAL JOIN of two tables, whose columns get names for it.
func (b *builder) natural() source {
	l, r := b.table(b.alias("t")), b.table(b.alias("t"))
	keys := b.common(l, r)
	if len(keys) == 0 || l.rows*r.rows > b.limit*4 {
		return l
	}
	q := query{rows: max(l.rows, r.rows, l.rows*r.rows/4)}
	var list []string
	add := func(c expr, name string) {
		list = append(list, fmt.Sprintf("%s as x%d", name, len(q.cols)))
		q.cols = append(q.cols, text(c.t, c.bound, name))
	}
	side := func(s source, at int, letter string) string {
		var cols []string
		for k, pair := range keys {
			cols = append(cols, fmt.Sprintf("%s as n%d", s.scope[pair[at]].sl, k))
		}
		for range b.IntN(3) {
			name := fmt.Sprintf("%s%d", letter, len(cols))
			c := pick(b.gen, s.scope)
			cols = append(cols, c.sl+" as "+name)
			add(c, name)
		}
		return fmt.Sprintf("(select %s from %s) %s", strings.Join(cols, ", "), s.sl, b.alias("t"))
	}
	left, right := side(l, 0, "l"), side(r, 1, "m")
	for k, pair := range keys {
		x, y := l.scope[pair[0]], r.scope[pair[1]]
		add(text(x.t, max(x.bound, y.bound), ""), fmt.Sprintf("n%d", k))
	}
	kind := pick(b.gen, []string{"natural join", "natural left join", "natural right join", "natural full join",
		"natural inner join"})
	q.sl = fmt.Sprintf("select %s from %s %s %s", strings.Join(list, ", "), left, kind, right)
	q.pg = q.sl
	return q.as("", b.alias("t"))
}

// plus is Oracle's outer join, which PostgreSQL is asked as a left join.
func (b *builder) plus() source {
	l, r := b.table(b.alias("t")), b.table(b.alias("t"))
	keys := b.common(l, r)
	if len(keys) == 0 || l.rows*r.rows > b.limit*4 {
		return l
	}
	q := query{rows: max(l.rows, r.rows, l.rows*r.rows/4)}
	both := append(append(scope{}, l.scope...), r.scope...)
	var list, plus, on []string
	for i := range 1 + b.IntN(4) {
		c := pick(b.gen, both)
		list, q.cols = append(list, fmt.Sprintf("%s as x%d", c.sl, i)), append(q.cols, c)
	}
	for _, k := range keys {
		x, y := l.scope[k[0]].sl, r.scope[k[1]].sl
		op := pick(b.gen, []string{"=", "=", "=", "<=", ">"})
		plus, on = append(plus, fmt.Sprintf("%s %s %s(+)", x, op, y)), append(on, fmt.Sprintf("%s %s %s", x, op, y))
	}
	if b.chance(30) {
		y := pick(b.gen, r.scope)
		plus, on = append(plus, y.sl+"(+) is not null"), append(on, y.sl+" is not null")
	}
	var where string
	if b.chance(30) {
		where = pick(b.gen, l.scope).sl + " is not null"
		plus, where = append(plus, where), " where "+where
	}
	q.sl = fmt.Sprintf("select %s from %s, %s where %s", strings.Join(list, ", "), l.sl, r.sl, strings.Join(plus, " and "))
	q.pg = fmt.Sprintf("select %s from %s left join %s on %s%s", strings.Join(list, ", "), l.pg, r.pg,
		strings.Join(on, " and "), where)
	return q.as("", b.alias("t"))
}
