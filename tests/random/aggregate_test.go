package random

import (
	"fmt"
	"strings"
)

// aggregates are the select list over groups, GROUP BY and HAVING, and what a window may be over.
func (b *builder) aggregates(s source, want []class) (cols []expr, by grouped, over source) {
	var keys []expr
	for range pick(b.gen, []int{0, 1, 1, 2, 2, 3}) {
		k := pick(b.gen, s.scope)
		if b.chance(25) {
			g := b.plain()
			if b.chance(30) { // a subquery is a key like any other expression
				g = b.gen
			}
			if e := g.any(s.scope, 2); names(e, s.scope) {
				k = e
			}
		}
		keys = append(keys, k)
	}
	var aggs []expr
	for range 1 + b.IntN(4) {
		aggs = append(aggs, b.aggregate(s))
	}
	if b.chance(15) {
		aggs = append(aggs[:len(aggs)-1], b.kin(s)...)
	}
	if b.chance(5) && len(keys) > 0 {
		aggs = nil // GROUP BY alone
	}
	above := scope(append(append([]expr{}, keys...), aggs...))
	if want == nil && len(keys) > 0 && b.chance(8) {
		return b.groupByAll(keys, aggs, s)
	}
	by = b.grouping(keys)
	if by.sets {
		above = append(above, by.marks...)
		by.apart(b, above)
	}
	over = source{scope: above, rows: s.rows}
	for _, c := range want {
		cols = append(cols, b.value(above, c, 2))
	}
	for _, e := range above {
		switch {
		case want != nil:
		case b.chance(70):
			cols = append(cols, e)
		case b.chance(50):
			cols = append(cols, b.any(above, 2))
		}
	}
	if want == nil && b.chance(12) {
		cols = append(cols, b.window(over))
	}
	if len(cols) == 0 {
		cols = append(cols, above[0])
	}
	if b.chance(25) {
		c := b.value(above, cBool, 2)
		by.having = form(typ{}, 0, " having %s", c)
		if by.sets {
			by.having.pg = " where " + c.pg
		}
	}
	return cols, by, over
}

// groupByAll has all keys in the select list, where GROUP BY ALL looks for them.
func (b *builder) groupByAll(keys, aggs []expr, s source) (cols []expr, by grouped, over source) {
	cols = append(append(cols, keys...), aggs...)
	b.Shuffle(len(cols), func(i, j int) { cols[i], cols[j] = cols[j], cols[i] })
	var list []string
	for _, k := range keys {
		list = append(list, k.pg)
	}
	by.clause = expr{sl: " group by all", pg: " group by " + strings.Join(list, ", ")}
	return cols, by, source{scope: cols, rows: s.rows}
}

func names(e expr, s scope) bool {
	for _, c := range s {
		if strings.Contains(e.sl, c.sl) {
			return true
		}
	}
	return false
}

// filter is FILTER of an aggregate, most often none.
func (b *builder) filter(s source) expr {
	if !b.chance(12) {
		return expr{}
	}
	return form(typ{}, 0, " filter (where %s)", b.value(s.scope, cBool, 2))
}

