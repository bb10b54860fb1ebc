package fn

import "slipher/catalog/types"

// bitsGroup is bit_and and bit_or: the bits that all or any of the values have. Truth values are one bit.
func bitsGroup() Group {
	var g Group
	for _, f := range []struct {
		name, doc string
		step      func(b Builder, x, y Value) Value
	}{
		{"bit_and", "The bits that all values have.", Builder.And},
		{"bit_or", "The bits that any value has.", Builder.Or},
	} {
		g.Accumulators = append(g.Accumulators, &Accumulator{Name: f.name, In: phys(i8, i16, i32, i64), State: samePhys,
			Type: sameType, Opens: true,
			Step: func(b GroupBuilder, _ types.Phys, state, x, first Value) Value {
				return b.Select(first, x, f.step(b, state, x))
			}})
		g.Rows = append(g.Rows, aggregate(f.name, f.doc, Param{Class: AnyInteger},
			&Aggregate{Bind: bitsType, IgnoresDuplicates: true, Finish: plainAggregate(f.name)}))
	}
	return g
}

// bitsType: SMALLINT, INTEGER, BIGINT or BOOLEAN (Redshift guide, "BIT_AND function").
func bitsType(t types.Type) (arg, ret types.Type, ok bool) {
	if t.Kind == types.Unknown {
		t = types.TInt8
	}
	return t, t, t.IsInteger() || t.Kind == types.Bool
}
