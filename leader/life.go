package leader

import (
	"context"
	"errors"
	"sync"
	"time"
)

// life is how far the process has come.
type life struct {
	ready chan struct{} // closed when clients are served
	begun *sync.Once
	done  chan struct{} // closed when the server cannot go on
	ended *sync.Once

	left chan struct{} // closed when a server that stops waits no longer
	gone *sync.Once

	mu   *sync.Mutex
	err  error     // guarded by mu
	end  time.Time // of the server's stop, zero: it is not told to stop, or may take any time; guarded by mu
	term uint64    // this leader is active and serves since this term, 0: it stands by; guarded by mu
}

func newLife() life {
	return life{ready: make(chan struct{}), done: make(chan struct{}), left: make(chan struct{}),
		begun: &sync.Once{}, ended: &sync.Once{}, gone: &sync.Once{}, mu: &sync.Mutex{}}
}

// serves: clients are served from now on.
func (l *life) serves() { l.begun.Do(func() { close(l.ready) }) }

// outcomePatience is how long a server that stops lets commits find out whether they count.
const outcomePatience = 3 * time.Second

func (l *life) leave() { l.gone.Do(func() { close(l.left) }) }

// wait is how transactions wait for what became of their commits: until changed is closed or
// d has passed, nil in both cases.
func (l *life) wait(ctx context.Context, changed <-chan struct{}, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-changed:
	case <-t.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-l.left:
		return errStopping
	}
	return nil
}

var errStopping = errors.New("the server stops")

// fail ends Done: the server has lost what it cannot do without.
func (l *life) fail(err error) {
	l.ended.Do(func() {
		l.mu.Lock()
		l.err = err
		l.mu.Unlock()
		close(l.done)
	})
}

func (l *life) why() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *life) set(term uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.term = term
}

// endBy says when a stop that has begun is to have ended.
func (l *life) endBy(t time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end = t
}

// patience is how long one part of a stop may wait for what would take up to d: never more than half of
// the time that is left, for others come after it.
func (l *life) patience(d time.Duration) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.end.IsZero() {
		return d
	}
	return min(d, time.Until(l.end)/2)
}

// active is the term in which this leader serves, 0 if it stands by.
func (l *life) active() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.term
}
