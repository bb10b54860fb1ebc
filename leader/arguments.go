package leader

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/plan"
)

// withArguments gives a plan's parameters the client's values. The plan is not changed.
func withArguments(q *plan.Query, args []types.Datum) ([]plan.Param, error) {
	params := append([]plan.Param(nil), q.Params...)
	for i := range params {
		n := params[i].Client
		if n == 0 {
			continue
		}
		if n > len(args) {
			return nil, sqlerr.New(sqlerr.UndefinedParameter, "there is no parameter $%d", n)
		}
		params[i].Value = args[n-1]
	}
	// LIMIT and OFFSET are checked here, where a client's values are known.
	for _, l := range []struct {
		param int
		word  string
		code  sqlerr.Code
	}{{q.Merge.LimitParam, "LIMIT", sqlerr.InvalidLimit}, {q.Merge.OffsetParam, "OFFSET", "2201X"}} {
		if l.param >= 0 && !params[l.param].Value.Null && params[l.param].Value.Lo < 0 {
			return nil, sqlerr.New(l.code, "%s must not be negative", l.word)
		}
	}
	return params, nil
}
