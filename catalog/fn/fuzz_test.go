package fn

import (
	"encoding/json"
	"testing"

	"slipher/catalog/int128"
	"slipher/catalog/types"
)

// Templates write and read whatever is asked, or are errors; no panic. What a template without loss has written it
// reads.
func FuzzTemplate(f *testing.F) {
	for _, t := range []string{"YYYY-MM-DD HH24:MI:SS.US", "FMDay, DDth Mon YYYY", `"text"HH12 A.M.`, "J",
		"Q WW IW IYYY", "Y,YYY", "SYYYY", "TZ OF", "999,999.99",
		"S9990V99", "FMRN", "9G999D99MI", "$L99PR", "EEEE", "0", "\\", "\""} {
		f.Add("12,454.8-", t, int64(740_000_000_000_000))
	}
	f.Add("2024-02-29 04:05:06.789", "YYYY-MM-DD HH24:MI:SS.US", int64(0))
	f.Fuzz(func(t *testing.T, s, template string, micros int64) {
		if len(template) > 200 || len(s) > 200 {
			return
		}
		ts := micros % (types.MaxTimestamp / 2)
		formatTimestamp(ts, template)
		formatInterval(micros%10000, micros, template)
		for _, strict := range []bool{false, true} {
			parseByTemplate(s, template, strict)
		}
		const whole = "YYYY-MM-DD HH24:MI:SS.US"
		if ts >= 0 {
			text, _ := formatTimestamp(ts, whole)
			if back, err := parseByTemplate(text, whole, true); err == nil && back.ts != ts {
				t.Fatalf("%d is read as %d", ts, back.ts)
			}
		}
		n, err := parseNumberTemplate(template)
		if err != nil {
			return
		}
		n.format(types.FormatDecimal(int128.Of(micros), 2))
		n.parse(s, 2)
	})
}

// JSON in strings is what encoding/json says; looking into it does not panic.
func FuzzJSONText(f *testing.F) {
	for _, s := range []string{`{"a":{"b":[1,2,{"c":null}]},"a":2}`, ` [1, "x\u00e9\ud83d\ude00", true ] `,
		`"s"`, "null", "{",
		`{"k\"":"v"}`, "[]", "{}", "-1.5e3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, ok := readJSON([]byte(s))
		if ok != json.Valid([]byte(s)) {
			t.Fatalf("%q: %v", s, ok)
		}
		if !ok {
			return
		}
		n := 0
		var into func(v jsonText)
		into = func(v jsonText) {
			v.unquoted()
			if v.isArray() || v.isObject() {
				v.each(func(k, v jsonText) bool { n++; into(v); return n < 1000 })
			}
		}
		into(v)
		var list []json.RawMessage
		if v.isArray() && json.Unmarshal([]byte(s), &list) == nil {
			n := 0
			v.each(func(_, _ jsonText) bool { n++; return true })
			if n != len(list) {
				t.Fatalf("%q has %d elements, not %d", s, len(list), n)
			}
		}
	})
}

// Names, escapes and numbers in Teradata's formats are read or refused.
func FuzzTexts(f *testing.F) {
	for _, s := range []string{`"A""b".c`, `\0061\+000061\u0041\U0001F600\\`, "-123E-2",
		"USD1,234.5-", "123{", "a.b[]", "."} {
		f.Add(s, "999S")
		f.Add(s, "C9(I)")
	}
	f.Add("12345", "Z(3)9V99")
	f.Fuzz(func(t *testing.T, s, format string) {
		unistr(s)
		for _, strict := range []bool{false, true} {
			if names, err := parseIdent(s, strict); err == nil && len(names) == 0 {
				t.Fatalf("%q has no names", s)
			}
		}
		var last lastAlternate
		if v, err := last.read([]byte(s), []byte(format)); err == nil {
			halfToEven(v)
		}
	})
}

// Patterns match within the text, in order, or are refused. Those that could take long are not asked.
func FuzzPattern(f *testing.F) {
	for _, p := range []string{"a*", "(a|ab)(c)?", "^.$", "[[:alpha:]]+", `\d{2,3}?`, "(", "%_[a-c]#", `\ym\M`} {
		f.Add("abcabc é", p, "gi")
	}
	f.Fuzz(func(t *testing.T, s, expr, options string) {
		if len(s) > 100 || len(expr) > 30 {
			return
		}
		ask := func(p pattern, err error) {
			if err != nil || !p.linear() {
				return
			}
			all, err := p.find(matches{}, []byte(s), -1, true)
			if err != nil {
				t.Fatal(err)
			}
			at := 0
			for i := range all.n() {
				loc := all.loc(i)
				if len(loc) != 2*p.groups()+2 || loc[0] < at || loc[1] < loc[0] || loc[1] > len(s) {
					t.Fatalf("%q in %q: %v", expr, s, all)
				}
				at = loc[1]
			}
		}
		ask(compileRegexp(expr, "i"))
		ask(compileSimilar("", expr, "#"))
		ask(compileSimilarParts("", expr, "#"))
		p, _, err := compileAdvanced(expr, options)
		ask(p, err)
	})
}
