package subop

import (
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	lt "github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

// Offsets in slp_table (runtime/kernels/table/table.h), checked by a test there.
const (
	tableDir   = abi.TableDir
	tableMask  = abi.TableMask
	tableNext  = abi.TableNext
	tableEnd   = abi.TableEnd
	tableCount = abi.TableCount
	tableLimit = abi.TableLimit
	tableArena = abi.TableArena
	tableInit  = abi.TableInit
)

var (
	trueValue = constant.True
	voidType  = lt.Void
	f64Type   = lt.Double
)

func (b *builder) null() value.Value { return constant.NewNull(bytePtr) }

func (b *builder) memcpy(dst, src, n value.Value) {
	f := b.mod.declare("llvm.memcpy.p0i8.p0i8.i64", lt.Void, bytePtr, bytePtr, i64, i1)
	b.cur.NewCall(f, b.cast(dst, bytePtr), b.cast(src, bytePtr), n, constant.False)
}

// reserve leaves with GROW unless the table has room for one entry a row.
// Operands: slot of the table's address, its number, entry size.
var reserve = &Kind{
	Name: "reserve",
	Ends: true,
	Before: func(c *Ctx) {
		tab := c.load(bytePtr, c.Ptr(0), "tab")
		next := c.load(i64, c.field(tab, tableNext, "next.at"), "next")
		end := c.load(i64, c.field(tab, tableEnd, "end.at"), "end")
		used := c.load(i64, c.field(tab, tableCount, "used.at"), "used")
		lim := c.load(i64, c.field(tab, tableLimit, "limit.at"), "limit")
		need := c.add(next, c.mul(c.count, c.Imm(2)))
		full := c.icmp(enum.IPredUGT, need, end)
		many := c.icmp(enum.IPredSGT, c.add(used, c.count), lim)
		c.store(c.Imm(1), c.field(c.state, abi.StateWhat, "what.at"))
		c.Leave(named(c.builder, "grow", c.cur.NewOr(full, many)), abi.Grow)
	},
	Variants: func(*fn.Table) []Op { return []Op{*Reserve(0, 0, 0)} },
}

// Reserve makes the op.
func Reserve(tableSlot int64, table int, size int) *Op {
	return &Op{Kind: kind("reserve"), Args: []Operand{imm(tableSlot), imm(int64(table)), imm(int64(size))}}
}

// alloc gives each row an entry of the table. Operands: slot of the table's
// address, entry size, entry addresses.
var alloc = &Kind{
	Name: "alloc",
	Before: func(c *Ctx) {
		c.base = c.load(bytePtr, c.Ptr(0), "tab")
		c.base2 = c.load(i64, c.field(c.base, tableNext, "next.at"), "next")
	},
	Row: func(c *Ctx) { c.Set(2, word(c.add(c.base2, c.mul(c.I, c.Imm(1))))) },
	After: func(c *Ctx) {
		c.store(c.add(c.base2, c.mul(c.count, c.Imm(1))), c.field(c.base, tableNext, "next.at"))
		used := c.field(c.base, tableCount, "used.at")
		c.store(c.add(c.load(i64, used, "used"), c.count), used)
	},
	Variants: func(*fn.Table) []Op { return []Op{*Alloc(0, 0, Operand{Mode: Out, P: types.I64})} },
}

// Alloc makes the op.
func Alloc(tableSlot int64, size int, out Operand) *Op {
	return &Op{Kind: kind("alloc"), Args: []Operand{imm(tableSlot), imm(int64(size)), out}}
}

// rowAddress is the address of a row's packed key in a buffer of the state.
// Operands: buffer's offset, key size, addresses.
var rowAddress = &Kind{
	Name:        "rowaddr",
	Elementwise: true,
	Before:      func(c *Ctx) { c.base = c.toInt(c.Ptr(0)) },
	Row:         func(c *Ctx) { c.Set(2, word(c.add(c.base, c.mul(c.R, c.Imm(1))))) },
	Variants:    func(*fn.Table) []Op { return []Op{*RowAddress(0, 0, Operand{Mode: Out, P: types.I64})} },
}

// RowAddress makes the op.
func RowAddress(buf int64, size int, out Operand) *Op {
	return &Op{Kind: kind("rowaddr"), Args: []Operand{imm(buf), imm(int64(size)), out}}
}

// put stores a value into an entry; zero where it is NULL. Operands: entry,
// value, null flag, offset in the entry.
var put = &Kind{
	Name: "put",
	Row: func(c *Ctx) {
		c.storeVal(c.orZero(1, 2), c.gep(c.toPtr(c.In(0).v), c.Imm(3), "field.at"))
	},
	Variants: func(*fn.Table) []Op {
		var out []Op
		for _, p := range allClasses {
			for _, m := range []Mode{Vec, Par} {
				for _, null := range []Mode{None, Vec} {
					out = append(out, *Put(entOperand, Operand{Mode: m, P: p, Val: 2}, Operand{Mode: null, P: types.I8, Val: 3}, 0))
				}
			}
		}
		return out
	},
}

var entOperand = Operand{Mode: Vec, P: types.I64, Val: 1}

// Put makes the op.
func Put(ent, v, null Operand, off int) *Op {
	return &Op{Kind: kind("put"), Args: []Operand{ent, v, null, imm(int64(off))}}
}

// orZero is operand k, or zero where the null flag at operand n is set.
func (c *Ctx) orZero(k, n int) val {
	v := c.In(k)
	if !c.Has(n) {
		return v
	}
	return c.Select(c.asBit(c.In(n)), c.zero(v.p), v).(val)
}

// putWord stores a null flag as a 64-bit word of a packed key. Operands: entry, flag, offset.
var putWord = &Kind{
	Name: "putword",
	Row: func(c *Ctx) {
		w := named(c.builder, "word", c.cur.NewZExt(c.asBit(c.In(1)).v, i64))
		c.store(w, c.gep(c.toPtr(c.In(0).v), c.Imm(2), "field.at"))
	},
	Variants: func(*fn.Table) []Op {
		return []Op{*PutWord(entOperand, Operand{Mode: Vec, P: types.I8, Val: 2}, 0)}
	},
}

// PutWord makes the op.
func PutWord(ent, flag Operand, off int) *Op {
	return &Op{Kind: kind("putword"), Args: []Operand{ent, flag, imm(int64(off))}}
}

// putInt stores an integer widened to a 64-bit word of a packed key. Operands: entry, value, null flag, offset.
var putInt = &Kind{
	Name: "putint",
	Row: func(c *Ctx) {
		v := c.orZero(1, 2)
		var w value.Value
		if v.bit || v.p == types.I8 {
			w = named(c.builder, "word", c.cur.NewZExt(c.asBit(v).v, i64))
		} else {
			w = c.SExt(v, types.I64).(val).v
		}
		c.store(w, c.gep(c.toPtr(c.In(0).v), c.Imm(3), "field.at"))
	},
	Variants: func(*fn.Table) []Op {
		var out []Op
		for _, p := range []types.Phys{types.I8, types.I16, types.I32, types.I64} {
			for _, null := range []Mode{None, Vec} {
				out = append(out, *PutInt(entOperand, Operand{Mode: Vec, P: p, Val: 2}, Operand{Mode: null, P: types.I8, Val: 3}, 0))
			}
		}
		return out
	},
}

// PutInt makes the op.
func PutInt(ent, v, null Operand, off int) *Op {
	return &Op{Kind: kind("putint"), Args: []Operand{ent, v, null, imm(int64(off))}}
}

// putOwned stores a string into an entry and copies the bytes of a long one into
// the table's arena. Operands: entry, value, null flag, offset, slot of the table's address.
var putOwned = &Kind{
	Name: "putown",
	Before: func(c *Ctx) {
		c.base = c.field(c.load(bytePtr, c.Ptr(4), "tab"), tableArena, "arena")
	},
	Row: func(c *Ctx) {
		v := c.orZero(1, 2)
		c.storeVal(c.own(v, c.base), c.gep(c.toPtr(c.In(0).v), c.Imm(3), "field.at"))
	},
	Variants: func(*fn.Table) []Op {
		var out []Op
		for _, null := range []Mode{None, Vec} {
			for _, m := range []Mode{Vec, Par} {
				out = append(out, *PutOwned(entOperand, Operand{Mode: m, P: types.Str, Val: 2}, Operand{Mode: null, P: types.I8, Val: 3}, 0, 0))
			}
		}
		return out
	},
}

// PutOwned makes the op.
func PutOwned(ent, v, null Operand, off int, tableSlot int64) *Op {
	return &Op{Kind: kind("putown"), Args: []Operand{ent, v, null, imm(int64(off)), imm(tableSlot)}}
}

// own is v with the bytes of a long string copied into arena.
func (c *Ctx) own(v val, arena value.Value) val {
	long := c.icmp(enum.IPredUGT, c.StrLen(v).(val).v, constant.NewInt(i32, abi.StrInline))
	r := c.If(bit(long), func() []fn.Value {
		return []fn.Value{c.Call("slp_own_str", val{v: arena}, v)}
	}, func() []fn.Value {
		w0, w1 := c.StrWords(v)
		return []fn.Value{c.MakeStr(w0, w1)}
	})
	return r[0].(val)
}

// get reads a field of an entry. Operands: entry, offset, value.
var get = &Kind{
	Name: "get",
	Row: func(c *Ctx) {
		c.Set(2, c.loadVal(c.Arg(2).P, c.gep(c.toPtr(c.In(0).v), c.Imm(1), "field.at"), "field"))
	},
	Variants: func(*fn.Table) []Op {
		var out []Op
		for _, p := range allClasses {
			out = append(out, *Get(entOperand, 0, Operand{Mode: Out, P: p, Val: 2}))
		}
		return out
	},
}

// Get makes the op.
func Get(ent Operand, off int, out Operand) *Op {
	return &Op{Kind: kind("get"), Args: []Operand{ent, imm(int64(off)), out}}
}

// getInt reads an integer that putInt widened. Operands: entry, offset, value.
var getInt = &Kind{
	Name: "getint",
	Row: func(c *Ctx) {
		x := c.load(i64, c.gep(c.toPtr(c.In(0).v), c.Imm(1), "field.at"), "field")
		p := c.Arg(2).P
		if p == types.I8 {
			c.Set(2, bit(c.icmp(enum.IPredNE, x, c64(0))))
			return
		}
		c.Set(2, c.Trunc(word(x), p).(val))
	},
	Variants: func(*fn.Table) []Op {
		var out []Op
		for _, p := range []types.Phys{types.I8, types.I16, types.I32, types.I64} {
			out = append(out, *GetInt(entOperand, 0, Operand{Mode: Out, P: p, Val: 2}))
		}
		return out
	},
}

// GetInt makes the op.
func GetInt(ent Operand, off int, out Operand) *Op {
	return &Op{Kind: kind("getint"), Args: []Operand{ent, imm(int64(off)), out}}
}

// unmatched says whether an entry is the one of rows without a match. Operands: entry, flag.
var unmatched = &Kind{
	Name:        "unmatched",
	Elementwise: true,
	Before: func(c *Ctx) {
		c.base = c.load(i64, c.field(c.state, abi.StateNull, "null.at"), "nullrow")
	},
	Row: func(c *Ctx) { c.Set(1, bit(c.icmp(enum.IPredEQ, c.In(0).v, c.base))) },
	Variants: func(*fn.Table) []Op {
		return []Op{*Unmatched(entOperand, Operand{Mode: Out, P: types.I8, Val: 2})}
	},
}

// Unmatched makes the op.
func Unmatched(ent, out Operand) *Op { return &Op{Kind: kind("unmatched"), Args: []Operand{ent, out}} }

// gather brings a value into the positions a probe opened. Operands: position, source vector (of
// the old domain), value.
var gather = &Kind{
	Name: "gather",
	Row: func(c *Ctx) {
		pos := named(c.builder, "pos", c.cur.NewZExt(c.In(0).v, i64))
		c.Set(2, c.InAt(1, pos))
	},
	Variants: func(*fn.Table) []Op {
		var out []Op
		for _, p := range allClasses {
			out = append(out, *Gather(Operand{Mode: Vec, P: types.I32, Val: 1}, Operand{Mode: Vec, P: p, Val: 2}, Operand{Mode: Out, P: p, Val: 3}))
		}
		return out
	},
}

// Gather makes the op.
func Gather(pos, from, out Operand) *Op {
	return &Op{Kind: kind("gather"), Args: []Operand{pos, from, out}}
}
