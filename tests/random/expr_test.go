package random

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// kind is a type without its modifiers.
type kind int

const (
	kInt2 kind = iota
	kInt4
	kInt8
	kDec
	kFloat
	kBool
	kStr
	kChar
	kDate
	kTS
	kTime
	kReal
	kInts // BIGINT[]
	kTZ
	kBytes // VARBYTE; a domain of PostgreSQL's BYTEA
	kUUID
	kZoned // of UTC: PostgreSQL compares zones, too
	kinds
)

// typ is a column's type: DECIMAL(p,s), VARCHAR(p), CHAR(p).
type typ struct {
	k    kind
	p, s int
}

func (t typ) String() string {
	switch t.k {
	case kDec:
		return fmt.Sprintf("decimal(%d,%d)", t.p, t.s)
	case kStr:
		return fmt.Sprintf("varchar(%d)", t.p)
	case kChar:
		return fmt.Sprintf("char(%d)", t.p)
	}
	return [...]string{"smallint", "int", "bigint", "", "float8", "bool", "", "", "date", "timestamp", "time",
		"real", "bigint[]", "timestamptz", "varbyte", "uuid", "timetz"}[t.k]
}

func (t typ) isInt() bool { return t.k <= kInt8 }

// limit is the largest value of an integer type.
func (t typ) limit() float64 { return [...]float64{32767, 2147483647, 9e18}[t.k] }

// expr is one expression in both systems' words.
type expr struct {
	sl, pg string
	t      typ
	bound  float64 // numbers: the largest absolute value; strings: the longest length in bytes
}

// form fills one format for both systems.
func form(t typ, bound float64, format string, args ...expr) expr {
	sl, pg := make([]any, len(args)), make([]any, len(args))
	for i, a := range args {
		sl[i], pg[i] = a.sl, a.pg
	}
	return expr{sl: fmt.Sprintf(format, sl...), pg: fmt.Sprintf(format, pg...), t: t, bound: bound}
}

// text is an expression with the same words in both systems.
func text(t typ, bound float64, s string) expr { return expr{sl: s, pg: s, t: t, bound: bound} }

// gen makes random expressions.
type gen struct {
	*rand.Rand
	// nested, if there is one, makes a value by a subquery that may name columns of the scope.
	nested func(s scope, c class) (expr, bool)
	// divisors are columns that are not 0 where what is being made is evaluated, because a CASE around it asks.
	divisors *[]expr
}

func (g gen) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g gen, list []T) T { return list[g.IntN(len(list))] }

// words are what string columns and literals are made of: no blanks, no
// backslashes, some Unicode, some that LIKE could trip over.
var words = []string{"", "a", "b", "ab", "abc", "ABC", "aBc", "xyz", "zz", "a_b", "a%c", "%", "_", "it''s", "é", "日本",
	"ñandú", "0", "12", "aaaaaaaa", "abababab", "Hello", "hello", "longer_text_than_a_header",
	"longer_text_than_a_heather", "\"q\"", "a,b", "ÀÉ"}

func literalLen(w string) float64 { return float64(len(strings.ReplaceAll(w, "''", "'"))) }

var asciiWords = []string{"", "a", "b", "ab", "abc", "ABC", "xyz", "zz", "a_b", "0", "12"}

var dates = []string{"1970-01-01", "1999-12-31", "2000-01-01", "2000-02-29", "2008-06-15", "2016-02-29", "2023-11-30",
	"1900-03-01", "1969-07-20", "2100-12-31"}

var times = []string{"00:00:00", "24:00:00", "12:34:56.5", "04:05:06", "23:59:59.999999", "06:00:00", "00:00:00.000001"}

var stamps = []string{"1970-01-01 00:00:00", "1999-12-31 23:59:59.999999", "2000-01-01 00:00:00",
	"2008-06-15 12:34:56.5", "2016-02-29 01:02:03", "1900-03-01 06:00:00", "2023-11-30 23:00:00.000001"}

