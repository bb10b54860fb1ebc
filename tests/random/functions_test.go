package random

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"slipher/catalog/fn"
)

// functions are calls that never fail, or whose meaning PostgreSQL can be told in other words. A line is the result's
// type, its bound where that is one of numbers, Slipher's call and, behind =>, PostgreSQL's if that is another one. In
// the calls $i is an integer, $n one from 0 to 9, $f a double, $c a decimal, $s a string, $d a date, $t a timestamp, $z
// a moment, $h a time of day, $b a boolean, $a an array; a digit behind tells several of one class apart.
var functions = readFunctions(`
int 2000: char_length($s)
int 2000: character_length($s)
int 2000: len($s) => length($s)
int 2000: textlen($s) => length($s)
int 2000: position($s1 in $s2)
int 2000: charindex($s1, $s2) => strpos($s2, $s1)
int 2000000: ascii($s)
int 1: sign(bpcharcmp($s1, $s2)) => sign(bttextcmp($s1, $s2))::int
int 1: sign(bttext_pattern_cmp($s1, $s2)) => sign(bttextcmp($s1, $s2))::int
int 2000: regexp_count($s, '[ab]')
int 2000: regexp_count($s, 'A', 1, 'i')
int 2000: regexp_count($s, '(?<=a)b', 1, 'p') => regexp_count($s, '(?<=a)b')
int 2000: regexp_instr($s, 'b+')
int 2000: regexp_instr($s, '[a-c]', 1, 2)
int 2000: octet_length(md5($s))
bool: starts_with($s1, $s2)
bool: ($s1 ^@ $s2)
bool: ($s ~ '^[a-z]+$')
bool: ($s !~ 'b')
bool: ($s ~* 'B')
bool: ($s !~* '^a')
bool: ($s similar to '%(b|é)%')
bool: ($s not similar to '_a{1,2}%')
bool: ($s similar to '%#_%' escape '#')
bool: regexp_like($s, 'a.?b')
bool: regexp_like($s, 'AB', 'i')
bool: is_normalized($s) => ($s is normalized)
str: initcap($s)
str: replicate(left($s, 9), $n) => repeat(left($s, 9), $n)
str: repeat(left($s, 9), $n)
str: lpad($s, 12)
str: rpad(left($s1, 20), $n, $s2)
str: ltrim($s, 'ab')
str: rtrim($s, 'cé')
str: btrim($s, 'a')
str: trim(both 'a' from $s)
str: trim($s)
str: substr($s, $n)
str: substr($s, 2, $n)
str: substring($s from 'b+')
str: substring($s from 'a(.)')
str: left($s, $n - 4)
str: right($s, $n - 4)
str: split_part($s, 'a', 1 + $n)
str: split_part($s, '_', 2)
str: translate($s, 'abc', 'éx')
str: overlay($s placing 'ZZ' from 2)
str: concat($s, 'x') => ($s || 'x')
str: concat_ws('|', $s1, $s2, 'x')
str: format('%L, %s', $s1, $s2)
str: format('%5s|%-5s', $s1, $s2)
str: quote_ident($s)
str: quote_literal($s)
str: quote_nullable($s)
str: chr(97 + $n)
str: to_hex($n * 1000)
str: md5($s)
str: sha2($s, 256) => encode(sha256(convert_to($s, 'UTF8')), 'hex')
str: sha2($s, 0) => encode(sha256(convert_to($s, 'UTF8')), 'hex')
str: sha2($s, 512) => encode(sha512(convert_to($s, 'UTF8')), 'hex')
str: normalize($s, NFD)
str: normalize($s)
str: unistr('\\0061' || $n::varchar) => unistr('\0061' || $n::varchar)
str: regexp_replace($s, '[ab]+', '<>') => regexp_replace($s, '[ab]+', '<>', 'g')
str: regexp_replace($s, '(a)(b)', '\\2\\1') => regexp_replace($s, '(a)(b)', '\2\1', 'g')
str: regexp_replace($s, 'A', 'y', 1, 'i') => regexp_replace($s, 'A', 'y', 'gi')
str: regexp_substr($s, '[bc]+') => coalesce(regexp_substr($s, '[bc]+'), case when $s is not null then '' end)
str: array_to_string(regexp_match($s, '(a)(b)?'), ',', '-')
str: array_to_string(regexp_split_to_array($s, 'a'), '|')
str: array_to_string(regexp_split_to_array($s, ''), '|')
str: array_to_string(string_to_array($s, 'a'), '|', 'null')
str: array_to_string(string_to_array($s, null, 'b'), '|', 'null')
str: array_to_string(string_to_array($s, ',', ''), '|', 'null')
str: array_to_string(parse_ident('a1.B' || $n::varchar), '|')
str: pg_size_pretty($i::bigint)
str: array_dims($a)
str: array_to_string($a, ',', '*')
str: array_to_string(array_fill($i, array[3]), ',')
str: array_to_string(array_positions($a, $n), ',')
str: json_extract_path_text('{"a": {"b": ' || $n::varchar || '}}', 'a', 'b') => json_extract_path_text(('{"a": {"b": ' || $n::varchar || '}}')::json, 'a', 'b')
str: json_extract_array_element_text('["x", "y", null]', $n) => ('["x", "y", null]'::json ->> $n)
str: to_char($t, 'YYYY-MM-DD HH24:MI:SS.US')
str: to_char($t, 'Day, DD Mon YYYY HH12:MI AM')
str: to_char($d, 'FMMonth FMDD YYYY')
str: to_char($d, 'J Q W WW DDD D')
str: to_char($n, '9999')
str: to_char($n * 11, 'FM0000')
str: to_char($n * 1.5, '990.99')
int 100: json_array_length('[1, [2, 3], ' || $n::varchar || ']') => json_array_length(('[1, [2, 3], ' || $n::varchar || ']')::json)
int 10: array_length($a, 1)
int 10: cardinality($a)
int 10: array_lower($a, 1)
int 10: array_upper($a, 1)
int 10: array_ndims($a)
int 10: array_position($a, $n)
int 10: cardinality(array_remove($a, $n))
int 10: cardinality(array_replace($a, $n, 100))
int 10: cardinality(trim_array($a, 0))
int 10: cardinality(array_append($a, $n))
int 10: cardinality(array_prepend($n, $a))
int 10: cardinality(array_cat($a1, $a2))
int 4: num_nulls($s, $i, $d)
int 4: num_nonnulls($s, $f, $t, $b)
int 1000: nvl($n, 4) => coalesce($n, 4)
int 1000: decode($n, 1, 10, null, 20, 30) => case when $n = 1 then 10 when $n is null then 20 else 30 end
int 1000: coalesce($n, 7)
int 1000: nullif($n, 3)
int 1000: greatest($n1, 5, 2)
int 1000: least($n1, 5, 2)
int 1000: sign($i)::int
bigint 100: gcd($i, 12)
bigint 100: gcd(12, $n)
bigint 1000: lcm($n, 8)
bigint 400000: factorial($n)::bigint
bigint 1e12: div($i, 7)::bigint
bigint 1e12: div($c, 3)::bigint => trunc($c / 3)::bigint
int 10: mod($i, 7)::int
int 20: scale(1.250 + $n)
int 20: min_scale(1.250 + $n)
int 10: width_bucket($f, -100, 100, 8)
int 10: width_bucket($f, 5, -5, 4)
bigint 1e10: pg_size_bytes($n::varchar || ' MB')
float 1: sin($f)
float 1: cos($f)
float 1: sind($n * 30)
float 1: cosd($n * 30)
float 2: tand($n * 4)
float 1e6: cotd($n * 4 + 3)
float 2: asin($n::float8 / 9)
float 4: acos($n::float8 / 9)
float 2: atan($f)
float 4: atan2($f1, $f2 + 0.5)
float 90: asind($n::float8 / 9)
float 90: acosd($n::float8 / 9)
float 90: atand($f)
float 180: atan2d($f1, $f2 + 0.5)
float 1e4: tan($n::float8 / 7)
float 1e4: cot($n::float8 / 7 + 0.1)
float 1e4: sinh($n)
float 1e4: cosh($n)
float 1: tanh($f)
float 100: asinh($f)
float 100: acosh($n + 1)
float 100: atanh($n::float8 / 10)
float 1e4: exp($n)
float 1e4: dexp($n) => exp($n::float8)
float 20: ln($n + 1)
float 20: dlog1($n + 1) => ln($n::float8 + 1)
float 20: log($n + 1) => log($n::float8 + 1)
float 20: dlog10($n + 1) => log($n::float8 + 1)
float 20: log10($n + 1) => log10($n::float8 + 1)
float 20: log(2, $n + 1) => (ln($n::float8 + 1) / ln(2::float8))
float 1000: sqrt(abs($f))
float 1000: dsqrt(abs($f)) => sqrt(abs($f))
float 100: cbrt($f)
float 1000: power($n, 2)
float 1000: pow($n, 0.5)
float 1e6: degrees($n)
float 100: radians($f)
float 4: pi()
float 1e6: ceiling($f)
float 1e6: ceil($f)
float 1e6: floor($f)
float 1e6: trunc($f)
float 2: sign($f)
float 1e6: abs($f)
int 5000000: date_part('year', $d)::int
int 60: pgdate_part('minute', $t)::int => date_part('minute', $t)::int
int 10000: date_part_year($d) => extract(year from $d)::int
bigint 1e6: datediff(day, $d1, $d2) => ($d2 - $d1)
bigint 1e4: date_diff('year', $d1, $d2) => (extract(year from $d2) - extract(year from $d1))::int
int 1: date_cmp($d1, $d2) => (case when $d1 < $d2 then -1 when $d1 > $d2 then 1 when $d1 = $d2 then 0 end)
int 1: timestamp_cmp($t1, $t2) => (case when $t1 < $t2 then -1 when $t1 > $t2 then 1 when $t1 = $t2 then 0 end)
int 1: timestamp_cmp_date($t, $d) => (case when $t < $d then -1 when $t > $d then 1 when $t = $d then 0 end)
int 1: date_cmp_timestamp($d, $t) => (case when $d < $t then -1 when $d > $t then 1 when $d = $t then 0 end)
int 1: timestamptz_cmp($z1, $z2) => (case when $z1 < $z2 then -1 when $z1 > $z2 then 1 when $z1 = $z2 then 0 end)
int 1: interval_cmp($n * interval '1 day', interval '3 days') => sign($n - 3)::int
int 1e4: extract(year from age($t1, $t2))::int
int 12: extract(month from age($t1, $t2))::int
int 31: extract(day from age($t1, $t2))::int
int 100: extract(month from justify_days($n * interval '20 days'))::int
int 100: extract(day from justify_interval($n * interval '20 days'))::int
date: make_date(2000 + $n1, 1 + $n2, 28)
date: last_day($d) => (date_trunc('month', $d::timestamp) + interval '1 month' - interval '1 day')::date
date: trunc($t) => ($t)::date
date: to_date('2024' || lpad((1 + $n)::varchar, 2, '0') || '15', 'YYYYMMDD')
date: next_day($d, 'Mon') => ($d + (8 - extract(isodow from $d)::int))
time: make_time($n1, $n2, 30.5)
ts: make_timestamp(2000 + $n1, 1 + $n2, 3, 4, 5, 6.5)
ts: ($t + make_interval(0, $n1, 0, $n2))
ts: date_trunc('decade', $t)
ts: date_trunc('century', $t)
ts: dateadd(day, $n, $t) => ($t + $n * interval '1 day')
ts: dateadd(month, $n, $d) => ($d + $n * interval '1 month')
ts: date_bin('3 hours', $t, timestamp '2001-02-03')
ts: timezone('Asia/Kathmandu', $z)
tz: timezone('Europe/London', $t)
tz: to_timestamp($n * 1e6 + 0.5)
bool: isfinite($d)
bool: isfinite($t)
bool: (($t1, $t2) overlaps ($t2, timestamp '2010-01-01'))
bool: (($d, $d) overlaps (date '2000-01-01', date '2020-01-01'))
`)

