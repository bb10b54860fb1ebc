package random

import "fmt"

// with is a query over named queries, each of which may use the ones before it; some name themselves. With RECURSIVE
// they stand in any order.
func (b *builder) with(depth int) query {
	var items [][2]string
	recursive := false
	for i := range 1 + b.IntN(3) {
		name := fmt.Sprintf("w%d", i)
		cols := ""
		var q query
		if b.chance(35) {
			q, cols = b.recursion(name), " (x0, x1)"
			recursive = true
		} else {
			q = b.query(depth, nil)
			if b.chance(30) {
				cols = " (" + q.names() + ")"
			}
		}
		items = append(items, [2]string{name + cols + " as (" + q.sl + ")", name + cols + " as (" + q.pg + ")"})
		shared := source{sl: name, rows: q.rows}
		shared.scope = q.cols
		b.shared = append(b.shared, shared)
	}
	q := b.query(depth, nil)
	word := "with "
	if recursive {
		word = "with recursive "
		b.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	}
	sl, pg := word, word
	for i, it := range items {
		if i > 0 {
			sl, pg = sl+", ", pg+", "
		}
		sl, pg = sl+it[0], pg+it[1]
	}
	q.sl, q.pg = sl+" "+q.sl, pg+" "+q.pg
	return q
}

// reference is a FROM item that names one of some queries: of WITH, or views.
func (b *builder) reference(named []source) source {
	w := pick(b.gen, named)
	alias := b.alias("t")
	s := source{sl: w.sl + " " + alias, pg: w.sl + " " + alias, rows: w.rows}
	for i, c := range w.scope {
		s.scope = append(s.scope, text(c.t, c.bound, fmt.Sprintf("%s.x%d", alias, i)))
	}
	return s
}

// recursion is a counter, or a walk over a graph whose edges are a table's rows.
func (b *builder) recursion(name string) query {
	i := typ{k: kInt4}
	cols := []expr{text(i, 1000, "x0"), text(i, 1000, "x1")}
	t := b.table("e")
	ints := t.scope.of(typ.isInt)
	if len(ints) == 0 || b.chance(40) {
		sql := fmt.Sprintf("select %d, 0 union%s select x0 + %d, x1 + 1 from %s where x1 < %d", b.IntN(9)-4,
			pick(b.gen, []string{"", " all"}), b.IntN(4), name, b.IntN(30))
		return query{sl: sql, pg: sql, cols: cols, rows: 30}
	}
	nodes := 5 + b.IntN(20)
	node := func() string { return fmt.Sprintf("(%s %% %d)::int", pick(b.gen, ints).sl, nodes) }
	from, to := node(), node()
	join := pick(b.gen, []string{"join", "join", "left join"})
	sql := fmt.Sprintf("select %s, 0 from %s union select %s, w.x1 + 1 from %s w %s %s on %s = w.x0 where w.x1 < %d",
		from, t.sl, to, name, join, t.sl, from, 1+b.IntN(5))
	return query{sl: sql, pg: sql, cols: cols, rows: float64(nodes * 5)}
}
