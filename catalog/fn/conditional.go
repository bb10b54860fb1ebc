package fn

import "slipher/catalog/types"

// conditionalGroup is what sees NULL. CASE, COALESCE, NULLIF, GREATEST and LEAST of
// more than two are the binder's: they are control flow, not operations.
func conditionalGroup() Group {
	all := phys(i8, i16, i32, i64, i128, f32, f64, str)
	extreme := func(name string, p Pred) *Op {
		return &Op{Name: name, Shapes: same(2, all...), Nulls: CustomNull, Commutes: true,
			EmitNull: emitExtreme(emitCompare(p)), Doc: "The " + name + " of two values; a NULL counts only if both are."}
	}
	return Group{
		Ops: []*Op{
			{Name: "check_not_null", Shapes: same(1, all...), MayFail: true, Nulls: CustomNull, EmitNull: emitCheckNotNull,
				Doc: "The value itself; NULL is an error: a NOT NULL column's value."},
			{Name: "check_single", Shapes: same(1, i64), MayFail: true, Emit: emitAtMostOne(MultipleMatches),
				Doc: "The value itself, a number of matches; more than one is an error: UPDATE with " +
					"error_on_nondeterministic_update."},
			{Name: "check_one_row", Shapes: same(1, i64), MayFail: true, Emit: emitAtMostOne(SubqueryManyRows),
				Doc: "The value itself, a number of a subquery's rows; more than one is an error."},
			{Name: "check_no_loop", Shapes: []Shape{shape(i32, i8, i32)}, MayFail: true, Emit: emitUnless(HierarchyLoop),
				Doc: "The first value, a row's level in a hierarchy; it is an error if the second one, whether the row is " +
					"above itself, is true."},
			{Name: "check_limit", Shapes: same(1, i64), MayFail: true, Emit: emitNotNegative(NegativeLimit),
				Doc: "The value itself, of LIMIT; a negative one is an error."},
			{Name: "check_offset", Shapes: same(1, i64), MayFail: true, Emit: emitNotNegative(NegativeOffset),
				Doc: "The value itself, of OFFSET; a negative one is an error."},
			extreme("greatest", GE), extreme("least", LE),
			{Name: "and", Shapes: same(2, i8), Commutes: true, Emit: plain(Builder.And),
				Doc: "Conjunction of two values that are not NULL."},
			{Name: "or", Shapes: same(2, i8), Commutes: true, Emit: plain(Builder.Or),
				Doc: "Disjunction of two values that are not NULL."},
			{Name: "not", Shapes: same(1, i8), Emit: func(b Builder, _ Shape, a []Value) Value { return b.Not(a[0]) },
				Doc: "Negation."},
			{Name: "not_distinct", Shapes: compared(all...), Nulls: CustomNull, Commutes: true, Equates: true,
				EmitNull: emitNotDistinct(emitCompare(EQ)),
				Doc:      "IS NOT DISTINCT FROM: equality in which NULL equals NULL."},
		},
		Rows: []*Row{
			{Name: "is not distinct from", Args: []Param{{Class: AnyType}, {Class: AnyType}},
				Doc: "Equality in which NULL equals NULL.",
				Ret: func(args []types.Type, consts []*types.Datum) (Bound, error) {
					t, ok := ComparisonType(args[0], args[1], consts[0], consts[1])
					if !ok || !t.IsComparable() {
						return Bound{}, errNoMatch
					}
					return Bound{Op: opRef("not_distinct"), Args: []types.Type{t, t}, Ret: types.TBool, Keyed: t.OwnOrder()}, nil
				}},
		},
	}
}

func emitCheckNotNull(b Builder, _ Shape, a, nulls []Value) (Value, Value) {
	if nulls[0] != nil {
		b.Fail(NullNotAllowed, nulls[0])
	}
	return a[0], nil
}

// emitAtMostOne is a number, which fails with code if it is more than one.
func emitAtMostOne(code Code) func(Builder, Shape, []Value) Value {
	return func(b Builder, _ Shape, a []Value) Value {
		b.Fail(code, b.ICmp(GT, a[0], b.Const(i64, 1)))
		return a[0]
	}
}

// emitUnless is the first value, which fails with code if the second one is true.
func emitUnless(code Code) func(Builder, Shape, []Value) Value {
	return func(b Builder, _ Shape, a []Value) Value {
		b.Fail(code, a[1])
		return a[0]
	}
}

// emitNotNegative is a number, which fails with code if it is negative.
func emitNotNegative(code Code) func(Builder, Shape, []Value) Value {
	return func(b Builder, _ Shape, a []Value) Value {
		b.Fail(code, b.ICmp(LT, a[0], b.Const(i64, 0)))
		return a[0]
	}
}

// emitExtreme: the first operand, if the comparison says so. One that is NULL loses; both NULL is NULL.
func emitExtreme(compare emitter) func(b Builder, sh Shape, a, nulls []Value) (Value, Value) {
	return func(b Builder, sh Shape, a, nulls []Value) (Value, Value) {
		first := compare(b, Shape{In: sh.In, Out: i8}, a)
		nx, ny := nulls[0], nulls[1]
		if ny != nil {
			first = b.Or(first, ny)
		}
		if nx != nil {
			first = b.And(first, b.Not(nx))
		}
		r := b.Select(first, a[0], a[1])
		if nx == nil || ny == nil {
			return r, nil
		}
		return r, b.And(nx, ny)
	}
}

func emitNotDistinct(equals emitter) func(b Builder, sh Shape, a, nulls []Value) (Value, Value) {
	return func(b Builder, sh Shape, a, nulls []Value) (Value, Value) {
		equal := equals(b, sh, a)
		nx, ny := nulls[0], nulls[1]
		switch {
		case nx == nil && ny == nil:
			return equal, nil
		case nx == nil:
			return b.And(equal, b.Not(ny)), nil
		case ny == nil:
			return b.And(equal, b.Not(nx)), nil
		}
		return b.Or(b.And(nx, ny), all1(b, equal, b.Not(nx), b.Not(ny))), nil
	}
}
