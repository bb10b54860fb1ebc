package subop

import (
	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/metadata"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/types"
	"slipher/runtime/abi"
)

// Loop is a stretch of ops that share one loop over one domain.
type Loop struct {
	Name   string // "L3.hjoin"
	Ops    []*Op
	Domain Domain
	// Again: state offset of a probe's "more" word; 0 for other loops.
	Again int64
	// Enough: state offset of a LIMIT's "met" word; 0 for other loops.
	Enough int64
	// Yields and Tally: program.Loop's.
	Yields, Tally int64
	// Step is which one its time is of, if somebody measures that: its first op's. 0 is the source.
	Step int
}

// Ctx is what an op's emitter sees: its operands, the row, the exits. The same
// emitter yields a primitive (operand offsets come from the instruction) and a part of
// a fused loop (offsets are constants, values stay in registers).
type Ctx struct {
	*builder
	op     *Op
	domain Domain
	// offs are operand offsets: constants when fused, loaded in the entry block of a primitive.
	offs []value.Value
	// ssa holds values made earlier in this iteration; nil in primitives.
	ssa map[ValID]val
	// keep reports whether a value is needed outside its loop.
	keep func(ValID) bool

	count, sel value.Value // i64; i8* or nil
	I, R       value.Value // loop counter and row number, i64
	// resume, for fused code: the number to store before leaving to continue with this loop.
	resume      int64
	domainOffs  []value.Value // primitives: loaded count and selection offsets
	number      value.Value   // i64: the op's number << 32, for failures; nil if it cannot fail
	ptrs        map[int]value.Value
	pars        map[int]val
	vars        map[string]value.Value
	base, base2 value.Value // what Before found for Row
	local, seen value.Value // an ungrouped accumulator's variables
	borrows     bool        // strings that accumulators keep stay where they are
}

// Has reports whether the operand is there.
func (c *Ctx) Has(o Operand) bool { return o.Mode != None }

// Imm is the number as an i64.
func (c *Ctx) Imm(o indexed) value.Value { return c.offs[o.index()] }

// ImmConst is the number where the tier knows it.
func (c *Ctx) ImmConst(o indexed) (int64, bool) {
	n, ok := c.offs[o.index()].(*constant.Int)
	if !ok {
		return 0, false
	}
	return n.X.Int64(), true
}

// Ptr is the address of the operand's state part (vector, parameter, or the
// place a number names).
func (c *Ctx) Ptr(o indexed) value.Value {
	k := o.index()
	if p := c.ptrs[k]; p != nil {
		return p
	}
	var p value.Value
	c.inEntry(func() { p = c.gep(c.state, c.offs[k], "at") })
	c.ptrs[k] = p
	return p
}

// In is the value of the operand for the current row.
func (c *Ctx) In(o Operand) val {
	if o.Mode == Par {
		if v, ok := c.pars[o.index()]; ok {
			return v
		}
		var v val
		c.inEntry(func() { v = c.loadVal(o.P, c.gep(c.state, c.offs[o.index()], "par.at"), "par") })
		c.pars[o.index()] = v
		return v
	}
	if v, ok := c.ssa[o.Val]; ok {
		return v
	}
	v := c.loadVal(o.P, c.scaled(c.Ptr(o), c.R, o.P.Width(), "in.at"), "in")
	if c.ssa != nil {
		c.ssa[o.Val] = v
	}
	return v
}

// InAt is element row of the vector, whatever the loop's own row.
func (c *Ctx) InAt(o Operand, row value.Value) val {
	return c.loadVal(o.P, c.scaled(c.Ptr(o), row, o.P.Width(), "in.at"), "in")
}

// Set gives the output its value for the current row.
func (c *Ctx) Set(o Operand, v val) {
	if c.ssa != nil {
		c.ssa[o.Val] = v
		if !c.keep(o.Val) {
			return
		}
	}
	c.storeVal(v, c.scaled(c.Ptr(o), c.R, o.P.Width(), "out.at"))
}