// letters are the classes of arguments.
var letters = map[byte]class{'i': cInt, 'n': cInt, 'f': cFloat, 'c': cDec, 's': cStr, 'd': cDate, 't': cTS, 'z': cTZ,
	'h': cTime, 'b': cBool, 'a': cInts}

var places = regexp.MustCompile(`\$([a-z])(\d?)`)

// results are the types of results by their names.
var results = map[string]typ{"int": {k: kInt4}, "bigint": {k: kInt8}, "float": {k: kFloat}, "bool": {k: kBool},
	"str": {k: kStr, p: 2000}, "date": {k: kDate}, "time": {k: kTime}, "ts": {k: kTS}, "tz": {k: kTZ}}

// function is a line of functions: its result, and what its calls name.
type function struct {
	t      typ
	bound  float64
	sl, pg string
	args   []string // as they are named, each once
}

func readFunctions(text string) map[class][]function {
	out := map[class][]function{}
	for line := range strings.Lines(strings.TrimSpace(text)) {
		head, calls, _ := strings.Cut(strings.TrimSpace(line), ": ")
		name, bound, _ := strings.Cut(head, " ")
		f := function{t: results[name]}
		f.bound, _ = strconv.ParseFloat(bound, 64)
		if f.t.k == kStr {
			f.bound = 2000
		}
		var other bool
		if f.sl, f.pg, other = strings.Cut(calls, " => "); !other {
			f.pg = f.sl
		}
		seen := map[string]bool{}
		for _, m := range places.FindAllString(f.sl+f.pg, -1) {
			if letters[m[1]] == 0 && m[1] != 'i' && m[1] != 'n' {
				continue
			}
			if !seen[m] {
				seen[m] = true
				f.args = append(f.args, m)
			}
		}
		c := f.t.k.class()
		out[c] = append(out[c], f)
	}
	return out
}

