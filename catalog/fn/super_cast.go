package fn

import "slipher/catalog/types"

// superCasts are those from and to SUPER. To it: numbers, truth values and strings, which are JSON's strings (not
// JSON's text, which is json_parse's to read). From it: to all types that text is cast to. What a SUPER does not say as
// a value of the type is NULL, an error if cast_super_null_on_error is off (StrictSuper). Redshift guide, "Limitations"
// of SUPER.
func superCasts() []*CastRule {
	var out []*CastRule
	for _, k := range types.Kinds() {
		t := types.Type{Kind: k}
		if k == types.Super || t.IsArray() || k == types.Unknown || k == types.OID {
			continue
		}
		if types.InSuper(t) {
			out = append(out, &CastRule{From: k, To: types.Super, Least: Implicit, Cost: costText, Doc: "As JSON has it.",
				Bind: func(from, _ types.Type, ctx CastContext) (Bound, bool) {
					if ctx == Copying && from.IsString() { // files have JSON
						return Bound{Op: opRef("json_parse"), Extra: []Const{i32Const(0)}}, true
					}
					return Bound{Op: opRef("super_of"), Extra: []Const{TypeConst(from)}}, true
				}})
		}
		out = append(out, &CastRule{From: types.Super, To: k, Least: Implicit, Cost: 2 * costText,
			Doc: "The number, the truth value or the text that it is; NULL if it is none for the type.",
			Bind: func(_, to types.Type, _ CastContext) (Bound, bool) {
				return Bound{Op: opRef("super_as"), Zoned: true, Extra: []Const{TypeConst(to), {i8, types.BoolDatum(false)}}},
					true
			}})
	}
	return out
}

// StrictSuper is a cast from SUPER that fails instead of giving NULL.
func StrictSuper(b Bound) Bound {
	b.Extra = []Const{b.Extra[0], {i8, types.BoolDatum(true)}}
	return b
}

// superCastOps: the type of the other side is an operand.
func superCastOps() []*Op {
	of := &Op{Name: "super_of", Cast: true, Host: hostSuperOf, Doc: "A value of a type as a SUPER."}
	as := &Op{Name: "super_as", Cast: true, MayFail: true, Nulls: CustomNull, Host: hostSuperAs, Zones: []int{1},
		Doc: "A SUPER as a value of a type. Operands: SUPER, zone, type, whether it fails rather than give NULL."}
	for _, p := range []types.Phys{i8, i16, i32, i64, i128, f32, f64, str} {
		of.Shapes = append(of.Shapes, shape(p, i64, str))
		as.Shapes = append(as.Shapes, shape(str, str, i64, i8, p))
	}
	return []*Op{of, as}
}

func hostSuperOf(c HostCall) error {
	var buf []byte
	return c.Rows(func(row int) error {
		t := typeOperand(c, 1, row)
		buf = types.AppendSuper(buf[:0], t, datumOf(c, 0, row, t))
		c.SetStr(row, buf)
		return nil
	})
}

func hostSuperAs(c HostCall) error {
	return c.Rows(func(row int) error {
		t := typeOperand(c, 2, row)
		d, err := types.FromSuper(c.Str(0, row), t, zoneOperand(c, 1, row))
		if err != nil {
			if c.Int(3, row) != 0 {
				return err
			}
			d = types.NullDatum
		}
		setDatum(c, row, t, d)
		return nil
	})
}
