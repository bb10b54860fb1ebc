package fn

import (
	"slices"
	"testing"

	"slipher/catalog/types"
)

// Every op is documented, has shapes, and one way to run.
func TestOpsComplete(t *testing.T) {
	tab := Default()
	for _, o := range tab.Ops() {
		ways := 0
		for _, set := range []bool{o.Emit != nil, o.EmitNull != nil, o.Host != nil} {
			if set {
				ways++
			}
		}
		if o.Doc == "" || len(o.Shapes) == 0 || ways != 1 {
			t.Errorf("op %s: doc %q, %d shapes, %d ways to run", o.Name, o.Doc, len(o.Shapes), ways)
		}
		if o.EmitNull != nil && o.Nulls != CustomNull || o.Emit != nil && o.Nulls != Strict {
			t.Errorf("op %s: NULL rule does not fit its emitter", o.Name)
		}
		for i, sh := range o.Shapes {
			for _, other := range o.Shapes[:i] {
				if slices.Equal(sh.In, other.In) && sh.Out == other.Out {
					t.Errorf("op %s: shape %v stands twice", o.Name, sh)
				}
			}
		}
	}
	for _, k := range tab.Kernels() {
		if k.Doc == "" {
			t.Errorf("kernel %s lacks a doc", k.Name)
		}
	}
}

// sampleTypes are types of every kind at the edges of their classes.
var sampleTypes = []types.Type{types.TBool, types.TInt2, types.TInt4, types.TInt8, types.TDecimal(1, 0),
	types.TDecimal(8, 2), types.TDecimal(18, 0), types.TDecimal(18, 18),
	types.TDecimal(19, 0), types.TDecimal(19, 10), types.TDecimal(19, 19), types.TDecimal(20, 2), types.TDecimal(37, 18),
	types.TDecimal(38, 0), types.TDecimal(38, 37),
	types.TFloat4, types.TFloat8, types.TChar(3), types.TChar(10), types.TVarchar(3), types.TText, types.TName,
	types.TDate, types.TTime, types.TTimetz, types.TZonedTime, types.TTimestamp, types.TTimestamptz, types.TInterval,
	types.TIntervalYM, types.TIntervalDS, types.TOID, types.TVarbyte(3), types.TVarbyte(64000),
	types.TVarbyte(types.MaxVarbyte), types.TUUID}

// checkBound: the op exists in exactly the shape that the bound call has.
func checkBound(t *testing.T, what string, b Bound) {
	t.Helper()
	if b.Ret.Kind == types.Unknown {
		t.Errorf("%s: no result type", what)
		return
	}
	var in []types.Phys
	for _, a := range b.Args {
		if a.Kind != types.Unknown {
			in = append(in, a.Phys())
		}
	}
	if b.Op == nil {
		if len(in) > 0 && len(b.Extra) == 0 && in[0] != b.Ret.Phys() {
			t.Errorf("%s: relabels %v as %v", what, in[0], b.Ret.Phys())
		}
		return
	}
	if b.Zoned {
		in = append(in, str)
	}
	for _, e := range b.Extra {
		in = append(in, e.Phys)
		if !e.V.Null && e.Phys == i64 && e.V.Hi != e.V.Lo>>63 {
			t.Errorf("%s: constant %v does not fit 64 bits", what, e.V.I128())
		}
	}
	for _, sh := range b.Op.Shapes {
		if slices.Equal(sh.In, in) && sh.Out == b.Ret.Phys() {
			return
		}
	}
	t.Errorf("%s: op %s has no shape %v → %v", what, b.Op.Name, in, b.Ret.Phys())
}

// Every cast between sample types in every context has its shape.
func TestCastsHaveShapes(t *testing.T) {
	tab := Default()
	n := 0
	for _, from := range sampleTypes {
		for _, to := range sampleTypes {
			for _, ctx := range []CastContext{Implicit, Assignment, Explicit, Copying} {
				if b, ok := tab.Cast(from, to, ctx); ok {
					checkBound(t, from.String()+" to "+to.String()+" "+ctx.String(), b)
					n++
				}
			}
		}
	}
	if n < 1000 {
		t.Errorf("only %d casts", n)
	}
	if _, ok := tab.Cast(types.TBool, types.TText, Explicit); ok {
		t.Error("Redshift casts no boolean to text")
	}
}

