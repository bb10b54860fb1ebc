package fn

import (
	"slipher/catalog/int128"
	"slipher/catalog/types"
)

// bindTo is a Bind that always gives one op.
func bindTo(op string) func(from, to types.Type, ctx CastContext) (Bound, bool) {
	return func(types.Type, types.Type, CastContext) (Bound, bool) { return Bound{Op: opRef(op)}, true }
}

// relabel is a Bind for types with the same bytes.
func relabel(types.Type, types.Type, CastContext) (Bound, bool) { return Bound{}, true }

// numberCasts are all implicit: which parameter a number may be passed to is
// decided, and priced, by Resolve; narrowing is checked at run time.
func numberCasts() []*CastRule {
	ints := []types.Kind{types.Int2, types.Int4, types.Int8}
	var out []*CastRule
	add := func(from, to types.Kind, least CastContext, bind func(from, to types.Type, ctx CastContext) (Bound, bool),
		doc string) {
		out = append(out, &CastRule{From: from, To: to, Least: least, Cost: numberCost(from, to), Bind: bind, Doc: doc})
	}
	for i, f := range ints {
		for j, k := range ints {
			if i < j {
				add(f, k, Implicit, bindTo("int_widen"), "Widening.")
				add(k, f, Implicit, bindTo("int_narrow"), "Narrowing, range checked.")
			}
		}
		add(f, types.Decimal, Implicit, bindIntToDec, "Exact; more digits than the decimal has are an error.")
		add(types.Decimal, f, Implicit, bindDecToInt, "Rounded half away from zero on assignment, else truncated.")
		for _, fl := range []types.Kind{types.Float4, types.Float8} {
			add(f, fl, Implicit, bindTo("int_to_float"), "The nearest float.")
			add(fl, f, Implicit, bindTo("float_to_int"), "Rounded half to even.")
		}
		add(f, types.Bool, Explicit, bindTo("int_to_bool"), "False for 0.")
		add(types.Bool, f, Explicit, bindTo("bool_to_int"), "1 and 0.")
	}
	add(types.Decimal, types.Decimal, Implicit, bindDecToDec, "Rescaled: rounded on assignment, else truncated.")
	add(types.Decimal, types.Float8, Implicit, bindDecToFloat, "The nearest double.")
	add(types.Decimal, types.Float4, Implicit, bindDecToFloat, "The nearest real.")
	add(types.Float4, types.Float8, Implicit, bindTo("float_widen"), "Widening.")
	add(types.Float8, types.Float4, Implicit, bindTo("float_narrow"), "Narrowing, range checked.")
	add(types.Float8, types.Decimal, Implicit, bindFloatToDec, "15 significant digits, rounded to scale.")
	add(types.Float4, types.Decimal, Implicit, bindFloatToDec, "6 significant digits, rounded to scale.")
	add(types.OID, types.Int8, Implicit, relabel, "The same 64 bits.")
	add(types.Int8, types.OID, Implicit, relabel, "The same 64 bits.")
	add(types.Int4, types.OID, Implicit, bindTo("int_widen"), "Widening.")
	add(types.Int2, types.OID, Implicit, bindTo("int_widen"), "Widening.")
	add(types.OID, types.Int2, Implicit, bindTo("int_narrow"), "Narrowing, range checked.")
	add(types.OID, types.Decimal, Implicit, bindIntToDec, "As a BIGINT.")
	add(types.OID, types.Float8, Implicit, bindTo("int_to_float"), "The nearest float.")
	add(types.OID, types.Float4, Implicit, bindTo("int_to_float"), "The nearest float.")
	add(types.OID, types.Int4, Implicit, bindTo("int_narrow"), "Narrowing, range checked.")
	return out
}

// numberCost: kinds of numbers are numbered from the narrowest to the widest.
func numberCost(from, to types.Kind) int {
	number := func(k types.Kind) bool { return types.Type{Kind: k}.IsNumeric() }
	switch {
	case from == types.OID || to == types.OID:
		return 4
	case !number(from) || !number(to):
		return 0
	case from < to:
		return costNear + int(to-from)
	}
	return costNarrow + int(from-to)
}

