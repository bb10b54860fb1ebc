package subop

import (
	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
)

// ProbeLeft is Probe for a left join: behind the entries of a row
//
//	if nothing matched { pos[k], ent[k] = row, null row; k++ }
type ProbeLeft Probe

func (*ProbeLeft) op() Op { return Op{Kind: probeLeft} }

var probeLeft = kindOf(Kind{Name: "probe_left", Ends: true, Walks: true}, emitter[ProbeLeft]{
	before: func(c *Ctx, o *ProbeLeft) {
		(&walk{Ctx: c, o: (*Probe)(o)}).emit(walkHooks{rowEnd: (*walk).yieldLone})
	},
	variants: func(*fn.Table) []ProbeLeft {
		var vs []ProbeLeft
		for _, p := range probeVariants(Operand{}) {
			vs = append(vs, ProbeLeft(p))
		}
		return vs
	},
})

// yieldLone yields row r with the null row if nothing matched.
func (w *walk) yieldLone(r value.Value, next *ir.Block) {
	none, alone := w.block("probe.none"), w.block("probe.alone")
	w.cur.NewCondBr(w.icmp(enum.IPredEQ, w.load(i64, w.hit, "hit"), c64(0)), none, next)
	w.cur = none
	w.cur.NewCondBr(w.icmp(enum.IPredSGE, w.load(i64, w.pairs, "k"), w.vec), w.full, alone)
	w.cur = alone
	w.pair(r, nil)
}
