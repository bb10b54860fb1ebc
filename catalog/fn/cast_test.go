package fn

import (
	"os"
	"slices"
	"strings"
	"testing"

	"slipher/catalog/types"
)

// Each pair of types is cast from the same context on as in PostgreSQL, but where a reason is given; all pairs of the
// types that both have are there.
func TestCastsAsPostgres(t *testing.T) {
	raw, err := os.ReadFile("testdata/casts.txt")
	if err != nil {
		t.Fatal(err)
	}
	tab := Default()
	first := func(from, to types.Type) string {
		for i, ctx := range []CastContext{Implicit, Assignment, Explicit} {
			if _, ok := tab.Cast(from, to, ctx); ok {
				return "iae"[i : i+1]
			}
		}
		return "-"
	}
	named := func(name string) types.Type {
		typ, bad := types.AliasOf(name).Type(nil, false)
		if bad != nil {
			t.Fatal(bad)
		}
		return typ
	}
	seen, reasons := map[[2]types.Kind]bool{}, ""
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, "#") {
			reasons += line
			continue
		}
		f := strings.Fields(line)
		from, to, want := named(f[0]), named(f[1]), f[2]
		if len(f) > 3 {
			if want = f[3]; want == f[2] || !strings.Contains(reasons, "# "+f[4]+": ") {
				t.Errorf("%s: no reason to differ", strings.TrimSpace(line))
			}
		}
		if got := first(from, to); got != want {
			t.Errorf("%s as %s: %s, want %s", f[0], f[1], got, want)
		}
		seen[[2]types.Kind{from.Kind, to.Kind}] = true
	}
	// What PostgreSQL has not, or nobody names in SQL, is not compared.
	ours := []types.Kind{types.Unknown, types.Name, types.Array, types.Int2Vector, types.OIDVector, types.IntervalYM,
		types.IntervalDS, types.Varbyte, types.Super, types.HLLSketch}
	for _, from := range types.Kinds() {
		for _, to := range types.Kinds() {
			if from != to && !slices.Contains(ours, from) && !slices.Contains(ours, to) && !seen[[2]types.Kind{from, to}] {
				t.Errorf("%v as %v is not in the table", types.Type{Kind: from}.Name(), types.Type{Kind: to}.Name())
			}
		}
	}
}
