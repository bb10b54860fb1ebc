package random

import "fmt"

// lateral joins a query that is made for each row of s.
func (b *builder) lateral(s source) source {
	if b.budget <= 0 || s.rows > crowd {
		return s
	}
	b.budget--
	var r source
	switch n := b.IntN(100); {
	case n < 20:
		r = b.series(s.scope)
	case n < 30:
		r = b.unnest(s.scope)
	default:
		alias := b.alias("t")
		leave := b.inside(s.scope)
		q := b.query(b.depth(), nil)
		leave()
		r = q.as("lateral ", alias)
	}
	kind, on := pick(b.gen, []string{", ", " cross join ", " left join ", " join "}), ""
	if s.commas {
		kind = ", "
	}
	switch kind {
	case " left join ", " join ":
		on = " on true"
	case ", ":
		s.commas = true
	}
	s.sl, s.pg = s.sl+kind+r.sl+on, s.pg+kind+r.pg+on
	s.scope = append(append(scope{}, s.scope...), r.scope...)
	s.rows *= 3
	return s
}

// using is a derived table that joins two tables by a column of one name and one type, or a table with itself.
func (b *builder) using() source {
	l, r := b.table(b.alias("t")), b.table(b.alias("t"))
	name := ""
	for i := range min(len(l.scope), len(r.scope)) {
		x, y := l.scope[i].t, r.scope[i].t
		if x.k == y.k && x.k != kBool && (name == "" || b.chance(40)) {
			name = fmt.Sprintf("c%d", i)
		}
	}
	if name == "" || l.rows*r.rows > b.limit*4 {
		return l
	}
	kind := pick(b.gen, []string{"join", "left join", "right join", "full join"})
	q := query{rows: max(l.rows, r.rows, l.rows*r.rows/4)}
	both := append(append(scope{}, l.scope...), r.scope...)
	list := ""
	add := func(sl string, like expr) {
		if list != "" {
			list += ", "
		}
		list += fmt.Sprintf("%s as x%d", sl, len(q.cols))
		q.cols = append(q.cols, text(like.t, like.bound, sl))
	}
	for i, c := range both {
		side := l.scope
		if i >= len(side) {
			side = r.scope
		}
		if i < len(side) && c.sl[len(c.sl)-len(name):] == name && len(q.cols) == 0 {
			merged := c
			for _, o := range r.scope {
				if o.sl[len(o.sl)-len(name):] == name {
					t, bound, _ := unified([]expr{c, o})
					merged.t, merged.bound = t, max(bound, c.bound, o.bound)
				}
			}
			if c.t.k != kChar {
				add(name, merged)
			}
		}
		if b.chance(60) || len(q.cols) == 0 {
			add(c.sl, c)
		}
	}
	q.sl = fmt.Sprintf("select %s from %s %s %s using (%s)", list, l.sl, kind, r.sl, name)
	q.pg = q.sl
	return q.as("", b.alias("t"))
}
