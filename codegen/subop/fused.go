package subop

import (
	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	lt "github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/codegen/target"
	"slipher/runtime/abi"
)

// Fused describes one function of the fused tier: the loops of a program.
type Fused struct {
	Name  string
	Loops []Loop
	// SourceCount is the state offset of the source domain's row count.
	SourceCount int64
	// Numbers[i][j] is op j of loop i's number for error reports.
	Numbers [][]int
}

// FusedIR writes the function
//
//	int32_t name(uint8_t *state, int64_t from, int64_t to)
//
//	entry:  parameters; switch (resume) to the loop to go on with
//	head:   if cursor >= to { return DONE }; n = min(vector, to - cursor)
//	L0…Ln:  each loop, left for `again` when its domain is empty; if the stop word is set { return STOPPED };
//	        if it is another step's than the one before, and somebody measures { slp_step(meter, step) }
//	again:  from the last loop to the first: a probe that has more goes on, a LIMIT that is met returns
//	        ENOUGH; else cursor += n, head
func FusedIR(t *fn.Table, tg target.Target, fs ...*Fused) string {
	m := newModule(t, tg)
	for _, f := range fs {
		emitFused(m, f)
	}
	return m.text()
}

func emitFused(m *module, p *Fused) {
	f := m.m.NewFunc(p.Name, i32, ir.NewParam("state", bytePtr), ir.NewParam("from", i64), ir.NewParam("to", i64))
	b := newBuilder(m, f)
	head, vector, again, next, exit := b.block("vec.head"), b.block("vec.begin"), b.block("vec.again"),
		b.block("vec.next"), b.block("vec.exit")
	b.cur = b.entry
	at := func(off int64) value.Value { return b.field(b.state, off, "state.at") }
	resume := b.load(i64, at(abi.StateResume), "resume")
	vec := b.load(i64, at(abi.StateVector), "vec")
	stop := b.load(lt.NewPointer(i32), at(abi.StateStop), "stop")
	countAt := at(p.SourceCount)
	cursorAt := at(abi.StateCursor)
	start := b.block("start")

	b.cur = start
	b.store(f.Params[1], cursorAt)
	start.NewBr(head)

	b.cur = head
	cur := b.load(i64, cursorAt, "cursor")
	more := b.icmp(enum.IPredSLT, cur, f.Params[2])
	head.NewCondBr(more, vector, exit)
	b.cur = vector
	left := named(b, "left", b.cur.NewSub(f.Params[2], cur))
	n := named(b, "n", b.cur.NewSelect(b.icmp(enum.IPredSLT, left, vec), left, vec))
	b.store(n, countAt)

	used := usedOutside(p.Loops)
	stopped := b.block("vec.stopped")
	var stops []*ir.Incoming // the loop to go on with
	firsts := make([]*ir.Block, len(p.Loops))
	for i := range p.Loops {
		b.label = p.Loops[i].Name
		firsts[i] = b.block("begin")
		b.label = ""
	}
	if len(firsts) > 0 {
		vector.NewBr(firsts[0])
	} else {
		vector.NewBr(again)
	}
	for i := range p.Loops {
		l := &p.Loops[i]
		b.label = l.Name
		b.cur = firsts[i]
		some, work := b.block("some"), b.block("work")
		cnt := b.load(i64, b.field(b.state, l.Domain.Count, "count.at"), "count")
		b.cur.NewCondBr(b.icmp(enum.IPredEQ, cnt, c64(0)), again, some)
		// One input row may have any number of matches: asked before every loop.
		b.cur = some
		flag := b.loadVolatile(i32, stop, "flag")
		some.NewCondBr(b.icmp(enum.IPredEQ, flag, constant.NewInt(i32, 0)), work, stopped)
		stops = append(stops, ir.NewIncoming(c64(int64(i+1)), some))
		b.cur = work
		if i == 0 || l.Step != p.Loops[i-1].Step || l.Again != 0 {
			b.tellStep(l.Step)
		}
		cs := make([]*Ctx, len(l.Ops))
		for j, o := range l.Ops {
			c := &Ctx{builder: b, op: o, domain: l.Domain, ssa: map[ValID]val{}, resume: int64(i + 1),
				keep:   func(v ValID) bool { return used[v] },
				number: c64(int64(p.Numbers[i][j]) << 32),
				ptrs:   map[int]value.Value{}, pars: map[int]val{}, vars: map[string]value.Value{}}
			for _, a := range o.Args {
				c.offs = append(c.offs, c64(a.Off))
			}
			cs[j] = c
		}
		b.err = nil
		emitLoop(b, l, cs)
		if l.Tally != 0 {
			sum := b.field(b.state, l.Tally, "tally.at")
			n := b.load(i64, b.field(b.state, l.Yields, "yields.at"), "yields")
			b.store(b.add(b.load(i64, sum, "tally"), n), sum)
		}
		if i+1 < len(firsts) {
			b.cur.NewBr(firsts[i+1])
		} else {
			b.cur.NewBr(again)
		}
		b.label = ""
	}

	b.cur = again
	enough, limits := b.block("vec.enough"), false
	for i := len(p.Loops) - 1; i >= 0; i-- {
		l := &p.Loops[i]
		for _, word := range []struct {
			off int64
			to  *ir.Block
		}{{l.Again, firsts[i]}, {l.Enough, enough}} {
			if word.off == 0 {
				continue
			}
			limits = limits || word.to == enough
			w := b.load(i64, b.field(b.state, word.off, "more.at"), "more")
			cont := b.block("vec.again")
			b.cur.NewCondBr(b.icmp(enum.IPredNE, w, c64(0)), word.to, cont)
			b.cur = cont
		}
	}
	b.cur.NewBr(next)
	b.cur = next
	done := b.load(i64, countAt, "n")
	b.store(b.add(b.load(i64, cursorAt, "cursor"), done), cursorAt)
	seen := func() {
		at := b.field(b.state, abi.StateRowsIn, "rows.at")
		b.store(b.add(b.load(i64, at, "rows"), b.load(i64, countAt, "n")), at)
	}
	seen()
	next.NewBr(head)
	exit.NewRet(constant.NewInt(i32, int64(abi.Done)))
	if limits {
		b.cur = enough
		seen()
	}
	enough.NewRet(constant.NewInt(i32, int64(abi.Enough)))

	b.cur = stopped
	if len(stops) > 0 { // rows that are only counted need no loop
		b.store(named(b, "loop", stopped.NewPhi(stops...)), at(abi.StateResume))
		stopped.NewRet(constant.NewInt(i32, int64(abi.Stopped)))
	}

	// A switch over every loop: after HOST work goes on behind the loop that left.
	b.cur = b.entry
	b.store(c64(0), at(abi.StateResume))
	var cases []*ir.Case
	for i, blk := range firsts {
		cases = append(cases, ir.NewCase(constant.NewInt(i64, int64(i+1)), blk))
	}
	cases = append(cases, ir.NewCase(constant.NewInt(i64, int64(len(firsts)+1)), again))
	b.entry.NewSwitch(resume, start, cases...)
	seal(f)
}

