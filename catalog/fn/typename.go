package fn

import "slipher/catalog/types"

// typeNameGroup is what there is to ask of types.
func typeNameGroup() Group {
	return Group{
		Ops: []*Op{{Name: "format_type", Shapes: []Shape{shape(i64, i32, str)},
			Doc: "The name of the type of an oid and a modifier.",
			Host: func(c HostCall) error {
				return c.Rows(func(row int) error {
					c.SetStr(row, []byte(types.FormatType(c.Int(0, row), c.Int(1, row))))
					return nil
				})
			}}},
		Rows: []*Row{two("format_type", Param{Kind: types.OID, Name: "oid"}, Param{Kind: types.Int4, Name: "typmod"},
			bindFormatType,
			"The name of the type of an oid and a modifier, -1 or NULL for none: character varying(256)."),
			{Name: "pg_typeof", Args: []Param{{Class: AnyType}}, Special: true, Doc: "The name of the argument's type."}},
	}
}

// bindFormatType: the constant NULL is no modifier.
func bindFormatType(_ []types.Type, consts []*types.Datum) (Bound, error) {
	b := Bound{Op: opRef("format_type"), Args: []types.Type{types.TOID, types.TInt4}, Ret: types.TText}
	if c := consts[1]; c != nil && c.Null {
		b.Args[1], b.Extra = types.TUnknown, []Const{i32Const(-1)}
	}
	return b, nil
}