// call is a call of a function whose result is of a class; false: there is none.
func (g gen) call(s scope, c class, depth int) (expr, bool) {
	list := functions[c]
	if len(list) == 0 {
		return expr{}, false
	}
	f := pick(g, list)
	e := expr{sl: f.sl, pg: f.pg, t: f.t, bound: f.bound}
	var sl, pg []string
	for _, a := range f.args {
		var x expr
		switch letter := a[1]; letter {
		case 'n':
			x = g.digit(s)
		case 's':
			x = g.value(s, cStr, depth)
			for range 3 {
				if x.t.k != kChar && x.bound <= 60 {
					break
				}
				x = g.literal(typ{k: kStr, p: 20})
			}
			if x.t.k == kChar {
				x = g.literal(typ{k: kStr, p: 20})
			}
		default:
			x = g.value(s, letters[letter], depth)
		}
		if letters[a[1]] == cInt && a[1] == 'i' && x.bound > 1e12 {
			x = g.digit(s)
		}
		if (a[1] == 'f' || a[1] == 'c') && x.bound > 1e6 {
			x = g.literal(g.typeOf(letters[a[1]]))
		}
		sl, pg = append(sl, a, "("+x.sl+")"), append(pg, a, "("+x.pg+")")
	}
	e.sl, e.pg = strings.NewReplacer(sl...).Replace(e.sl), strings.NewReplacer(pg...).Replace(e.pg)
	return e, true
}

