package subop

import (
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// ProbeMarked is Probe for a left join with a condition beside its keys: what matched is known only behind that
// condition, where Mark notes it. A second pass yields the rows that are not marked, with the null row.
type ProbeMarked Probe

func (*ProbeMarked) op() Op { return Op{Kind: probeMarked} }

var probeMarked = kindOf(Kind{Name: "probe_mark", Ends: true, Walks: true}, emitter[ProbeMarked]{
	before: func(c *Ctx, o *ProbeMarked) {
		(&walk{Ctx: c, o: (*Probe)(o)}).emit(walkHooks{
			begin: (*walk).secondPass,
			last: func(w *walk) value.Value {
				w.store(c64(1), w.at(3))
				return c64(1)
			},
		})
	},
	variants: func(*fn.Table) []ProbeMarked {
		var vs []ProbeMarked
		for _, p := range probeVariants(vec(types.I8, 6)) {
			vs = append(vs, ProbeMarked(p))
		}
		return vs
	},
})

// secondPass does all of the second pass; of the first it clears the marks before the first row.
func (w *walk) secondPass() {
	pass1, cleared, second := w.block("probe.pass1"), w.block("probe.begin"), w.block("probe.rest")
	w.cur.NewCondBr(w.icmp(enum.IPredNE, w.load(i64, w.at(3), "pass"), c64(0)), second, pass1)
	w.cur = second
	w.forRange("rest", c64(0), w.count, func(i value.Value) {
		r := w.rowAt(i)
		hit := w.load(i8, w.gep(w.Ptr(w.o.Matched), r, "hit.at"), "hit")
		w.ifThen("rest.row", w.icmp(enum.IPredEQ, hit, constant.NewInt(i8, 0)), func() { w.pair(r, nil) })
	})
	w.store(c64(0), w.at(3))
	w.yield(c64(0))
	w.cur = pass1
	first := named(w.builder, "first", w.cur.NewOr(w.load(i64, w.row, "row"), w.load(i64, w.entry, "ent")))
	clear := w.block("probe.clear")
	w.cur.NewCondBr(w.icmp(enum.IPredEQ, first, c64(0)), clear, cleared)
	w.cur = clear
	w.forRange("clear", c64(0), w.count, func(i value.Value) {
		w.store(constant.NewInt(i8, 0), w.gep(w.Ptr(w.o.Matched), w.rowAt(i), "hit.at"))
	})
	w.cur.NewBr(cleared)
	w.cur = cleared
}

// Mark notes for a left join's second pass which probe rows found a match.
type Mark struct {
	Row, Matched Operand // position; flags by probe row
}

func (*Mark) op() Op { return Op{Kind: mark} }

var mark = kindOf(Kind{Name: "mark"}, emitter[Mark]{
	row: func(c *Ctx, o *Mark) {
		pos := named(c.builder, "pos", c.cur.NewZExt(c.In(o.Row).v, i64))
		c.store(constant.NewInt(i8, 1), c.gep(c.Ptr(o.Matched), pos, "hit.at"))
	},
	variants: func(*fn.Table) []Mark {
		return []Mark{{Row: vec(types.I32, 1), Matched: vec(types.I8, 2)}}
	},
})
