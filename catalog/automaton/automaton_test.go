package automaton

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// Proves that matches are those of package regexp, in both orders, of patterns of every construct in texts made to meet
// them.
func TestAgainstRegexp(t *testing.T) {
	texts := []string{"", "a", "ab", "abc", "aab", "ba\nab", "ab ab\n", "xaby", "äbc", "aäöb", "日本語", "a日b", "\n",
		"\n\n", "__a1", "https://shop.example.com/item12?x=1", "Straße", "ſtK", "ABC abc", "1.5e10 -3", "😀x😀",
		strings.Repeat("ab", 40)}
	none := 0
	for _, expr := range patterns {
		check(t, expr, texts, &none)
	}
	if none > 2 { // \pL, in both orders
		t.Errorf("%d patterns have no table", none)
	}
}

var patterns = []string{"", "a", "ab|a", "a|ab", "(a|ab)(c|bcd)?", "a*", "a+?", "a*?b", "(a*)*", "(a|b)*?c", "[^a]",
	".", "(?s).", ".*", "^", "$", "^a", "a$", "(?m)^a", "(?m)b$", "(?m)^$", `\ba`, `a\b`, `\B`, `\b`, `\Ba\B`, "x{2,3}",
	"(ab){1,2}", "[a-zß-ö]+", "(?i)straße", "(?i)k", "[0-9]+", `\d+\.\d*`, "[^/]+$", "https?://[^/]+/", "item[0-9]{1,2}",
	`\w+`, `\W`, "é|ä|日", "[日-語]", "[^日]", "a.*b", "a.*?b", "(a|b|c|ab|bc|abc)+", "^(ab)*$", `\A\z`, "(?:^|b)a",
	"(?:a|$)", "[[:alpha:]]+", `\pL+`, "a{0}", "(|a)+", "(|a)*b", "x*|a", "(?U)a+", "😀."}

func check(t *testing.T, expr string, texts []string, none *int) {
	t.Helper()
	for _, o := range []Order{First, Longest} {
		re, err := regexp.Compile(expr)
		if err != nil {
			return
		}
		if o == Longest {
			re.Longest()
		}
		a := Compile(expr, o)
		if a == nil {
			*none++
			continue
		}
		for _, s := range texts {
			if !utf8.ValidString(s) {
				continue
			}
			want := re.FindAllStringIndex(s, -1)
			got := a.All(nil, []byte(s), -1)
			if !slices.Equal(got, slices.Concat(want...)) || a.Match([]byte(s)) != re.MatchString(s) {
				t.Fatalf("%q, order %v, in %q: %v, want %v", expr, o, s, got, want)
			}
		}
	}
}

// Random patterns in random texts of few characters.
func TestRandomPatterns(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	none := 0
	for range 4000 {
		var texts []string
		for range 12 {
			var b strings.Builder
			for range rng.IntN(12) {
				b.WriteString([]string{"a", "b", "c", "\n", " ", "é", "日"}[rng.IntN(7)])
			}
			texts = append(texts, b.String())
		}
		check(t, randomPattern(rng, 4), texts, &none)
	}
	if none > 400 {
		t.Errorf("%d have no table", none)
	}
}

func randomPattern(rng *rand.Rand, depth int) string {
	if depth == 0 || rng.IntN(4) == 0 {
		return []string{"a", "b", "c", ".", "[ab]", "[^a]", "é", "[a-z日]", "^", "$", `\b`, `\B`, "(?m:^)", "(?m:$)", "", `\s`}[rng.IntN(16)]
	}
	x := func() string { return randomPattern(rng, depth-1) }
	switch rng.IntN(6) {
	case 0:
		return x() + "|" + x()
	case 1, 2:
		return x() + x()
	case 3:
		return "(?:" + x() + ")" + []string{"*", "+", "?", "*?", "+?", "??", "{1,2}", "{2}"}[rng.IntN(8)]
	case 4:
		return "(" + x() + "|" + x() + ")"
	}
	return x() + x() + x()
}

// FuzzMatches compares with package regexp.
func FuzzMatches(f *testing.F) {
	for _, p := range patterns {
		f.Add(p, "ab\nabc é日")
	}
	f.Fuzz(func(t *testing.T, expr, s string) {
		if len(expr) > 100 || len(s) > 1000 {
			return
		}
		none := 0
		check(t, expr, []string{s}, &none)
	})
}

func BenchmarkFind(b *testing.B) {
	s := []byte("https://garden12.example.com/recipe/item12345?session=abcdef")
	for _, expr := range []string{"[0-9]+", "[a-z]+[0-9]+", "item[0-9]{4}$", "(a|b)*c"} {
		a, re := Compile(expr, First), regexp.MustCompile(expr)
		b.Run(expr+"/table", func(b *testing.B) {
			for b.Loop() {
				a.Find(s, 0)
			}
		})
		b.Run(expr+"/regexp", func(b *testing.B) {
			for b.Loop() {
				re.FindIndex(s)
			}
		})
	}
	b.Run("compile", func(b *testing.B) {
		for b.Loop() {
			Compile("[a-z]+[0-9]+.*é", First)
		}
	})
}
