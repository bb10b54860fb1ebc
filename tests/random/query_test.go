package random

import (
	"fmt"
	"strings"
)

// query is one SELECT in both systems' words.
type query struct {
	sl, pg string
	cols   []expr // output columns, named x0, x1 … where it is a subquery
	order  []int  // output columns the rows are sorted by
	rows   float64
}

// source is a FROM item and what it brings into scope.
type source struct {
	sl, pg string
	scope  scope
	rows   float64
	commas bool // items follow commas: an ON behind them could not name them
}

// maxRows bounds what a join may yield by a rough estimate; crowd where each row may ask a subquery, few in a subquery.
const (
	maxRows = 40000
	crowd   = 2500
	few     = 150
)

// builder makes the queries over one schema.
type builder struct {
	gen
	schema  schema
	aliases int
	shared  []source // what WITH has named
	outer   scope    // the columns of the queries around the one being made
	budget  int      // subqueries that the query may still have
	limit   float64  // of rows by the estimate
}

func newBuilder(g gen, s schema) *builder {
	b := &builder{gen: g, schema: s}
	b.gen.nested = b.subquery
	return b
}

// begin makes room for the next query.
func (b *builder) begin() {
	b.aliases, b.shared, b.outer = 0, nil, nil
	b.budget, b.limit = pick(b.gen, []int{1, 1, 2, 3}), crowd
	if b.chance(15) {
		b.budget, b.limit = 0, maxRows
	}
}

func (b *builder) alias(letter string) string {
	b.aliases++
	return fmt.Sprintf("%s%d", letter, b.aliases-1)
}

// as is a query as a FROM item.
func (q query) as(word, alias string) source {
	s := source{sl: word + "(" + q.sl + ") " + alias, pg: word + "(" + q.pg + ") " + alias, rows: q.rows}
	for i, c := range q.cols {
		s.scope = append(s.scope, text(c.t, c.bound, fmt.Sprintf("%s.x%d", alias, i)))
	}
	return s
}

func (b *builder) item(depth int) source {
	if len(b.shared) > 0 && b.chance(60) {
		return b.reference()
	}
	if b.chance(4) {
		return b.series(nil)
	}
	if b.chance(5) {
		return b.using()
	}
	alias := b.alias("t")
	if depth > 0 && b.chance(30) {
		return b.query(depth-1, nil).as("", alias)
	}
	return b.table(alias)
}

// joins are how many FROM may have: in a subquery there are few.
func (b *builder) joins() []int {
	if b.limit <= few {
		return []int{0, 0, 0, 1, 1, 2}
	}
	return []int{0, 0, 1, 1, 1, 2, 3}
}

func (b *builder) table(alias string) source {
	t := pick(b.gen, b.schema)
	for range 10 {
		if float64(len(t.rows)) <= b.limit && (len(t.rows) > 1 || b.chance(25)) {
			break
		}
		t = pick(b.gen, b.schema)
	}
	s := source{sl: t.name + " " + alias, pg: t.name + " " + alias, rows: float64(len(t.rows))}
	for i, c := range t.cols {
		s.scope = append(s.scope, text(c, t.bound[i], fmt.Sprintf("%s.c%d", alias, i)))
	}
	return s
}

// from is one to four items joined; where is the condition of comma joins.
func (b *builder) from(depth int) (s source, where []expr) {
	s = b.item(depth)
	for range pick(b.gen, b.joins()) {
		if b.chance(12) {
			s = b.lateral(s)
			continue
		}
		r := b.item(depth)
		both := append(append(scope{}, s.scope...), r.scope...)
		on := b.equalities(s.scope, r.scope)
		rows := s.rows * r.rows
		if len(on) > 0 {
			rows /= 4
		}
		if rows > b.limit {
			continue
		}
		hashed := len(on) > 0
		if b.chance(35) || len(on) == 0 && b.chance(40) {
			on = append(on, b.value(both, cBool, 2))
		}
		kind := pick(b.gen, []string{"join", "inner join", "left join", "left outer join", ",", "right join", "full join"})
		switch {
		case s.commas:
			kind = ","
		case len(on) == 0:
			kind = pick(b.gen, []string{"cross join", ","})
		case kind == "full join" && !hashed: // which PostgreSQL does not know how to do
			kind = "left join"
		}
		switch kind {
		case ",":
			where, s.commas = append(where, on...), true
			s.sl, s.pg = s.sl+spaced(kind)+r.sl, s.pg+spaced(kind)+r.pg
		case "cross join":
			s.sl, s.pg = s.sl+spaced(kind)+r.sl, s.pg+spaced(kind)+r.pg
		default:
			c := all(on)
			s.sl, s.pg = s.sl+spaced(kind)+r.sl+" on "+c.sl, s.pg+spaced(kind)+r.pg+" on "+c.pg
			rows = max(rows, s.rows, r.rows)
		}
		s.scope, s.rows = both, rows
	}
	return s, where
}

