package super

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"slipher/catalog/int128"
)

// parse is a value that the test is sure of.
func parse(t testing.TB, text string) Value {
	t.Helper()
	v, err := Parse(nil, []byte(text), Options{})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// Texts come back as they were, but for blanks and escapes that need not be.
func TestTexts(t *testing.T) {
	long := `"` + strings.Repeat("x", 300) + `"`
	for text, want := range map[string]string{
		"null": "", "true": "", "false": "", "0": "", "-0": "0", "1.0": "", "1.50": "", "-12.5": "",
		"127": "", "128": "", "-129": "", "40000": "", "3000000000": "", "9223372036854775807": "",
		"9223372036854775808": "", "-99999999999999999999999999999999999999": "", "0.0000000000000000000000000000001": "",
		"100000000000000000000000000000000000000": "1e+38", "1e3": "1000", "1E-7": "1e-07", "0.5e0": "0.5",
		`""`: "", `"é日本😀"`: "", `"\u00e9\ud83d\ude00\/\b"`: `"é😀/\b"`, "\"\x7f\"": "", `"\u0001"`: "",
		"[]": "", "{}": "", " [ 1 , [ ] , {} ] ": "[1,[],{}]",
		`{"b":1,"a":{"c":[null,true]}}`: "", "[" + long + "," + long + "]": "",
		"[" + strings.Repeat("7,", 70000) + "7]": "",
	} {
		if want == "" {
			want = text
		}
		if got := string(AppendJSON(nil, parse(t, text))); got != want {
			t.Errorf("%.80s is %.80s, want %.80s", text, got, want)
		}
	}
}

// What is no JSON says why.
func TestBadTexts(t *testing.T) {
	deep := strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1)
	for text, want := range map[string]string{
		"": "too early", "[1": "too early", "{": "too early", `"a`: "too early", "[1 2]": "comma", "[1,]": "no JSON value",
		"{a:1}": "name", `{"a" 1}`: "colon", "01": "begins with 0", "-a": "no digit", "-": "too early", "1.": "too early", "1.e1": "no digit",
		"1e": "too early", "nul": "no JSON value", "'a'": "no JSON value", "1 2": "more text", `"\x"`: "no escape",
		`"\u12"`: "no escape", `"\ud800"`: "surrogate", `"\u0000"`: "NUL", "\"\n\"": "control", "\"\xff\"": "UTF8",
		`{"a":1,"b":2,"a":3}`: `two members "a"`, deep: "1000 deep", "1e999": "out of range", "NaN": "no JSON value",
		`"` + strings.Repeat("x", MaxString+1) + `"`: "65535 bytes",
	} {
		if _, err := Parse(nil, []byte(text), Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want %s", text, err, want)
		}
	}
	if v := parse(t, deep[1:len(deep)-1]); v.Kind() != Array {
		t.Error("the deepest array is refused")
	}
	v, err := Parse(nil, []byte(`{"a":1,"b":2,"a":3,"c":"`+strings.Repeat("é", MaxString)+`"}`),
		Options{LastOfSame: true, CutStrings: true})
	if err != nil || v[0] == 0 {
		t.Fatal(err)
	}
	c, _ := Value(v).Find([]byte("c"))
	s, _ := c.Text()
	a, _ := Value(v).Find([]byte("a"))
	if string(AppendJSON(nil, a)) != "3" || Value(v).Len() != 3 || len(s) != MaxString-1 {
		t.Errorf("with options: %.60s, %d bytes", AppendJSON(nil, v), len(s))
	}
}

func TestNavigation(t *testing.T) {
	v := parse(t, `{"a":[10,20,{"x":null}],"B":"s"}`)
	a, _ := v.Find([]byte("a"))
	third, _ := a.Element(2)
	x, ok := third.Find([]byte("x"))
	if !ok || x.Kind() != Null || a.Len() != 3 {
		t.Errorf("a[2].x is %v %v", x, ok)
	}
	for _, i := range []int64{-1, 3, math.MaxInt64} {
		if _, ok := a.Element(i); ok {
			t.Errorf("element %d", i)
		}
	}
	if _, ok := v.Find([]byte("b")); ok {
		t.Error("names of another case are found")
	}
	if _, ok := a.Find([]byte("a")); ok {
		t.Error("an array has members")
	}
	if _, ok := v.Element(0); ok {
		t.Error("an object has elements")
	}
}

// ordered are texts of values in their order; those in one row are equal.
var ordered = [][]string{
	{"false"}, {"true"},
	{"-1e300"}, {"-99999999999999999999999999999999999999"}, {"-10", "-10.0", "-1e1"}, {"-9.99"}, {"-9"}, {"-0.1"},
	{"-1e-300"}, {"0", "-0", "0.00", "0e0"}, {"1e-300"}, {"0.09"}, {"0.1", "1e-1", "0.10"}, {"0.11"},
	{"1", "1.0", "1e0"}, {"1.01"}, {"9"}, {"10"}, {"10.5"}, {"1e300"},
	{`""`, `"  "`}, {`"\t"`}, {`" a"`}, {`"AWS"`}, {`"Amazon"`}, {`"a"`, `"a  "`}, {`"a b"`}, {`"ab"`}, {`"é"`},
	{"[]"}, {"[false]"}, {"[1]", "[1.0]"}, {"[1,1]"}, {`[1,"a"]`}, {"[1,null]"}, {"[2]"}, {"[[]]"}, {"[null]"},
	{"{}"}, {`{"a":1}`}, {`{"a":1,"b":2}`, `{"b":2.0,"a":1}`}, {`{"a":2}`}, {`{"b":0}`},
	{"null"},
}

