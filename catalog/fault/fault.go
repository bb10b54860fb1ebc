package fault

import (
	"fmt"
	"sort"
	"sync"
	"sync/atomic"
)

// table is what is armed and which points were passed. It is the package's only
// variable: points lie in code that has no way to be handed one.
var table registry

type registry struct {
	on atomic.Bool // somebody wants to know of hits

	mu   sync.Mutex
	plan *plan          // guarded by mu; nil: nothing armed
	hits map[string]int // guarded by mu; by point, since the plan was set
}

// Error is what an armed point returns.
type Error struct {
	Point string
	Err   error // a syscall.Errno, or ErrInjected
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("injected at %s: %v", e.Point, e.Err) }

// Unwrap gives the system's error.
func (e *Error) Unwrap() error { return e.Err }

// Point is passed where something may go wrong. It returns the error that is
// armed under name, nil if there is none; it may also delay, stop or end the process.
func Point(name string) error {
	if !table.on.Load() {
		return nil
	}
	return table.pass(name)
}

func (r *registry) pass(name string) error {
	r.mu.Lock()
	r.hits[name]++
	actions := r.plan.due(name)
	r.mu.Unlock()
	for _, a := range actions {
		if err := a.run(name); err != nil {
			return err
		}
	}
	return nil
}

// set replaces the plan and begins to count hits anew.
func (r *registry) set(p *plan) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.plan, r.hits = p, map[string]int{}
	r.on.Store(true)
}

// Arm sets the plan of this process, as the environment would, until release is
// called: for tests inside a process, one at a time.
func Arm(text string, seed uint64) (release func(), err error) {
	p, err := parse(text, seed)
	if err != nil {
		return nil, err
	}
	table.set(p)
	return func() {
		table.set(nil)
		table.on.Store(false)
	}, nil
}

// Names are the points passed since something was armed or a file watched, sorted.
func Names() []string {
	var names []string
	for name := range Counts() {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Counts says how often each point was passed since the plan was set.
func Counts() map[string]int {
	table.mu.Lock()
	defer table.mu.Unlock()
	counts := make(map[string]int, len(table.hits))
	for name, n := range table.hits {
		counts[name] = n
	}
	return counts
}