func spaced(kind string) string {
	if kind == "," {
		return ", "
	}
	return " " + kind + " "
}

// all joins conditions by AND.
func all(conds []expr) expr {
	e := conds[0]
	for _, c := range conds[1:] {
		e = form(typ{k: kBool}, 0, "%s and %s", e, c)
	}
	return e
}

// equalities are none to two conditions that a hash join can use.
func (b *builder) equalities(l, r scope) []expr {
	var list []expr
	for range pick(b.gen, []int{0, 1, 1, 1, 1, 1, 2}) {
		for range 10 {
			x, y := pick(b.gen, l), pick(b.gen, r)
			cx, cy := x.t.k.class(), y.t.k.class()
			number := func(c class) bool { return c <= cDec }
			if cx == cBool || cx != cy && !(number(cx) && number(cy)) {
				continue
			}
			if b.chance(15) {
				x = b.value(l, cx, 2)
			}
			if b.chance(50) {
				x, y = y, x
			}
			list = append(list, form(typ{k: kBool}, 0, "%s = %s", x, y))
			break
		}
	}
	return list
}

// query is a SELECT or a set operation with at most depth levels of derived tables, of columns of the classes wanted
// or, if want is nil, of any.
func (b *builder) query(depth int, want []class) query {
	if b.chance(12) {
		return b.setOperation(depth, want)
	}
	return b.selection(depth, want)
}

// selection is a SELECT.
func (b *builder) selection(depth int, want []class) query {
	s, where := b.from(depth)
	if len(b.outer) > 0 {
		where = append(where, b.equalities(s.scope, b.outer)...)
	}
	if b.chance(40) {
		where = append(where, b.value(b.seen(s), cBool, pick(b.gen, []int{1, 2, 2, 3})))
	}
	q := query{rows: s.rows}
	words := expr{sl: "select ", pg: "select "}
	var groups expr
	distinctOn := 0
	switch {
	case b.chance(40):
		q.cols, groups = b.aggregates(s, want)
	default:
		seen := b.seen(s)
		if want == nil {
			for range 1 + b.IntN(4) {
				q.cols = append(q.cols, b.column(s, seen))
			}
		} else {
			for _, c := range want {
				q.cols = append(q.cols, b.value(seen, c, 2))
			}
		}
		switch n := b.IntN(100); {
		case n < 12:
			words = expr{sl: "select distinct ", pg: "select distinct "}
		case n < 18:
			words, distinctOn = b.distinctOn(&q)
		}
	}
	tail := b.tail(&q, distinctOn)
	sl, pg := words.sl, words.pg
	for i, c := range q.cols {
		if i > 0 {
			sl, pg = sl+", ", pg+", "
		}
		sl, pg = sl+fmt.Sprintf("%s as x%d", c.sl, i), pg+fmt.Sprintf("%s as x%d", c.pg, i)
	}
	sl, pg = sl+" from "+s.sl, pg+" from "+s.pg
	if len(where) > 0 {
		c := all(where)
		sl, pg = sl+" where "+c.sl, pg+" where "+c.pg
	}
	q.sl, q.pg = sl+groups.sl+tail, pg+groups.pg+tail
	return q
}

// column is an output column: a value or a window over the rows.
func (b *builder) column(s source, seen scope) expr {
	if b.chance(10) {
		return b.window(s)
	}
	return b.any(seen, pick(b.gen, []int{0, 1, 2, 3}))
}

// seen is what an expression of a query may name: its own columns, sometimes also those around it.
func (b *builder) seen(s source) scope {
	if len(b.outer) == 0 || b.chance(50) {
		return s.scope
	}
	return append(append(scope{}, s.scope...), b.outer...)
}

// tail is ORDER BY and LIMIT; the first leading columns keep their place. What is limited is sorted by all columns.
func (b *builder) tail(q *query, leading int) string {
	tail := ""
	order := b.Perm(len(q.cols))
	limited := b.chance(20)
	switch {
	case leading > 0:
		order = nil
		for i := range q.cols {
			order = append(order, i)
		}
	case !limited:
		order = order[:b.IntN(len(order)+1)]
	}
	for i, c := range order {
		tail += ", " + fmt.Sprint(c+1) +
			pick(b.gen, []string{"", " asc", " desc", " desc nulls last", " nulls first", " asc nulls last"})
		q.order = append(q.order, c)
		if i == 0 {
			tail = " order by " + strings.TrimPrefix(tail, ", ")
		}
	}
	if limited {
		n := 1 + b.IntN(20)
		tail += fmt.Sprintf(" limit %d", n)
		if b.chance(15) {
			tail += fmt.Sprintf(" offset %d", b.IntN(5))
		}
		q.rows = min(q.rows, float64(n))
	}
	return tail
}
