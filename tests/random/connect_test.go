package random

import (
	"fmt"
	"strings"
)

// connect is a walk from some rows of a small table to those whose column is what another column of the row before is,
// by CONNECT BY; PostgreSQL is asked by WITH RECURSIVE.
func (b *builder) connect() source {
	t := b.table(b.alias("t"))
	ints := t.scope.of(typ.isInt)
	if len(ints) == 0 || t.rows > 25 {
		return t
	}
	up, down := pick(b.gen, ints), pick(b.gen, ints)
	start := b.plain().value(t.scope, cBool, 2)
	deepest := 2 + b.IntN(2)
	name := func(e expr) string { return e.sl[strings.Index(e.sl, ".")+1:] }
	own := strings.TrimSuffix(up.sl, "."+name(up))
	q := query{rows: t.rows * 4, cols: []expr{text(typ{k: kInt4}, 10, "level")}}
	sl, pg := []string{"level as x0"}, []string{"h.l as x0"}
	for i := range 1 + b.IntN(3) {
		c := pick(b.gen, t.scope)
		q.cols = append(q.cols, c)
		sl, pg = append(sl, fmt.Sprintf("%s as x%d", c.sl, i+1)), append(pg, fmt.Sprintf("h.%s as x%d", name(c), i+1))
	}
	q.sl = fmt.Sprintf("select %s from %s start with %s connect by prior %s = %s and level <= %d",
		strings.Join(sl, ", "), t.sl, start.sl, up.sl, down.sl, deepest)
	q.pg = fmt.Sprintf("with recursive h as (select 1 as l, %[1]s.* from %[2]s where %[3]s union all "+
		"select h.l + 1, %[1]s.* from h join %[2]s on h.%[4]s = %[5]s where h.l < %[6]d) select %[7]s from h",
		own, t.pg, start.pg, name(up), down.pg, deepest, strings.Join(pg, ", "))
	return q.as("", b.alias("t"))
}
