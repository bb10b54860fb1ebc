package txn

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// strength is how much of a table a transaction has for itself.
type strength uint8

const (
	// shared is what writers, DDL and VACUUM have: side by side with each other, for what conflicts among
	// them is found at commit.
	shared strength = 1 + iota
	// exclusive is LOCK's: nobody else has anything.
	exclusive
)

// mode is a strength in svv_transactions' words.
func (s strength) mode() string {
	if s == exclusive {
		return "AccessExclusiveLock"
	}
	return "ShareRowExclusiveLock"
}

// against reports whether two transactions cannot have a table so at once.
func (s strength) against(o strength) bool { return s == exclusive || o == exclusive }

// lockTable is who has which tables, and who waits for them. It starts nothing and waits for
// nothing: a request says by closing a channel that it was granted.
//
// Invariant: a queue's first request cannot be granted, and no chain of waiting transactions
// closes to a ring.
type lockTable struct {
	mu      sync.Mutex
	tables  map[lockKey]*tableLock // those that somebody has; guarded by mu
	waiting map[*Txn]*request      // guarded by mu
}

// lockKey has the term in it: what a leader's transactions of an earlier term have locked is released
// by their being refused, not by their end, which may come later than those of the next term begin.
type lockKey struct {
	term  uint64
	table state.TableID
}

type tableLock struct {
	holders []holder   // in the order of their coming
	queue   []*request // upgrades, then the others in the order of their coming
}

type holder struct {
	t   *Txn
	has strength
}

// request is a transaction that waits for a table.
type request struct {
	t       *Txn
	key     lockKey
	lock    *tableLock
	had     strength // 0: nothing
	want    strength
	granted chan struct{} // closed when t has it
}

func newLockTable() *lockTable {
	return &lockTable{tables: map[lockKey]*tableLock{}, waiting: map[*Txn]*request{}}
}

// patience is whether a request may wait.
type patience uint8

const (
	mayWait patience = iota
	noWait
)

// acquire gives t a table, or puts it into the queue: then it returns a request. had is what t had
// before, 0 for nothing. errHeld if it must not wait; 40P01 if its waiting would never end.
func (l *lockTable) acquire(t *Txn, key lockKey, want strength, p patience) (had strength, r *request, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.tables[key]
	if k == nil {
		k = &tableLock{}
		l.tables[key] = k
	}
	had = k.has(t)
	switch {
	case had >= want:
		return had, nil, nil
	case k.free(t, want) && (had > 0 || len(k.queue) == 0): // who has it already does not wait for those who wait for it
		k.give(t, want)
		return had, nil, nil
	case p == noWait:
		return had, nil, errHeld
	}
	r = &request{t: t, key: key, lock: k, had: had, want: want, granted: make(chan struct{})}
	at := len(k.queue)
	if had > 0 {
		at = slices.IndexFunc(k.queue, func(o *request) bool { return o.had == 0 })
		if at < 0 {
			at = len(k.queue)
		}
	}
	k.queue = slices.Insert(k.queue, at, r)
	l.waiting[t] = r
	for {
		ring := l.ring(r)
		if ring == nil {
			return had, r, nil
		}
		if i := slices.IndexFunc(ring, func(o *request) bool { return o.lock.free(o.t, o.want) }); i >= 0 {
			l.grant(ring[i]) // it waits for its turn only: out of turn there is no deadlock
			if ring[i] == r {
				return had, nil, nil
			}
			continue
		}
		err := l.errDeadlock(ring)
		l.leave(r)
		return had, nil, err
	}
}

var errHeld = sqlerr.New(sqlerr.LockNotAvailable, "could not obtain lock")

// has is what t has of the table.
func (k *tableLock) has(t *Txn) strength {
	for _, h := range k.holders {
		if h.t == t {
			return h.has
		}
	}
	return 0
}

// free reports whether nobody but t has anything that is against want.
func (k *tableLock) free(t *Txn, want strength) bool {
	return !slices.ContainsFunc(k.holders, func(h holder) bool { return h.t != t && h.has.against(want) })
}

