package subop

import (
	"maps"
	"slices"
	"sort"

	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/constant"
	lt "github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/codegen/target"
	"slipher/runtime/abi"
)

// kinds are all suboperators. Adding one is a new file and a row here.
func kinds() []*Kind {
	ks := []*Kind{scalar, scalarNull, decode, chunkColumn, entrySequence, entryPointers, place, host, filter, limit, hash,
		prefetch,
		reserve, alloc, rowAddress, put, putWord, putInt, putOwned, get, getPaged, getInt, unmatched, gather,
		find, probe, probeLeft,
		probeMarked, mark, markEntry, first, expand,
		exists, sieve, inList, room, slot, rowSlot, destination, rotate, output,
		keySize, keyAlloc, keyPut, keyCut, keyEnd, keyPrefix, count,
		windowRow, windowRun, windowEntry, windowCounts, windowRank, windowCounted, windowRuns, windowRunAt, boundBegin,
		windowReach, windowCarry}
	ks = append(ks, slices.Collect(maps.Values(foldKinds))...)
	return append(ks, slices.Collect(maps.Values(accumulators))...)
}

// Primitive is one suboperator built on its own, ahead of time.
type Primitive struct {
	Name string
	Op   Op
	Sel  bool
}

// Primitives lists all of them, by name: every kind, every class, every way
// its operands can come, over dense and over selected rows.
func Primitives(t *fn.Table) []Primitive {
	seen := map[string]bool{}
	var out []Primitive
	for _, k := range kinds() {
		for _, o := range k.Variants(t) {
			for _, sel := range []bool{false, true} {
				if sel && k.Row == nil && !k.Walks {
					sel = false // whole-vector ops have one form
				}
				n := o.Signature(sel)
				if seen[n] {
					continue
				}
				seen[n] = true
				out = append(out, Primitive{Name: n, Op: o, Sel: sel})
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// PrimitiveName is the primitive that op needs under domain d.
func PrimitiveName(o *Op, d Domain) string {
	rowless := o.Kind.Row == nil && !o.Kind.Walks
	return o.Signature(d.Sel != 0 && !rowless)
}

// Module is the IR text of some primitives.
type Module struct {
	Name string
	IR   string
}

// PrimitiveModules writes all primitives as IR in parts modules of about equal
// size, so that they compile side by side. Equal emitters give equal bytes.
func PrimitiveModules(t *fn.Table, tg target.Target, parts int) []Module {
	ps := Primitives(t)
	var out []Module
	for i := 0; i < parts; i++ {
		m := newModule(t, tg)
		for j := i; j < len(ps); j += parts {
			emitPrimitive(m, ps[j])
		}
		out = append(out, Module{Name: "prim" + itoa(i), IR: m.text()})
	}
	return out
}

// PrimitiveIR is the IR of one primitive by itself, for people and golden files.
func PrimitiveIR(t *fn.Table, tg target.Target, name string) (string, bool) {
	for _, p := range Primitives(t) {
		if p.Name == name {
			m := newModule(t, tg)
			emitPrimitive(m, p)
			return m.text(), true
		}
	}
	return "", false
}

// emitPrimitive writes
//
//	int32_t name(uint8_t *state, const int64_t *ins)
//
// where ins holds the op's Offsets.
func emitPrimitive(m *module, p Primitive) {
	f := m.m.NewFunc(p.Name, i32, ir.NewParam("state", bytePtr), ir.NewParam("ins", lt.NewPointer(i64)))
	b := newBuilder(m, f)
	body := b.block("body")
	b.cur = body
	op := p.Op
	c := &Ctx{builder: b, op: &op, ptrs: map[int]value.Value{}, pars: map[int]val{}, vars: map[string]value.Value{}}
	b.cur = b.entry
	word := func(k int64) value.Value {
		g := named(b, "ins.at", b.cur.NewGetElementPtr(i64, f.Params[1], constant.NewInt(i64, k)))
		return named(b, "ins", b.cur.NewLoad(i64, g))
	}
	c.domainOffs = []value.Value{word(0), c64(0)}
	if p.Sel {
		c.domainOffs[1] = word(1)
		c.domain.Sel = 1
	}
	for i := range op.Args {
		c.offs = append(c.offs, word(int64(2+i)))
	}
	if op.Fn != nil && op.Fn.MayFail || op.Kind.Fails {
		// The instruction's last word is the op's number for error reports.
		c.number = named(b, "op", b.cur.NewShl(word(int64(2+len(op.Args))), c64(32)))
	}
	b.cur = body
	emitLoop(b, &Loop{Name: p.Name, Domain: c.domain}, []*Ctx{c})
	b.cur.NewRet(constant.NewInt(i32, int64(abi.Done)))
	b.entry.NewBr(body)
	seal(f)
}

// seal gives every block that nothing leads on from a terminator.
func seal(f *ir.Func) {
	for _, blk := range f.Blocks {
		if blk.Term == nil {
			blk.NewUnreachable()
		}
	}
}
