package random

import (
	"fmt"
	"strings"
)

// wide is a type of a class that holds every value of it.
var wide = [classes]typ{cInt: {k: kInt8}, cDec: {kDec, 38, 6}, cFloat: {k: kFloat}, cBool: {k: kBool},
	cStr: {k: kStr, p: 4000}, cDate: {k: kDate}, cTS: {k: kTS}, cTime: {k: kTime},
	cTZ: {k: kTZ}, cBytes: {k: kBytes}, cUUID: {k: kUUID},
	cZoned: {k: kZoned}}

// kept is a query whose rows go into a temporary table, which may be changed with the help of another query before it
// is read.
func (b *builder) kept() query {
	want, names := []class{cInt}, []string{"x0 bigint"}
	cols := []expr{text(wide[cInt], 0, "s.x0")}
	for i := range b.IntN(3) {
		c := class(b.IntN(int(classes)))
		want, names = append(want, c), append(names, fmt.Sprintf("x%d %s", i+1, wide[c]))
		cols = append(cols, text(wide[c], 0, fmt.Sprintf("s.x%d", i+1)))
	}
	q := b.arm(0, want)
	for i, c := range q.cols {
		cols[i].bound = c.bound
	}
	filled := form(typ{}, 0, "create temp table s ("+strings.Join(names, ", ")+"); insert into s %s",
		expr{sl: q.sl, pg: q.pg})
	if b.chance(30) {
		var list []string
		for i, c := range cols {
			list = append(list, fmt.Sprintf("x%d::%s as x%[1]d", i, c.t))
		}
		filled = form(typ{}, 0, "create temp table s as select "+strings.Join(list, ", ")+" from (%s) t",
			expr{sl: q.sl, pg: q.pg})
	}
	change := expr{}
	switch b.IntN(3) {
	case 0:
		change = form(typ{}, 0, "; delete from s where %s", b.value(cols, cBool, 2))
	case 1:
		change = form(typ{}, 0, "; update s set x0 = 7 where %s", b.member(cols, pick(b.gen, []string{"in", "not in"})))
	}
	all := form(typ{}, 0, "drop table if exists s; %s%s; select * from s", filled, change)
	return query{sl: all.sl, pg: all.pg, cols: cols, rows: q.rows}
}
