package random

import (
	"fmt"
	"strings"
)

// pair is one question asked in two ways, that only Slipher answers.
type pair struct {
	kind        string
	whole, part query
}

// partition asks about the rows of a join as a whole, and where p holds, where it does not and where it is NULL: a row
// is in one of the three. So do groups under HAVING.
func (b *builder) partition() pair {
	s, where := b.from(1)
	kind := pick(b.gen, []string{"WHERE", "DISTINCT", "aggregates", "HAVING", "NoREC"})
	var p expr
	var cols []expr
	list, outer, tail, glue := "", "", "", " union all "
	switch kind {
	case "HAVING":
		k, a := pick(b.gen, s.scope), b.aggregate(s)
		p = b.value(scope{k, a}, cBool, 3)
		cols, tail = []expr{k, a}, " group by "+k.sl
	case "aggregates":
		p = b.value(s.scope, cBool, 3)
		x := b.value(s.scope, cInt, 1)
		y := b.value(s.scope, pick(b.gen, []class{cDec, cFloat, cStr, cDate, cTS, cTime, cTZ, cBytes, cUUID, cZoned}), 1)
		cols = []expr{form(typ{k: kInt8}, 0, "sum(%s::int8)", x), form(typ{k: kInt8}, 0, "count(%s)", y),
			form(y.t, 0, "max(%s)", y)}
		outer = "select sum(t.x0), sum(t.x1), max(t.x2) from (%s) t"
	default:
		p = b.value(s.scope, cBool, 3)
		for range 1 + b.IntN(4) {
			cols = append(cols, b.any(s.scope, 2))
		}
		if kind == "DISTINCT" {
			list, glue = "distinct ", " union "
		}
	}
	if kind == "NoREC" {
		return b.unoptimised(s, where, p)
	}
	for i, c := range cols {
		if i > 0 {
			list += ", "
		}
		list += fmt.Sprintf("%s as x%d", c.sl, i)
	}
	ask := func(test string) string {
		conds, having := append([]expr{}, where...), ""
		switch {
		case test == "":
		case kind == "HAVING":
			having = " having " + test
		default:
			conds = append(conds, expr{sl: test})
		}
		sql := "select " + list + " from " + s.sl
		if len(conds) > 0 {
			sql += " where " + all(conds).sl
		}
		return sql + tail + having
	}
	parts := strings.Join([]string{ask("(" + p.sl + ")"), ask("(not (" + p.sl + "))"),
		ask("((" + p.sl + ") is null)")}, glue)
	if outer != "" {
		parts = fmt.Sprintf(outer, parts)
	}
	return pair{"TLP " + kind, query{sl: ask(""), cols: cols}, query{sl: parts, cols: cols}}
}

// unoptimised counts the rows that a condition keeps, and those for which it is true where nothing is filtered by it.
func (b *builder) unoptimised(s source, where []expr, p expr) pair {
	cols := []expr{{t: typ{k: kInt8}}}
	kept := all(append(append([]expr{}, where...), form(typ{}, 0, "(%s)", p)))
	count := "select count(*) from " + s.sl + " where " + kept.sl
	sum := "select coalesce(sum(case when " + p.sl + " then 1 else 0 end), 0) from " + s.sl
	if len(where) > 0 {
		sum += " where " + all(where).sl
	}
	return pair{"NoREC", query{sl: count, cols: cols}, query{sl: sum, cols: cols}}
}

// compare asks both ways in turn.
func (q *quest) compare(p pair) {
	list := ways(q.number, q.fused)
	k := q.number / 6
	v, w := list[k%len(list)], list[(k+1)%len(list)]
	whole, part := q.conns.ask(q.t, v, p.whole.sl), q.conns.ask(q.t, w, p.part.sl)
	q.mu.Lock()
	q.pairs++
	fail := whole.err != nil && part.err != nil || refused(whole) || refused(part)
	if fail && !broken(whole.err) && !broken(part.err) {
		q.pairsFail++
		q.mu.Unlock()
		q.t.Logf("%s fails: %v, %v\n%s", p.kind, whole.err, part.err, p.whole.sl)
		return
	}
	q.count(p.part.sl, len(whole.rows))
	q.mu.Unlock()
	if d := difference(p.whole, whole, part); d != "" {
		q.dump(p.whole.sl, p.part.sl)
		q.differs("%s, %s and %s (PostgreSQL is the whole): %s\nwhole: %s\nparts: %s\n%s", p.kind, v, w, d, p.whole.sl,
			p.part.sl, tables(q.schema, q.views, query{sl: p.whole.sl + p.part.sl}))
	}
}
