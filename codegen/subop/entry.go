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

// Offsets in slp_table (runtime/kernels/table/table.h).
const (
	tableDir   = abi.TableDir
	tableMask  = abi.TableMask
	tableNext  = abi.TableNext
	tableEnd   = abi.TableEnd
	tableCount = abi.TableCount
	tableLimit = abi.TableLimit
	tablePage  = abi.TablePage
	tableInit  = abi.TableInit
)

var (
	trueValue = constant.True
	voidType  = lt.Void
	i64Ptr    = lt.NewPointer(lt.I64)
	f64Type   = lt.Double
)

func (b *builder) null() value.Value { return constant.NewNull(bytePtr) }

func (b *builder) memcpy(dst, src, n value.Value) {
	f := b.mod.declare("llvm.memcpy.p0i8.p0i8.i64", lt.Void, bytePtr, bytePtr, i64, i1)
	b.cur.NewCall(f, b.cast(dst, bytePtr), b.cast(src, bytePtr), n, constant.False)
}

// Reserve leaves with GROW unless the table has room for one entry a row, and its present page for strings.
type Reserve struct {
	Table  Number // slot of its address
	Number Number // which table of the query
}

func (*Reserve) op() Op { return Op{Kind: reserve} }

var reserve = kindOf(Kind{Name: "reserve", Ends: true}, emitter[Reserve]{
	before: func(c *Ctx, o *Reserve) {
		tab := c.load(bytePtr, c.Ptr(o.Table), "tab")
		used := c.load(i64, c.field(tab, tableCount, "used.at"), "used")
		lim := c.load(i64, c.field(tab, tableLimit, "limit.at"), "limit")
		many := c.icmp(enum.IPredSGT, c.add(used, c.count), lim)
		page := c.load(bytePtr, c.field(tab, tablePage, "page.at"), "page")
		cur := c.load(i64, c.field(page, abi.PageHeap, "heap.at"), "heap.cur")
		base := c.load(i64, c.field(page, abi.PageBase, "base.at"), "heap.base")
		bytes := named(c.builder, "heap.used", c.cur.NewSub(cur, base))
		full := c.icmp(enum.IPredSGT, bytes, c64(abi.PageHeapMax))
		c.store(c.Imm(o.Number), c.field(c.state, abi.StateWhat, "what.at"))
		c.Leave(named(c.builder, "grow", c.cur.NewOr(full, many)), abi.Grow)
	},
	variants: func(*fn.Table) []Reserve {
		return []Reserve{{}}
	},
})

// Alloc gives each row an entry of the table.
type Alloc struct {
	Table     Number // slot of its address
	EntrySize Number
	Entries   Operand
}

func (*Alloc) op() Op { return Op{Kind: alloc} }

var alloc = kindOf(Kind{Name: "alloc"}, emitter[Alloc]{
	before: func(c *Ctx, o *Alloc) { c.takeEntries(o.Table) },
	row:    func(c *Ctx, o *Alloc) { c.Set(o.Entries, word(c.takeEntry(o.EntrySize))) },
	after: func(c *Ctx, o *Alloc) {
		c.store(c.load(i64, c.Var("next"), "next"), c.field(c.base, tableNext, "next.at"))
		used := c.field(c.base, tableCount, "used.at")
		c.store(c.add(c.load(i64, used, "used"), c.count), used)
	},
	variants: func(*fn.Table) []Alloc {
		return []Alloc{{Entries: written(types.I64, 1)}}
	},
})

// takeEntries prepares for takeEntry: c.base is the table, the variable "next" its next free entry.
func (c *Ctx) takeEntries(table Number) {
	c.base = c.load(bytePtr, c.Ptr(table), "tab")
	c.store(c.load(i64, c.field(c.base, tableNext, "next.at"), "next"), c.Var("next"))
	c.store(c.load(i64, c.field(c.base, tableEnd, "end.at"), "end"), c.Var("end"))
}

// takeEntry is the address of a free entry, for which Reserve has made room.
func (c *Ctx) takeEntry(size Number) value.Value {
	full := c.icmp(enum.IPredEQ, c.load(i64, c.Var("next"), "next"), c.load(i64, c.Var("end"), "end"))
	c.ifThen("turn", full, func() {
		c.store(c.Call("slp_table_turn", val{v: c.base}).(val).v, c.Var("next"))
		c.store(c.load(i64, c.field(c.base, tableEnd, "end.at"), "end"), c.Var("end"))
	})
	e := c.load(i64, c.Var("next"), "fresh")
	c.cur.NewStore(c.add(e, c.Imm(size)), c.Var("next"))
	return e
}

