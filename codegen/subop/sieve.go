package subop

import (
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

// Sieve says whether a row's key may be one of a join table's on some node:
//
//	w = words[h >> shift]; found = all four bits of h are set in w, and the key is not NULL
type Sieve struct {
	Hash, Null Operand
	Table      Number // slot of the filter's address
	Found      Operand
}

func (*Sieve) op() Op { return Op{Kind: sieve} }

var sieve = kindOf(Kind{Name: "sieve"}, emitter[Sieve]{
	before: func(c *Ctx, o *Sieve) {
		f := c.Ptr(o.Table)
		head := c.load(bytePtr, f, "sieve")
		c.base = c.load(bytePtr, c.field(head, abi.SieveWords, "words.at"), "words")
		c.base2 = c.load(i64, c.field(head, abi.SieveShift, "shift.at"), "shift")
	},
	row: func(c *Ctx, o *Sieve) {
		b := c.builder
		h := c.In(o.Hash).v
		at := named(b, "word.no", c.cur.NewLShr(h, c.base2))
		w := c.load(i64, c.scaled(c.base, at, 8, "word.at"), "w")
		mask := value.Value(c64(0))
		for i := int64(0); i < sieveBits; i++ {
			up := named(b, "h.up", c.cur.NewLShr(h, c64(6*i)))
			no := named(b, "bit.no", c.cur.NewAnd(up, c64(63)))
			mask = named(b, "mask", c.cur.NewOr(mask, named(b, "bit", c.cur.NewShl(c64(1), no))))
		}
		found := c.icmp(enum.IPredEQ, named(b, "both", c.cur.NewAnd(w, mask)), mask)
		if c.Has(o.Null) {
			found = c.andNot(found, c.asBit(c.In(o.Null)).v)
		}
		c.Set(o.Found, bit(found))
	},
	variants: func(*fn.Table) []Sieve {
		var vs []Sieve
		for _, null := range nullable(2) {
			vs = append(vs, Sieve{Hash: vec(types.I64, 1), Null: null, Found: written(types.I8, 3)})
		}
		return vs
	},
})

// sieveBits is how many bits a hash has in its word: as runtime/kernels/table sets them.
const sieveBits = 4