func TestKeys(t *testing.T) {
	var last []byte
	for _, row := range ordered {
		var first []byte
		for i, text := range row {
			v := parse(t, text)
			key := AppendKey(nil, v)
			if KeyKind(key) != v.Kind() {
				t.Errorf("the key of %s is one of %v", text, KeyKind(key))
			}
			if i == 0 {
				if first = key; bytes.Compare(last, key) >= 0 {
					t.Errorf("%s is not behind what stands in front of it: %x, %x", text, key, last)
				}
			} else if !bytes.Equal(first, key) {
				t.Errorf("%s is not %s: %x, %x", text, row[0], key, first)
			}
			back := AppendOfKey(nil, key)
			if behind := BehindKey(append(bytes.Clone(key), v...)); !bytes.Equal(behind, v) {
				t.Errorf("behind the key of %s is %x", text, behind)
			}
			if again := AppendKey(nil, back); !bytes.Equal(again, key) {
				t.Errorf("the key of %s is one of %s, which has another", text, AppendJSON(nil, back))
			}
			if key[len(key)-1] == ' ' {
				t.Errorf("the key of %s ends in a blank", text)
			}
		}
		last = first
	}
}

// Numbers' keys are ordered as numbers.
func TestNumberKeys(t *testing.T) {
	random := func() (float64, Value) {
		f := math.Float64frombits(rand.Uint64())
		if rand.IntN(2) == 0 {
			n := rand.Int64N(2e6) - 1e6
			return float64(n) / 1000, AppendDecimal(nil, int128.Of(n), 3)
		}
		if math.IsNaN(f) {
			f = 1
		}
		return f, AppendFloat(nil, f, 64)
	}
	for range 100000 {
		x, a := random()
		y, b := random()
		want := 0
		if x < y {
			want = -1
		} else if x > y {
			want = 1
		}
		if again := AppendKey(nil, AppendOfKey(nil, AppendKey(nil, a))); !bytes.Equal(again, AppendKey(nil, a)) {
			t.Fatalf("%s comes back from its key as another number", AppendJSON(nil, a))
		}
		if got := bytes.Compare(AppendKey(nil, a), AppendKey(nil, b)); got != want {
			t.Fatalf("%v against %v is %d", x, y, got)
		}
	}
}

// What is JSON to others is a value, if it has room, and means the same.
func FuzzParse(f *testing.F) {
	for _, row := range ordered {
		for _, text := range row {
			f.Add([]byte(text))
		}
	}
	f.Add([]byte(`{"a":[1,{"b":"\u00e9\n"}],"c":1.5e3}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := Parse(nil, text, Options{LastOfSame: true, CutStrings: true})
		if err != nil {
			if json.Valid(text) && !room(text, err) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if !json.Valid(text) {
			t.Fatalf("%q is %s", text, AppendJSON(nil, v))
		}
		var want, got any
		back := AppendJSON(nil, v)
		if json.Unmarshal(text, &want) != nil || json.Unmarshal(back, &got) != nil || !reflect.DeepEqual(want, got) {
			t.Fatalf("%q is %s", text, back)
		}
		again, err := Parse(nil, back, Options{})
		if err != nil || !bytes.Equal(AppendKey(nil, again), AppendKey(nil, v)) {
			t.Fatalf("%q, read again, is %s: %v", text, AppendJSON(nil, again), err)
		}
	})
}

// room: an error of what JSON allows and a value does not.
func room(text []byte, err error) bool {
	for _, what := range []string{"deep", "range", "NUL", "surrogate", "UTF8", "more than"} {
		if strings.Contains(err.Error(), what) {
			return true
		}
	}
	return len(text) > MaxBytes
}

func TestPaths(t *testing.T) {
	v := parse(t, `{"a":[1,{"x y":{"":7}}],"\"":8}`)
	for _, c := range []struct {
		text string
		path []Step
		want string
	}{
		{".a[0]", []Step{{Name: []byte("a")}, {Index: 0}}, "1"},
		{`.a[1]."x y".""`, []Step{{Name: []byte("a")}, {Index: 1}, {Name: []byte("x y")}, {Name: []byte{}}}, "7"},
		{`.""""`, []Step{{Name: []byte(`"`)}}, "8"},
		{".a[2]", []Step{{Name: []byte("a")}, {Index: 2}}, ""},
		{".b.c", []Step{{Name: []byte("b")}, {Name: []byte("c")}}, ""},
		{"", nil, string(AppendJSON(nil, v))},
	} {
		var text []byte
		for _, s := range c.path {
			text = AppendStep(text, s)
		}
		path, err := ParsePath(text)
		if string(text) != c.text || err != nil || !reflect.DeepEqual(path, c.path) {
			t.Errorf("%q is %q, read as %v %v", c.text, text, path, err)
		}
		if got, ok := Follow(v, path); ok != (c.want != "") || ok && string(AppendJSON(nil, got)) != c.want {
			t.Errorf("%s leads to %s", text, got)
		}
	}
}

// Values one behind the other are found again.
func TestFirst(t *testing.T) {
	var all []byte
	var texts []string
	for _, row := range ordered {
		for _, text := range row {
			all = append(all, parse(t, text)...)
			texts = append(texts, string(AppendJSON(nil, parse(t, text))))
		}
	}
	all = AppendFloat(all, 0.1, 32)
	texts = append(texts, "0.1")
	for _, want := range texts {
		var v Value
		if v, all = First(all); string(AppendJSON(nil, v)) != want {
			t.Fatalf("%s, want %s", AppendJSON(nil, v), want)
		}
	}
	if len(all) != 0 {
		t.Error(len(all), "bytes are left")
	}
}
