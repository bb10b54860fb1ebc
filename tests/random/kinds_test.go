package random

import (
	"fmt"
	"strings"
)

// integer is an operation with an integer result.
func (g gen) integer(s scope, depth int) expr {
	if e, ok := g.divided(s); ok && g.chance(60) {
		return e
	}
	switch g.IntN(16) {
	case 13:
		if g.chance(35) {
			return g.ofArray(s, depth)
		}
	case 0, 1, 2, 3:
		return g.intArith(s, depth)
	case 4:
		a := g.value(s, cInt, depth)
		return form(a.t, a.bound, pick(g, []string{"(-%s)", "abs(%s)", "(+%s)"}), a)
	case 5:
		a := g.value(s, cStr, depth)
		op := pick(g, []string{"length(%s)", "octet_length(%s)"})
		if g.chance(20) {
			return form(typ{k: kInt4}, 2000, op, g.value(s, cBytes, depth))
		}
		if a.t.k == kChar { // kept without the blanks that PostgreSQL counts
			op = "length(%s)"
		}
		return form(typ{k: kInt4}, 2000, op, a)
	case 6:
		return form(typ{k: kInt4}, 2000, "strpos(%s, %s)", g.value(s, cStr, depth), g.leaf(s, cStr))
	case 7:
		part := pick(g, []string{"year", "month", "day", "dow", "doy", "quarter", "week"})
		e := form(typ{k: kInt4}, 10000, "extract("+part+" from %s)", g.value(s, pick(g, []class{cDate, cTS}), depth))
		e.pg += "::int"
		return e
	case 8:
		part := pick(g, []string{"hour", "minute", "second"})
		e := form(typ{k: kInt4}, 100, "extract("+part+" from %s)", g.value(s, pick(g, []class{cTS, cTime, cZoned}), depth))
		e.pg = "floor(" + e.pg + ")::int"
		return e
	case 9:
		return form(typ{k: kInt4}, 4e5, "(%s - %s)", g.value(s, cDate, depth), g.value(s, cDate, depth))
	case 10:
		if a := g.value(s, cDec, depth); a.bound < 1e9 {
			e := form(typ{k: kInt8}, a.bound+1, "(%s)::bigint", a)
			e.pg = fmt.Sprintf("trunc(%s)::bigint", a.pg)
			return e
		}
	case 11:
		if a := g.value(s, cInt, depth); a.bound <= 32767 {
			return form(typ{k: kInt2}, a.bound, "(%s)::smallint", a)
		}
	case 12:
		if g.chance(60) {
			return g.tried(s, depth)
		}
		return form(typ{k: kInt4}, 1, "(%s)::int", g.value(s, cBool, depth))
	case 14:
		a, b := g.value(s, cInt, depth), g.value(s, cInt, depth)
		return form(typ{k: kInt8}, max(a.bound, b.bound), "gcd((%s)::bigint, (%s)::bigint)", a, b)
	case 15:
		if a := g.value(s, cStr, depth); a.t.k != kChar {
			return form(typ{k: kInt4}, 16000, "bit_length(%s)", a)
		}
	}
	return g.leaf(s, cInt)
}

func (g gen) intArith(s scope, depth int) expr {
	a, b := g.value(s, cInt, depth), g.value(s, cInt, depth)
	t := typ{k: max(a.t.k, b.t.k)}
	switch g.IntN(5) {
	case 0, 1:
		if bound := a.bound + b.bound; bound <= t.limit() {
			return form(t, bound, pick(g, []string{"(%s + %s)", "(%s - %s)"}), a, b)
		}
	case 2:
		if bound := a.bound * b.bound; bound <= t.limit() {
			return form(t, bound, "(%s * %s)", a, b)
		}
	case 3:
		return form(t, a.bound, "(%s / nullif(%s, 0))", a, b)
	case 4:
		return form(t, min(a.bound, b.bound), pick(g, []string{"(%s %% nullif(%s, 0))", "mod(%s, nullif(%s, 0))"}), a, b)
	}
	return a
}

