package text_test

import (
	"math/rand/v2"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// Kernels read zones' tables as Go does: at random moments of all times, and around changes of clocks.
func TestZones(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	for _, name := range zone.Names() {
		z, ok := zone.Find(name)
		if !ok {
			t.Fatal(name)
		}
		table := types.String(string(z.Table))
		for range 40 {
			at := types.MinTimestamp/100*99 + rnd.Int64N(types.MaxTimestamp/100*99)
			if rnd.IntN(3) > 0 { // since 1800
				at = (rnd.Int64N(300*365*24*4) - 200*365*24*4) * 900e6
			}
			if got, code := kernelInt("slp_zone_local", types.Int(at), table); code != fn.OK || got != z.Table.Local(at) {
				t.Fatalf("%s at %d shows %d (code %d), not %d", name, at, got, code, z.Table.Local(at))
			}
			if got, code := kernelInt("slp_zone_utc", types.Int(at), table); code != fn.OK || got != z.Table.UTC(at) {
				t.Fatalf("%s shows %d at %d (code %d), not %d", name, at, got, code, z.Table.UTC(at))
			}
			if got, _ := kernelInt("slp_zone_offset", types.Int(at), table); got != int64(z.Table.Offset(at)) {
				t.Fatalf("%s at %d is %d seconds east, not %d", name, at, got, z.Table.Offset(at))
			}
		}
		for _, at := range []int64{types.MinTimestamp, types.MaxTimestamp} {
			for _, kernel := range []string{"slp_zone_local", "slp_zone_utc"} {
				if v, code := kernelInt(kernel, types.Int(at), table); code == fn.OK && (v < types.MinTimestamp ||
					v > types.MaxTimestamp) || code != fn.OK && code != fn.TimestampRange {
					t.Errorf("%s of %d in %s: %d, code %d", kernel, at, name, v, code)
				}
			}
		}
	}
	// What is no table, as rows that do not count may have it, is not looked into.
	for _, junk := range []string{"", "x", "\xff\xff\xff\xff", "\x02\x00\x00\x00123456789012345"} {
		if v, code := kernelInt("slp_zone_local", types.Int(1), types.String(junk)); code != fn.OK || v != 0 {
			t.Errorf("junk: %d, code %d", v, code)
		}
	}
}
