package bind

import (
	"testing"

	"slipher/catalog/fn"
)

// Every special form of the table can be bound, and there are no others.
func TestSpecialForms(t *testing.T) {
	tab, forms := fn.Default(), specialForms()
	n := 0
	for _, name := range tab.Names() {
		if tab.Special(name) != nil {
			n++
			if forms[name] == nil {
				t.Errorf("%s cannot be bound", name)
			}
		}
	}
	if n != len(forms) {
		t.Errorf("%d special forms in the table, %d can be bound", n, len(forms))
	}
}
