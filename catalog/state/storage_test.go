package state

import (
	"fmt"
	"testing"

	"slipher/catalog/sqlerr"
)

// Claims follow each other; those that the storage cannot show any more are forgotten, a bounded number is kept, and
// a malformed one changes nothing.
func TestClaims(t *testing.T) {
	c, _ := run(t, New(), &Bootstrap{Cluster: Cluster{ID: "c", Slices: 2, StorageURL: "file:s"}})
	claim := func(n int, since string) Op {
		return &ClaimStorage{Claim: Claim{uint64(n), fmt.Sprint("t", n)}, Since: since, URL: "file:s", ClusterID: "c"}
	}
	tokens := func() (out []string) {
		for _, k := range c.Cluster().Claims {
			out = append(out, k.Token)
		}
		return out
	}
	was := c
	c, _ = run(t, c, claim(1, ""))
	c, _ = run(t, c, claim(2, "")) // the first one never came as far as the storage
	c, _ = run(t, c, claim(5, "t2"))
	if got := fmt.Sprint(tokens()); got != "[t2 t5]" {
		t.Errorf("claims %s", got)
	}
	for _, bad := range []Op{claim(5, "t5"), claim(4, "t5"),
		&ClaimStorage{Claim: Claim{9, ""}, URL: "file:s", ClusterID: "c"},
		&ClaimStorage{Claim: Claim{9, "x"}, ClusterID: "c"}, &ClaimStorage{Claim: Claim{9, "x"}, URL: "file:s"}} {
		fails(t, c, sqlerr.InvalidParameterValue, bad)
	}
	for i := range 2 * claimsKept {
		c, _ = run(t, c, claim(10+i, "t5"))
	}
	if got := tokens(); len(got) != claimsKept || got[len(got)-1] != fmt.Sprint("t", 9+2*claimsKept) {
		t.Errorf("%d claims, the last is %s", len(got), got[len(got)-1])
	}
	c, _ = run(t, c, &ClaimStorage{Claim: Claim{1000, "x"}, Since: tokens()[claimsKept-1], URL: "file:///n",
		ClusterID: "d"})
	if k := c.Cluster(); k.ID != "d" || k.StorageURL != "file:///n" || len(k.Claims) != 2 || k.Slices != 2 {
		t.Errorf("%+v", k)
	}
	if k := was.Cluster(); k.ID != "c" || len(k.Claims) != 0 {
		t.Errorf("an older version has changed: %+v", k)
	}
	fails(t, New(), sqlerr.InvalidTransactionState, claim(1, ""))
}