func (k *tableLock) give(t *Txn, s strength) {
	for i := range k.holders {
		if k.holders[i].t == t {
			k.holders[i].has = s
			return
		}
	}
	k.holders = append(k.holders, holder{t, s})
}

// grant takes r out of the queue and gives it what it waits for.
func (l *lockTable) grant(r *request) {
	r.lock.queue = slices.DeleteFunc(r.lock.queue, func(o *request) bool { return o == r })
	r.lock.give(r.t, r.want)
	delete(l.waiting, r.t)
	close(r.granted)
}

// pump grants what can be granted from the head of the queue on.
func (l *lockTable) pump(key lockKey, k *tableLock) {
	for len(k.queue) > 0 && k.free(k.queue[0].t, k.queue[0].want) {
		l.grant(k.queue[0])
	}
	if len(k.holders) == 0 && len(k.queue) == 0 {
		delete(l.tables, key)
	}
}

// leave takes r, which waits no longer, out of its queue.
func (l *lockTable) leave(r *request) {
	r.lock.queue = slices.DeleteFunc(r.lock.queue, func(o *request) bool { return o == r })
	delete(l.waiting, r.t)
	l.pump(r.key, r.lock)
}

// giveUp takes back a request whose transaction waits no longer, also if it was granted meanwhile.
func (l *lockTable) giveUp(r *request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting[r.t] == r {
		l.leave(r)
		return
	}
	l.lower(r.t, r.key, r.had)
}

// release leaves t with no more of a table than to.
func (l *lockTable) release(t *Txn, key lockKey, to strength) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lower(t, key, to)
}

func (l *lockTable) lower(t *Txn, key lockKey, to strength) {
	k := l.tables[key]
	if k == nil {
		return
	}
	if to == 0 {
		k.holders = slices.DeleteFunc(k.holders, func(h holder) bool { return h.t == t })
	} else if k.has(t) > to {
		k.give(t, to)
	}
	l.pump(key, k)
}

// blockers calls f with each transaction that r waits for, until f returns false: those that have
// the table, and those before it in the queue.
func (r *request) blockers(f func(*Txn) bool) {
	for _, h := range r.lock.holders {
		if h.t != r.t && h.has.against(r.want) && !f(h.t) {
			return
		}
	}
	for _, o := range r.lock.queue {
		if o == r || o.want.against(r.want) && !f(o.t) {
			return
		}
	}
}

// ring is a chain of requests, each waiting for the next one's transaction and the last for r's; nil
// if there is none.
func (l *lockTable) ring(r *request) []*request {
	seen := map[*Txn]bool{}
	var chain []*request
	var search func(at *request) bool
	search = func(at *request) (found bool) {
		chain = append(chain, at)
		at.blockers(func(b *Txn) bool {
			if b == r.t {
				found = true
			} else if next := l.waiting[b]; next != nil && !seen[b] {
				seen[b] = true
				found = search(next)
			}
			return !found
		})
		if !found {
			chain = chain[:len(chain)-1]
		}
		return found
	}
	if !search(r) {
		return nil
	}
	return chain
}

// errDeadlock tells the ring in PostgreSQL's words.
func (l *lockTable) errDeadlock(ring []*request) error {
	var lines []string
	for i, r := range ring {
		by := ring[(i+1)%len(ring)].t
		lines = append(lines, fmt.Sprintf("Process %d waits for %s on relation %d; blocked by process %d.", r.t.spec.PID,
			r.want.mode(), r.key.table, by.spec.PID))
	}
	return sqlerr.New(sqlerr.DeadlockDetected, "deadlock detected").WithDetail("%s", strings.Join(lines, "\n")).
		WithHint("Run the transaction again. Transactions that lock tables in the same order do not wait for each other " +
			"in a ring.")
}

// waitsFor is what t waits for, nil for nothing.
func (l *lockTable) waitsFor(t *Txn) *request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waiting[t]
}
