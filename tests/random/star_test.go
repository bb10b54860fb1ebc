package random

import (
	"fmt"
	"strings"
)

// exclude is a table without some of its columns, which PostgreSQL is asked by naming the others.
func (b *builder) exclude() source {
	t := b.table(b.alias("t"))
	if len(t.scope) < 3 {
		return t
	}
	drop := map[int]bool{b.IntN(len(t.scope)): true, b.IntN(len(t.scope)): true}
	alias := b.alias("t")
	var without, kept []string
	s := source{rows: t.rows}
	for i, c := range t.scope {
		name := c.sl[strings.Index(c.sl, ".")+1:]
		if drop[i] {
			without = append(without, name)
			continue
		}
		kept = append(kept, name)
		s.scope = append(s.scope, text(c.t, c.bound, alias+"."+name))
	}
	list := strings.Join(without, ", ")
	if len(without) > 1 || b.chance(50) {
		list = "(" + list + ")"
	}
	s.sl = fmt.Sprintf("(select * exclude %s from %s) %s", list, t.sl, alias)
	s.pg = fmt.Sprintf("(select %s from %s) %s", strings.Join(kept, ", "), t.pg, alias)
	return s
}

// aliased is a query whose columns name columns before them, which PostgreSQL is asked by what these are.
func (b *builder) aliased() source {
	t := b.table(b.alias("t"))
	g := b.plain()
	q := query{rows: t.rows}
	alias := b.alias("y")
	var sl, pg, names []string
	for i := range 2 + b.IntN(3) {
		e := g.any(t.scope, 2)
		if i > 0 { // of a class that there is
			before := pick(b.gen, q.cols)
			e = g.value(append(scope{before}, q.cols...), before.t.k.class(), 2)
		}
		name := fmt.Sprintf("%s_%d", alias, i) // as no column around is called
		sl, pg = append(sl, e.sl+" as "+name), append(pg, e.pg+" as "+name)
		e.sl, e.pg = name, "("+e.pg+")"
		names = append(names, fmt.Sprintf("%s as x%d", name, i))
		q.cols = append(q.cols, e)
	}
	wrap := "select " + strings.Join(names, ", ") + " from (select %s from %s) " + alias
	q.sl = fmt.Sprintf(wrap, strings.Join(sl, ", "), t.sl)
	q.pg = fmt.Sprintf(wrap, strings.Join(pg, ", "), t.pg)
	return q.as("", b.alias("t"))
}
