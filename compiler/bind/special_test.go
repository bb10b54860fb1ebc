package bind

import (
	"testing"

	"slipher/catalog/fn"
)

// Every special form of the table can be bound, and there are no others.
func TestSpecialForms(t *testing.T) {
	tab, forms, scoped := fn.Default(), specialForms(), scopedForms()
	n := 0
	for _, name := range tab.Names() {
		if tab.Special(name) != nil {
			n++
			if forms[name] == nil && scoped[name] == nil {
				t.Errorf("%s cannot be bound", name)
			}
		}
	}
	if n != len(forms)+len(scoped) {
		t.Errorf("%d special forms in the table, %d can be bound", n, len(forms)+len(scoped))
	}
}
