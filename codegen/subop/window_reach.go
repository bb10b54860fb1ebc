package subop

import (
	"github.com/llir/llvm/ir/enum"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// BoundBegin begins a key that is searched for among those of a sort: with the leading keys of the row's own one.
// KeyPut goes on.
type BoundBegin struct {
	Sorted
	Prefix
	Room      Number // bytes behind the prefix
	Row       Operand
	Begin, At Operand
}

func (*BoundBegin) op() Op { return Op{Kind: boundBegin} }

var boundBegin = kindOf(Kind{Name: "wbound"}, emitter[BoundBegin]{
	before: func(c *Ctx, o *BoundBegin) { c.base = c.order(&o.Sorted) },
	row: func(c *Ctx, o *BoundBegin) {
		at := c.entryAt(c.base, c.In(o.Row).v)
		ent := c.toPtr(at)
		off := c.Imm(o.Off)
		n := c.If(bit(c.icmp(enum.IPredNE, off, c64(0))), func() []fn.Value {
			return []fn.Value{word(c.load(i64, c.gep(ent, off, "prefix.at"), "prefix"))}
		}, func() []fn.Value { return []fn.Value{word(c.Imm(o.Fixed))} })[0].(val).v
		key := c.entryField(at, types.Str, c.Imm(o.KeyOff))
		begin := c.Call("slp_arena_take", val{v: c.arenaPtr()}, word(c.add(n, c.Imm(o.Room)))).(val).v
		end := c.Call("slp_copy_prefix", val{v: c.toPtr(begin)}, key, word(n))
		c.Set(o.Begin, word(begin))
		c.Set(o.At, end.(val))
	},
	variants: func(*fn.Table) []BoundBegin {
		return []BoundBegin{{Row: vec(types.I64, 1), Begin: written(types.I64, 2), At: written(types.I64, 3)}}
	},
})

// WindowReach is the first row of a range that does not stand in front of a bound. Rows whose keys begin as the bound
// does stand there if Upper is 1.
type WindowReach struct {
	Sorted
	Upper           Number
	Keep            Number // offset of a word: where the last one was
	Bound, From, To Operand
	Place           Operand
}

func (*WindowReach) op() Op { return Op{Kind: windowReach} }

var windowReach = kindOf(Kind{Name: "wreach"}, emitter[WindowReach]{
	before: func(c *Ctx, o *WindowReach) { c.base = c.order(&o.Sorted) },
	row: func(c *Ctx, o *WindowReach) {
		near := c.keeps(o.Keep, 0)
		at := c.Call("slp_reach", val{v: c.base}, c.In(o.From), c.In(o.To), word(c.load(i64, near, "near")),
			word(c.Imm(o.KeyOff)), c.In(o.Bound), word(c.Imm(o.Upper))).(val)
		c.store(at.v, near)
		c.Set(o.Place, at)
	},
	variants: func(*fn.Table) []WindowReach {
		return []WindowReach{{Bound: vec(types.Str, 1), From: vec(types.I64, 2), To: vec(types.I64, 3),
			Place: written(types.I64, 4)}}
	},
})

// KeyPrefix is how many bytes of a key that is being written there are.
type KeyPrefix struct{ Begin, At, Size Operand }

func (*KeyPrefix) op() Op { return Op{Kind: keyPrefix} }

var keyPrefix = kindOf(Kind{Name: "skprefix", Elementwise: true}, emitter[KeyPrefix]{
	row: func(c *Ctx, o *KeyPrefix) { c.Set(o.Size, c.Sub(c.In(o.At), c.In(o.Begin)).(val)) },
	variants: func(*fn.Table) []KeyPrefix {
		return []KeyPrefix{{Begin: vec(types.I64, 1), At: vec(types.I64, 2), Size: written(types.I64, 3)}}
	},
})
