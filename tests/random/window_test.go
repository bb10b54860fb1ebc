package random

import (
	"fmt"
	"strings"
)

// window is a function over a window of rows. Where it depends on the order of rows, they are sorted by all columns:
// rows that are still equal may change places.
func (b *builder) window(s source) expr {
	g := b.plain()
	part := expr{}
	if g.chance(60) {
		part = form(typ{}, 0, "partition by %s ", g.any(s.scope, 1))
		if g.chance(60) { // by which rows may lie
			part = form(typ{}, 0, "partition by %s ", pick(g, s.scope))
		}
	}
	if g.chance(12) {
		return b.overAll(g, s, part)
	}
	if b.placed || g.chance(50) || len(s.scope) > 14 {
		key, frame := b.tied(g, s.scope)
		return b.overTies(g, s, b.over(part, key, frame))
	}
	// Rows that are the same in all columns may change places: two functions of places would not agree on them.
	b.placed = true
	order := expr{}
	for i, at := range g.Perm(len(s.scope)) {
		sep := ", "
		if i == 0 {
			sep = "order by "
		}
		how := pick(g, []string{"", " desc", " nulls first", " desc nulls last", " asc"})
		order = expr{sl: order.sl + sep + s.scope[at].sl + how, pg: order.pg + sep + s.scope[at].pg + how}
	}
	frame := text(typ{}, 0, b.frame(g, pick(g, []string{"rows", "rows", "groups"}), []string{"0", "1", "2", "5", "1000"}))
	if g.chance(35) {
		frame = expr{}
	}
	over := b.over(part, order, frame)
	t := func(k kind) typ { return typ{k: k} }
	switch g.IntN(8) {
	case 7:
		return b.ignoringNulls(g, s, part, order, frame)
	case 0:
		return form(t(kInt8), 1e5, "row_number() over %s", over)
	case 1:
		return form(t(kInt8), 10, fmt.Sprintf("ntile(%d) over %%s", 1+g.IntN(9)), over)
	case 2:
		x := g.any(s.scope, 1)
		return form(x.t, x.bound, fmt.Sprintf("%s(%%s, %d) over %%s", pick(g, []string{"lag", "lead"}), g.IntN(4)), x, over)
	case 3, 4:
		x := g.any(s.scope, 1)
		return form(x.t, x.bound, pick(g, []string{"first_value(%s)", "last_value(%s)", "nth_value(%s, 2)"})+" over %s", x,
			over)
	}
	return b.overTies(g, s, over)
}

// windowed is a table beside values of windows over it: what is around filters, groups and joins by either.
func (b *builder) windowed() source {
	t := b.table(b.alias("t"))
	windows, placed := b.windows, b.placed
	b.windows, b.placed = nil, false
	q := query{rows: t.rows}
	for range 1 + b.IntN(2) {
		q.cols = append(q.cols, b.window(t))
	}
	b.windows, b.placed = windows, placed
	q.cols = append(t.scope[:len(t.scope):len(t.scope)], q.cols...)
	if b.chance(20) {
		b.Shuffle(len(q.cols), func(i, j int) { q.cols[i], q.cols[j] = q.cols[j], q.cols[i] })
	}
	p := parts{words: text(typ{}, 0, "select "), from: expr{sl: t.sl, pg: t.pg}}
	q.sl, q.pg = p.text(b, q.cols)
	return q.as("", b.alias("t"))
}

// over is what stands behind OVER: a definition, or a name for all of it or for its partition, which WINDOW defines.
func (b *builder) over(part, order, frame expr) expr {
	whole := form(typ{}, 0, "(%s%s%s)", part, order, frame)
	if b.windows == nil || !b.chance(15) {
		return whole
	}
	name := fmt.Sprintf("w%d", len(*b.windows))
	if part.sl != "" && b.chance(40) {
		*b.windows = append(*b.windows, form(typ{}, 0, name+" as (%s)", part))
		return form(typ{}, 0, "("+name+" %s%s)", order, frame)
	}
	*b.windows = append(*b.windows, form(typ{}, 0, name+" as %s", whole))
	return text(typ{}, 0, name)
}