// digit is an INTEGER from 0 to 9, of a column if there is one.
func (g gen) digit(s scope) expr {
	cols := s.of(typ.isInt).columns()
	if len(cols) == 0 || g.chance(20) {
		return text(typ{k: kInt4}, 9, strconv.Itoa(g.IntN(10)))
	}
	return form(typ{k: kInt4}, 9, "(abs(%s %% 10))::int", pick(g, cols))
}

// calledNames are the names of the function table that are called in a text.
func calledNames(t *fn.Table, sql string, into map[string]bool) {
	for _, m := range callPattern.FindAllStringSubmatch(strings.ToLower(sql), -1) {
		if t.Has(m[1]) {
			into[m[1]] = true
		}
	}
}

var callPattern = regexp.MustCompile(`([a-z_][a-z0-9_]*) ?\(`)

// The queries call at least 200 functions of the table.
func TestFunctionsCalled(t *testing.T) {
	table, seen := fn.Default(), map[string]bool{}
	for seed := uint64(1); seed <= 40; seed++ {
		g := newGen(seed)
		b := newBuilder(g, g.newSchema())
		for range queriesARound {
			b.begin()
			calledNames(table, b.question().sl, seen)
		}
	}
	if len(seen) < 200 {
		t.Errorf("random queries call %d functions", len(seen))
	}
	var never []string
	for _, n := range table.Names() {
		if callPattern.MatchString(n+"(") && !seen[n] {
			never = append(never, n)
		}
	}
	t.Log(fmt.Sprint(len(seen), " functions are called; never ", never))
}
