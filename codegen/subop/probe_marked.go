package subop

import (
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// ProbeMarked is Probe for a join that looks at rows, not only pairs, and has a condition beside its keys: what matched
// is known only behind that condition, where Mark notes it. A second pass yields rows with the null row: those without
// a mark (left, anti), those with one (semi), or all of them (mark), as Yield says.
type ProbeMarked struct {
	Probe
	Unknown Operand // flags by row: of some pair it is not known whether it matches
	Yield   Number
}

// What a second pass yields: bits of Yield.
const (
	YieldUnmarked = 1 << iota
	YieldMarked
)

func (*ProbeMarked) op() Op { return Op{Kind: probeMarked} }

var probeMarked = kindOf(Kind{Name: "probe_mark", Ends: true, Walks: true}, emitter[ProbeMarked]{
	before: func(c *Ctx, o *ProbeMarked) {
		(&walk{Ctx: c, o: &o.Probe}).emit(walkHooks{
			begin: func(w *walk) { w.secondPass(o) },
			last: func(w *walk) value.Value {
				w.store(c64(1), w.at(3))
				return c64(1)
			},
		})
	},
	variants: func(*fn.Table) []ProbeMarked {
		var vs []ProbeMarked
		for _, p := range probeVariants(vec(types.I8, 6)) {
			vs = append(vs, ProbeMarked{Probe: p}, ProbeMarked{Probe: p, Unknown: vec(types.I8, 7)})
		}
		return vs
	},
})

// secondPass does all of the second pass; of the first it clears the marks before the first row.
func (w *walk) secondPass(o *ProbeMarked) {
	pass1, cleared, second := w.block("probe.pass1"), w.block("probe.begin"), w.block("probe.rest")
	w.cur.NewCondBr(w.icmp(enum.IPredNE, w.load(i64, w.at(3), "pass"), c64(0)), second, pass1)
	w.cur = second
	w.forRange("rest", c64(0), w.count, func(i value.Value) {
		r := w.rowAt(i)
		hit := w.load(i8, w.gep(w.Ptr(w.o.Matched), r, "hit.at"), "hit")
		marked := named(w.builder, "marked", w.cur.NewZExt(w.icmp(enum.IPredNE, hit, constant.NewInt(i8, 0)), i64))
		bit := named(w.builder, "bit", w.cur.NewShl(c64(1), marked))
		wanted := named(w.builder, "wanted", w.cur.NewAnd(bit, w.Imm(o.Yield)))
		w.ifThen("rest.row", w.icmp(enum.IPredNE, wanted, c64(0)), func() { w.pair(r, nil) })
	})
	w.store(c64(0), w.at(3))
	w.yield(c64(0))
	w.cur = pass1
	first := named(w.builder, "first", w.cur.NewOr(w.load(i64, w.row, "row"), w.load(i64, w.entry, "ent")))
	clear := w.block("probe.clear")
	w.cur.NewCondBr(w.icmp(enum.IPredEQ, first, c64(0)), clear, cleared)
	w.cur = clear
	w.forRange("clear", c64(0), w.count, func(i value.Value) {
		r := w.rowAt(i)
		w.store(constant.NewInt(i8, 0), w.gep(w.Ptr(w.o.Matched), r, "hit.at"))
		if w.Has(o.Unknown) {
			w.store(constant.NewInt(i8, 0), w.gep(w.Ptr(o.Unknown), r, "unknown.at"))
		}
	})
	w.cur.NewBr(cleared)
	w.cur = cleared
}

// Mark notes for a second pass which probe rows found a match; with a flag, those whose pair has it.
type Mark struct {
	Row, Flag, Marks Operand // position; flag by pair; marks by probe row
}

func (*Mark) op() Op { return Op{Kind: mark} }

var mark = kindOf(Kind{Name: "mark"}, emitter[Mark]{
	row: func(c *Ctx, o *Mark) {
		pos := named(c.builder, "pos", c.cur.NewZExt(c.In(o.Row).v, i64))
		at := c.gep(c.Ptr(o.Marks), pos, "hit.at")
		if !c.Has(o.Flag) {
			c.store(constant.NewInt(i8, 1), at)
			return
		}
		flag := named(c.builder, "flag", c.cur.NewZExt(c.asBit(c.In(o.Flag)).v, i8))
		c.store(named(c.builder, "hit", c.cur.NewOr(c.load(i8, at, "hit"), flag)), at)
	},
	variants: func(*fn.Table) []Mark {
		return []Mark{{Row: vec(types.I32, 1), Marks: vec(types.I8, 2)},
			{Row: vec(types.I32, 1), Flag: vec(types.I8, 3), Marks: vec(types.I8, 2)}}
	},
})

// MarkEntry notes in entries that they were found. It never takes a mark away, so that any number of workers may set
// them; an entry that is nobody's (the null row) is left as it is.
type MarkEntry struct {
	Entry, Flag Operand // no flag: all of them
	Field       Number  // offset of the mark in the entry
}

func (*MarkEntry) op() Op { return Op{Kind: markEntry} }

var markEntry = kindOf(Kind{Name: "mark_entry"}, emitter[MarkEntry]{
	row: func(c *Ctx, o *MarkEntry) {
		ent := c.In(o.Entry).v // here: later operations of the row may use what is loaded now
		mark := func() { c.store(constant.NewInt(i8, 1), c.gep(c.toPtr(ent), c.Imm(o.Field), "mark.at")) }
		if !c.Has(o.Flag) {
			mark()
			return
		}
		c.ifThen("found", c.asBit(c.In(o.Flag)).v, mark)
	},
	variants: func(*fn.Table) []MarkEntry {
		return []MarkEntry{{Entry: vec(types.I64, 1)}, {Entry: vec(types.I64, 1), Flag: vec(types.I8, 2)}}
	},
})