// RowAddress is the address of a row's packed key in a buffer of the state.
type RowAddress struct {
	Buffer  Number // its offset
	KeySize Number
	Keys    Operand
}

func (*RowAddress) op() Op { return Op{Kind: rowAddress} }

var rowAddress = kindOf(Kind{Name: "rowaddr", Elementwise: true}, emitter[RowAddress]{
	before: func(c *Ctx, o *RowAddress) { c.base = c.toInt(c.Ptr(o.Buffer)) },
	row:    func(c *Ctx, o *RowAddress) { c.Set(o.Keys, word(c.add(c.base, c.mul(c.R, c.Imm(o.KeySize))))) },
	variants: func(*fn.Table) []RowAddress {
		return []RowAddress{{Keys: written(types.I64, 1)}}
	},
})

// Put stores a value into an entry; zero where it is NULL.
type Put struct {
	Entry, Value, Null Operand
	Field              Number // offset in the entry
}

func (*Put) op() Op { return Op{Kind: put} }

var put = kindOf(Kind{Name: "put"}, emitter[Put]{
	row: func(c *Ctx, o *Put) {
		c.storeVal(c.orZero(o.Value, o.Null), c.gep(c.toPtr(c.In(o.Entry).v), c.Imm(o.Field), "field.at"))
	},
	variants: func(*fn.Table) []Put {
		var vs []Put
		for _, p := range allClasses {
			for _, v := range []Operand{vec(p, 2), par(p)} {
				for _, null := range nullable(3) {
					vs = append(vs, Put{Entry: vec(types.I64, 1), Value: v, Null: null})
				}
			}
		}
		return vs
	},
})

// orZero is the value, or zero where the null flag is set.
func (c *Ctx) orZero(o, null Operand) val {
	v := c.In(o)
	if !c.Has(null) {
		return v
	}
	return c.Select(c.asBit(c.In(null)), c.zero(v.p), v).(val)
}

// PutWord stores a null flag as a 64-bit word of a packed key.
type PutWord struct {
	Entry, Flag Operand
	Field       Number
}

func (*PutWord) op() Op { return Op{Kind: putWord} }

var putWord = kindOf(Kind{Name: "putword"}, emitter[PutWord]{
	row: func(c *Ctx, o *PutWord) {
		w := named(c.builder, "word", c.cur.NewZExt(c.asBit(c.In(o.Flag)).v, i64))
		c.store(w, c.gep(c.toPtr(c.In(o.Entry).v), c.Imm(o.Field), "field.at"))
	},
	variants: func(*fn.Table) []PutWord {
		return []PutWord{{Entry: vec(types.I64, 1), Flag: vec(types.I8, 2)}}
	},
})

// PutInt stores an integer widened to a 64-bit word of a packed key.
type PutInt struct {
	Entry, Value, Null Operand
	Field              Number
}

func (*PutInt) op() Op { return Op{Kind: putInt} }

var putInt = kindOf(Kind{Name: "putint"}, emitter[PutInt]{
	row: func(c *Ctx, o *PutInt) {
		v := c.orZero(o.Value, o.Null)
		var w value.Value
		if v.bit || v.p == types.I8 {
			w = named(c.builder, "word", c.cur.NewZExt(c.asBit(v).v, i64))
		} else {
			w = c.SExt(v, types.I64).(val).v
		}
		c.store(w, c.gep(c.toPtr(c.In(o.Entry).v), c.Imm(o.Field), "field.at"))
	},
	variants: func(*fn.Table) []PutInt {
		var vs []PutInt
		for _, p := range []types.Phys{types.I8, types.I16, types.I32, types.I64} {
			for _, null := range nullable(3) {
				vs = append(vs, PutInt{Entry: vec(types.I64, 1), Value: vec(p, 2), Null: null})
			}
		}
		return vs
	},
})

// PutOwned stores a string into an entry of a page and copies the bytes of a long one into the page's heap.
type PutOwned struct {
	Entry, Value, Null Operand
	Field              Number
}

func (*PutOwned) op() Op { return Op{Kind: putOwned} }

