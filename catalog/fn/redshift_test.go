package fn

import "testing"

// Every function of Redshift's guide is in the table or has a reason why it is not, and no reason stands for what is
// there, or for what is not to differ.
func TestRedshift(t *testing.T) {
	table := Default()
	for _, k := range Redshift() {
		names, lacks := map[string]bool{}, false
		for _, n := range k.Names() {
			there := table.Has(n)
			names[n] = true
			lacks = lacks || !there && k.Missing[n] == ""
			switch {
			case !there && k.Reason(n, false) == "":
				t.Errorf("%s: %s is not in the table: say why under Missing", k.Title, n)
			case there && k.Missing[n] != "":
				t.Errorf("%s: %s is there: take its reason out of Missing", k.Title, n)
			case !there && k.Differs[n] != "":
				t.Errorf("%s: %s is said to differ and is not there", k.Title, n)
			}
		}
		if k.Lacking != "" && !lacks {
			t.Errorf("%s: all are there or have reasons of their own: take Lacking away", k.Title)
		}
		for _, m := range []map[string]string{k.Differs, k.Missing} {
			for n := range m {
				if !names[n] {
					t.Errorf("%s: %s has a reason and is not among the names", k.Title, n)
				}
			}
		}
	}
}