func (b *builder) aggregate(s source) expr {
	held := b.budget
	defer func() { b.budget = held }()
	if len(b.outer) > 0 { // an aggregate of nothing but columns around would belong there
		b.budget = 0
	}
	f := b.filter(s)
	distinct := ""
	if b.chance(20) {
		distinct = "distinct "
	}
	word, classes := "", []class{cInt}
	switch b.IntN(18) {
	case 0:
		return form(typ{k: kInt8}, 1e9, "count(*)%s", f)
	case 1, 2, 16:
		return b.ofOne("count", distinct, b.any(s.scope, 2), f, s.rows)
	case 3:
		word = "sum"
	case 4:
		word = "avg"
	case 5:
		word, classes = "sum", []class{cDec}
	case 6:
		word, classes = "avg", []class{cDec}
	case 7:
		word, classes = pick(b.gen, []string{"sum", "avg"}), []class{cFloat}
	case 8:
		word, classes = "variance", []class{cInt, cDec}
	case 9:
		return form(typ{k: kBool}, 0, pick(b.gen, []string{"bool_and(%s)%s", "bool_or(%s)%s"}), b.value(s.scope, cBool, 2), f)
	case 11:
		return b.list(s)
	case 12:
		return b.approximate(s)
	case 13, 14:
		return b.ordered(s, f)
	case 15:
		return b.ofPairs(s, f)
	case 17:
		return b.arrayOf(s, distinct, f)
	default:
		word, distinct, classes = "min", "", []class{cInt, cDec, cFloat, cStr, cDate, cTS, cTime, cTZ, cBytes, cUUID, cZoned}
	}
	return b.ofOne(word, distinct, b.value(s.scope, pick(b.gen, classes), 2), f, s.rows)
}

// kin are aggregates of one argument, of all its values or of the different ones: what they are made of may be shared,
// or may not.
func (b *builder) kin(s source) (list []expr) {
	held := b.budget
	defer func() { b.budget = held }()
	b.budget = 0
	x := b.value(s.scope, pick(b.gen, []class{cInt, cInt, cDec, cFloat, cStr}), 1)
	words := []string{"count", "sum", "sum", "avg", "variance", "min"}
	if x.t.k.class() == cStr {
		words = []string{"count", "count", "min"}
	}
	for range 2 + b.IntN(3) {
		list = append(list, b.ofOne(pick(b.gen, words), pick(b.gen, []string{"", "distinct "}), x, b.filter(s), s.rows))
	}
	return list
}

// ofOne is an aggregate of one argument among about so many rows, f is its FILTER: the one named or, if the argument's
// class has no such one or it could overflow, a MIN or MAX.
func (b *builder) ofOne(word, distinct string, x, f expr, about float64) expr {
	rows := max(about, 1) * 100 // the estimate may be too low
	big, c := typ{k: kInt8}, x.t.k.class()
	exact := c == cInt || c == cDec
	switch {
	case word == "count":
		return form(big, 1e9, "count("+distinct+"%s)%s", x, f)
	case word == "sum" && c == cInt && x.bound*rows < 1e17:
		e := form(big, x.bound*rows, "sum("+distinct+"%s)%s", x, f)
		e.pg += "::bigint"
		return e
	case word == "avg" && c == cInt:
		e := form(big, x.bound+1, "avg("+distinct+"%s)%s", x, f)
		e.pg = "trunc(" + e.pg + ")::bigint"
		return e
	case word == "sum" && c == cDec:
		if e := form(typ{kDec, 38, x.t.s}, x.bound*rows, "sum("+distinct+"%s)%s", x, f); fits(e) {
			return e
		}
	case word == "avg" && c == cDec:
		if e := form(typ{kDec, 38, x.t.s}, x.bound*rows, "avg("+distinct+"%s)%s", x, f); fits(e) {
			e.pg = fmt.Sprintf("trunc((sum(%[1]s%[2]s)%[3]s)::numeric(90,45) / nullif(count(%[1]s%[2]s)%[3]s, 0), %[4]d)",
				distinct, x.pg, f.pg, x.t.s)
			e.bound = x.bound + 1
			return e
		}
	case (word == "sum" || word == "avg") && c == cFloat:
		return form(typ{k: kFloat}, x.bound*rows, word+"("+distinct+"%s)%s", x, f)
	case word == "variance" && exact: // of floats each keeps other last digits
		e := form(typ{k: kFloat}, x.bound*x.bound, pick(b.gen, []string{"stddev", "stddev_pop", "variance", "var_pop"})+"("+
			distinct+"%s)%s", x, f)
		e.pg += "::float8"
		return e
	}
	return form(x.t, x.bound, pick(b.gen, []string{"min(%s)%s", "max(%s)%s"}), x, f)
}