// tied is an order in which rows may be equal, and a frame that holds equal rows together.
func (b *builder) tied(g gen, s scope) (key, frame expr) {
	bare := func(list ...string) expr { return text(typ{}, 0, pick(g, list)) }
	how := pick(g, []string{"", " desc", " nulls first", " desc nulls last"})
	x := g.any(s, 0)
	key = form(typ{}, 0, "order by %s"+how, x)
	switch g.IntN(4) {
	case 0:
		return key, expr{}
	case 1:
		return key, text(typ{}, 0, b.frame(g, "groups", []string{"0", "1", "2", "7"}))
	case 2:
		offsets := []string{"0", "1", "3", "100"}
		switch x.t.k.class() {
		case cDate, cTS:
			offsets = []string{"interval '0 days'", "interval '3 days'", "interval '1 month'", "interval '90 minutes'"}
		case cTZ:
			offsets = []string{"interval '0 days'", "interval '1 month'", "interval '90 minutes'"}
		case cInt:
		default:
			return key, expr{}
		}
		return key, text(typ{}, 0, b.frame(g, "range", offsets))
	}
	return key, bare(" range between unbounded preceding and current row",
		" range between current row and unbounded following",
		" range between unbounded preceding and unbounded following exclude ties", " range current row",
		" range unbounded preceding exclude group")
}

// frame is a frame of a mode.
func (b *builder) frame(g gen, mode string, offsets []string) string {
	bounds := []string{"unbounded preceding", "preceding", "current row", "following", "unbounded following"}
	from := g.IntN(4)
	to := max(1, from) + g.IntN(5-max(1, from))
	say := func(i int) string {
		if i == 1 || i == 3 {
			return pick(g, offsets) + " " + bounds[i]
		}
		return bounds[i]
	}
	exclude := pick(g, []string{"", "", " exclude current row", " exclude group", " exclude ties"})
	if from > 2 || to < 2 { // PostgreSQL 15 leaves ties in a frame without the row itself: NTH_VALUE counts them
		exclude = strings.TrimSuffix(exclude, " exclude ties")
	}
	return fmt.Sprintf(" %s between %s and %s%s", mode, say(from), say(to), exclude)
}

// overTies is a function whose value is the same for equal rows, if the frame holds them together.
func (b *builder) overTies(g gen, s source, over expr) expr {
	big := typ{k: kInt8}
	rows := max(s.rows, 1) * 100
	switch g.IntN(8) {
	case 0:
		return form(big, 1e5, pick(g, []string{"rank()", "dense_rank()"})+" over %s", over)
	case 1:
		return form(typ{k: kFloat}, 1, pick(g, []string{"percent_rank()", "cume_dist()"})+" over %s", over)
	case 2:
		return form(big, 1e9, "count(*) over %s", over)
	case 3:
		return form(big, 1e9, "count(%s) over %s", g.any(s.scope, 1), over)
	case 4:
		x := g.value(s.scope, cInt, 1)
		if x.bound*rows < 1e17 {
			e := form(big, x.bound*rows, "(sum(%s) over %s)", x, over)
			e.pg += "::bigint"
			return e
		}
	case 5:
		return form(typ{k: kBool}, 0, pick(g, []string{"bool_and", "bool_or"})+"(%s) over %s", g.value(s.scope, cBool, 1),
			over)
	}
	x := g.value(s.scope, pick(g, []class{cInt, cDec, cFloat, cStr, cDate, cTS}), 1)
	for strings.Contains(x.t.String(), "char(") && x.t.k == kChar {
		x = g.literal(typ{k: kInt4})
	}
	return form(x.t, x.bound, pick(g, []string{"min", "max"})+"(%s) over %s", x, over)
}
