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
	views   []source // of the schema
	names   int      // aliases given
	shared  []source // what WITH has named
	outer   scope    // the columns of the queries around the one being made
	budget  int      // subqueries that the query may still have
	limit   float64  // of rows by the estimate
	placed  bool     // the query being made has a function of places of rows
	windows *[]expr  // the definitions that WINDOW of the query being made holds
}

func newBuilder(g gen, s schema) *builder {
	b := &builder{gen: g, schema: s}
	b.gen.nested, b.gen.divisors = b.subquery, new([]expr)
	return b
}

// begin makes room for the next query.
func (b *builder) begin() {
	b.names, b.shared, b.outer, b.windows, b.placed = 0, nil, nil, nil, false
	b.budget, b.limit = pick(b.gen, []int{1, 1, 2, 3}), crowd
	if b.chance(15) {
		b.budget, b.limit = 0, maxRows
	}
}

func (b *builder) alias(letter string) string {
	b.names++
	return fmt.Sprintf("%s%d", letter, b.names-1)
}

// as is a query as a FROM item.
func (q query) as(word, alias string) source {
	s := source{sl: word + "(" + q.sl + ") " + alias, pg: word + "(" + q.pg + ") " + alias, rows: q.rows}
	for i, c := range q.cols {
		s.scope = append(s.scope, text(c.t, c.bound, fmt.Sprintf("%s.x%d", alias, i)))
	}
	return s
}

// names are those of the columns, where the query is a subquery.
func (q query) names() string {
	list := make([]string, len(q.cols))
	for i := range list {
		list[i] = fmt.Sprintf("x%d", i)
	}
	return strings.Join(list, ", ")
}

func (b *builder) item(depth int) source {
	if len(b.shared) > 0 && b.chance(60) {
		return b.reference(b.shared)
	}
	if len(b.views) > 0 && b.chance(4) {
		return b.reference(b.views)
	}
	if b.chance(22) {
		return b.special()
	}
	alias := b.alias("t")
	if depth > 0 && b.chance(30) {
		return b.query(depth-1, nil).as("", alias)
	}
	return b.table(alias)
}