// byteWords are bytes in hexadecimal digits: zeros, blanks and high ones at the end, some longer than a header.
var byteWords = []string{"", "00", "0000", "20", "2020", "61", "6120", "6100", "616263", "61626320", "ff", "ff00",
	"c3a9", "80", "7f", "00000005", "61626364656667686970717273", "61626364656667686970717200"}

var uuids = []string{"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
	"7fffffff-ffff-ffff-ffff-ffffffffffff", "80000000-0000-0000-0000-000000000000",
	"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12", "00000000-0000-0000-8000-000000000000"}

// zones are time zones of sessions and values, some with clocks that change.
var zones = []string{"UTC", "America/New_York", "Asia/Kathmandu", "Europe/London", "Australia/Lord_Howe"}

// momentText is a moment, often near a change of clocks, often without a zone.
func (g gen) momentText() string {
	at := pick(g, stamps)
	if g.chance(50) {
		at = pick(g, []string{"2024-03-10 01:59:59.5", "2024-03-10 02:30:00", "2024-11-03 01:30:00", "2024-03-31 00:59:00",
			"2024-10-27 01:15:00", "2024-04-07 01:45:00"})
	}
	if g.chance(40) {
		at += pick(g, []string{"Z", "-05", "+05:45", " EDT", " Europe/London", " America/New_York"})
	}
	return at
}

// literal is a constant of a type.
func (g gen) literal(t typ) expr {
	if g.chance(4) {
		return text(t, 0, "null::"+t.String())
	}
	switch t.k {
	case kInt2, kInt4, kInt8:
		n := pick(g, []int{0, 1, 2, 3, 5, 7, 10, 100, -1, -2, -7, 1000})
		s := fmt.Sprint(n)
		if n < 0 {
			s = "(" + s + ")"
		}
		if t.k != kInt4 {
			s += "::" + t.String()
		}
		return text(t, 1000, s)
	case kDec:
		unscaled := g.IntN(2000) - 1000
		if t.p < 5 {
			unscaled %= 10
		}
		s := fmt.Sprintf("%0*d", t.s+1, max(unscaled, -unscaled))
		if t.s > 0 {
			s = s[:len(s)-t.s] + "." + s[len(s)-t.s:]
		}
		if unscaled < 0 {
			s = "(-" + s + ")"
		}
		return text(t, 1000, s+"::"+t.String())
	case kFloat:
		return text(t, 1000, fmt.Sprintf("(%g)::float8", float64(g.IntN(400)-200)/4))
	case kBool:
		return text(t, 0, pick(g, []string{"true", "false"}))
	case kStr, kChar:
		w := pick(g, words)
		if t.k == kChar || literalLen(w) > float64(t.p) {
			w = pick(g, asciiWords)
			if literalLen(w) > float64(t.p) {
				w = "a"
			}
		}
		return text(t, literalLen(w), "'"+w+"'::"+t.String())
	case kDate:
		return text(t, 0, "date '"+pick(g, dates)+"'")
	case kTime:
		return text(t, 0, "time '"+pick(g, times)+"'")
	case kZoned:
		return text(t, 0, "timetz '"+pick(g, times)+"+00'")
	case kInts:
		return text(t, 1000, pick(g, []string{"'{}'", "'{1,2}'", "'{0,null,3}'", "'{null}'", "'{7,-1,2,2}'"})+"::bigint[]")
	}
	switch t.k {
	case kBytes:
		if g.chance(30) {
			w := pick(g, words)
			return text(t, literalLen(w), "'"+w+"'::varbyte")
		}
		w := pick(g, byteWords)
		return text(t, float64(len(w)/2), "from_hex('"+w+"')")
	case kUUID:
		u := pick(g, uuids)
		u = pick(g, []string{u, strings.ToUpper(u), strings.ReplaceAll(u, "-", ""), "{" + u + "}"})
		return text(t, 0, "'"+u+"'::uuid")
	}
	if t.k == kTZ {
		return text(t, 0, "timestamptz '"+g.momentText()+"'")
	}
	return text(t, 0, "timestamp '"+pick(g, stamps)+"'")
}

