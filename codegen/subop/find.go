package subop

import (
	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/enum"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

const addressMask = 1<<48 - 1 // of a word of a directory

// Find finds each row's group by its packed key, or makes it:
//
//	for slot = h & mask; ; slot++ {
//		d = dir[slot]
//		if d == 0 { copy template and key to a new entry; dir[slot] = entry | tag; break }
//		if tag(d) == tag(h) && key(d) == key { break }
//	}
type Find struct {
	Hash, Key Operand // Key: address of the packed key
	Table     Number  // slot of its address
	Shape     KeyShape
	Group     Operand
}

func (*Find) op() Op { return Op{Kind: find} }

var find = kindOf(Kind{Name: "find"}, emitter[Find]{
	before: func(c *Ctx, o *Find) {
		c.takeEntries(o.Table)
		c.base2 = c.load(bytePtr, c.field(c.base, tableDir, "dir.at"), "dir")
		c.store(c.load(i64, c.field(c.base, tableMask, "mask.at"), "mask"), c.Var("mask"))
		c.store(c.load(i64, c.field(c.base, tableCount, "used.at"), "used"), c.Var("used"))
	},
	row: func(c *Ctx, o *Find) {
		h := c.In(o.Hash).v
		key := c.toPtr(c.In(o.Key).v)
		mask := c.load(i64, c.Var("mask"), "mask")
		start := named(c.builder, "slot", c.cur.NewAnd(h, mask))
		head, check, compare, miss, create, done := c.block("find"), c.block("find.check"), c.block("find.compare"),
			c.block("find.next"), c.block("find.create"), c.block("find.done")
		pre := c.cur
		pre.NewBr(head)
		c.cur = head
		slot := named(c.builder, "slot", head.NewPhi(ir.NewIncoming(start, pre)))
		at := c.scaled(c.base2, slot, 8, "dir.at")
		d := c.load(i64, at, "d")
		head.NewCondBr(c.icmp(enum.IPredEQ, d, c64(0)), create, check)

		c.cur = check
		x := named(c.builder, "tags", c.cur.NewLShr(named(c.builder, "x", c.cur.NewXor(d, h)), c64(48)))
		c.cur.NewCondBr(c.icmp(enum.IPredEQ, x, c64(0)), compare, miss)

		c.cur = compare
		ent := named(c.builder, "ent", c.cur.NewAnd(d, c64(addressMask)))
		eq := c.keysEqual(c.gep(c.toPtr(ent), c.Imm(o.Shape.KeyOff), "ent.key"), key, o.Shape, "slp_page_keys_equal")
		found := c.cur
		found.NewCondBr(eq, done, miss)

		c.cur = miss
		n := c.add(slot, c64(1))
		n = named(c.builder, "slot", c.cur.NewAnd(n, mask))
		slot.Incs = append(slot.Incs, ir.NewIncoming(n, c.cur))
		c.cur.NewBr(head)

		c.cur = create
		fresh := c.takeEntry(o.Shape.EntrySize)
		c.inc(c.Var("used"), c64(1))
		fp := c.toPtr(fresh)
		c.copyWords(fp, c.load(bytePtr, c.field(c.base, tableInit, "init.at"), "init"), o.Shape.EntrySize)
		c.store(h, fp)
		kp := c.gep(fp, c.Imm(o.Shape.KeyOff), "ent.key")
		c.copyWords(kp, key, o.Shape.KeySize)
		c.ifThen("find.own", c.icmp(enum.IPredNE, c.Imm(o.Shape.Strings), c64(0)), func() {
			c.Call("slp_own_keys", val{v: c.pageOf(fresh)}, val{v: kp}, word(c.Imm(o.Shape.Strings)))
		})
		tag := named(c.builder, "tag", c.cur.NewAnd(h, c64(^addressMask)))
		c.store(named(c.builder, "d.new", c.cur.NewOr(fresh, tag)), at)
		created := c.cur
		created.NewBr(done)

		c.cur = done
		g := named(c.builder, "group", done.NewPhi(ir.NewIncoming(ent, found), ir.NewIncoming(fresh, created)))
		c.Set(o.Group, word(g))
	},
	after: func(c *Ctx, o *Find) {
		c.store(c.load(i64, c.Var("next"), "next"), c.field(c.base, tableNext, "next.at"))
		c.store(c.load(i64, c.Var("used"), "used"), c.field(c.base, tableCount, "used.at"))
	},
	variants: func(*fn.Table) []Find {
		return []Find{{Hash: vec(types.I64, 1), Key: vec(types.I64, 2), Group: written(types.I64, 3)}}
	},
})
