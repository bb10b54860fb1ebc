package schedule

import (
	"slipher/compiler/plan"
	"slipher/node/wire"
)

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
		if err := r.loop(l, done); err != nil {
			r.fail(err) // the stream waits for rows that nobody sends any more
			<-done
			return err
		}
	}
	return <-done
}

// loop runs the streams of a loop until no node has rows for another turn, or who reads its rows has ended. done is
// read only to be filled again.
func (r *run) loop(l *plan.Loop, done chan error) error {
	for turn := 0; ; turn++ {
		select {
		case err := <-done:
			done <- err
			return nil
		default:
		}
		var rows int64
		for _, b := range l.Body {
			var err error
			if rows, err = r.turn(b, turn); err != nil {
				return err
			}
		}
		if rows == 0 {
			_, err := r.turn(l.Body[0], wire.LoopEnded)
			return err
		}
	}
}
