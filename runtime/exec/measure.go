package exec

import (
	"math"
	"time"

	"slipher/runtime/kernels/table"
	"slipher/runtime/mem"
	"slipher/runtime/program"
)

// clock tells how long ticks are: by how many there were since it began.
type clock struct {
	began time.Time
	ticks int64
}

// startClock looks at both clocks at one moment. Somebody else may have the processor between the two looks: the
// closest of some pairs counts.
func startClock() (c clock) {
	least := int64(math.MaxInt64)
	for range 4 {
		before, now := table.Ticks(), time.Now()
		if apart := table.Ticks() - before; apart < least {
			least, c = apart, clock{now, before + apart/2}
		}
	}
	return c
}

// tick is the length of a tick, in nanoseconds.
func (c *clock) tick() float64 {
	now := startClock()
	return float64(now.began.Sub(c.began)) / float64(max(now.ticks-c.ticks, 1))
}

// meter is where an instance's code counts how long they take, by step. The zero value measures nothing.
type meter struct {
	*table.Meter
	buf   mem.Buf
	steps int // with the source and the sink
}

func (in *Instance) openMeter(g *program.Segment) (err error) {
	if !in.q.opt.Measure || len(g.Ends) == 0 {
		return nil
	}
	if in.meter.buf, err = in.acct.Alloc(table.MeterSize(len(g.Ends) - 1)); err != nil {
		return err
	}
	in.meter.Meter, in.meter.steps = table.MeterAt(in.meter.buf.View()), len(g.Ends)+1
	return nil
}

// Spent is how long the instance's code has taken so far, by step: the source, each step, the sink. Growing a
// table and functions of the host are of the step that asked for them. What fused code does in one loop for several
// steps (program.Segment.Together) is the first one's. Nil: nobody measures it.
func (in *Instance) Spent() []time.Duration {
	if in.meter.Meter == nil {
		return nil
	}
	tick := in.q.clock.tick()
	out := make([]time.Duration, in.meter.steps)
	for i, n := range in.meter.Spent(in.meter.steps) {
		out[i] = time.Duration(float64(n) * tick)
	}
	return out
}