// fits says whether every value of a decimal expression fits its type.
func fits(e expr) bool {
	whole := 1.0
	for range e.t.p - e.t.s {
		whole *= 10
	}
	if e.t.p <= 19 { // DECIMAL(19) is 64 bits wide
		scale := 1.0
		for range e.t.s {
			scale *= 10
		}
		if e.bound*scale > 9e18 {
			return false
		}
	}
	return e.bound < whole
}

// decimal is an operation with a decimal result.
func (g gen) decimal(s scope, depth int) expr {
	a := g.value(s, cDec, depth)
	switch g.IntN(9) {
	case 0, 1, 2:
		b := g.decimalOrInt(s, depth)
		if g.chance(50) {
			a, b = b, a
		}
		if a.t.isInt() && b.t.isInt() {
			return g.leaf(s, cDec)
		}
		if e := g.decArith(a, b); !e.t.isInt() {
			return e
		}
		return b
	case 3:
		n := g.IntN(a.t.s + 1)
		op := pick(g, []string{"round", "trunc"})
		if e := form(rounded(a.t, op, n), a.bound+1, fmt.Sprintf("%s(%%s, %d)", op, n), a); fits(e) {
			return mapped(e)
		}
	case 4:
		return form(a.t, a.bound, pick(g, []string{"abs(%s)", "(-%s)"}), a)
	case 5: // a cast truncates, as enable_numeric_rounding is off
		t := typ{k: kDec, s: g.IntN(a.t.s + 1)}
		t.p = a.t.p - a.t.s + t.s
		if t.p > 0 {
			e := form(t, a.bound, "(%s)::"+t.String(), a)
			e.pg = fmt.Sprintf("trunc(%s, %d)", a.pg, t.s)
			return mapped(e)
		}
	case 6:
		i := g.value(s, cInt, depth)
		t := pick(g, []typ{{kDec, 19, 2}, {kDec, 20, 0}, {kDec, 30, 5}, {kDec, 38, 10}})
		if e := form(t, i.bound, "(%s)::"+t.String(), i); fits(e) {
			return e
		}
	case 7:
		op := pick(g, []string{"floor", "ceil", "round", "trunc"})
		if e := form(rounded(a.t, op, 0), a.bound+1, op+"(%s)", a); fits(e) {
			return mapped(e)
		}
	}
	return a
}

// rounded is the type of a decimal rounded to n digits: rounding up may need a digit more.
func rounded(t typ, op string, n int) typ {
	if n >= t.s {
		return t
	}
	whole := t.p - t.s
	if op != "trunc" {
		whole++
	}
	return typ{k: kDec, p: max(1, min(whole+n, 38)), s: n}
}

func (g gen) decimalOrInt(s scope, depth int) expr {
	if g.chance(30) {
		return g.value(s, cInt, depth)
	}
	return g.value(s, cDec, depth)
}

// asDecimal is the type an integer has beside a decimal.
func asDecimal(t typ) typ {
	switch t.k {
	case kInt2:
		return typ{kDec, 5, 0}
	case kInt4:
		return typ{kDec, 10, 0}
	case kInt8:
		return typ{kDec, 19, 0}
	}
	return t
}

func (g gen) decArith(a, b expr) expr {
	x, y := asDecimal(a.t), asDecimal(b.t)
	var e expr
	switch g.IntN(5) {
	case 0, 1:
		t := typ{k: kDec, s: max(x.s, y.s)}
		t.p = min(max(x.p-x.s, y.p-y.s)+1+t.s, 38)
		e = form(t, a.bound+b.bound, pick(g, []string{"(%s + %s)", "(%s - %s)"}), a, b)
	case 2, 3:
		t := typ{k: kDec, s: x.s + y.s, p: min(x.p+y.p+1, 38)}
		e = form(t, a.bound*b.bound, "(%s * %s)", a, b)
		if t.s > 20 {
			return a
		}
	case 4:
		t := typ{k: kDec, s: max(4, x.s+y.p-y.s+1)}
		if t.p = x.p - x.s + y.s + t.s; t.p > 38 {
			return a // the cap of precision is tested by hand
		}
		least := 1.0 // the smallest divisor is one unit of b's scale
		for range y.s {
			least *= 10
		}
		e = form(t, a.bound*least, "(%s / nullif(%s, 0))", a, b)
		e.pg = fmt.Sprintf("round((%s)::numeric(80,40) / nullif(%s, 0), %d)", a.pg, b.pg, t.s)
	}
	if e.t.s > e.t.p || !fits(e) {
		return a
	}
	return e
}

