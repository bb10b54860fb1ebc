package worker

import "time"

// spent is where the time of a segment's workers goes, if somebody asks (wire.Options.Measure). Guarded by the
// scheduler's lock.
type spent struct {
	parts
	steps []time.Duration // by step; nil: nobody asks
	known time.Duration   // their sum
}

// parts are what a task has spent: on getting its input, on running, on ending an instance.
type parts struct{ fed, ran, ended time.Duration }

func (g *segment) measure() {
	if g.q.start.Options.Measure {
		g.spent.steps = make([]time.Duration, len(g.prog.Tallies)+2)
	}
}

func (s *spent) add(p parts) {
	s.fed, s.ran, s.ended = s.fed+p.fed, s.ran+p.ran, s.ended+p.ended
}

// tell adds what an instance that ends says of its steps.
func (s *spent) tell(steps []time.Duration) {
	if s.steps == nil {
		return
	}
	for i, d := range steps {
		s.steps[i] += d
		s.known += d
	}
}

// nanos tells it: wire.SegmentStats.Spent. What instances did between runs of their code was done for full pages and
// chunks: the sink's work.
func (s *spent) nanos(sealing time.Duration) []int64 {
	if s.steps == nil {
		return nil
	}
	out := []int64{s.fed.Nanoseconds()}
	for _, d := range s.steps {
		out = append(out, d.Nanoseconds())
	}
	out[len(out)-1] += max(s.ran-s.known, 0).Nanoseconds()
	return append(out, s.ended.Nanoseconds(), sealing.Nanoseconds())
}
