package text_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/kernels/text"
)

// Every kernel of the function table has a symbol, and every symbol here is in the table.
func TestSymbols(t *testing.T) {
	for _, k := range table.Kernels() {
		if addresses[k.Name] == 0 {
			t.Errorf("kernel %s has no symbol", k.Name)
		}
	}
	for _, s := range text.Symbols {
		if table.Kernel(s.Name) == nil {
			t.Errorf("symbol %s is not in the function table", s.Name)
		}
	}
}

// codes.h and datepart.h say the same numbers as catalog/fn.
func TestHeaders(t *testing.T) {
	goCodes := map[string]int{}
	src, err := os.ReadFile("../../../catalog/fn/errors.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\t(\w+) +Code = (\d+)$`).FindAllStringSubmatch(string(src), -1) {
		goCodes[strings.ToLower(m[1])], _ = strconv.Atoi(m[2])
	}
	for file, value := range map[string]func(name string) (int, bool){
		"../include/codes.h": func(name string) (int, bool) {
			v, ok := goCodes[strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, "SLP_"), "_", ""))]
			return v, ok
		},
		"datepart.h": func(name string) (int, bool) {
			p, ok := fn.ParseDatePart(strings.TrimPrefix(name, "PART_"))
			return int(p), ok
		},
	} {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(`(?m)^\t(\w+) = (\d+),`).FindAllStringSubmatch(string(src), -1)
		if len(found) < 10 {
			t.Fatalf("%s: %d numbers", file, len(found))
		}
		for _, m := range found {
			n, _ := strconv.Atoi(m[2])
			if v, ok := value(m[1]); !ok || v != n {
				t.Errorf("%s: %s = %d, catalog/fn says %d", file, m[1], n, v)
			}
		}
	}
}

// call resolves a function on arguments written as text and runs it; the result
// as text. Arguments are constants where a row wants one.
func call(t *testing.T, name string, ts []types.Type, args []string) (string, string) {
	t.Helper()
	consts := make([]*types.Datum, len(args))
	ds := make([]types.Datum, len(args))
	for i, a := range args {
		d, err := types.ParseText(ts[i], a)
		if err != nil {
			t.Fatalf("%s: argument %q: %v", name, a, err)
		}
		ds[i], consts[i] = d, &d
	}
	_, b, err := table.Resolve(name, ts, consts)
	if err != nil {
		return "", err.Error()
	}
	var in []types.Datum
	var inTypes []types.Type
	for i, to := range b.Args {
		if to.Kind == types.Unknown {
			continue
		}
		c, ok := table.Cast(ts[i], to, fn.Implicit)
		if !ok {
			t.Fatalf("%s: argument %d: no cast from %v to %v", name, i, ts[i], to)
		}
		d, code := run(c, []types.Datum{ds[i]})
		if code != 0 {
			return "", code.String()
		}
		in, inTypes = append(in, d), append(inTypes, to)
	}
	b.Args = inTypes
	d, code := run(b, in)
	if code == -1 {
		return "", hostError.Error()
	}
	if code != 0 {
		return "", code.String()
	}
	if d.Null {
		return "NULL", ""
	}
	return types.FormatText(b.Ret, d), ""
}

// The key that Go makes of a constant is the one that the operation makes of a row.
func TestFoldedKey(t *testing.T) {
	ci := types.TText.Collated(true)
	key := fn.Bound{Op: table.KeyOf(ci), Args: []types.Type{ci}, Ret: ci.KeyType()}
	check := func(s string) {
		d, code := run(key, []types.Datum{types.String(types.TrimBlanks(s))}) // lowering trims
		if code != fn.OK || d.S != types.FoldedKey(s) {
			t.Errorf("%q: the operation says %q, Go %q", s, d.S, types.FoldedKey(s))
		}
	}
	for r := rune(1); r <= utf8.MaxRune; r++ {
		if unicode.IsLetter(r) || unicode.ToLower(r) != r || r < 0x300 {
			check("A long string, and " + string(r) + "  ")
		}
	}
	for _, s := range []string{"", "  ", "aB ", "\xffA\xc3", "A\xf0\x9f\x98"} {
		check(s)
	}
}