// float is an operation with a float result. Values stay multiples of a
// quarter where that is easy, so that sums do not depend on their order.
func (g gen) float(s scope, depth int) expr {
	t := typ{k: kFloat}
	a := g.value(s, cFloat, depth)
	switch g.IntN(6) {
	case 0, 1:
		b := g.value(s, cFloat, depth)
		if a.bound+b.bound < 1e6 {
			return form(t, a.bound+b.bound, pick(g, []string{"(%s + %s)", "(%s - %s)"}), a, b)
		}
	case 2:
		if b := g.value(s, cFloat, depth); a.bound*b.bound < 1e6 {
			return form(t, a.bound*b.bound, "(%s * %s)", a, b)
		}
	case 3:
		return form(t, a.bound, pick(g, []string{"abs(%s)", "(-%s)", "floor(%s)", "ceil(%s)"}), a)
	case 4:
		if i := g.value(s, cInt, depth); i.bound < 1e6 {
			return form(t, i.bound, "(%s)::float8", i)
		}
	case 5:
		if i := g.value(s, cInt, depth); i.bound*a.bound < 1e6 {
			return form(t, i.bound*a.bound, "(%s * %s)", a, i)
		}
	}
	return a
}

// condition is an operation with a boolean result.
func (g gen) condition(s scope, depth int) expr {
	t := typ{k: kBool}
	switch g.IntN(14) {
	case 13:
		if g.chance(35) {
			return g.aboutArrays(s, depth)
		}
	case 0, 1, 2:
		return g.comparison(s, depth)
	case 12:
		return g.rows(s, depth)
	case 3:
		return form(t, 0, "(%s and %s)", g.value(s, cBool, depth), g.value(s, cBool, depth))
	case 4:
		return form(t, 0, "(%s or %s)", g.value(s, cBool, depth), g.value(s, cBool, depth))
	case 5:
		return form(t, 0, "(not %s)", g.value(s, cBool, depth))
	case 6:
		return form(t, 0, pick(g, []string{"(%s is null)", "(%s is not null)"}), g.any(s, depth))
	case 7:
		return form(t, 0, pick(g, []string{"(%s is true)", "(%s is not false)", "(%s is false)", "(%s is not true)",
			"(%s is unknown)"}), g.value(s, cBool, depth))
	case 8:
		c := pick(g, []class{cInt, cDec, cStr, cDate, cTS, cTime, cTZ, cBytes, cUUID, cZoned})
		return form(t, 0, pick(g, []string{"(%s between %s and %s)", "(%s not between %s and %s)"}),
			g.comparable(g.value(s, c, depth), g.value(s, c, depth), g.value(s, c, depth))...)
	case 9, 10:
		c := pick(g, []class{cInt, cDec, cStr, cDate, cTS, cFloat, cTime, cTZ, cBytes, cUUID, cZoned})
		args := []expr{g.value(s, c, depth)}
		n := 1 + g.IntN(5)
		for range n {
			if g.chance(85) {
				args = append(args, g.literal(g.typeOf(c)))
			} else {
				args = append(args, g.leaf(s, c))
			}
		}
		return form(t, 0, pick(g, []string{"(%s in (", "(%s not in ("})+strings.TrimSuffix(strings.Repeat("%s, ", n), ", ")+
			"))", g.comparable(args...)...)
	}
	if g.chance(15) {
		c := pick(g, []class{cTS, cTime, cTZ, cZoned})
		return form(t, 0, "((%s, %s) overlaps (%s, %s))", g.value(s, c, depth), g.value(s, c, depth), g.leaf(s, c),
			g.leaf(s, c))
	}
	pattern := ""
	for range 1 + g.IntN(4) {
		pattern += pick(g, []string{"%", "_", "a", "b", "ab", "c", "é", "l", "__", "日"})
	}
	op := pick(g, []string{"like", "not like", "ilike", "not ilike"})
	a := g.value(s, cStr, depth)
	if a.t.k == kChar {
		return form(t, 0, "(%s is null)", a)
	}
	return form(t, 0, "(%s "+op+" %s)", a, text(typ{k: kStr}, 0, "'"+pattern+"'"))
}

