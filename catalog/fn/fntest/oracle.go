package fntest

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strings"

	"slipher/catalog/types"
)

// recorded is what PostgreSQL 15 said to the cases: expression, tab, answer or
// !SQLSTATE. The oracle test of runtime/kernels/text rewrites it.
//
//go:embed testdata/oracle.txt
var recorded string

// Answers are PostgreSQL's answers by Case.SQL; an error is "!" and its SQLSTATE.
func Answers() map[string]string {
	answers := map[string]string{}
	for line := range strings.Lines(recorded) {
		sql, answer, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		answers[sql] = answer
	}
	return answers
}

// Case is one call and the expression that asks PostgreSQL for the same.
type Case struct {
	Name string
	Args []types.Type
	Text []string // the arguments' text forms
	SQL  string
}

// sqlName is a type as PostgreSQL writes it.
func sqlName(t types.Type) string {
	switch t.Kind {
	case types.Varchar:
		return "text"
	case types.Varbyte: // both read a text without backslashes as its bytes
		return "bytea"
	}
	return t.String()
}

func literal(t types.Type, v string) string {
	return "'" + strings.ReplaceAll(v, "'", "''") + "'::" + sqlName(t)
}

// Cases are functions that mean the same in both systems, on random and
// extreme values. The same ones every time.
func Cases() []Case {
	rnd := rand.New(rand.NewPCG(7, 11))
	pick := func(vs ...string) string { return vs[rnd.IntN(len(vs))] }
	var out []Case
	// add makes cases of a call; format has a %s for each argument.
	add := func(n int, name, format string, ts []types.Type, values ...func() string) {
		for range n {
			c := Case{Name: name, Args: ts}
			for i, part := range strings.Split(format, "%s") {
				if i > 0 {
					c.Text = append(c.Text, values[i-1]())
					c.SQL += literal(ts[i-1], c.Text[i-1])
				}
				c.SQL += part
			}
			out = append(out, c)
		}
	}
	T, I, B, F, D, S, V := types.TText, types.TInt4, types.TInt8, types.TFloat8, types.TDate, types.TTimestamp,
		types.TInterval
	list := func(t ...types.Type) []types.Type { return t }
	digits := func(n int) string {
		s := ""
		for range n {
			s += string(rune('0' + rnd.IntN(10)))
		}
		return s
	}
	integer := func(limit int64) func() string {
		return func() string {
			return pick("0", "1", "-1", fmt.Sprint(limit), fmt.Sprint(-limit-1), fmt.Sprint(rnd.Int64N(limit)),
				fmt.Sprint(-rnd.Int64N(limit)), fmt.Sprint(rnd.Int64N(100)-50))
		}
	}
	decimal := func(p, s int) func() string {
		return func() string {
			w := 1
			if p > s+1 {
				w += rnd.IntN(p - s)
			}
			return pick("", "-") + digits(w) + "." + digits(s)
		}
	}
	double := func() string {
		return pick("0", "-0.5", "1.5", "2.5", "1e300", "-1e-300", "NaN", "Infinity", fmt.Sprint(rnd.NormFloat64()*1000),
			fmt.Sprint(rnd.NormFloat64()*1e9), "0.1")
	}
	date := func() string {
		return pick("2000-02-29", "1999-12-31", "0001-01-01", "0044-03-15 BC", "1582-10-15",
			fmt.Sprintf("%04d-%02d-%02d", 1900+rnd.IntN(200), rnd.IntN(12)+1, rnd.IntN(28)+1))
	}
	stamp := func() string {
		d, bc := strings.CutSuffix(date(), " BC")
		out := fmt.Sprintf("%s %02d:%02d:%02d.%06d", d, rnd.IntN(24), rnd.IntN(60), rnd.IntN(60), rnd.IntN(1000000))
		if bc {
			out += " BC"
		}
		return out
	}
	span := func() string {
		return pick("1 mon", "-1 mon", "1 year 2 mons 3 days 04:05:06.7", "90 days", "-1 day", "23:59:59",
			fmt.Sprintf("%d mons", rnd.IntN(50)-25), fmt.Sprintf("%d days", rnd.IntN(1000)-500))
	}
	str := func() string {
		return pick("", "a", "abc", "hello world", "héllo wörld", "ÄÖÜ", "  padded  ", "日本語テキスト", "a,b,,c", "xyxyxxyy",
			"The quick brown fox jumps over the lazy dog", "aaa%b_c\\d", digits(rnd.IntN(20)))
	}
	small := func() string { return fmt.Sprint(rnd.IntN(30) - 6) }
	natural := func() string { return fmt.Sprint(rnd.IntN(30)) }

	for _, op := range []string{"+", "-", "*", "/", "%"} {
		add(40, op, "%s "+op+" %s", list(I, I), integer(1<<31-1), integer(1<<31-1))
		add(40, op, "%s "+op+" %s", list(B, B), integer(1<<63-1), integer(1<<63-1))
		add(30, op, "%s "+op+" %s", list(types.TInt2, types.TInt2), integer(1<<15-1), integer(1<<15-1))
	}
	for _, op := range []string{"+", "-", "*", "/"} {
		add(40, op, "%s "+op+" %s", list(F, F), double, double)
	}
	for _, op := range []string{"=", "<>", "<", "<=", ">", ">="} {
		add(25, op, "%s "+op+" %s", list(F, F), double, double)
		add(25, op, "%s "+op+" %s", list(V, V), span, span)
		add(25, op, "%s "+op+" %s", list(D, S), date, stamp)
		add(25, op, "rtrim(%s) collate \"C\" "+op+" rtrim(%s)", list(types.TVarchar(90), types.TVarchar(90)), str, str)
	}
	for _, w := range [][4]int{{8, 2, 8, 2}, {18, 4, 10, 0}, {30, 10, 12, 5}, {20, 0, 18, 18}} {
		x, y := types.TDecimal(w[0], w[1]), types.TDecimal(w[2], w[3])
		dx, dy := decimal(w[0], w[1]), decimal(w[2], w[3])
		if w[2] == w[3] {
			dy = func() string { return "0." + digits(w[3]) }
		}
		for _, op := range []string{"+", "-", "*", "/", "%"} {
			ret := map[string]types.Type{"+": types.DecimalAdd(x, y), "-": types.DecimalAdd(x, y), "*": types.DecimalMul(x, y),
				"/": types.DecimalDiv(x, y), "%": types.DecimalMod(x, y)}[op]
			// PostgreSQL divides to enough digits only if asked by the operands' scales.
			format := "(%s " + op + " %s)::" + sqlName(ret)
			if op == "/" {
				format = "round(%s::numeric(1000,90) / %s, " + fmt.Sprint(ret.Scale) + ")"
			}
			add(25, op, format, list(x, y), dx, dy)
		}
	}
	add(60, "round", "round(%s::numeric)", list(types.TDecimal(12, 4)), decimal(12, 4))
	add(40, "ceil", "ceil(%s::numeric)", list(types.TDecimal(12, 4)), decimal(12, 4))
	add(40, "floor", "floor(%s::numeric)", list(types.TDecimal(12, 4)), decimal(12, 4))
	add(40, "trunc", "trunc(%s::numeric)", list(types.TDecimal(12, 4)), decimal(12, 4))
	for _, f := range []string{"ceil", "floor", "trunc", "sqrt", "exp", "ln", "sin", "cos", "abs", "sign"} {
		add(15, f, f+"(%s)", list(F), double)
	}
	add(30, "power", "power(%s, %s)", list(F, F), double, double)

	add(60, "+", "%s + %s", list(D, I), date, small)
	add(30, "-", "%s - %s", list(D, D), date, date)
	add(60, "+", "%s + %s", list(S, V), stamp, span)
	add(60, "-", "%s - %s", list(S, V), stamp, span)
	add(40, "+", "%s + %s", list(D, V), date, span)
	for _, p := range []string{"microseconds", "milliseconds", "second", "minute", "hour", "day", "week", "month",
		"quarter", "year", "decade", "century", "millennium"} {
		add(15, "date_trunc", "date_trunc(%s, %s)", list(T, S), func() string { return p }, stamp)
		if p != "microseconds" && p != "milliseconds" && p != "second" { // Redshift leaves out what other parts hold
			add(15, "extract", "date_part(%s, %s)::int", list(T, S), func() string { return p }, stamp)
		}
	}
	for _, p := range []string{"dow", "doy"} {
		add(20, "extract", "date_part(%s, %s)::int", list(T, S), func() string { return p }, stamp)
	}
	for _, p := range []string{"year", "month", "day", "quarter", "week"} {
		add(40, "extract", "date_part(%s, %s)::int", list(T, D), func() string { return p }, date)
	}
	for _, f := range []string{"YYYY-MM-DD HH24:MI:SS", "Mon DD, YYYY", "Day DDth Month YYYY", "FMDay, FMDD FMMonth",
		"HH12:MI:SS AM", "DDD IW IYYY WW W Q", "YY Y D J CC", "MS US", "DY dy Dy RM"} {
		add(12, "to_char", "to_char(%s, %s)", list(S, T), func() string {
			return pick("2001-02-03 04:05:06.789", "1999-12-31 23:59:59",
				fmt.Sprintf("%d-%02d-%02d %02d:00:01", 1950+rnd.IntN(100), rnd.IntN(12)+1, rnd.IntN(28)+1, rnd.IntN(24)))
		}, func() string { return f })
	}
	for _, f := range []string{"999.99", "000.00", "FM999.99", "FM990.00", "9,999,999.9", "S999", "999S", "999MI",
		"FM999MI", "999PR", "0999", "9990.9", "SG99", "99.0", "PL999"} {
		add(12, "to_char", "to_char(%s, %s)", list(types.TDecimal(9, 2), T), decimal(5, 2), func() string { return f })
	}

	add(60, "substring", "substring(%s, %s)", list(T, I), str, small)
	add(60, "substring", "substring(%s, %s, %s)", list(T, I, I), str, small, natural)
	add(40, "left", "left(%s, %s)", list(T, I), str, small)
	add(40, "right", "right(%s, %s)", list(T, I), str, small)
	add(40, "lpad", "lpad(%s, %s, %s)", list(T, I, T), str, small, str)
	add(40, "rpad", "rpad(%s, %s, %s)", list(T, I, T), str, small, str)
	add(40, "replace", "replace(%s, %s, %s)", list(T, T, T), str, func() string { return pick("a", "xy", "", "lo", "本") },
		str)
	add(40, "split_part", "split_part(%s, %s, %s)", list(T, T, I), str,
		func() string { return pick(",", "x", "xy", "", " ") }, natural)
	add(40, "translate", "translate(%s, %s, %s)", list(T, T, T), str,
		func() string { return pick("abc", "lo", "本語", "xyz") }, func() string { return pick("12", "é", "", "xyz9") })
	add(40, "strpos", "strpos(%s, %s)", list(T, T), str, func() string { return pick("o", "lo", "", "語", "zz") })
	add(30, "repeat", "repeat(%s, %s)", list(T, I), str, small)
	add(20, "reverse", "reverse(%s)", list(T), str)
	add(20, "initcap", "initcap(%s)", list(T), func() string { return pick("hello wORLD", "a-b c_d 1st", "X") })
	for _, f := range []string{"lower", "upper", "length", "octet_length", "ascii", "md5", "btrim", "ltrim", "rtrim"} {
		add(20, f, f+"(%s)", list(T), str)
	}
	add(30, "btrim", "btrim(%s, %s)", list(T, T), str, func() string { return pick("x", "xy", "日a", "", "abc ") })
	pattern := func() string {
		s := ""
		for range rnd.IntN(6) {
			s += pick("%", "_", "a", "l", "o", "%", "x", "y", "\\%", "\\\\", "wö", "本", " ")
		}
		return s
	}
	add(400, "~~", "%s ~~ %s", list(T, T), str, pattern)
	add(100, "~~*", "%s ~~* %s", list(T, T), str, pattern)
	add(40, "||", "%s || %s", list(T, T), str, str)

	M := types.TTime
	clock := func() string {
		return pick("00:00:00", "24:00:00", "23:59:59.999999",
			fmt.Sprintf("%02d:%02d:%02d.%06d", rnd.IntN(24), rnd.IntN(60), rnd.IntN(60), rnd.IntN(1000000)))
	}
	zoned := func() string { return clock() + pick("+00", "+01", "-08", "+05:45", "-03:30", "+15:59:59", "-15:59") }
	noon := func() string { return "12:00:00" } // intervals of 24 hours are a day here
	for _, op := range []string{"+", "-"} {
		add(40, op, "%s "+op+" %s", list(M, V), clock, span)
	}
	add(30, "-", "%s - %s", list(M, M), clock, noon)
	add(20, "+", "%s + %s", list(V, M), span, clock)
	add(20, "+", "%s + %s", list(D, M), date, clock)
	add(20, "+", "%s + %s", list(M, D), clock, date)
	add(20, "+", "%s + %s", list(S, M), stamp, clock)
	add(20, "*", "%s * %s", list(M, F), clock, func() string { return pick("0.5", "-0.75", "0", "0.25") })
	for _, p := range []string{"minute", "hour"} {
		add(20, "extract", "date_part(%s, %s)::int", list(T, M), func() string { return p }, clock)
		add(10, "date_part", "date_part(%s, %s)", list(T, M), func() string { return p }, clock)
	}
	for _, op := range []string{"=", "<>", "<", "<=", ">", ">="} {
		add(10, op, "%s "+op+" %s", list(M, M), clock, clock)
		add(10, op, "%s "+op+" %s", list(types.TZonedTime, types.TZonedTime), zoned, zoned)
	}
	W := types.TZonedTime
	for _, op := range []string{"+", "-"} {
		add(40, op, "%s "+op+" %s", list(W, V), zoned, span)
	}
	add(20, "+", "%s + %s", list(V, W), span, zoned)
	add(20, "+", "%s + %s", list(D, W), date, zoned)
	add(20, "+", "%s + %s", list(W, D), zoned, date)
	add(20, "timezone", "timezone(%s, %s)", list(T, W), func() string { return pick("EST", "NPT", "UTC", "ADT") }, zoned)
	add(20, "timezone", "timezone(%s, %s)", list(V, W), func() string { return pick("3:30", "-11:00", "0", "15:59") },
		zoned)
	for _, p := range []string{"minute", "hour", "timezone", "timezone_hour", "timezone_minute"} {
		add(20, "extract", "date_part(%s, %s)::int", list(T, W), func() string { return p }, zoned)
		add(10, "date_part", "date_part(%s, %s)", list(T, W), func() string { return p }, zoned)
	}
	add(20, "to_char", "to_char(%s, %s)", list(M, T), clock,
		func() string { return pick("HH24:MI:SS.US", "HH12 am", "FF3 SSSS") })

	Y, U := types.TVarbyte(types.MaxVarbyte), types.TUUID
	bytes := func() string {
		return pick("", "a", "ab", "ab ", " ", "  ", "abc", "é", "日本", "a value longer than a header")
	}
	add(40, "||", "encode(%s || %s, 'hex')", list(Y, Y), bytes, bytes)
	add(60, "substring", "encode(substring(%s, %s), 'hex')", list(Y, I), bytes, small)
	add(60, "substring", "encode(substring(%s, %s, %s), 'hex')", list(Y, I, I), bytes, small, natural)
	for _, f := range []string{"length", "octet_length", "md5"} {
		add(20, f, f+"(%s)", list(Y), bytes)
	}
	way := func() string { return pick("hex", "base64", "escape", "HEX", "utf8") }
	add(60, "encode", "encode(%s, %s)", list(Y, T), bytes, way)
	add(200, "decode", "encode(decode(%s, %s), 'hex')", list(T, T), func() string {
		return pick("", "00ff", "61 62", "616", "6g", "YWI=", "YW I=", "YWI", "Y", "YW==", "=YWI", "YWJjZGU=",
			"a\\000b", "\\\\", "\\377", "\\400", "\\1", "\\x", "é", "abc", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	}, way)
	uuid := func() string {
		return pick("00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
			"7fffffffffffffffffffffffffffffff", "{80000000-0000-0000-0000-000000000000}")
	}
	for _, op := range []string{"=", "<>", "<", "<=", ">", ">="} {
		add(20, op, "%s "+op+" %s", list(Y, Y), bytes, bytes)
		add(10, op, "%s "+op+" %s", list(U, U), uuid, uuid)
	}

	Z := types.TTimestamptz
	endless := func() string {
		return pick("infinity", "-infinity", "2020-02-29 13:14:15", "0044-03-15 BC", "J2451187")
	}
	for _, t := range []types.Type{D, S, Z} {
		add(10, "isfinite", "isfinite(%s)", list(t), endless)
		add(20, "-", "%s - %s", list(t, t), endless, endless)
		add(20, "+", "%s + %s", list(t, V), endless, span)
		add(20, "-", "%s - %s", list(t, V), endless, span)
		for _, u := range []types.Type{D, S, Z} {
			for _, op := range []string{"=", "<>", "<", "<=", ">", ">="} {
				add(15, op, "%s "+op+" %s", list(t, u), endless, endless)
			}
		}
	}
	add(20, "+", "%s + %s", list(D, I), endless, small)
	add(20, "-", "%s - %s", list(D, I), endless, small)
	add(20, "+", "%s + %s", list(D, M), endless, clock)
	add(20, "+", "%s + %s", list(D, W), endless, zoned)
	for _, t := range []types.Type{S, Z} {
		add(10, "timezone", "timezone(%s, %s)", list(T, t), func() string { return pick("EST", "Asia/Tokyo") }, endless)
		add(10, "timezone", "timezone(%s, %s)", list(V, t), func() string { return pick("3:30", "-11:00") }, endless)
		add(10, "to_char", "to_char(%s, %s)", list(t, T), endless, func() string { return "YYYY-MM-DD J" })
		add(20, "date_bin", "date_bin(%s, %s, %s)", list(V, t, t), func() string { return pick("7 days", "15 mins") },
			endless, endless)
		for _, p := range []string{"microseconds", "milliseconds", "second", "minute", "hour", "day", "week", "month",
			"quarter", "year", "decade", "century", "millennium"} {
			add(6, "date_trunc", "date_trunc(%s, %s)", list(T, t), func() string { return p }, endless)
		}
		for _, p := range []string{"minute", "hour", "day", "week", "month", "quarter", "year", "decade", "century",
			"millennium", "dow", "doy", "epoch"} {
			add(6, "date_part", "date_part(%s, %s)", list(T, t), func() string { return p }, endless)
			if t == S {
				add(6, "extract", "date_part(%s, %s)::bigint", list(T, t), func() string { return p }, endless)
			}
		}
	}
	for _, p := range []string{"year", "month", "day", "week"} {
		add(6, "extract", "date_part(%s, %s)::int", list(T, D), func() string { return p }, endless)
	}
	add(5, "to_timestamp", "to_timestamp(%s)", list(F), func() string { return pick("Infinity", "-Infinity", "0") })
	return out
}
