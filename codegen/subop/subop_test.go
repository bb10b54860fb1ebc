package subop

import (
	"testing"

	"slipher/catalog/fn"
	"slipher/codegen/target"
)

// The same table yields the same bytes, and every primitive can be written.
func TestPrimitiveModulesDeterministic(t *testing.T) {
	a := PrimitiveModules(fn.Default(), target.V3, 2)
	b := PrimitiveModules(fn.Default(), target.V3, 2)
	for i := range a {
		if a[i].IR != b[i].IR {
			t.Fatalf("module %s differs between two runs", a[i].Name)
		}
	}
	t.Logf("%d primitives, %d bytes of IR", len(Primitives(fn.Default())), len(a[0].IR)+len(a[1].IR))
}

// A name means one suboperator, whether it is one of this package or an accumulator of package fn: primitives are found
// by it.
func TestKindsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range kinds() {
		if k.Name == "" || seen[k.Name] {
			t.Errorf("suboperator %q stands twice", k.Name)
		}
		seen[k.Name] = true
	}
}