// comparable makes decimals few enough of digits for one scale of all of them, to which a comparison brings them.
func (g gen) comparable(es ...expr) []expr {
	scale, bound := 0, 0.0
	for _, e := range es {
		if e.t.k == kDec {
			scale = max(scale, e.t.s)
		}
		bound = max(bound, e.bound)
	}
	for range scale {
		bound *= 10
	}
	if scale == 0 || bound < 1e37 {
		return es
	}
	for i, e := range es {
		if e.t.k == kDec {
			es[i] = g.literal(typ{kDec, 12, 4})
		}
	}
	return es
}

func (g gen) comparison(s scope, depth int) expr {
	c := class(g.IntN(int(classes)))
	a, b := g.value(s, c, depth), g.value(s, c, depth)
	if c == cDec && g.chance(20) {
		b = g.value(s, cInt, depth)
	}
	if c == cDate && g.chance(20) {
		b = g.value(s, cTS, depth)
	}
	if c == cTZ && g.chance(20) {
		b = g.value(s, pick(g, []class{cTS, cDate}), depth)
	}
	op := pick(g, []string{"=", "<>", "<", "<=", ">", ">=", "!="})
	return form(typ{k: kBool}, 0, "(%s "+op+" %s)", g.comparable(a, b)...)
}

// str is an operation with a string result of at most 1,000 bytes.
func (g gen) str(s scope, depth int) expr {
	a := g.value(s, cStr, depth)
	if a.t.k == kChar {
		return a
	}
	t := func(bound float64) typ { return typ{k: kStr, p: int(bound)} }
	switch g.IntN(15) {
	case 14:
		if g.chance(50) {
			return form(t(36), 36, "(%s)::varchar", g.value(s, cUUID, depth))
		}
		if b := g.value(s, cBytes, depth); b.bound < 200 {
			return form(t(b.bound*4+4), b.bound*4+4, pick(g, []string{"encode(%s, 'hex')", "encode(%s, 'base64')",
				"md5(%s)"}), b) // no blanks at the end, which would not count
		}
	case 13:
		if g.chance(35) {
			return g.joined(s, depth)
		}
	case 0, 1:
		if b := g.value(s, cStr, depth); a.bound+b.bound < 500 {
			return form(t(a.bound+b.bound), a.bound+b.bound, "(%s || %s)", a, b)
		}
	case 2:
		return form(a.t, a.bound, pick(g, []string{"upper(%s)", "lower(%s)"}), a)
	case 3:
		return form(a.t, a.bound, fmt.Sprintf("substring(%%s, %d, %d)", g.IntN(6)-1, g.IntN(5)+1), a)
	case 4:
		if b := g.leaf(s, cStr); a.bound+b.bound < 500 && b.t.k != kChar && g.chance(40) {
			n := a.bound + b.bound + 1
			return form(t(n), n, pick(g, []string{fmt.Sprintf("overlay(%%s placing %%s from %d for %d)", 1+g.IntN(5), g.IntN(4)),
				"concat_ws('-', %s, %s)", "format('%%1$s %%2$s', %s, %s)"}), a, b)
		}
		return form(a.t, a.bound, fmt.Sprintf(pick(g, []string{"left(%%s, %d)", "right(%%s, %d)"}), g.IntN(6)), a)
	case 5:
		if a.bound < 50 {
			return form(t(a.bound*4+4), a.bound*4+4, "replace(%s, %s, %s)", a,
				text(typ{k: kStr}, 0, pick(g, []string{"'a'", "'ab'", "'b'", "'é'"})),
				text(typ{k: kStr}, 0, pick(g, []string{"''", "'x'", "'日'"})))
		}
	case 6:
		return form(t(21), 21, "(%s)::varchar", g.value(s, cInt, depth))
	case 7:
		return form(t(10), 10, "(%s)::varchar", g.value(s, cDate, depth))
	case 8:
		return form(t(80), 80, fmt.Sprintf(pick(g, []string{"lpad(%%s, %d, 'xy')", "rpad(%%s, %d, 'é')"}), g.IntN(20)), a)
	case 9:
		if a.bound < 100 {
			return form(t(a.bound*3), a.bound*3, fmt.Sprintf("repeat(%%s, %d)", g.IntN(4)), a)
		}
	case 10:
		return form(a.t, a.bound, pick(g, []string{"reverse(%s)", "btrim(%s, 'ab')", "ltrim(%s, 'a')", "rtrim(%s, 'bc')"}), a)
	case 11:
		return form(t(42), 42, "(%s)::varchar", g.value(s, cDec, depth))
	case 12:
		if !g.chance(50) {
			return form(t(32), 32, "md5(%s)", a)
		}
		return form(t(40), 40, "(%s)::varchar", g.value(s, pick(g, []class{cTS, cTime, cTZ, cZoned}), depth))
	}
	return a
}

