package schedule

import "slipher/compiler/plan"

// withLoops runs stream n, and beside it the loops whose rows it reads.
func (r *run) withLoops(n int) error {
	var loops []*plan.Loop
	for i := range r.q.Loops {
		if l := &r.q.Loops[i]; l.Stream == n {
			loops = append(loops, l)
		}
	}
	if len(loops) == 0 {
		return r.stream(n)
	}
	done := make(chan error, 1)
	go func() { done <- r.stream(n) }()
	for _, l := range loops {
		select {
		case err := <-done: // who reads the loops' rows has had enough
			return err
		default:
		}
		// One call runs all turns: the nodes tell each other when one has ended.
		if err := r.stream(l.Body[0]); err != nil {
			r.fail(err) // the stream waits for rows that nobody sends any more
			<-done
			return err
		}
	}
	return <-done
}
