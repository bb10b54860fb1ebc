package types

import "testing"

// A type of Redshift's guide is there, or a reason says why not; what is said to be missing is.
func TestRedshift(t *testing.T) {
	for _, k := range Redshift() {
		switch there := k.There(); {
		case there && k.Missing != "":
			t.Errorf("%s is there: take its reason away", k.Name)
		case !there && k.Missing == "":
			t.Errorf("%s is no type of columns: say why not", k.Name)
		case !there && k.Differs != "":
			t.Errorf("%s is said to differ and is not there", k.Name)
		}
	}
}