// workWidth is the class in which a decimal is scaled by 10^k.
func workWidth(from, to types.Type, k int) types.Phys {
	if from.Phys() == types.I128 || to.Phys() == types.I128 || k > 18 {
		return types.I128
	}
	return types.I64
}

// factorAndLimit are 10^k and the largest magnitude of to.
func factorAndLimit(w types.Phys, k int, to types.Type) (factor, limit Const) {
	return Const{w, types.Wide(int128.Pow10(k))}, Const{w, types.Wide(types.MaxUnscaled(int(to.Prec)))}
}

func bindIntToDec(from, to types.Type, _ CastContext) (Bound, bool) {
	w := workWidth(types.TInt8, to, int(to.Scale))
	factor, limit := factorAndLimit(w, int(to.Scale), to)
	roomy := integerRoom(to) >= int(types.IntegerAsDecimal(from).Prec)
	switch {
	case roomy && to.Scale == 0 && from.Phys() == to.Phys():
		return Bound{}, true
	case roomy: // then the factor fits to's width
		return Bound{Op: opRef("int_to_dec"), Extra: []Const{factor}}, true
	}
	return Bound{Op: opRef("int_to_dec_check"), Extra: []Const{factor, limit}}, true
}

func bindDecToInt(from, _ types.Type, ctx CastContext) (Bound, bool) {
	factor, _ := factorAndLimit(workWidth(from, types.TInt8, int(from.Scale)), int(from.Scale), from)
	return Bound{Op: opRef("dec_to_int" + roundOrTrunc(ctx)), Extra: []Const{factor}}, true
}

// roundOrTrunc is the end of the name of an operation that drops digits of a decimal.
func roundOrTrunc(ctx CastContext) string {
	if ctx == Assignment {
		return "_round"
	}
	return "_trunc"
}

func bindDecToDec(from, to types.Type, ctx CastContext) (Bound, bool) {
	up := int(to.Scale) - int(from.Scale)
	roomy := integerRoom(to) >= integerRoom(from)
	if to.Prec == 19 && int(from.Prec)+up > 18 {
		roomy = roomy && up == 0 // 19 digits are only those of 64 bits
	}
	w := workWidth(from, to, max(up, -up))
	factor, limit := factorAndLimit(w, max(up, -up), to)
	switch {
	case up == 0 && roomy && from.Phys() == to.Phys():
		return Bound{}, true
	case up == 0 && roomy: // more digits of the same scale
		return Bound{Op: opRef("dec_widen")}, true
	case up == 0:
		return Bound{Op: opRef("dec_check"), Extra: []Const{limit}}, true
	case up > 0 && roomy: // then to is at least as wide as from, and has room for the factor
		return Bound{Op: opRef("dec_up_nc"), Extra: []Const{factor}}, true
	case up > 0:
		return Bound{Op: opRef("dec_up"), Extra: []Const{factor, limit}}, true
	}
	return Bound{Op: opRef("dec_down" + roundOrTrunc(ctx)), Extra: []Const{factor, limit}}, true
}

func integerRoom(t types.Type) int { return int(t.Prec) - int(t.Scale) }

func bindDecToFloat(from, _ types.Type, _ CastContext) (Bound, bool) {
	return Bound{Op: opRef("dec_to_float"), Extra: []Const{{i32, types.Int(int64(from.Scale))}}}, true
}

func bindFloatToDec(from, to types.Type, _ CastContext) (Bound, bool) {
	digits := int64(15)
	if from.Kind == types.Float4 {
		digits = 6
	}
	return Bound{Op: opRef("float_to_dec"), Extra: []Const{
		{i32, types.Int(digits)}, {i32, types.Int(int64(to.Scale))}, {i32, types.Int(int64(to.Prec))}}}, true
}
