package wire

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"slipher/catalog/sqlerr"
)

// Every frame between processes carries a leader term. A process keeps the highest
// it has seen and refuses what a leader of a lower one asks for, so that a leader that was
// deposed without noticing (it was paused, or cut off) can do no harm.

// Fenced is a Handler that wants to know when a higher term is seen: what was
// begun under a lower one must end.
type Fenced interface {
	// Fence must not block.
	Fence(term uint64)
}

// fence is the highest term a process has seen. Mux and Local of a process share one.
type fence struct {
	seen atomic.Uint64

	mu   sync.Mutex // held while told are called: they hear terms in order
	told []func(term uint64)
}

// see notes a term.
func (f *fence) see(term uint64) {
	if term <= f.seen.Load() {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if term <= f.seen.Load() {
		return
	}
	f.seen.Store(term)
	for _, tell := range f.told {
		tell(term)
	}
}

// join makes tell hear of terms from now on, and of the present one.
func (f *fence) join(tell func(term uint64)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = append(f.told, tell)
	if t := f.seen.Load(); t > 0 {
		tell(t)
	}
}

// check refuses requests of deposed leaders.
func (f *fence) check(req Message, term uint64) error {
	if seen := f.seen.Load(); term < seen && fromLeader(req) {
		return ErrFenced(term, seen)
	}
	return nil
}

// ErrFenced is the refusal of a request under a term that is over: 40001, for
// whoever sends the transaction again reaches the new leader.
func ErrFenced(term, seen uint64) error {
	return LostError(sqlerr.New(sqlerr.SerializationFailure, "the leader of term %d has been replaced, term %d has begun",
		term, seen).
		WithHint("Run the transaction again."))
}

// termCarrier is a link that can send under a given term.
type termCarrier interface {
	Conn
	callAt(ctx context.Context, term uint64, req Message) (Message, error)
}

// At gives the link for what a leader of a term asks for. Without it, requests that
// only leaders make go out under term 0: a process may have heard of a later
// leader's term, which its own queries must not borrow.
func At(c Conn, term uint64) Conn {
	if l, ok := c.(termCarrier); ok {
		return &atTerm{l, term}
	}
	return c
}

type atTerm struct {
	termCarrier
	term uint64
}

// Call implements Conn.
func (c *atTerm) Call(ctx context.Context, req Message) (Message, error) {
	return c.callAt(ctx, c.term, req)
}

// term is what a request goes out under if nothing else was said.
func (f *fence) term(req Message) uint64 {
	if fromLeader(req) {
		return 0
	}
	return f.seen.Load()
}

// ErrLost is what errors are that tell of a lost node, link or leader: the query itself
// did nothing wrong, and may be run again if nothing of it was returned.
var ErrLost = errors.New("a process was lost")

// lostError is an error for clients that Is ErrLost.
type lostError struct{ e *sqlerr.Error }

// LostError makes an error for clients one that Is ErrLost.
func LostError(e *sqlerr.Error) error { return &lostError{e} }

func (e *lostError) Error() string { return e.e.Message }

// Is implements errors.Is.
func (e *lostError) Is(target error) bool { return target == ErrLost }

// Unwrap lets sqlerr.From find the SQLSTATE.
func (e *lostError) Unwrap() error { return e.e }
