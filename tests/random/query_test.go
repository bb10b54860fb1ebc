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

// maxRows bounds what a join may yield by a rough estimate.
const maxRows = 40000

// builder makes the queries over one schema.
type builder struct {
	gen
	schema  schema
	aliases int
}

func (b *builder) item(depth int) source {
	alias := fmt.Sprintf("t%d", b.aliases)
	b.aliases++
	if depth > 0 && b.chance(30) {
		q := b.query(depth - 1)
		s := source{sl: "(" + q.sl + ") " + alias, pg: "(" + q.pg + ") " + alias, rows: q.rows}
		for i, c := range q.cols {
			s.scope = append(s.scope, text(c.t, c.bound, fmt.Sprintf("%s.x%d", alias, i)))
		}
		return s
	}
	t := pick(b.gen, b.schema)
	s := source{sl: t.name + " " + alias, pg: t.name + " " + alias, rows: float64(len(t.rows))}
	for i, c := range t.cols {
		s.scope = append(s.scope, text(c, t.bound[i], fmt.Sprintf("%s.c%d", alias, i)))
	}
	return s
}

// from is one to four items joined; where is the condition of comma joins.
func (b *builder) from(depth int) (s source, where []expr) {
	s = b.item(depth)
	for range pick(b.gen, []int{0, 0, 1, 1, 1, 2, 3}) {
		r := b.item(depth)
		both := append(append(scope{}, s.scope...), r.scope...)
		on := b.equalities(s.scope, r.scope)
		rows := s.rows * r.rows
		if len(on) > 0 {
			rows /= 4
		}
		if rows > maxRows {
			continue
		}
		if b.chance(35) {
			on = append(on, b.value(both, cBool, 2))
		}
		kind := pick(b.gen, []string{"join", "inner join", "left join", "left outer join", ","})
		switch {
		case s.commas:
			kind = ","
		case len(on) == 0:
			kind = pick(b.gen, []string{"cross join", ","})
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
			rows = max(rows, s.rows)
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

// query is a SELECT with at most depth levels of subqueries.
func (b *builder) query(depth int) query {
	s, where := b.from(depth)
	if b.chance(50) {
		where = append(where, b.value(s.scope, cBool, 3))
	}
	q := query{rows: s.rows}
	tail := ""
	words := "select "
	var groups expr
	if b.chance(40) {
		q.cols, groups = b.aggregates(s)
	} else {
		for range 1 + b.IntN(5) {
			q.cols = append(q.cols, b.any(s.scope, 3))
		}
		if b.chance(15) {
			words = "select distinct "
		}
	}
	order := b.Perm(len(q.cols))
	limited := b.chance(25)
	if !limited {
		order = order[:b.IntN(len(order)+1)]
	}
	for i, c := range order {
		tail += pick(b.gen, []string{", ", ", "}) + fmt.Sprint(c+1) +
			pick(b.gen, []string{"", " asc", " desc", " desc nulls last", " nulls first", " asc nulls last"})
		q.order = append(q.order, c)
		if i == 0 {
			tail = " order by " + strings.TrimPrefix(tail, ", ")
		}
	}
	if limited {
		n := b.IntN(20)
		tail += fmt.Sprintf(" limit %d", n)
		if b.chance(30) {
			tail += fmt.Sprintf(" offset %d", b.IntN(10))
		}
		q.rows = min(q.rows, float64(n))
	}
	sl, pg := words, words
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

// aggregates are the select list over groups, and GROUP BY and HAVING.
func (b *builder) aggregates(s source) (cols []expr, groups expr) {
	var keys []expr
	for range pick(b.gen, []int{0, 1, 1, 2, 2, 3}) {
		k := pick(b.gen, s.scope)
		if b.chance(25) {
			if e := b.any(s.scope, 2); names(e, s.scope) {
				k = e
			}
		}
		keys = append(keys, k)
	}
	var aggs []expr
	for range 1 + b.IntN(4) {
		aggs = append(aggs, b.aggregate(s))
	}
	if b.chance(5) && len(keys) > 0 {
		aggs = nil // GROUP BY alone
	}
	above := scope(append(append([]expr{}, keys...), aggs...))
	for _, e := range above {
		switch {
		case b.chance(70):
			cols = append(cols, e)
		case b.chance(50):
			cols = append(cols, b.any(above, 2))
		}
	}
	if len(cols) == 0 {
		cols = append(cols, above[0])
	}
	if len(keys) > 0 {
		for i, k := range keys {
			sep := ", "
			if i == 0 {
				sep = " group by "
			}
			groups.sl, groups.pg = groups.sl+sep+k.sl, groups.pg+sep+k.pg
		}
	} else if len(aggs) == 0 {
		return cols, groups
	}
	if b.chance(25) {
		c := b.value(above, cBool, 2)
		groups.sl, groups.pg = groups.sl+" having "+c.sl, groups.pg+" having "+c.pg
	}
	return cols, groups
}

func names(e expr, s scope) bool {
	for _, c := range s {
		if strings.Contains(e.sl, c.sl) {
			return true
		}
	}
	return false
}

func (b *builder) aggregate(s source) expr {
	rows := max(s.rows, 1) * 100 // the estimate may be too low
	big := typ{k: kInt8}
	distinct := ""
	if b.chance(20) {
		distinct = "distinct "
	}
	switch b.IntN(13) {
	case 0:
		return text(big, 1e9, "count(*)")
	case 11:
		return b.list(s)
	case 12:
		return b.approximate(s)
	case 1, 2:
		return form(big, 1e9, "count("+distinct+"%s)", b.any(s.scope, 2))
	case 3:
		x := b.value(s.scope, cInt, 2)
		if x.bound*rows < 1e17 {
			e := form(big, x.bound*rows, "sum("+distinct+"%s)", x)
			e.pg += "::bigint"
			return e
		}
	case 4:
		x := b.value(s.scope, cInt, 2)
		e := form(big, x.bound+1, "avg("+distinct+"%s)", x)
		e.pg = "trunc(" + e.pg + ")::bigint"
		return e
	case 5:
		x := b.value(s.scope, cDec, 2)
		if e := form(typ{kDec, 38, x.t.s}, x.bound*rows, "sum("+distinct+"%s)", x); fits(e) {
			return e
		}
	case 6:
		x := b.value(s.scope, cDec, 2)
		if e := form(typ{kDec, 38, x.t.s}, x.bound*rows, "avg("+distinct+"%s)", x); fits(e) {
			e.pg = fmt.Sprintf("trunc((sum(%s%s))::numeric(90,45) / nullif(count(%s%s), 0), %d)", distinct, x.pg, distinct, x.pg,
				x.t.s)
			e.bound = x.bound + 1
			return e
		}
	case 7:
		x := b.value(s.scope, cFloat, 2)
		return form(typ{k: kFloat}, x.bound*rows, pick(b.gen, []string{"sum(", "avg("})+distinct+"%s)", x)
	case 8: // exact in both; of floats each keeps other last digits
		x := b.value(s.scope, pick(b.gen, []class{cInt, cDec}), 2)
		e := form(typ{k: kFloat}, x.bound*x.bound, pick(b.gen, []string{"stddev", "stddev_pop", "variance", "var_pop"})+"("+
			distinct+"%s)", x)
		e.pg += "::float8"
		return e
	case 9:
		return form(typ{k: kBool}, 0, pick(b.gen, []string{"bool_and(%s)", "bool_or(%s)"}), b.value(s.scope, cBool, 2))
	}
	x := b.value(s.scope, pick(b.gen, []class{cInt, cDec, cFloat, cStr, cDate, cTS, cTime}), 2)
	return form(x.t, x.bound, pick(b.gen, []string{"min(%s)", "max(%s)"}), x)
}
