package fn

import "slipher/catalog/types"

// listaggGroup is listagg: a group's values in one string, in an order.
//
// NULLs and empty strings are left out (Redshift guide, "LISTAGG function"). So every value has a byte, and no more
// rows of a group are kept, on any slice, than the result has room for: an accumulator beside them counts their bytes.
func listaggGroup() Group {
	agg := &Aggregate{Name: "listagg", Constants: []string{""}, Ordered: true, Finish: finishListagg,
		Bind: func(t types.Type) (arg, ret types.Type, ok bool) {
			if t.Kind == types.Unknown || t.IsString() {
				t = types.TText
			}
			return t, types.TText, t.Kind != types.Bool && !t.OwnOrder()
		}}
	const doc = "The values in one string, with the second argument in between; " +
		"WITHIN GROUP (ORDER BY …) orders them."
	x := Param{Class: AnyType}
	withDelimiter := aggregate("listagg", doc, x, agg)
	withDelimiter.Args = append(withDelimiter.Args, Param{Class: AnyString})
	joined := *agg
	joined.Name, joined.Constants = "string_agg", []string{""}
	joined.Finish = finishStringAgg
	stringAgg := aggregate("string_agg", "The values in one string, with the second argument in between: "+
		"string_agg(x, ', ' ORDER BY y).", x, &joined)
	stringAgg.Args = append(stringAgg.Args, Param{Class: AnyString})
	return Group{
		Rows: []*Row{aggregate("listagg", doc, x, agg), withDelimiter, stringAgg},
		Ops: []*Op{{Name: "listagg", Shapes: []Shape{shape(str, str, str)}, MayFail: true, Host: hostListagg,
			Doc: "The values of a state of rows, in their order, with the second operand in between."}},
		Accumulators: []*Accumulator{{Name: "listagg_bytes", In: phys(i32, i64), State: statePhys(i64),
			Type: stateType(types.TInt8), MayFail: true, NeverNull: true,
			Step: func(b GroupBuilder, in types.Phys, state, x, _ Value) Value {
				n := b.Add(state, widen(b, x, in, i64))
				b.Fail(ListaggLimit, b.ICmp(GT, n, b.Const(i64, types.MaxVarchar)))
				return n
			}}},
	}
}

func finishListagg(f Finisher, args []Term) (Term, error) {
	return joinedRows(f, args, func(row, size Term) Term {
		some := f.Call("gt", types.TBool, size, f.Const(types.TInt4, types.Int(0)))
		return f.Case(some, row, f.Const(GatherType, types.NullDatum))
	})
}

// finishStringAgg: PostgreSQL's string_agg has empty strings, too.
func finishStringAgg(f Finisher, args []Term) (Term, error) {
	return joinedRows(f, args, func(row, _ Term) Term { return row })
}

// joinedRows is the values of a group's rows in one string. kept is a row that counts, of so many bytes, or NULL.
func joinedRows(f Finisher, args []Term, kept func(row, size Term) Term) (Term, error) {
	x, delimiter, key := args[0], args[1], args[2]
	text, err := f.Cast(x, types.TText)
	if err != nil {
		return nil, err
	}
	size := f.Call("octet_length", types.TInt4, text)
	row := kept(f.Call("gather_row", GatherType, key, text), size)
	f.Accumulate("listagg_bytes", size)
	return f.Call("listagg", types.TText, f.Accumulate("gather_rows", row), delimiter), nil
}

func hostListagg(c HostCall) error {
	var rows []gatheredRow
	var out []byte
	return c.Rows(func(row int) (err error) {
		if rows, err = gathered(rows[:0], c.Str(0, row)); err != nil {
			return err
		}
		inOrder(rows)
		out = out[:0]
		for i, r := range rows {
			if i > 0 {
				out = append(out, c.Str(1, row)...)
			}
			if out = append(out, r.value...); len(out) > types.MaxVarchar {
				return ListaggLimit.Err()
			}
		}
		c.SetStr(row, out)
		return nil
	})
}