// Every operator and function that resolves for sample types binds to a shape,
// and its arguments can be cast to what it asks for.
func TestRowsHaveShapes(t *testing.T) {
	tab := Default()
	part, pattern, one := types.String("month"), types.String("99.9"), types.Int(1)
	check := func(name string, args []types.Type, consts []*types.Datum) {
		row, b, err := tab.Resolve(name, args, consts)
		if err != nil {
			return
		}
		what := name
		for _, a := range args {
			what += " " + a.String()
		}
		if row.Leader == nil && !row.Effect && row.Agg == nil && !row.Special && row.Window == nil &&
			row.Lookup == nil && row.Query == "" {
			whole := b
			if row.Set != nil {
				count := b
				count.Op, count.Ret = row.Set.Count, types.TInt8
				checkBound(t, "the number of "+what, count)
				whole.Args = append([]types.Type{types.TInt8}, b.Args...)
			}
			checkBound(t, what, whole)
		}
		for i, to := range b.Args {
			if to.Kind == types.Unknown || args[i].Kind == types.Unknown {
				continue
			}
			if _, ok := tab.Cast(args[i], to, Implicit); !ok {
				t.Errorf("%s: argument %d cannot be cast from %v to %v", what, i, args[i], to)
			}
		}
	}
	all := append([]types.Type{types.TUnknown}, sampleTypes...)
	for _, name := range tab.Names() {
		for _, r := range tab.Rows(name) {
			if r.Doc == "" {
				t.Errorf("%s has no doc", name)
			}
		}
		check(name, nil, nil)
		for _, a := range all {
			check(name, []types.Type{a}, nil)
			for _, b := range all {
				lit := func(t types.Type) *types.Datum {
					switch {
					case t.Kind == types.Unknown:
						return &part
					case t.IsString():
						return &pattern
					case t.IsInteger():
						return &one
					}
					return nil
				}
				check(name, []types.Type{a, b}, []*types.Datum{lit(a), lit(b)})
				check(name, []types.Type{a, b}, nil)
				check(name, []types.Type{a, b, types.TInt4}, []*types.Datum{lit(a), lit(b), &one})
				check(name, []types.Type{a, b, types.TText}, []*types.Datum{lit(a), lit(b), nil})
				check(name, []types.Type{a, b, types.TDate}, []*types.Datum{lit(a), lit(b), nil})
			}
		}
	}
}

// Untyped literals and mixed types meet the overload that Redshift's rules pick.
func TestResolve(t *testing.T) {
	tab := Default()
	U := types.TUnknown
	for _, c := range []struct {
		name string
		args []types.Type
		op   string
		ret  types.Type
	}{
		{"+", []types.Type{types.TDate, types.TInterval}, "timestamp_add_interval", types.TTimestamp},
		{"+", []types.Type{types.TDate, types.TInt2}, "date_add_days", types.TDate},
		{"-", []types.Type{types.TTimestamp, U}, "timestamp_minus_timestamp", types.TInterval},
		{"+", []types.Type{types.TInt4, U}, "add", types.TInt4},
		{"+", []types.Type{types.TFloat4, types.TInt2}, "add", types.TFloat8},
		{"+", []types.Type{types.TFloat4, types.TFloat4}, "add", types.TFloat4},
		{"+", []types.Type{types.TInt2, types.TInt2}, "add", types.TInt2},
		{"=", []types.Type{types.TDate, U}, "eq", types.TBool},
		{"=", []types.Type{types.TVarchar(5), U}, "eq", types.TBool},
		{"||", []types.Type{U, U}, "concat", types.TText},
		{"lower", []types.Type{types.TInt4}, "lower", types.TVarchar(24)},
		{"round", []types.Type{types.TInt4}, "", types.TInt4},
		{"substring", []types.Type{types.TVarchar(9), types.TInt8, types.TInt2}, "substring", types.TVarchar(9)},
		{"date_trunc", []types.Type{U, types.TDate}, "", types.Type{}},
	} {
		_, b, err := tab.Resolve(c.name, c.args, nil)
		if c.ret == (types.Type{}) {
			if err == nil {
				t.Errorf("%s%v resolved without a constant", c.name, c.args)
			}
			continue
		}
		op := ""
		if b.Op != nil {
			op = b.Op.Name
		}
		if err != nil || op != c.op || b.Ret != c.ret {
			t.Errorf("%s%v = %s %v %v, want %s %v", c.name, c.args, op, b.Ret, err, c.op, c.ret)
		}
	}
	for _, c := range []struct {
		name string
		args []types.Type
		want string
	}{
		{"+", []types.Type{types.TBool, types.TInt4}, "operator does not exist: boolean + integer"},
		{"=", []types.Type{types.TDate, types.TInt4}, "operator does not exist: date = integer"},
		{"nosuch", []types.Type{types.TInt4, types.TVarchar(3)},
			"function nosuch(integer, character varying) does not exist"},
		{"||", []types.Type{types.TBool, types.TText}, "operator does not exist: boolean || character varying"},
	} {
		if _, _, err := tab.Resolve(c.name, c.args, nil); err == nil || err.Error() != c.want {
			t.Errorf("%s%v: %v, want %s", c.name, c.args, err, c.want)
		}
	}
}

// Every cast that may fail has an operation that tries it.
func TestTries(t *testing.T) {
	tab := Default()
	for _, from := range sampleTypes {
		for _, to := range sampleTypes {
			for _, ctx := range []CastContext{Assignment, Explicit} {
				b, ok := tab.Cast(from, to, ctx)
				if !ok || b.Op == nil || !b.Op.MayFail {
					continue
				}
				if tab.Op(tryPrefix+b.Op.Name) == nil {
					t.Errorf("%v as %v, %v: no op tries %s", from, to, ctx, b.Op.Name)
					continue
				}
				b.Op = tab.Try(b.Op)
				checkBound(t, "trying "+from.String()+" as "+to.String(), b)
			}
		}
	}
}
