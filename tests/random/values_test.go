package random

import (
	"fmt"
	"strings"
)

// valuesQuery is VALUES as a query: a few rows of literals.
func (b *builder) valuesQuery(want []class) query {
	q := query{rows: float64(1 + b.IntN(6))}
	var types []typ
	for i, c := range want {
		t := b.typeOf(c)
		types = append(types, t)
		q.cols = append(q.cols, text(t, 0, fmt.Sprintf("x%d", i)))
	}
	var rows []string
	for range int(q.rows) {
		var row []string
		for i, t := range types {
			e := b.literal(t)
			q.cols[i].bound = max(q.cols[i].bound, e.bound)
			row = append(row, e.sl)
		}
		rows = append(rows, "("+strings.Join(row, ", ")+")")
	}
	q.sl = "values " + strings.Join(rows, ", ")
	q.pg = q.sl
	return q
}

// literals is VALUES as an item, whose columns are given names.
func (b *builder) literals() source {
	var want []class
	for range 1 + b.IntN(4) {
		want = append(want, class(b.IntN(int(classes))))
	}
	return named(b.valuesQuery(want).as("", b.alias("t")))
}

// named gives a query's columns names by a list behind the alias: VALUES has no others.
func named(s source) source {
	var names []string
	for i := range s.scope {
		names = append(names, fmt.Sprintf("x%d", i))
	}
	list := "(" + strings.Join(names, ", ") + ")"
	s.sl, s.pg = s.sl+list, s.pg+list
	return s
}