// special is an item that is neither a table nor an ordinary query.
func (b *builder) special() source {
	switch b.IntN(19) {
	case 13, 14, 15, 16:
		return b.windowed()
	case 17:
		return b.unnest(nil)
	case 10, 11:
		return b.connect()
	case 12, 18:
		return b.numberOfSome()
	case 0, 1:
		return b.series(nil)
	case 2, 3:
		return b.using()
	case 4:
		return b.natural()
	case 5:
		return b.plus()
	case 6:
		return b.literals()
	case 7:
		return b.pivot()
	case 8:
		return b.unpivot()
	}
	if b.chance(50) {
		return b.exclude()
	}
	return b.aliased()
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
		for i := range 10 {
			x, y := pick(b.gen, l), pick(b.gen, r)
			if first, other := l.firsts(), r.firsts(); i == 0 && len(first) > 0 && len(other) > 0 && b.chance(60) {
				x, y = pick(b.gen, first), pick(b.gen, other)
			}
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

// firsts are the first columns of tables and queries: by those they lie more often than by others.
func (s scope) firsts() scope {
	var found scope
	for _, e := range s {
		if strings.HasSuffix(e.sl, ".c0") || strings.HasSuffix(e.sl, ".x0") {
			found = append(found, e)
		}
	}
	return found
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
	windows, placed := b.windows, b.placed
	defer func() { b.windows, b.placed = windows, placed }()
	b.windows, b.placed = nil, false
	s, where := b.from(depth)
	if len(b.outer) > 0 {
		where = append(where, b.equalities(s.scope, b.outer)...)
	}
	if b.chance(40) {
		where = append(where, b.value(b.seen(s), cBool, pick(b.gen, []int{1, 2, 2, 3})))
	}
	if b.chance(25) {
		where = append(where, b.simple(s.scope))
	}
	q := query{rows: s.rows}
	p := parts{words: text(typ{}, 0, "select "), from: expr{sl: s.sl, pg: s.pg}}
	b.windows = &p.windows
	over := s // what a window is over: rows, or groups
	distinctOn := 0
	switch {
	case b.chance(40):
		q.cols, p.groups, over = b.aggregates(s, want)
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
			p.words = text(typ{}, 0, "select distinct ")
		case n < 22:
			p.words, distinctOn = b.distinctOn(&q)
		}
	}
	if p.words.sl == "select " && len(over.scope) > 0 && b.chance(7) {
		p.qualify = b.qualify(over)
	}
	tail := b.tail(&q, distinctOn, p.words.sl == "select ")
	p.words.sl += tail.top
	p.where, p.tail = where, tail.expr
	q.sl, q.pg = p.text(b, q.cols)
	return q
}

// parts are a SELECT's clauses.
type parts struct {
	words, from expr
	where       []expr
	groups      grouped
	windows     []expr // definitions: name AS (…)
	qualify     expr
	tail        expr
}

// text puts the clauses together. QUALIFY, which PostgreSQL does not have, is WHERE of a query around there.
func (p *parts) text(b *builder, cols []expr) (sl, pg string) {
	list := expr{}
	for i, c := range cols {
		sep := ""
		if i > 0 {
			sep = ", "
		}
		list = form(typ{}, 0, "%s"+sep+"%s"+fmt.Sprintf(" as x%d", i), list, c)
	}
	rest := form(typ{}, 0, " from %s", p.from)
	if len(p.where) > 0 {
		rest = form(typ{}, 0, "%s where %s", rest, all(p.where))
	}
	rest = p.groups.of(rest)
	for i, w := range p.windows {
		sep := ", "
		if i == 0 {
			sep = " window "
		}
		rest = form(typ{}, 0, "%s"+sep+"%s", rest, w)
	}
	if p.qualify.sl == "" {
		q := form(typ{}, 0, "%s%s%s%s", p.words, list, rest, p.tail)
		return q.sl, q.pg
	}
	sl = p.words.sl + list.sl + rest.sl + " qualify " + p.qualify.sl + p.tail.sl
	alias := b.alias("q")
	pg = fmt.Sprintf("select %s from (select %s, %s as q0%s) %s where q0%s", query{cols: cols}.names(), list.pg,
		p.qualify.pg, rest.pg, alias, p.tail.pg)
	return sl, pg
}

// column is an output column: a value or a window over the rows.
func (b *builder) column(s source, seen scope) expr {
	switch n := b.IntN(100); {
	case n < 10:
		return b.window(s)
	case n < 13:
		return b.array(seen, 2)
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

// tail is what follows the clauses of a query; top stands behind SELECT.
type tail struct {
	expr
	top string
}

// tail is ORDER BY and LIMIT; the first leading columns keep their place. What is limited is sorted by all columns, or
// keeps its last row's ties.
func (b *builder) tail(q *query, leading int, top bool) tail {
	var t tail
	order := b.Perm(len(q.cols))
	limited := b.chance(20) || b.limit <= few && b.chance(20)
	ties := limited && b.chance(20)
	switch {
	case leading > 0:
		order = nil
		for i := range q.cols {
			order = append(order, i)
		}
	case ties:
		order = order[:1+b.IntN(len(order))]
	case !limited:
		order = order[:b.IntN(len(order)+1)]
	}
	by := ""
	for i, c := range order {
		by += ", " + fmt.Sprint(c+1) +
			pick(b.gen, []string{"", " asc", " desc", " desc nulls last", " nulls first", " asc nulls last"})
		q.order = append(q.order, c)
		if i == 0 {
			by = " order by " + strings.TrimPrefix(by, ", ")
		}
	}
	t.expr = text(typ{}, 0, by)
	n := 1 + b.IntN(20)
	if b.limit <= few && b.chance(60) { // that leaves rows out
		n = 1 + b.IntN(3)
	}
	switch {
	case ties:
		both := " fetch first " + computed(b.gen, n) + " rows with ties"
		t.sl, t.pg = t.sl+both, t.pg+both
	case limited:
		t.limit(b.gen, n, top)
		q.rows = min(q.rows, float64(n))
	}
	return t
}

// computed is n, or something that comes to it.
func computed(g gen, n int) string {
	form := pick(g, []string{"%d", "(select %d)", "(%d + (select 0))", "(select count(*) + %d - 1 from (select 1) one)"})
	return fmt.Sprintf(form, n)
}

// limit ends a query after n rows, in one of the ways to say so.
func (t *tail) limit(g gen, n int, top bool) {
	limit, offset := fmt.Sprintf(" limit %d", n), fmt.Sprintf(" offset %d", g.IntN(5))
	fetch := pick(g, []string{fmt.Sprintf(" fetch first %d rows only", n), fmt.Sprintf(" fetch next %d row only", n)})
	both := limit
	switch k := g.IntN(100); {
	case k < 15:
		both += offset
	case k < 22:
		both = offset + limit
	case k < 30:
		both = offset + " rows" + fetch
	case k < 38:
		both = fetch
	case k < 42:
		both = offset
	case k < 50:
		both = " limit " + computed(g, n)
	case k < 63 && top:
		t.top = fmt.Sprintf("top %d ", n)
		t.pg += limit
		return
	}
	t.sl, t.pg = t.sl+both, t.pg+both
}
