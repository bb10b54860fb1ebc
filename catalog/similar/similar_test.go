package similar

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// slow is the whole table of distances.
func slow(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0:
				d[i][j] = j
			case j == 0:
				d[i][j] = i
			default:
				same := 1
				if a[i-1] == b[j-1] {
					same = 0
				}
				d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+same)
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d[i][j] = min(d[i][j], d[i-2][j-2]+1)
				}
			}
		}
	}
	return d[len(a)][len(b)]
}

// Within its limit the distance is that of the whole table; beyond it, it is beyond.
func TestDistance(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		var b strings.Builder
		for range rnd.IntN(12) {
			b.WriteRune([]rune("abé")[rnd.IntN(3)])
		}
		return b.String()
	}
	for range 20_000 {
		a, b := word(), word()
		s := For(a)
		got, want := s.distance(b), slow([]rune(a), []rune(b))
		if got != want && (got <= s.limit || want <= s.limit) {
			t.Fatalf("%q to %q: %d, want %d (limit %d)", a, b, got, want, s.limit)
		}
	}
}

// The nearest names are found, in whatever order they are offered; too many say nothing.
func TestBest(t *testing.T) {
	for _, c := range []struct{ name, names, want string }{
		{"titel", "title tite year", "tite title"}, // exchanged letters are one mistake, and so is one left out
		{"tilte", "title votes", "title"},
		{"moveis", "movies movie moves", "moves movies"},
		{"x", "y z", ""},
		{"id", "ix", "ix"},
		{"ids", "ida idb idc idd", ""},
		{"nothing", "altogether different names", ""},
		{"search_pth", "search_path", "search_path"},
		{"", "a", ""},
		{"größe", "grösse größen", "größen"},
		{"stl_loaderror", "stl_load_errors stl_query", "stl_load_errors"},
	} {
		names := strings.Fields(c.names)
		for range 3 {
			s := For(c.name)
			for _, n := range names {
				s.Offer(n, n)
			}
			if got := strings.Join(s.Best(), " "); got != c.want {
				t.Errorf("%q among %v: %q, want %q", c.name, names, got, c.want)
			}
			slices.Reverse(names)
		}
	}
}

// A catalog of many names is searched in no time that a user would notice.
func BenchmarkSearch(b *testing.B) {
	var names []string
	for i := range 20_000 {
		names = append(names, fmt.Sprintf("table_%d_of_many", i))
	}
	for b.Loop() {
		s := For("table_777_of_mnay")
		for _, n := range names {
			s.Offer(n, n)
		}
		if len(s.Best()) != 1 {
			b.Fatal(s.Best())
		}
	}
}
