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
			if e := b.plain().any(s.scope, 2); names(e, s.scope) {
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
	rows := max(s.rows, 1) * 100 // the estimate may be too low
	big := typ{k: kInt8}
	distinct := ""
	if b.chance(20) {
		distinct = "distinct "
	}
	switch b.IntN(17) {
	case 0:
		return form(big, 1e9, "count(*)%s", f)
	case 13, 14:
		return b.ordered(s, f)
	case 15:
		return b.ofPairs(s, f)
	case 11:
		return b.list(s)
	case 12:
		return b.approximate(s)
	case 1, 2, 16:
		return form(big, 1e9, "count("+distinct+"%s)%s", b.any(s.scope, 2), f)
	case 3:
		x := b.value(s.scope, cInt, 2)
		if x.bound*rows < 1e17 {
			e := form(big, x.bound*rows, "sum("+distinct+"%s)%s", x, f)
			e.pg += "::bigint"
			return e
		}
	case 4:
		x := b.value(s.scope, cInt, 2)
		e := form(big, x.bound+1, "avg("+distinct+"%s)%s", x, f)
		e.pg = "trunc(" + e.pg + ")::bigint"
		return e
	case 5:
		x := b.value(s.scope, cDec, 2)
		if e := form(typ{kDec, 38, x.t.s}, x.bound*rows, "sum("+distinct+"%s)%s", x, f); fits(e) {
			return e
		}
	case 6:
		x := b.value(s.scope, cDec, 2)
		if e := form(typ{kDec, 38, x.t.s}, x.bound*rows, "avg("+distinct+"%s)%s", x, f); fits(e) {
			e.pg = fmt.Sprintf("trunc((sum(%[1]s%[2]s)%[3]s)::numeric(90,45) / nullif(count(%[1]s%[2]s)%[3]s, 0), %[4]d)",
				distinct, x.pg, f.pg, x.t.s)
			e.bound = x.bound + 1
			return e
		}
	case 7:
		x := b.value(s.scope, cFloat, 2)
		return form(typ{k: kFloat}, x.bound*rows, pick(b.gen, []string{"sum(", "avg("})+distinct+"%s)%s", x, f)
	case 8: // exact in both; of floats each keeps other last digits
		x := b.value(s.scope, pick(b.gen, []class{cInt, cDec}), 2)
		e := form(typ{k: kFloat}, x.bound*x.bound, pick(b.gen, []string{"stddev", "stddev_pop", "variance", "var_pop"})+"("+
			distinct+"%s)%s", x, f)
		e.pg += "::float8"
		return e
	case 9:
		return form(typ{k: kBool}, 0, pick(b.gen, []string{"bool_and(%s)%s", "bool_or(%s)%s"}), b.value(s.scope, cBool, 2), f)
	}
	x := b.value(s.scope, pick(b.gen, []class{cInt, cDec, cFloat, cStr, cDate, cTS, cTime}), 2)
	return form(x.t, x.bound, pick(b.gen, []string{"min(%s)%s", "max(%s)%s"}), x, f)
}