// scope is what an expression may name.
type scope []expr

func (s scope) of(want func(typ) bool) scope {
	var found scope
	for _, c := range s {
		if want(c.t) {
			found = append(found, c)
		}
	}
	return found
}

// class is what a caller of value wants.
type class int

const (
	cInt class = iota
	cDec
	cFloat
	cBool
	cStr
	cDate
	cTS
	cTime
	cTZ
	cBytes
	cUUID
	cZoned
	classes // that a column of a table may be of, and an expression by chance

	cInts = classes
)

func (k kind) class() class {
	return [...]class{cInt, cInt, cInt, cDec, cFloat, cBool, cStr, cStr, cDate, cTS, cTime, cFloat,
		cInts, cTZ, cBytes, cUUID, cZoned}[k]
}

// typeOf is some type of a class.
func (g gen) typeOf(c class) typ {
	switch c {
	case cInt:
		return typ{k: pick(g, []kind{kInt2, kInt4, kInt4, kInt8})}
	case cDec:
		return pick(g, []typ{{kDec, 8, 2}, {kDec, 12, 4}, {kDec, 5, 0}, {kDec, 18, 3}, {kDec, 25, 6}, {kDec, 38, 2}})
	case cFloat:
		return typ{k: kFloat}
	case cBool:
		return typ{k: kBool}
	case cStr:
		return typ{k: kStr, p: pick(g, []int{1, 5, 20, 60})}
	case cDate:
		return typ{k: kDate}
	case cTime:
		return typ{k: kTime}
	case cInts:
		return typ{k: kInts}
	case cTZ:
		return typ{k: kTZ}
	case cBytes:
		return typ{k: kBytes}
	case cUUID:
		return typ{k: kUUID}
	case cZoned:
		return typ{k: kZoned}
	}
	return typ{k: kTS}
}

// any is an expression of any class.
func (g gen) any(s scope, depth int) expr { return g.value(s, class(g.IntN(int(classes))), depth) }

// value is an expression of a class, at most depth operators deep.
func (g gen) value(s scope, c class, depth int) expr {
	if depth <= 0 || g.chance(25) {
		return g.leaf(s, c)
	}
	if often := map[bool]int{true: 14, false: 8}[c == cBool]; g.nested != nil && g.chance(often) {
		if e, ok := g.nested(s, c); ok {
			return e
		}
	}
	if g.chance(15) {
		return g.choice(s, c, depth-1)
	}
	if g.chance(20) {
		if e, ok := g.call(s, c, depth-1); ok {
			return e
		}
	}
	switch c {
	case cInt:
		return g.integer(s, depth-1)
	case cDec:
		return g.decimal(s, depth-1)
	case cFloat:
		return g.float(s, depth-1)
	case cBool:
		return g.condition(s, depth-1)
	case cStr:
		return g.str(s, depth-1)
	case cDate:
		return g.date(s, depth-1)
	case cTime:
		return g.time(s, depth-1)
	case cInts:
		return g.array(s, depth-1)
	case cTZ:
		return g.moment(s, depth-1)
	case cBytes:
		return g.bytes(s, depth-1)
	case cUUID:
		return g.uuid(s, depth-1)
	case cZoned:
		return g.zoned(s, depth-1)
	}
	return g.stamp(s, depth-1)
}

func (g gen) leaf(s scope, c class) expr {
	if cols := s.of(func(t typ) bool { return t.k.class() == c }); len(cols) > 0 && !g.chance(20) {
		x := pick(g, cols)
		if x.t.k == kReal { // whose sums PostgreSQL rounds
			return form(typ{k: kFloat}, x.bound, "(%s)::float8", x)
		}
		return x
	}
	return g.literal(g.typeOf(c))
}