// Var is a variable of the op that lives across rows of the loop.
func (c *Ctx) Var(name string) value.Value {
	v := c.vars[name]
	if v == nil {
		v = c.alloca(i64, name)
		c.vars[name] = v
	}
	return v
}

// Leave returns status to the runtime when cond holds; the loop is entered again afterwards.
func (c *Ctx) Leave(cond value.Value, status abi.Status) {
	out, cont := c.block("leave"), c.block("stay")
	c.cur.NewCondBr(cond, out, cont)
	c.cur = out
	c.leave(status, c.resume)
	c.cur = cont
}

func (c *Ctx) leave(status abi.Status, resume int64) {
	if resume != 0 {
		c.store(c64(resume), c.field(c.state, abi.StateResume, "resume.at"))
	}
	c.cur.NewRet(constant.NewInt(i32, int64(status)))
}

// emitLoop writes one loop:
//
//	before parts
//	for i in 0..count { row = sel ? sel[i] : i; per-row parts }
//	after parts; if a row failed { return ERROR }
//
// On return b.cur is the block behind the loop.
func emitLoop(b *builder, l *Loop, cs []*Ctx) {
	n := b.load(i64, b.gep(b.state, cs[0].offDomain(0), "count.at"), "count")
	var sel value.Value
	if l.Domain.Sel != 0 {
		sel = b.gep(b.state, cs[0].offDomain(1), "sel.at")
	}
	for _, c := range cs {
		c.count, c.sel = n, sel
	}
	rows, plain := false, true
	for i, c := range cs {
		k := c.op.Kind
		rows = rows || k.Row != nil
		plain = plain && k.Elementwise
		if k.Before != nil {
			b.errOp = c.errNumber()
			k.Before(cs[i])
		}
	}
	if alone := cs[0]; len(cs) == 1 && sel == nil && alone.ssa == nil && alone.op.Kind.Dense != nil {
		rows = !alone.op.Kind.Dense(alone)
	}
	if rows {
		b.rowLoop(l, cs, n, sel, plain)
	}
	for i, c := range cs {
		if c.op.Kind.After != nil {
			b.errOp = c.errNumber()
			c.op.Kind.After(cs[i])
		}
	}
	if b.err != nil {
		e := b.load(i64, b.err, "err")
		bad, ok := b.block("failed"), b.block("ok")
		b.cur.NewCondBr(b.icmp(enum.IPredNE, e, c64(0)), bad, ok)
		b.cur = bad
		b.store(e, b.field(b.state, abi.StateErrCode, "err.at"))
		b.cur.NewRet(constant.NewInt(i32, int64(abi.Error)))
		b.cur = ok
	}
}

// offDomain is the domain's count (0) or selection (1) offset.
func (c *Ctx) offDomain(k int) value.Value {
	if c.domainOffs != nil {
		return c.domainOffs[k]
	}
	return c64([2]int64{c.domain.Count, c.domain.Sel}[k])
}

func (b *builder) rowLoop(l *Loop, cs []*Ctx, n, sel value.Value, plain bool) {
	head, body, exit := b.block("loop"), b.block("row"), b.block("end")
	pre := b.cur
	pre.NewBr(head)
	b.cur = head
	i := named(b, "i", head.NewPhi(ir.NewIncoming(c64(0), pre)))
	head.NewCondBr(b.icmp(enum.IPredSLT, i, n), body, exit)
	b.cur = body
	var row value.Value = i
	if sel != nil {
		r := b.load(i32, b.scaled(sel, i, 4, "sel.at"), "row")
		row = named(b, "row", b.cur.NewZExt(r, i64))
	}
	ssa := map[ValID]val{}
	for _, c := range cs {
		c.I, c.R = i, row
		if c.ssa != nil {
			c.ssa = ssa
		}
		b.mask = nil
		b.errOp = c.errNumber()
		if c.op.Kind.Row != nil {
			c.op.Kind.Row(c)
		}
		b.mask = nil
	}
	next := named(b, "i.next", b.cur.NewAdd(i, c64(1)))
	latch := b.cur
	i.Incs = append(i.Incs, ir.NewIncoming(next, latch))
	br := latch.NewBr(head)
	br.Metadata = append(br.Metadata, &metadata.Attachment{Name: "llvm.loop",
		Node: b.mod.loopMetadata(plain && sel == nil, b, body, latch)})
	b.cur = exit
}

