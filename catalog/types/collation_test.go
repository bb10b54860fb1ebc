package types

import "testing"

// A collation goes with a type wherever it is made longer or meets a literal, and is no part of others.
func TestCollated(t *testing.T) {
	ci := TVarchar(10).Collated(true)
	for _, u := range []Type{ci.Widest(), ci.WithLiteral("a literal that is longer"), TChar(3).Collated(true),
		TChar(3).Collated(true).WithLiteral("é"), ci.Stored()} {
		if !u.Fold {
			t.Errorf("%v has lost its collation", u)
		}
	}
	for _, u := range []Type{TInt4, TSuper, TName, TUnknown, ArrayOf(TText)} {
		if u.Collated(true) != u {
			t.Errorf("%v has a collation", u)
		}
	}
	if ci.Collated(false) != TVarchar(10) || ci == TVarchar(10) {
		t.Error("a collation is a part of the type")
	}
	if !ci.OwnOrder() || ci.KeyType() != TText || ci.DistClass() == TVarchar(10).DistClass() ||
		ci.DistClass() != TChar(3).Collated(true).DistClass() || SameStrings(ci, TText) {
		t.Error("strings of two collations are compared alike")
	}
	raw, err := ci.MarshalMsg(nil)
	if err != nil {
		t.Fatal(err)
	}
	var back Type
	if _, err := back.UnmarshalMsg(raw); err != nil || back != ci {
		t.Errorf("%v came back as %v: %v", ci, back, err)
	}
	for name, want := range map[string]string{"cs": CaseSensitive, "ci": CaseInsensitive, "case_sensitive": CaseSensitive,
		"case_insensitive": CaseInsensitive, "C": "", "": ""} {
		fold, ok := CollationOf(name)
		if ok != (want != "") || ok && CollationName(fold) != want {
			t.Errorf("%q is %v %v", name, fold, ok)
		}
	}
}
