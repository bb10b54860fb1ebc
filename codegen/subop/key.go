package subop

import (
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
)

const maxUnroll = 16 // words of a key compared or copied without a loop

// KeyShape says where the packed key lies in an entry of a table; sizes and offsets in bytes.
type KeyShape struct {
	EntrySize, KeyOff, KeySize Number
	Strings                    Number // how many strings the key begins with
}

// copyWords copies size bytes, a multiple of 8.
func (c *Ctx) copyWords(dst, src value.Value, size Number) {
	if n, ok := c.ImmConst(size); ok && n <= 8*maxUnroll {
		for off := int64(0); off < n; off += 8 {
			c.store(c.load(i64, c.field(src, off, "w.at"), "w"), c.field(dst, off, "w.at"))
		}
		return
	}
	c.forRange("copy", c64(0), named(c.builder, "words", c.cur.NewLShr(c.Imm(size), c64(3))), func(i value.Value) {
		c.store(c.load(i64, c.scaled(src, i, 8, "w.at"), "w"), c.scaled(dst, i, 8, "w.at"))
	})
}

// keysEqual compares two packed keys: word for word first; where that fails and
// there are string keys, a kernel compares the bytes of long ones: slp_keys_equal, or
// slp_page_keys_equal if p is in a page.
func (c *Ctx) keysEqual(p, q value.Value, k KeyShape, kernel string) value.Value {
	diff := func(acc, off value.Value) value.Value {
		x := c.load(i64, c.gep(p, off, "a.at"), "a")
		y := c.load(i64, c.gep(q, off, "b.at"), "b")
		return named(c.builder, "diff", c.cur.NewOr(acc, named(c.builder, "x", c.cur.NewXor(x, y))))
	}
	var acc value.Value = c64(0)
	if n, ok := c.ImmConst(k.KeySize); ok && n <= 8*maxUnroll {
		for off := int64(0); off < n; off += 8 {
			acc = diff(acc, c64(off))
		}
	} else {
		v := c.Var("diff")
		c.cur.NewStore(c64(0), v)
		c.forRange("compare", c64(0), named(c.builder, "words", c.cur.NewLShr(c.Imm(k.KeySize), c64(3))),
			func(i value.Value) {
				old := c.load(i64, v, "diff")
				c.cur.NewStore(diff(old, c.mul(i, c64(8))), v)
			})
		acc = c.load(i64, v, "diff")
	}
	same := c.icmp(enum.IPredEQ, acc, c64(0))
	if n, ok := c.ImmConst(k.Strings); ok && n == 0 {
		return same
	}
	again := c.andNot(c.icmp(enum.IPredNE, c.Imm(k.Strings), c64(0)), same)
	r := c.If(bit(again), func() []fn.Value {
		return []fn.Value{c.Call(kernel, val{v: p}, val{v: q}, word(c.Imm(k.KeySize)), word(c.Imm(k.Strings)))}
	}, func() []fn.Value { return []fn.Value{bit(same)} })
	return r[0].(val).v
}