// Texts of all lengths around those that are read eight bytes at a time, with a character of more bytes in each place.
func TestEightBytes(t *testing.T) {
	T := []types.Type{types.TText}
	for n := range 36 {
		for at := -1; at < n; at++ {
			rs := []rune(strings.Repeat("aZ[@`{y~", 5)[:n])
			if at >= 0 {
				rs[at] = []rune("éÀ日😀")[at%4]
			}
			s := string(rs)
			want := map[string]string{"lower": strings.ToLower(s), "upper": strings.ToUpper(s), "length": strconv.Itoa(n),
				"btrim": s}
			for name, w := range want {
				in := s
				if name == "btrim" {
					in = strings.Repeat(" ", n%11) + s + strings.Repeat(" ", n%3)
				}
				if got, err := call(t, name, T, []string{in}); got != w || err != "" {
					t.Errorf("%s(%q) = %q %s", name, in, got, err)
				}
			}
			for k := range n + 2 {
				args := []types.Type{types.TText, types.TInt4}
				if got, _ := call(t, "left", args, []string{s, strconv.Itoa(k)}); got != string(rs[:min(k, n)]) {
					t.Errorf("left(%q, %d) = %q", s, k, got)
				}
			}
		}
	}
}

// Functions on written values: what Redshift and PostgreSQL say.
func TestFunctions(t *testing.T) {
	T, I, D, S, V, F, B := types.TText, types.TInt4, types.TDate, types.TTimestamp, types.TInterval, types.TFloat8,
		types.TBool
	N := func(p, s int) types.Type { return types.TDecimal(p, s) }
	ts := func(t ...types.Type) []types.Type { return t }
	for _, c := range []struct {
		name string
		ts   []types.Type
		args string // separated by |
		want string
		err  string
	}{
		{"||", ts(T, T), "abc|def", "abcdef", ""},
		{"||", ts(T, T), "a long string of bytes|and another", "a long string of bytesand another", ""},
		{"||", ts(T, I), "n=|5", "n=5", ""},
		{"||", ts(N(5, 2), T), "1.5|x", "1.50x", ""},
		{"||", ts(I, I), "1|2", "", "operator does not exist: integer || integer"},
		{"lower", ts(T), "HeLLO ÄÖÉ", "hello äöé", ""}, {"upper", ts(T), "straße élan", "STRAßE ÉLAN", ""},
		{"upper", ts(T), "ɐ", "Ɐ", ""},
		{"initcap", ts(T), "hello wORLD-of 2fast", "Hello World-Of 2fast", ""},
		{"length", ts(T), "héllo  ", "7", ""}, {"octet_length", ts(T), "héllo", "6", ""},
		{"len", ts(types.TChar(9)), "ab   ", "2", ""},
		{"substring", ts(T, I, I), "caterpillar|6|4", "pill", ""}, {"substring", ts(T, I, I), "caterpillar|0|4", "cat", ""},
		{"substring", ts(T, I, I), "caterpillar|-1|3", "c", ""}, {"substring", ts(T, I, I), "caterpillar|-5|3", "", ""},
		{"substring", ts(T, I), "héllo|3", "llo", ""},
		{"substring", ts(T, I, I), "abc|2|-1", "", "negative substring length not allowed"},
		{"substr", ts(T, I, I), "abcdefghijklmnopqrstuvwxyz|3|20", "cdefghijklmnopqrstuv", ""},
		{"substring", ts(T, I, I), "abc|2147483647|2147483647", "", ""},
		{"left", ts(T, I), "héllo|2", "hé", ""}, {"left", ts(T, I), "hello|-2", "hel", ""},
		{"right", ts(T, I), "hello|2", "lo", ""}, {"right", ts(T, I), "hello|-2", "llo", ""},
		{"right", ts(T, I), "hello|9", "hello", ""}, {"left", ts(T, I), "hello|-9", "", ""},
		{"btrim", ts(T), "  a b  ", "a b", ""}, {"trim", ts(T, T), "xxhixx|x", "hi", ""},
		{"ltrim", ts(T, T), "éèa|èé", "a", ""}, {"rtrim", ts(T, T), "aéè|èé", "a", ""},
		{"replace", ts(T, T, T), "abcabcabcabc!|bc|-x-", "a-x-a-x-a-x-a-x-!", ""},
		{"replace", ts(T, T, T), "abc||x", "abc", ""}, {"replace", ts(T, T, T), "aaaaaaaaaaaaaaaa|a|", "", ""},
		{"strpos", ts(T, T), "héllo|l", "3", ""}, {"strpos", ts(T, T), "hello|z", "0", ""},
		{"charindex", ts(T, T), "lo|hello", "4", ""}, {"strpos", ts(T, T), "a|", "1", ""},
		{"lpad", ts(T, I, T), "hi|5|xy", "xyxhi", ""}, {"rpad", ts(T, I), "hi|4", "hi  ", ""},
		{"lpad", ts(T, I), "hello|3", "hel", ""}, {"rpad", ts(T, I, T), "é|3|à", "éàà", ""},
		{"lpad", ts(T, I), "x|100000", "", "Result size exceeds the limit of 65535 bytes"},
		{"repeat", ts(T, I), "ab|7", "ababababababab", ""}, {"repeat", ts(T, I), "ab|-1", "", ""},
		{"repeat", ts(T, I), "ab|40000", "", "Result size exceeds the limit of 65535 bytes"},
		{"reverse", ts(T), "héllo wörld of bytes", "setyb fo dlröw olléh", ""},
		{"split_part", ts(T, T, I), "a,b,c|,|2", "b", ""}, {"split_part", ts(T, T, I), "a,b,c|,|4", "", ""},
		{"split_part", ts(T, T, I), "a,b,c|,|0", "", "field position must be greater than zero"},
		{"ascii", ts(T), "é", "233", ""}, {"chr", ts(I), "233", "é", ""},
		{"chr", ts(I), "0", "", "requested character not valid for encoding"},
		{"translate", ts(T, T, T), "12345|143|ax", "a2x5", ""},
		{"~~", ts(T, T), "PROMO BRUSHED|PROMO%", "t", ""}, {"~~", ts(T, T), "the green thing|%green%", "t", ""},
		{"~~", ts(T, T), "the gren thing|%green%", "f", ""},
		{"~~", ts(T, T), "abc|a_c", "t", ""}, {"~~", ts(T, T), "aéc|a_c", "t", ""}, {"~~", ts(T, T), "ac|a_c", "f", ""},
		{"~~", ts(T, T), "abc|%c", "t", ""}, {"~~", ts(T, T), "|%", "t", ""},
		{"~~", ts(T, T), "a%c|a\\%c", "t", ""}, {"~~", ts(T, T), "abc|a\\%c", "f", ""}, {"~~", ts(T, T), "abc|abc\\", "", ""},
		{"~~", ts(T, T), "aXbXc|%X_X%", "t", ""},
		{"~~", ts(T, T), "special pending requests|%special%requests%", "t", ""},
		{"~~", ts(T, T), "requests special|%special%requests%", "f", ""},
		{"~~", ts(T, T), "aaab|%aab", "t", ""}, {"~~", ts(T, T), "mississippi|%iss_pp%", "t", ""},
		{"~~", ts(T, T), "abc  |abc", "f", ""}, {"~~", ts(T, T), "x|%_", "t", ""}, {"~~", ts(T, T), "|_%", "f", ""},
		{"~~", ts(T, T), "ab|%_%_%", "t", ""}, {"~~", ts(T, T), "a|%_%_%", "f", ""},
		{"like", ts(T, T, T), "a%c|a#%c|#", "t", ""}, {"like", ts(T, T, T), "a\\c|a\\c|", "t", ""},
		{"like", ts(T, T, T), "a|a|##", "", "invalid escape string"}, {"~~*", ts(T, T), "HELLO É|hello%é", "t", ""},
		{"=", ts(T, T), "abc|abc", "t", ""}, {"=", ts(T, T), "a string longer|a string longer", "t", ""},
		{"<", ts(T, T), "abc|abd", "t", ""}, {"<", ts(T, T), "abcd|abc", "f", ""},
		{"<", ts(T, T), "abcdefghijklmnop|abcdefghijklmnoq", "t", ""}, {">", ts(T, T), "é|z", "t", ""},
		{">=", ts(T, T), "|", "t", ""}, {"<", ts(T, T), "a string longer|a string longer!", "t", ""},
		{"=", ts(T, I), "05|5", "f", ""}, {"=", ts(T, N(5, 2)), "1.5|1.50", "t", ""},
		{"=", ts(types.TUnknown, D), "2001-02-03|2001-02-03", "", "?"},

		{"+", ts(D, I), "2001-02-28|1", "2001-03-01", ""}, {"-", ts(D, I), "2000-03-01|1", "2000-02-29", ""},
		{"-", ts(D, D), "2001-03-01|2001-02-01", "28", ""},
		{"+", ts(I, D), "1|2001-12-31", "2002-01-01", ""}, {"+", ts(D, I), "294276-12-31|1", "", "date out of range"},
		{"+", ts(D, V), "2001-01-31|1 mon", "2001-02-28 00:00:00", ""},
		{"-", ts(D, V), "1998-12-01|90 days", "1998-09-02 00:00:00", ""},
		{"+", ts(S, V), "2001-01-31 10:00|1 mon 1 day 01:00", "2001-03-01 11:00:00", ""},
		{"+", ts(V, S), "1 year|2000-02-29 00:00", "2001-02-28 00:00:00", ""},
		{"-", ts(S, S), "2001-01-03 01:00|2001-01-01 00:00", "2 days 01:00:00", ""},
		{"-", ts(S, S), "2001-01-01|2001-01-02", "-1 days", ""},
		{"-", ts(D, S), "2001-01-02|2001-01-01 12:00", "12:00:00", ""},
		{"+", ts(S, V), "294276-12-31 00:00|1 day", "", "timestamp out of range"},
		{"+", ts(V, V), "1 mon|2 days", "1 mon 2 days", ""}, {"*", ts(V, I), "1 mon 2 days|3", "3 mons 6 days", ""},
		{"*", ts(F, V), "0.5|1 mon", "15 days", ""}, {"/", ts(V, I), "1 day|2", "12:00:00", ""},
		{"-", ts(V), "1 mon", "-1 mons", ""}, {"=", ts(V, V), "1 mon|30 days", "t", ""},
		{"<", ts(V, V), "1 mon|31 days", "t", ""}, {">", ts(V, V), "-1 mon|-31 days", "t", ""},
		{"<=", ts(D, S), "2001-02-03|2001-02-03 00:00:00", "t", ""},
		{"<", ts(D, S), "2001-02-03|2001-02-03 00:00:01", "t", ""},
		{"dateadd", ts(T, I, D), "month|1|2008-04-30", "2008-05-30 00:00:00", ""},
		{"add_months", ts(D, I), "2008-04-30|1", "2008-05-31 00:00:00", ""},
		{"add_months", ts(D, I), "2008-05-31|-1", "2008-04-30 00:00:00", ""},
		{"dateadd", ts(T, I, D), "month|12|2016-02-29", "2017-02-28 00:00:00", ""},
		{"dateadd", ts(T, I, D), "year|1|2016-02-29", "2017-03-01 00:00:00", ""},
		{"dateadd", ts(T, I, D), "m|30|2008-02-28", "2008-02-28 00:30:00", ""},
		{"dateadd", ts(T, I, D), "day|18|2008-02-28", "2008-03-17 00:00:00", ""},
		{"dateadd", ts(T, I, D), "qtr|-1|2008-05-31", "2008-02-29 00:00:00", ""},
		{"dateadd", ts(T, I, D), "blah|1|2008-01-01", "", "timestamp units \"blah\" not recognized"},
		{"datediff", ts(T, D, D), "year|2008-12-31|2009-01-01", "1", ""},
		{"datediff", ts(T, S, S), "hour|2009-01-01 08:30|2009-01-01 10:00", "2", ""},
		{"datediff", ts(T, D, D), "week|2009-01-01|2009-12-31", "52", ""},
		{"datediff", ts(T, D, D), "qtr|2009-01-01|2009-12-31", "3", ""},
		{"datediff", ts(T, D, D), "day|2009-01-02|2009-01-01", "-1", ""},
		{"datediff", ts(T, D, D), "month|2009-01-31|2009-02-01", "1", ""},
		{"datediff", ts(T, D, D), "century|2000-12-31|2001-01-01", "1", ""},
		{"date_trunc", ts(T, S), "week|2001-02-03 04:05:06", "2001-01-29 00:00:00", ""},
		{"date_trunc", ts(T, S), "century|2000-02-03 04:05:06", "1901-01-01 00:00:00", ""},
		{"date_trunc", ts(T, S), "quarter|2001-06-30", "2001-04-01 00:00:00", ""},
		{"date_trunc", ts(T, S), "hour|1999-06-30 23:59:59.5", "1999-06-30 23:00:00", ""},
		{"date_trunc", ts(T, D), "month|1999-06-30", "1999-06-01 00:00:00", ""},
		{"extract", ts(T, D), "year|1998-12-01", "1998", ""}, {"extract", ts(T, D), "month|1998-12-01", "12", ""},
		{"extract", ts(T, D), "day|1998-12-31", "31", ""}, {"extract", ts(T, D), "year|0044-03-15 BC", "-44", ""},
		{"extract", ts(T, D), "month|1998-02-28", "2", ""}, {"extract", ts(T, D), "year|1998-02-28", "1998", ""},
		{"extract", ts(T, D), "year|294276-12-31", "294276", ""}, {"extract", ts(T, D), "day|4714-11-24 BC", "24", ""},
		{"extract", ts(T, S), "epoch|2001-02-03 04:05:06.7", "981173106", ""},
		{"extract", ts(T, S), "week|2005-01-01", "53", ""}, {"extract", ts(T, S), "dow|2001-02-03", "6", ""},
		{"extract", ts(T, S), "doy|2000-12-31", "366", ""},
		{"extract", ts(T, S), "ms|2001-02-03 18:25:33.123456", "123", ""},
		{"extract", ts(T, S), "us|2001-02-03 18:25:33.123456", "123456", ""},
		{"date_part", ts(T, S), "second|2001-02-03 18:25:33.5", "33", ""},
		{"extract", ts(T, D), "quarter|1998-12-01", "4", ""}, {"extract", ts(T, V), "day|3 days 04:05:06", "3", ""},
		{"extract", ts(T, V), "epoch|1 day", "86400", ""},
		{"last_day", ts(D), "2008-02-01", "2008-02-29", ""}, {"next_day", ts(D, T), "2014-08-20|Tue", "2014-08-26", ""},
		{"next_day", ts(D, T), "2014-08-20|We", "2014-08-27", ""},
		{"next_day", ts(D, T), "2014-08-20|x", "", "invalid day of the week"},
		{"months_between", ts(D, D), "2009-03-31|2009-02-28", "1", ""},
		{"months_between", ts(D, D), "2009-01-18|2009-02-17", "-0.967741935483871", ""},
		{"date_part_year", ts(D), "2008-01-05", "2008", ""},
		{"trunc", ts(S), "2011-07-21 10:32:38.248109", "2011-07-21", ""},

		{"round", ts(N(8, 2)), "28.05", "28", ""}, {"round", ts(N(8, 2), I), "28.05|1", "28.1", ""},
		{"round", ts(N(8, 2), I), "-28.05|1", "-28.1", ""}, {"round", ts(N(8, 2), I), "1250.00|-2", "1300", ""},
		{"round", ts(N(8, 2), I), "28.05|5", "28.05", ""},
		{"trunc", ts(N(8, 2)), "111.15", "111", ""}, {"trunc", ts(N(8, 2), I), "111.15|1", "111.1", ""},
		{"ceil", ts(N(8, 2)), "28.05", "29", ""}, {"ceil", ts(N(8, 2)), "-28.05", "-28", ""},
		{"floor", ts(N(8, 2)), "-28.05", "-29", ""},
		{"round", ts(F), "2.5", "3", ""}, {"round", ts(F), "-2.5", "-3", ""}, {"round", ts(F, I), "2.345|2", "2.35", ""},
		{"floor", ts(F), "-1.5", "-2", ""}, {"round", ts(I, I), "1255|-1", "1260", ""}, {"round", ts(I), "7", "7", ""},
		{"abs", ts(I), "-5", "5", ""}, {"abs", ts(I), "-2147483648", "", "integer out of range"},
		{"abs", ts(N(8, 2)), "-1.50", "1.50", ""}, {"sign", ts(F), "-2.5", "-1", ""}, {"mod", ts(I, I), "7|3", "1", ""},
		{"sqrt", ts(I), "16", "4", ""}, {"sqrt", ts(F), "-1", "", "cannot take square root of a negative number"},
		{"power", ts(I, I), "2|10", "1024", ""}, {"ln", ts(F), "0", "", "cannot take logarithm of zero"},
		{"log", ts(F), "1000", "3", ""}, {"exp", ts(F), "1000", "", "value out of range: overflow"},
		{"degrees", ts(F), "3.141592653589793", "180", ""}, {"cbrt", ts(F), "27", "3", ""},
		{"power", ts(F, F), "-8|0.5", "", "a negative number raised to a non-integer power yields a complex result"},
		{"atan2", ts(F, F), "1|1", "0.7853981633974483", ""},
		{"&", ts(I, I), "12|10", "8", ""}, {"~", ts(I), "0", "-1", ""}, {"<<", ts(I, I), "1|4", "16", ""},
		{"=", ts(B, B), "t|true", "t", ""}, {"<", ts(B, B), "f|t", "t", ""},

		{"md5", ts(T), "abc", "900150983cd24fb0d6963f7d28e17f72", ""},
		{"sha1", ts(T), "abc", "a9993e364706816aba3e25717850c26c9cd0d89d", ""}, {"sha2", ts(T, I), "abc|7", "NULL", ""},
		{"crc32", ts(T), "abc", "891568578", ""}, {"to_hex", ts(I), "255", "ff", ""},
		{"strtol", ts(T, I), "ff|16", "255", ""}, {"strtol", ts(T, I), "0xff|16", "255", ""},
		{"quote_ident", ts(T), "My\"C", "\"My\"\"C\"", ""},
		{"~", ts(T, T), "hello|^h.*o$", "t", ""}, {"~", ts(T, T), "hello|(", "", "invalid regular expression: \"(\""},
		{"similar to", ts(T, T), "abc|(a;b)%", "f", ""}, {"similar to", ts(T, T), "abc|%b_", "t", ""},
		{"similar to", ts(T, T), "abc|b", "f", ""},
		{"regexp_replace", ts(T, T, T), "a1b22c|[0-9]+|#", "a#b#c", ""},
		{"regexp_replace", ts(T, T), "a1b22c|[0-9]+", "abc", ""},
		{"regexp_replace", ts(T, T, T), "john smith|(\\w+) (\\w+)|\\2 \\1", "smith john", ""},
		{"regexp_substr", ts(T, T), "a1b22c|[0-9]+", "1", ""},
		{"regexp_substr", ts(T, T, I, I), "a1b22c|[0-9]+|1|2", "22", ""}, {"regexp_substr", ts(T, T), "abc|[0-9]", "", ""},
		{"regexp_substr", ts(T, T, I, I), "abc|b|1|0", "NULL", ""},
		{"regexp_count", ts(T, T), "abcabc|b", "2", ""}, {"regexp_count", ts(T, T, I), "abcabc|b|3", "1", ""},
		{"regexp_instr", ts(T, T), "héllo|l+", "3", ""}, {"regexp_instr", ts(T, T), "abc|z", "0", ""},
		{"to_char", ts(S, T), "2009-12-31 23:15:59|DY, DD-MON-YYYY HH24:MI:SS", "THU, 31-DEC-2009 23:15:59", ""},
		{"to_char", ts(S, T), "2008-01-05 14:30:00|Month DDth, YYYY FMHH12 \"o'clock\" am",
			"January   05th, 2008 2 o'clock pm", ""},
		{"to_char", ts(N(8, 2), T), "125.8|999.99", " 125.80", ""},
		{"to_char", ts(N(8, 2), T), "-125.8|999D9S", "125.8-", ""},
		{"to_char", ts(I, T), "1234567|9,999,999", " 1,234,567", ""}, {"to_char", ts(I, T), "12345|999", " ###", ""},
		{"to_char", ts(I, T), "5|FM009", "005", ""},
		{"to_date", ts(T, T), "02 Oct 2001|DD Mon YYYY", "2001-10-02", ""},
		{"to_date", ts(T, T), "20010631|YYYYMMDD", "2001-07-01", ""},
		{"to_date", ts(T, T, B), "20010631|YYYYMMDD|t", "", "date/time field value out of range: \"20010631\""},
		{"to_timestamp", ts(T, T), "2011-12-18 11:38:15|YYYY-MM-DD HH24:MI:SS", "2011-12-18 11:38:15+00", ""},
		{"to_timestamp", ts(T, T), "05/06/99 1:02 PM|MM/DD/YY HH:MI AM", "1999-05-06 13:02:00+00", ""},
		{"to_number", ts(T, T), "12,454.8-|99G999D9S", "-12454.8", ""},
		{"to_date", ts(T, T), "x|YYYY", "", "value \"x\" does not match the template \"YYYY\""},
	} {
		got, err := call(t, c.name, c.ts, strings.Split(c.args, "|"))
		switch {
		case c.err == "?":
		case c.err != "" || err != "":
			if c.err != err && !(c.want == "" && c.err == "" && err == "LIKE pattern must not end with escape character") {
				t.Errorf("%s(%s): error %q, want %q %q", c.name, c.args, err, c.err, c.want)
			}
		case got != c.want:
			t.Errorf("%s(%s) = %q, want %q", c.name, c.args, got, c.want)
		}
	}
}
