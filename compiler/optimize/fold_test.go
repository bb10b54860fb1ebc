package optimize

import (
	"errors"
	"testing"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/plan"
	"slipher/compiler/rewrite"
)

// Proves that calls on literals are evaluated while planning, reach zone maps, and that one
// that cannot be stays as it is.
func TestFold(t *testing.T) {
	for _, c := range []struct {
		err  error
		zone int
	}{{nil, 1}, {errors.New("division by zero"), 0}} {
		b := newBuilder()
		s := b.scan(orders, "o")
		sum := opCall("add", types.TInt8, b.lit(types.TInt8, types.Int(40)), b.lit(types.TInt8, types.Int(2)))
		st := b.statement(&algebra.Select{In: s, Preds: []*algebra.Expr{cmp("lt", column(s, "o_id"), sum)}})
		fold := func(e *algebra.Expr, params []plan.Param) (types.Datum, error) {
			if len(params) != 2 || e.Args[1].Param != 1 {
				t.Errorf("parameters %v of %v", params, e)
			}
			return types.Int(params[0].Value.Lo + params[1].Value.Lo), c.err
		}
		q, err := Plan(simplified(t, st, rewrite.Env{Fn: operations, Fold: fold}), Env{Slices: 1, Nodes: 1, Fn: operations})
		if err != nil {
			t.Fatal(err)
		}
		zone := q.Segments[0].Source.Zone
		if len(zone) != c.zone {
			t.Fatalf("zones %v", zone)
		}
		if c.zone == 1 && q.Params[zone[0].Param].Value.Lo != 42 {
			t.Errorf("bound %v", q.Params[zone[0].Param])
		}
	}
}