// unified gives decimals one scale, as CASE and its like do in Slipher; ok is
// false where Slipher's result type could be too narrow.
func unified(es []expr) (typ, float64, bool) {
	t, bound := es[0].t, es[0].bound
	for _, e := range es[1:] {
		bound = max(bound, e.bound)
		switch {
		case t.k == kChar || e.t.k == kChar:
			if t != e.t {
				return t, 0, false
			}
		case t.k == kStr:
			t.p = max(t.p, e.t.p)
		case t.k == kDec:
			whole, most := max(t.p-t.s, e.t.p-e.t.s), 38
			if t.p <= 19 && e.t.p <= 19 { // as many as 64 bits hold, whatever the values need
				most = 19
			}
			t.s = max(t.s, e.t.s)
			t.p = min(whole+t.s, most)
			if whole+t.s > 38 || !fits(expr{t: t, bound: bound}) {
				return t, bound, false
			}
		case t.isInt():
			t.k = max(t.k, e.t.k)
		}
	}
	return t, bound, true
}

// mapped makes PostgreSQL's value of a decimal have the scale of its type.
func mapped(e expr) expr {
	if e.t.k == kDec {
		e.pg = fmt.Sprintf("(%s)::numeric(60,%d)", e.pg, e.t.s)
	}
	return e
}

// guarded is CASE that asks whether a column is 0 before something divides by it: in its arm, or in a subquery there.
func (g gen) guarded(s scope, c class, depth int) (expr, bool) {
	cols := s.of(typ.isInt).columns()
	if g.divisors == nil || len(cols) == 0 {
		return expr{}, false
	}
	by := pick(g, cols)
	*g.divisors = append(*g.divisors, by)
	a, asks := expr{}, false
	if g.nested != nil && g.chance(50) {
		a, asks = g.nested(s, c)
	}
	if !asks {
		a = g.value(s, c, depth)
	}
	*g.divisors = (*g.divisors)[:len(*g.divisors)-1]
	return mapped(form(a.t, a.bound, pick(g, []string{"case when %s <> 0 then %s end",
		"case %s when 0 then null else %s end"}), by, a)), true
}

// divided is a column of the scope by one that is not 0.
func (g gen) divided(s scope) (expr, bool) {
	cols := s.of(typ.isInt)
	if g.divisors == nil || len(*g.divisors) == 0 || len(cols) == 0 {
		return expr{}, false
	}
	a, b := pick(g, cols), pick(g, *g.divisors)
	return form(typ{k: max(a.t.k, b.t.k)}, a.bound, "(%s / %s)", a, b), true
}

// choice is CASE, COALESCE, NULLIF, GREATEST, LEAST or NVL2 over a class.
func (g gen) choice(s scope, c class, depth int) expr {
	if g.chance(15) {
		if e, ok := g.guarded(s, c, depth+1); ok {
			return e
		}
	}
	a, b := g.value(s, c, depth), g.value(s, c, depth)
	t, bound, ok := unified([]expr{a, b})
	if !ok {
		return a
	}
	switch g.IntN(8) {
	case 0:
		return mapped(form(t, bound, "coalesce(%s, %s)", a, b))
	case 1:
		return form(a.t, a.bound, "nullif(%s, %s)", a, b)
	case 2:
		if c != cBool {
			return mapped(form(t, bound, pick(g, []string{"greatest(%s, %s)", "least(%s, %s)"}), a, b))
		}
	case 3:
		x := g.any(s, depth)
		e := form(t, bound, "", x)
		e.sl = fmt.Sprintf("nvl2(%s, %s, %s)", x.sl, a.sl, b.sl)
		e.pg = fmt.Sprintf("(case when %s is not null then %s else %s end)", x.pg, a.pg, b.pg)
		return mapped(e)
	case 4:
		x := g.value(s, cInt, depth)
		return mapped(form(t, bound, "case %s when 1 then %s when 2 then %s else %s end", x, a, b, a))
	case 5:
		return mapped(form(t, bound, "case when %s then %s when %s then %s end", g.value(s, cBool, depth), a,
			g.value(s, cBool, depth), b))
	}
	return mapped(form(t, bound, "case when %s then %s else %s end", g.value(s, cBool, depth), a, b))
}
