package subop

import (
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

// Exists says whether a row's key is in a join table: semi and anti joins.
// Operands as probe's first eight, then the flag.
type Exists struct {
	Hash, Key, Null Operand
	Table           Number // slot of its address
	Shape           KeyShape
	Found           Operand
}

func (*Exists) op() Op { return Op{Kind: exists} }

var exists = kindOf(Kind{Name: "exists"}, emitter[Exists]{
	before: func(c *Ctx, o *Exists) {
		tab := c.load(bytePtr, c.Ptr(o.Table), "join")
		c.base = c.load(bytePtr, tab, "dir")
		c.base2 = c.load(i64, c.field(tab, abi.JoinShift, "shift.at"), "shift")
	},
	row: func(c *Ctx, o *Exists) {
		b := c.builder
		h := c.In(o.Hash).v
		key := c.toPtr(c.In(o.Key).v)
		dp := c.scaled(c.base, named(b, "slot", c.cur.NewLShr(h, c.base2)), 8, "dir.at")
		end := named(b, "end", c.cur.NewAnd(c.load(i64, dp, "d"), c64(addressMask)))
		begin := value.Value(named(b, "begin", c.cur.NewAnd(c.load(i64, c.gep(dp, c64(-8), "dir.at"), "d.prev"),
			c64(addressMask))))
		if c.Has(o.Null) {
			begin = named(b, "begin", c.cur.NewSelect(c.asBit(c.In(o.Null)).v, end, begin))
		}
		v, hit := c.Var("ent"), c.Var("hit")
		c.cur.NewStore(begin, v)
		c.cur.NewStore(c64(0), hit)
		head, test, sameHash, found, step, done := c.block("exists"), c.block("exists.test"), c.block("exists.same"),
			c.block("exists.found"), c.block("exists.step"), c.block("exists.done")
		c.cur.NewBr(head)
		c.cur = head
		e := c.load(i64, v, "e")
		c.cur.NewCondBr(c.icmp(enum.IPredULT, e, end), test, done)
		c.cur = test
		ep := c.toPtr(e)
		c.cur.NewCondBr(c.icmp(enum.IPredEQ, c.load(i64, ep, "e.hash"), h), sameHash, step)
		c.cur = sameHash
		c.cur.NewCondBr(c.keysEqual(c.gep(ep, c.Imm(o.Shape.KeyOff), "e.key"), key, o.Shape, "slp_keys_equal"), found, step)
		c.cur = step
		c.cur.NewStore(c.add(e, c.Imm(o.Shape.EntrySize)), v)
		c.cur.NewBr(head)
		c.cur = found
		c.cur.NewStore(c64(1), hit)
		c.cur.NewBr(done)
		c.cur = done
		c.Set(o.Found, bit(c.icmp(enum.IPredNE, c.load(i64, hit, "hit"), c64(0))))
	},
	variants: func(*fn.Table) []Exists {
		var vs []Exists
		for _, null := range nullable(3) {
			vs = append(vs, Exists{Hash: vec(types.I64, 1), Key: vec(types.I64, 2), Null: null, Found: written(types.I8, 4)})
		}
		return vs
	},
})
