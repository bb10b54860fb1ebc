package subop

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// WindowCarry gives each row the value of the last row, itself included, that has a new one.
type WindowCarry struct {
	New         Operand // has the row a new one? The first row of all has
	Value, Null Operand
	Keep        Number // offset of CarryWords words
	Arena       Number
	Carried     Operand
	CarriedNull Operand // if the value may be NULL
}

// CarryWords are the words that it keeps: the value and whether it is NULL.
const CarryWords = 4

func (*WindowCarry) op() Op { return Op{Kind: windowCarry} }

var windowCarry = kindOf(Kind{Name: "wcarry"}, emitter[WindowCarry]{
	row: func(c *Ctx, o *WindowCarry) {
		kept, null, p := c.keeps(o.Keep, 0), c.keeps(o.Keep, 2), o.Value.P
		c.ifThen("new", c.asBit(c.In(o.New)).v, func() {
			v := c.orZero(o.Value, o.Null)
			if p == types.Str {
				v = c.own(v, c.Ptr(o.Arena))
			}
			c.storeVal(v, kept)
			if c.Has(o.Null) {
				c.storeVal(c.asBit(c.In(o.Null)), null)
			}
		})
		c.Set(o.Carried, c.loadVal(p, kept, "carried"))
		if c.Has(o.Null) {
			c.Set(o.CarriedNull, c.loadVal(types.I8, null, "null"))
		}
	},
	variants: func(*fn.Table) []WindowCarry {
		var vs []WindowCarry
		for _, p := range allClasses {
			vs = append(vs, WindowCarry{New: vec(types.I8, 1), Value: vec(p, 2), Carried: written(p, 4)},
				WindowCarry{New: vec(types.I8, 1), Value: vec(p, 2), Null: vec(types.I8, 3), Carried: written(p, 4),
					CarriedNull: written(types.I8, 5)})
		}
		return vs
	},
})
