package code

import (
	"context"
	"sync"

	"slipher/codegen/artifact"
)

// flights are the artifacts being made. Callers that want the same one share
// the work.
//
// An artifact wanted for the first time is given up when no query waits for it
// any more: most texts run once, and are over before LLVM is. One that is wanted
// again is finished whatever becomes of its query: the next run will have it.
type flights struct {
	mu    sync.Mutex
	open  map[artifact.Hash]*flight // guarded by mu
	asked map[artifact.Hash]bool    // was given up before; guarded by mu
	slow  map[artifact.Hash]bool    // took LLVM too long; guarded by mu
	wg    sync.WaitGroup            // the goroutines that make artifacts
}

type flight struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiting int  // callers; guarded by flights.mu
	finish  bool // whatever happens; guarded by flights.mu
	sealed  []byte
	err     error
}

// noteSlow remembers an artifact that LLVM did not make in its time.
func (l *flights) noteSlow(key artifact.Hash) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.slow == nil || len(l.slow) >= askedKept {
		l.slow = map[artifact.Hash]bool{}
	}
	l.slow[key] = true
}

func (l *flights) isSlow(key artifact.Hash) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.slow[key]
}

// askedKept bounds what flights remembers; it is emptied when full.
const askedKept = 10_000

// do gives what f makes for key, from the call under way if there is one.
func (l *flights) do(ctx context.Context, key artifact.Hash, f func(ctx context.Context) ([]byte,
	error)) ([]byte, error) {
	l.mu.Lock()
	fl := l.open[key]
	if fl == nil || !fl.finish && fl.waiting == 0 { // nobody's flight is being given up
		fl = l.start(ctx, key, f)
	}
	fl.waiting++
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if fl.waiting--; fl.waiting == 0 && !fl.finish {
			fl.cancel()
		}
	}()
	select {
	case <-fl.done:
		return fl.sealed, fl.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// start begins a flight. Called with mu held.
func (l *flights) start(ctx context.Context, key artifact.Hash, f func(ctx context.Context) ([]byte, error)) *flight {
	fl := &flight{done: make(chan struct{}), finish: l.asked[key]}
	if l.open == nil || len(l.asked) >= askedKept {
		l.asked = map[artifact.Hash]bool{}
	}
	if l.open == nil {
		l.open = map[artifact.Hash]*flight{}
	}
	l.asked[key] = true
	l.open[key] = fl
	ctx, fl.cancel = context.WithCancel(context.WithoutCancel(ctx))
	l.wg.Add(1)
	go func() {
		defer l.wg.Done()
		fl.sealed, fl.err = f(ctx)
		fl.cancel()
		l.mu.Lock()
		if l.open[key] == fl {
			delete(l.open, key)
		}
		l.mu.Unlock()
		close(fl.done)
	}()
	return fl
}

// wait waits for all flights; the compile pool's end ends them.
func (l *flights) wait() { l.wg.Wait() }