var putOwned = kindOf(Kind{Name: "putown"}, emitter[PutOwned]{
	row: func(c *Ctx, o *PutOwned) {
		v := c.orZero(o.Value, o.Null)
		ent := c.In(o.Entry).v
		at := c.gep(c.toPtr(ent), c.Imm(o.Field), "field.at")
		c.storeVal(v, at)
		c.ifThen("long", c.isLong(v), func() {
			w0, w1 := c.StrWords(v)
			c.Call("slp_put_str", val{v: at}, val{v: c.pageOf(ent)}, c.MakeStr(w0, w1))
		})
	},
	variants: func(*fn.Table) []PutOwned {
		var vs []PutOwned
		for _, null := range nullable(3) {
			for _, v := range []Operand{vec(types.Str, 2), par(types.Str)} {
				vs = append(vs, PutOwned{Entry: vec(types.I64, 1), Value: v, Null: null})
			}
		}
		return vs
	},
})

// own is v with the bytes of a long string copied into arena.
func (c *Ctx) own(v val, arena value.Value) val {
	r := c.If(bit(c.isLong(v)), func() []fn.Value {
		return []fn.Value{c.Call("slp_own_str", val{v: arena}, v)}
	}, func() []fn.Value {
		w0, w1 := c.StrWords(v)
		return []fn.Value{c.MakeStr(w0, w1)}
	})
	return r[0].(val)
}

// Get reads a field of an entry.
type Get struct {
	Entry Operand
	Field Number
	Value Operand
}

func (*Get) op() Op { return Op{Kind: get} }

var get = kindOf(Kind{Name: "get"}, emitter[Get]{
	row: func(c *Ctx, o *Get) {
		c.Set(o.Value, c.loadVal(o.Value.P, c.gep(c.toPtr(c.In(o.Entry).v), c.Imm(o.Field), "field.at"), "field"))
	},
	variants: func(*fn.Table) []Get {
		var vs []Get
		for _, p := range allClasses {
			vs = append(vs, Get{Entry: vec(types.I64, 1), Value: written(p, 2)})
		}
		return vs
	},
})

// GetInt reads an integer that putInt widened.
type GetInt struct {
	Entry Operand
	Field Number
	Value Operand
}

func (*GetInt) op() Op { return Op{Kind: getInt} }

var getInt = kindOf(Kind{Name: "getint"}, emitter[GetInt]{
	row: func(c *Ctx, o *GetInt) {
		x := c.load(i64, c.gep(c.toPtr(c.In(o.Entry).v), c.Imm(o.Field), "field.at"), "field")
		p := o.Value.P
		if p == types.I8 {
			c.Set(o.Value, bit(c.icmp(enum.IPredNE, x, c64(0))))
			return
		}
		c.Set(o.Value, c.Trunc(word(x), p).(val))
	},
	variants: func(*fn.Table) []GetInt {
		var vs []GetInt
		for _, p := range []types.Phys{types.I8, types.I16, types.I32, types.I64} {
			vs = append(vs, GetInt{Entry: vec(types.I64, 1), Value: written(p, 2)})
		}
		return vs
	},
})

// Unmatched says whether an entry is the one of rows without a match.
type Unmatched struct {
	Entry, Lone Operand
}

func (*Unmatched) op() Op { return Op{Kind: unmatched} }

var unmatched = kindOf(Kind{Name: "unmatched", Elementwise: true}, emitter[Unmatched]{
	before: func(c *Ctx, o *Unmatched) {
		c.base = c.load(i64, c.field(c.state, abi.StateNull, "null.at"), "nullrow")
	},
	row: func(c *Ctx, o *Unmatched) { c.Set(o.Lone, bit(c.icmp(enum.IPredEQ, c.In(o.Entry).v, c.base))) },
	variants: func(*fn.Table) []Unmatched {
		return []Unmatched{{Entry: vec(types.I64, 1), Lone: written(types.I8, 2)}}
	},
})

// Gather brings a value into the positions a probe opened.
type Gather struct {
	Row   Operand // position
	From  Operand // vector of the old domain
	Value Operand
}

func (*Gather) op() Op { return Op{Kind: gather} }

var gather = kindOf(Kind{Name: "gather", Reaches: true}, emitter[Gather]{
	row: func(c *Ctx, o *Gather) {
		pos := named(c.builder, "pos", c.cur.NewZExt(c.In(o.Row).v, i64))
		c.Set(o.Value, c.InAt(o.From, pos))
	},
	variants: func(*fn.Table) []Gather {
		var vs []Gather
		for _, p := range allClasses {
			vs = append(vs, Gather{Row: vec(types.I32, 1), From: vec(p, 2), Value: written(p, 3)})
		}
		return vs
	},
})