// tellStep tells the meter, if there is one, that what follows is of another step: a look at the clock for a vector.
// Without a meter it is a load and a branch, so that the code that is measured is the code that always runs.
func (b *builder) tellStep(step int) {
	meter := b.load(i64, b.field(b.state, abi.StateMeter, "meter.at"), "meter")
	tell, go_ := b.block("tell"), b.block("go")
	b.cur.NewCondBr(b.icmp(enum.IPredEQ, meter, c64(0)), go_, tell)
	b.cur = tell
	p := named(b, "meter.ptr", tell.NewIntToPtr(meter, bytePtr))
	tell.NewCall(b.mod.kernelFunc(b.mod.kernel("slp_step")), p, c64(int64(step)))
	tell.NewBr(go_)
	b.cur = go_
}

// usedOutside are the values that another loop than their own reads.
func usedOutside(ls []Loop) map[ValID]bool {
	made := map[ValID]int{}
	used := map[ValID]bool{}
	for i, l := range ls {
		for _, o := range l.Ops {
			for _, v := range o.Reads {
				used[v] = true
			}
			for _, a := range o.Args {
				switch a.Mode {
				case Out:
					made[a.Val] = i
				case Vec:
					if j, ok := made[a.Val]; !ok || j != i {
						used[a.Val] = true
					}
				}
				if a.Mode == Vec && (o.Kind.Reaches || o.Kind.Row == nil) {
					used[a.Val] = true // read at another row than it was made
				}
			}
		}
	}
	return used
}
