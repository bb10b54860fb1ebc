package segment

import (
	"errors"
	"math"
	"math/bits"
	"sort"
	"strings"

	"slipher/catalog/types"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// oracle evaluates a subset of expressions (BIGINT, BOOLEAN, VARCHAR) one row at
// a time, the way SQL says: what CASE, COALESCE, AND and OR do not need is not evaluated.
type oracle struct{ params []plan.Param }

var errFails = errors.New("fails")

func (o oracle) eval(e *plan.Expr, row []types.Datum) (types.Datum, error) {
	switch e.Kind {
	case expr.Column:
		return row[e.Col], nil
	case expr.Constant:
		return e.Const, nil
	case expr.Parameter:
		return o.params[e.Param].Value, nil
	case expr.And, expr.Or:
		decides := types.BoolDatum(e.Kind == expr.Or)
		null := false
		for _, a := range e.Args {
			d, err := o.eval(a, row)
			if err != nil || d == decides {
				return d, err
			}
			null = null || d.Null
		}
		if null {
			return types.NullDatum, nil
		}
		return types.BoolDatum(e.Kind == expr.And), nil
	case expr.Case:
		for i := 0; i+1 < len(e.Args); i += 2 {
			c, err := o.eval(e.Args[i], row)
			if err != nil {
				return c, err
			}
			if c == types.BoolDatum(true) {
				return o.eval(e.Args[i+1], row)
			}
		}
		return o.eval(e.Args[len(e.Args)-1], row)
	case expr.Coalesce:
		for _, a := range e.Args {
			if d, err := o.eval(a, row); err != nil || !d.Null {
				return d, err
			}
		}
		return types.NullDatum, nil
	}
	args := make([]types.Datum, len(e.Args))
	null := false
	for i, a := range e.Args {
		var err error
		if args[i], err = o.eval(a, row); err != nil {
			return args[i], err
		}
		null = null || args[i].Null
	}
	switch e.Kind {
	case expr.IsNull:
		return types.BoolDatum(null), nil
	case expr.IsNotNull:
		return types.BoolDatum(!null), nil
	}
	op := opName(e)
	switch op {
	case "greatest", "least":
		return extremeOf(op, args), nil
	case "not_distinct":
		return types.BoolDatum(args[0] == args[1]), nil
	}
	if null {
		return types.NullDatum, nil
	}
	switch e.Kind {
	case expr.Not:
		return types.BoolDatum(args[0].Lo == 0), nil
	case expr.InList:
		for _, d := range o.params[e.Param].List {
			if compareDatums(d, args[0]) == 0 {
				return types.BoolDatum(true), nil
			}
		}
		return types.BoolDatum(false), nil
	}
	return operate(op, args)
}

// opName is the name of a call's operation, "" for other expressions.
func opName(e *plan.Expr) string {
	if e.Kind != expr.Call {
		return ""
	}
	return e.Op.Name
}

func extremeOf(op string, args []types.Datum) types.Datum {
	var known []types.Datum
	for _, d := range args {
		if !d.Null {
			known = append(known, d)
		}
	}
	if len(known) == 0 {
		return types.NullDatum
	}
	sort.Slice(known, func(i, j int) bool { return known[i].Lo < known[j].Lo })
	if op == "greatest" {
		return known[len(known)-1]
	}
	return known[0]
}

// compareDatums orders integers, booleans or strings, whose trailing blanks do not count.
func compareDatums(a, b types.Datum) int {
	if c := strings.Compare(strings.TrimRight(a.S, " "), strings.TrimRight(b.S, " ")); c != 0 {
		return c
	}
	switch {
	case a.Lo < b.Lo:
		return -1
	case a.Lo > b.Lo:
		return 1
	}
	return 0
}

// operate is a strict operation on values that are not NULL.
func operate(op string, a []types.Datum) (types.Datum, error) {
	x, y := a[0].Lo, int64(0)
	if len(a) > 1 {
		y = a[1].Lo
	}
	checked := func(r int64, overflow bool) (types.Datum, error) {
		if overflow {
			return types.Datum{}, errFails
		}
		return types.Int(r), nil
	}
	c := 0
	if len(a) > 1 {
		c = compareDatums(a[0], a[1])
	}
	switch op {
	case "add":
		return checked(x+y, (x+y > x) != (y > 0) && y != 0)
	case "sub":
		return checked(x-y, (x-y < x) != (y > 0) && y != 0)
	case "mul":
		hi, lo := bits.Mul64(uint64(max(x, -x)), uint64(max(y, -y)))
		return checked(x*y, hi != 0 || lo > math.MaxInt64 && !(lo == 1<<63 && (x < 0) != (y < 0)))
	case "div":
		if y == 0 {
			return types.Datum{}, errFails
		}
		return checked(x/y, x == math.MinInt64 && y == -1)
	case "neg":
		return checked(-x, x == math.MinInt64)
	case "eq":
		return types.BoolDatum(c == 0), nil
	case "ne":
		return types.BoolDatum(c != 0), nil
	case "lt":
		return types.BoolDatum(c < 0), nil
	case "le":
		return types.BoolDatum(c <= 0), nil
	case "gt":
		return types.BoolDatum(c > 0), nil
	case "ge":
		return types.BoolDatum(c >= 0), nil
	case "concat":
		return types.String(a[0].S + a[1].S), nil
	case "upper":
		return types.String(strings.ToUpper(a[0].S)), nil
	case "substring":
		from, n := a[1].Lo, a[2].Lo
		if n < 0 {
			return types.Datum{}, errFails
		}
		lo, hi := min(max(from-1, 0), int64(len(a[0].S))), min(max(from-1+n, 0), int64(len(a[0].S)))
		return types.String(a[0].S[lo:max(lo, hi)]), nil
	}
	panic("the oracle does not know " + op)
}
