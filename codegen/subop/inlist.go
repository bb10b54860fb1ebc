package subop

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// InList says whether a value is in a sorted list parameter.
type InList struct {
	Value Operand
	List  Number // slot of its address
	Found Operand
}

func (*InList) op() Op { return Op{Kind: inList} }

var inList = kindOf(Kind{Name: "inlist"}, emitter[InList]{
	before: func(c *Ctx, o *InList) { c.base = c.load(bytePtr, c.Ptr(o.List), "list") },
	row: func(c *Ctx, o *InList) {
		x := c.In(o.Value)
		l := val{v: c.base}
		var r fn.Value
		switch {
		case x.p == types.Str:
			r = c.Call("slp_in_str", l, x)
		case x.p.IsFloat():
			if x.p == types.F32 {
				x = c.FPExt(x).(val)
			}
			r = c.Call("slp_in_f64", l, x)
		case x.p == types.I128:
			r = c.Call("slp_in_i128", l, x)
		case x.p == types.I8:
			r = c.Call("slp_in_i64", l, c.ZExt(c.asBit(x), types.I64))
		default:
			r = c.Call("slp_in_i64", l, c.SExt(x, types.I64))
		}
		c.Set(o.Found, r.(val))
	},
	variants: func(*fn.Table) []InList {
		var vs []InList
		for _, p := range allClasses {
			vs = append(vs, InList{Value: vec(p, 1), Found: written(types.I8, 2)})
		}
		return vs
	},
})