func (g gen) date(s scope, depth int) expr {
	t := typ{k: kDate}
	switch g.IntN(4) {
	case 0:
		return form(t, 0, fmt.Sprintf(pick(g, []string{"(%%s + %d)", "(%%s - %d)"}), g.IntN(800)), g.value(s, cDate, depth))
	case 1:
		return form(t, 0, "(%s)::date", g.value(s, pick(g, []class{cTS, cTZ}), depth))
	case 2:
		e := form(t, 0, "last_day(%s)", g.value(s, cDate, depth))
		e.pg = "(date_trunc('month', " + strings.TrimSuffix(strings.TrimPrefix(e.pg, "last_day("), ")") +
			") + interval '1 month' - interval '1 day')::date"
		return e
	}
	return form(t, 0, fmt.Sprintf("(%%s)::date + %d", g.IntN(9)), g.value(s, cDate, depth))
}

func (g gen) stamp(s scope, depth int) expr {
	t := typ{k: kTS}
	switch g.IntN(5) {
	case 0:
		in := pick(g, []string{"1 day", "13 months", "1 year", "36 hours", "90 seconds", "2 weeks", "1 month"})
		return form(t, 0, "(%s "+pick(g, []string{"+", "-"})+" interval '"+in+"')",
			g.value(s, pick(g, []class{cTS, cDate}), depth))
	case 1:
		part := pick(g, []string{"year", "month", "day", "hour", "minute", "second", "quarter", "week"})
		return form(t, 0, "date_trunc('"+part+"', %s)", g.value(s, cTS, depth))
	case 2:
		if g.chance(40) {
			return form(t, 0, pick(g, []string{"(%s)::timestamp", "(%s at time zone '" + pick(g, zones) + "')"}),
				g.value(s, cTZ, depth))
		}
		return form(t, 0, "(%s)::timestamp", g.value(s, cDate, depth))
	case 3:
		if g.chance(40) {
			in := pick(g, []string{"15 minutes", "1 day", "7 hours", "90 days"})
			return form(t, 0, "date_bin('"+in+"', %s, %s)", g.value(s, cTS, depth), g.leaf(s, cTS))
		}
		return form(t, 0, "(%s + %s)", g.value(s, cDate, depth), g.value(s, cTime, depth))
	}
	return g.leaf(s, cTS)
}

func (g gen) time(s scope, depth int) expr {
	t := typ{k: kTime}
	switch g.IntN(4) {
	case 0:
		in := pick(g, []string{"1 second", "36 hours", "90 minutes", "0.000001 second", "24 hours", "1 month 2 hours"})
		return form(t, 0, "(%s "+pick(g, []string{"+", "-"})+" interval '"+in+"')", g.value(s, cTime, depth))
	case 1:
		return form(t, 0, "(%s)::time", g.value(s, cTS, depth))
	case 2:
		return form(t, 0, "(%s - %s)::time", g.value(s, cTime, depth), g.value(s, cTime, depth))
	}
	return g.leaf(s, cTime)
}