// loopMetadata tells LLVM what the loop is: elementwise loops over dense rows
// have no dependence between rows, loops through a selection must not be
// vectorised (gathers are slower).
func (m *module) loopMetadata(parallel bool, b *builder, body, latch *ir.Block) *metadata.Tuple {
	loop := m.distinct()
	loop.Fields = []metadata.Field{loop}
	if !parallel {
		loop.Fields = append(loop.Fields, m.tuple(&metadata.String{Value: "llvm.loop.vectorize.enable"}, constant.False))
		return loop
	}
	group := m.distinct()
	loop.Fields = append(loop.Fields, m.tuple(&metadata.String{Value: "llvm.loop.parallel_accesses"}, group))
	if body == latch {
		for _, in := range body.Insts {
			at := &metadata.Attachment{Name: "llvm.access.group", Node: group}
			switch in := in.(type) {
			case *ir.InstLoad:
				if in.Src != b.err {
					in.Metadata = append(in.Metadata, at)
				}
			case *ir.InstStore:
				if in.Dst != b.err {
					in.Metadata = append(in.Metadata, at)
				}
			}
		}
	}
	return loop
}

func (m *module) distinct() *metadata.Tuple {
	t := &metadata.Tuple{MetadataID: metadata.MetadataID(len(m.m.MetadataDefs)), Distinct: true}
	m.m.MetadataDefs = append(m.m.MetadataDefs, t)
	return t
}

func (m *module) tuple(fields ...metadata.Field) *metadata.Tuple {
	t := &metadata.Tuple{MetadataID: metadata.MetadataID(len(m.m.MetadataDefs)), Fields: fields}
	m.m.MetadataDefs = append(m.m.MetadataDefs, t)
	return t
}

// errNumber is the op's number in the high half of a failure's code.
func (c *Ctx) errNumber() value.Value { return c.number }

// forRange is a loop of an emitter's own: body gets the counter; it may change b.cur.
func (b *builder) forRange(hint string, from, to value.Value, body func(i value.Value)) {
	head, blk, exit := b.block(hint), b.block(hint+".body"), b.block(hint+".end")
	pre := b.cur
	pre.NewBr(head)
	b.cur = head
	i := named(b, "k", head.NewPhi(ir.NewIncoming(from, pre)))
	head.NewCondBr(b.icmp(enum.IPredSLT, i, to), blk, exit)
	b.cur = blk
	body(i)
	next := named(b, "k.next", b.cur.NewAdd(i, c64(1)))
	i.Incs = append(i.Incs, ir.NewIncoming(next, b.cur))
	b.cur.NewBr(head)
	b.cur = exit
}

// ifThen runs body when cond holds.
func (b *builder) ifThen(hint string, cond value.Value, body func()) {
	then, join := b.block(hint), b.block(hint+".end")
	b.cur.NewCondBr(cond, then, join)
	b.cur = then
	body()
	if b.cur.Term == nil {
		b.cur.NewBr(join)
	}
	b.cur = join
}

func bit(v value.Value) val  { return val{v: v, p: types.I8, bit: true} }
func word(v value.Value) val { return val{v: v, p: types.I64} }

// inc adds n to the variable.
func (b *builder) inc(variable, n value.Value) {
	old := b.load(i64, variable, "old")
	b.cur.NewStore(b.add(old, n), variable)
}
