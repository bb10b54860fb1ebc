package leader

import (
	"testing"

	"slipher/catalog/fn"
)

// Every function with an effect has an implementation, and the other way round.
func TestEffects(t *testing.T) {
	tab := fn.Default()
	rows := map[string]bool{}
	for _, name := range tab.Names() {
		for _, r := range tab.Rows(name) {
			if r.Effect {
				rows[name] = true
			}
		}
	}
	for name := range rows {
		if effects[name] == nil {
			t.Errorf("function %s does nothing", name)
		}
	}
	for name := range effects {
		if !rows[name] {
			t.Errorf("no function calls the effect %s", name)
		}
	}
}
