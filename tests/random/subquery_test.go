package random

import (
	"fmt"
	"regexp"
	"strings"
)

// plainColumn is a column by its name: what a subquery may name of the query around it. An aggregate, or a key that is
// an expression, would mean something else in there.
var plainColumn = regexp.MustCompile(`^[a-z]\d+\.[cx]\d+$`)

func (s scope) columns() scope {
	var found scope
	for _, e := range s {
		if plainColumn.MatchString(e.sl) {
			found = append(found, e)
		}
	}
	return found
}

// plain makes values without subqueries.
func (b *builder) plain() gen { return gen{Rand: b.gen.Rand} }

// inside makes queries that may name the columns of s and whose joins are small, until the function it returns is
// called.
func (b *builder) inside(s scope) (leave func()) {
	outer, limit, shared := b.outer, b.limit, b.shared
	b.outer = s.columns()
	if b.chance(30) {
		b.outer = append(append(scope{}, b.outer...), outer...)
	}
	if b.chance(15) {
		b.outer = nil
	}
	b.limit = few
	return func() { b.outer, b.limit, b.shared = outer, limit, shared }
}

// subquery is a value of a class that a subquery makes.
func (b *builder) subquery(s scope, c class) (expr, bool) {
	if b.budget <= 0 {
		return expr{}, false
	}
	b.budget--
	if c == cInts {
		return b.arrayOfQuery(s), true
	}
	if c != cBool || b.chance(10) {
		return b.scalar(s, c), true
	}
	op := pick(b.gen, []string{"=", "<>", "<", "<=", ">", ">="})
	switch b.IntN(13) {
	case 12:
		return b.rowIn(s, op), true
	case 0, 1:
		return b.exists(s), true
	case 2:
		return b.rowIn(s, pick(b.gen, []string{"in", "not in"})), true
	case 3:
		return b.rowIn(s, op+pick(b.gen, []string{" any", " all", ""})), true
	case 4, 5:
		return b.member(s, "in"), true
	case 6, 7:
		return b.member(s, "not in"), true
	case 8, 9:
		return b.member(s, op+pick(b.gen, []string{" any", " some"})), true
	case 10:
		return b.member(s, op+" all"), true
	}
	k := pick(b.gen, []class{cInt, cDec, cStr, cDate, cTS})
	return form(typ{k: kBool}, 0, "(%s "+pick(b.gen, []string{"=", "<>", "<", ">="})+" %s)", b.plain().value(s, k, 1),
		b.scalar(s, k)), true
}

func (b *builder) exists(s scope) expr {
	defer b.inside(s)()
	q := b.query(b.depth(), nil)
	return expr{sl: "(exists (" + q.sl + "))", pg: "(exists (" + q.pg + "))", t: typ{k: kBool}}
}

// depth is how deep derived tables in a subquery go.
func (b *builder) depth() int { return pick(b.gen, []int{0, 0, 0, 1}) }

// member compares a value with a subquery's rows.
func (b *builder) member(s scope, op string) expr {
	c := pick(b.gen, []class{cInt, cInt, cInt, cDec, cFloat, cStr, cDate, cTS, cTime, cTZ, cBytes, cUUID, cZoned, cBool})
	x := b.plain().value(s, c, 1)
	defer b.inside(s)()
	q := b.query(b.depth(), []class{c})
	return expr{sl: fmt.Sprintf("(%s %s (%s))", x.sl, op, q.sl), pg: fmt.Sprintf("(%s %s (%s))", x.pg, op, q.pg),
		t: typ{k: kBool}}
}

// rowIn compares a row with a subquery's rows; no word but an operator: with its only row.
func (b *builder) rowIn(s scope, op string) expr {
	var list []class
	var sl, pg []string
	for range 2 + b.IntN(2) {
		c := pick(b.gen, []class{cInt, cInt, cDec, cStr, cDate})
		x := b.plain().value(s, c, 1)
		list, sl, pg = append(list, c), append(sl, x.sl), append(pg, x.pg)
	}
	defer b.inside(s)()
	q := b.query(b.depth(), list)
	if len(op) <= 2 && op != "in" {
		q = b.first(q)
	}
	return expr{sl: fmt.Sprintf("((%s) %s (%s))", strings.Join(sl, ", "), op, q.sl),
		pg: fmt.Sprintf("((%s) %s (%s))", strings.Join(pg, ", "), op, q.pg), t: typ{k: kBool}}
}

// scalar is a subquery of one row at most: the first of all, or an aggregate of a derived table.
func (b *builder) scalar(s scope, c class) expr {
	defer b.inside(s)()
	if b.chance(50) {
		src, where := b.from(b.depth())
		if len(b.outer) > 0 {
			where = append(where, b.equalities(src.scope, b.outer)...)
		}
		if b.chance(40) {
			where = append(where, b.value(b.seen(src), cBool, 2))
		}
		for range 20 {
			e := b.aggregate(src)
			if e.t.k.class() != c {
				continue
			}
			q := form(e.t, e.bound, "(select %s from ", e)
			q.sl, q.pg = q.sl+src.sl, q.pg+src.pg
			if len(where) > 0 {
				w := all(where)
				q.sl, q.pg = q.sl+" where "+w.sl, q.pg+" where "+w.pg
			}
			q.sl, q.pg = q.sl+")", q.pg+")"
			return q
		}
	}
	q := b.query(b.depth(), []class{c})
	x := q.cols[0]
	q = b.first(q)
	return expr{sl: "(" + q.sl + ")", pg: "(" + q.pg + ")", t: x.t, bound: x.bound}
}

// first is the first row of a query in some order of all its columns.
func (b *builder) first(q query) query {
	alias := b.alias("t")
	var list, order []string
	for i := range q.cols {
		c := fmt.Sprintf("%s.x%d", alias, i)
		list = append(list, c)
		order = append(order, c+pick(b.gen, []string{"", " desc", " nulls first", " desc nulls last"}))
	}
	wrap := "select %s from (%s) %s order by %s limit 1"
	q.sl = fmt.Sprintf(wrap, strings.Join(list, ", "), q.sl, alias, strings.Join(order, ", "))
	q.pg = fmt.Sprintf(wrap, strings.Join(list, ", "), q.pg, alias, strings.Join(order, ", "))
	return q
}