// moment is an operation with a TIMESTAMPTZ. A day of an interval has 24 hours, and not the clock's as in PostgreSQL:
// none is added.
func (g gen) moment(s scope, depth int) expr {
	t := typ{k: kTZ}
	switch g.IntN(6) {
	case 4:
		return form(t, 0, "(%s + %s)", g.value(s, cDate, depth), g.value(s, cZoned, depth))
	case 0:
		in := pick(g, []string{"13 months", "1 year", "36 hours", "90 seconds", "1 month", "1 month 90 minutes"})
		return form(t, 0, "(%s "+pick(g, []string{"+", "-"})+" interval '"+in+"')", g.value(s, cTZ, depth))
	case 1:
		part := pick(g, []string{"year", "month", "day", "hour", "minute", "second", "quarter", "week"})
		return form(t, 0, "date_trunc('"+part+"', %s)", g.value(s, cTZ, depth))
	case 2:
		return form(t, 0, "(%s)::timestamptz", g.value(s, pick(g, []class{cDate, cTS}), depth))
	case 3:
		return form(t, 0, "(%s at time zone '"+pick(g, zones)+"')", g.value(s, cTS, depth))
	}
	return g.leaf(s, cTZ)
}

// bytes is an operation with a VARBYTE result of at most 1,000 bytes.
func (g gen) bytes(s scope, depth int) expr {
	t := typ{k: kBytes}
	a := g.value(s, cBytes, depth)
	switch g.IntN(6) {
	case 0, 1:
		if b := g.value(s, cBytes, depth); a.bound+b.bound < 500 {
			return form(t, a.bound+b.bound, "(%s || %s)", a, b)
		}
	case 2:
		return form(t, a.bound, fmt.Sprintf("substring(%%s, %d, %d)", g.IntN(6)-1, g.IntN(5)+1), a)
	case 3:
		if b := g.value(s, cStr, depth); b.t.k != kChar {
			e := form(t, b.bound, "(%s)::varbyte", b)
			e.pg = "convert_to((" + b.pg + ")::text, 'UTF8')"
			return e
		}
	case 4:
		b := g.value(s, cInt, depth)
		e := form(t, 8, "(%s)::bigint::varbyte", b)
		e.pg = "int8send((" + b.pg + ")::bigint)"
		return e
	case 5:
		if a.bound < 200 {
			return form(t, a.bound, pick(g, []string{"decode(encode(%s, 'hex'), 'hex')",
				"decode(encode(%s, 'base64'), 'base64')", "decode(encode(%s, 'escape'), 'escape')"}), a)
		}
	}
	return a
}

func (g gen) uuid(s scope, depth int) expr {
	if g.chance(40) {
		if a := g.value(s, pick(g, []class{cStr, cBytes}), depth); a.t.k != kChar {
			return form(typ{k: kUUID}, 0, "(md5(%s))::uuid", a)
		}
	}
	return form(typ{k: kUUID}, 0, "((%s)::varchar)::uuid", g.value(s, cUUID, depth))
}

func (g gen) zoned(s scope, depth int) expr {
	in := pick(g, []string{"1 second", "36 hours", "90 minutes", "0.000001 second", "24 hours", "1 month 2 hours"})
	return form(typ{k: kZoned}, 0, "(%s "+pick(g, []string{"+", "-"})+" interval '"+in+"')", g.value(s, cZoned, depth))
}

// tried is a TRY_CAST to an integer. PostgreSQL has none: it is asked whether the cast would do first.
func (g gen) tried(s scope, depth int) expr {
	a := g.value(s, pick(g, []class{cInt, cDec, cStr}), depth)
	e := form(typ{k: kInt2}, 32767, "try_cast(%s as smallint)", a)
	switch a.t.k.class() {
	case cInt:
		e.pg = fmt.Sprintf("(case when (%[1]s) between -32768 and 32767 then (%[1]s)::smallint end)", a.pg)
	case cDec:
		e.pg = fmt.Sprintf("(case when trunc(%[1]s) between -32768 and 32767 then trunc(%[1]s)::smallint end)", a.pg)
	default:
		e.pg = fmt.Sprintf("(case when (%[1]s) ~ '^ *[0-9]{1,4} *$' then (%[1]s)::smallint end)", a.pg)
	}
	return e
}
