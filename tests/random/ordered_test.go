package random

import (
	"fmt"
	"strconv"
)

// ordered is an ordered-set aggregate: MEDIAN, PERCENTILE_CONT, PERCENTILE_DISC.
func (b *builder) ordered(s source, f expr) expr {
	share := pick(b.gen, []string{"0", "0.1", "0.25", "0.5", "0.75", "0.9", "1"})
	desc := pick(b.gen, []string{"", "", " desc"})
	float := typ{k: kFloat}
	switch b.IntN(6) {
	case 0:
		x := b.value(s.scope, cFloat, 2)
		e := form(float, x.bound, "percentile_cont(0.5) within group (order by %s)%s", x, f)
		e.sl = fmt.Sprintf("median(%s)%s", x.sl, f.sl)
		return e
	case 1:
		x := b.value(s.scope, cFloat, 2)
		return form(float, x.bound, "percentile_cont("+share+") within group (order by %s"+desc+")%s", x, f)
	case 2: // between two values is exact
		x := b.value(s.scope, pick(b.gen, []class{cInt, cDec}), 2)
		t := typ{kDec, 38, asDecimal(x.t).s + 1}
		e := form(t, x.bound, "percentile_cont(0.5) within group (order by %s)%s", x, f)
		e.pg = fmt.Sprintf("((percentile_disc(0.5) within group (order by %[1]s)%[2]s)::numeric(80,40) + "+
			"(percentile_disc(0.5) within group (order by %[1]s desc)%[2]s)::numeric(80,40)) / 2", x.pg, f.pg)
		if b.chance(50) {
			e.sl = fmt.Sprintf("median(%s)%s", x.sl, f.sl)
		}
		if fits(e) {
			return mapped(e)
		}
	}
	x := b.value(s.scope, pick(b.gen, []class{cInt, cDec, cFloat, cStr, cDate, cTS, cTime, cTZ, cBytes, cUUID, cZoned}), 2)
	for x.t.k == kChar {
		x = b.literal(typ{k: kInt4})
	}
	return form(x.t, x.bound, "percentile_disc("+share+") within group (order by %s"+desc+")%s", x, f)
}

// shareOver is an ordered-set aggregate of all rows of a partition. PostgreSQL, which does not have that, is asked for
// a place in the array of the values in their order.
func (b *builder) shareOver(g gen, s source, part expr) expr {
	share, desc := pick(g, []string{"0", "0.25", "0.5", "0.75", "1"}), pick(g, []string{"", "", " desc"})
	p, _ := strconv.ParseFloat(share, 64)
	sl := func(fn string, x expr) string {
		return fmt.Sprintf("%s(%s) within group (order by %s%s) over (%s)", fn, share, x.sl, desc, part.sl)
	}
	values := func(x expr, desc string) string {
		return fmt.Sprintf("array_remove(array_agg(%s) over (%sorder by %[1]s%[3]s rows between unbounded preceding and "+
			"unbounded following), null)", x.pg, part.pg, desc)
	}
	discrete := func(x expr, p float64, desc string) string { // the first value that so large a share is not behind
		return fmt.Sprintf("(%[1]s)[greatest(ceil(%[2]g * array_length(%[1]s, 1))::int, 1)]", values(x, desc), p)
	}
	switch g.IntN(3) {
	case 0: // between two values is exact
		x := g.value(s.scope, pick(g, []class{cInt, cDec}), 1)
		e := expr{t: typ{kDec, 38, asDecimal(x.t).s + 1}, bound: x.bound}
		e.sl = fmt.Sprintf("median(%s) over (%s)", x.sl, part.sl)
		e.pg = fmt.Sprintf("(%s::numeric(80,40) + %s::numeric(80,40)) / 2", discrete(x, 0.5, ""), discrete(x, 0.5, " desc"))
		if fits(e) {
			return mapped(e)
		}
	case 1:
		x := g.value(s.scope, cFloat, 1)
		at := fmt.Sprintf("(%g * (array_length(%s, 1) - 1))", p, values(x, desc))
		lower := fmt.Sprintf("(%s)[floor(%s)::int + 1]", values(x, desc), at)
		upper := fmt.Sprintf("(%s)[ceil(%s)::int + 1]", values(x, desc), at)
		return expr{t: typ{k: kFloat}, bound: x.bound, sl: sl("percentile_cont", x),
			pg: fmt.Sprintf("(%s + (%s - %[1]s) * (%[3]s - floor(%[3]s))::float8)", lower, upper, at)}
	}
	x := g.value(s.scope, pick(g, []class{cInt, cDec, cFloat, cStr, cDate, cTS, cTime, cTZ, cBytes, cUUID, cZoned}), 1)
	for x.t.k == kChar {
		x = g.literal(typ{k: kInt4})
	}
	return expr{t: x.t, bound: x.bound, sl: sl("percentile_disc", x), pg: discrete(x, p, desc)}
}

// ofPairs is a statistic of two columns: few digits of it, as each system adds in an order of its own.
func (b *builder) ofPairs(s source, f expr) expr {
	fn := pick(b.gen, []string{"corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept", "regr_r2", "regr_avgx",
		"regr_avgy", "regr_sxx", "regr_sxy", "regr_count"})
	small := func() expr { return form(typ{k: kInt8}, 50, "((%s) %% 50)", b.value(s.scope, cInt, 2)) }
	x, y := small(), small()
	if fn == "regr_count" {
		return form(typ{k: kInt8}, 1e9, "regr_count(%s, %s)%s", x, y, f)
	}
	return form(typ{k: kInt8}, 1e12, "round((("+fn+"(%s, %s)%s) * 1234.567)::numeric(38,4))::bigint", x, y, f)
}
