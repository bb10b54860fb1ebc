package mem

import (
	"fmt"
	"math"
	"runtime"

	"slipher/catalog/sqlerr"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/offheap"
)

// Account counts bytes of one query, operator or purpose, and those of its children. Safe for concurrent use.
//
// The counters lie outside the Go heap, where kernels count on them. Buffers, arenas and tables refer to their
// account from Go as well, so that the counters live as long as anything is counted on them.
type Account struct {
	name   string
	parent *Account
	hint   string // how the limit is changed
	c      heap.Account
}

// NewAccount makes an account below Process; limit in bytes, 0 for none.
func NewAccount(name string, limit int64) *Account { return newAccount(name, process, limit) }

// Child makes an account whose bytes count towards a as well. A refusal names it: give it an operator's name.
func (a *Account) Child(name string) *Account { return newAccount(name, a, 0) }

// SetHint gives the hint of errors about a's limit. Call it before anything is counted.
func (a *Account) SetHint(hint string) { a.hint = hint }

func newAccount(name string, parent *Account, limit int64) *Account {
	a := &Account{name: name, parent: parent}
	if parent != nil {
		a.c = heap.NewAccount(parent.c)
	} else {
		a.c = heap.NewAccount(heap.Account{})
	}
	a.c.SetLimit(limit, 0)
	// A child is reachable from what is counted on it, its parent from the child.
	runtime.AddCleanup(a, func(c heap.Account) { c.Free() }, a.c)
	return a
}

// Name is what the account is of.
func (a *Account) Name() string { return a.name }

// Used is the number of bytes in use.
func (a *Account) Used() int64 { return a.c.Used() }

// Peak is the largest number of bytes that were in use at once.
func (a *Account) Peak() int64 { return a.c.Peak() }

// Limit is the account's own limit in bytes, 0: none.
func (a *Account) Limit() int64 { return a.c.Limit() }

// Counters are for arenas and tables, which count by themselves; a must be kept as long as they are.
func (a *Account) Counters() heap.Account { return a.c }

// Room is how many bytes a might still get, as things stand.
func (a *Account) Room() int64 {
	room := int64(math.MaxInt64)
	for x := a; x != nil; x = x.parent {
		if l := x.Limit(); l > 0 {
			room = min(room, l-x.c.Spare()-x.Used())
		}
	}
	return max(room, 0)
}

// Buf is memory of an account. The zero Buf is empty.
type Buf struct {
	view offheap.View
	size int
	acct *Account
}

// Alloc returns n cleared bytes, 64-byte aligned. It fails with 53200 when an
// account's limit or the system's memory is used up.
func (a *Account) Alloc(n int) (Buf, error) {
	relieve()
	var v offheap.View
	if !a.Try(func() bool { v = offheap.Of(a.c.Take(n), n); return !v.Nowhere() }) {
		return Buf{}, a.Refusal()
	}
	clear(v.Bytes(0, n))
	return Buf{view: v, size: n, acct: a}, nil
}

// View is the buffer's memory, borrowed until Free.
func (b Buf) View() offheap.View { return b.view }

// Reserve counts n bytes that are allocated elsewhere. It fails with 53200.
func (a *Account) Reserve(n int64) error {
	relieve()
	if !a.Try(func() bool { return a.c.Reserve(n) }) {
		return a.Refusal()
	}
	return nil
}

// Try calls take, which asks a for memory, and once more if it was refused because the process was full and caches
// had something to give. Who calls it holds no lock of a cache's.
func (a *Account) Try(take func() bool) bool {
	if take() {
		return true
	}
	if full, _ := a.c.Refused(); full != process.c {
		return false
	}
	before := process.Used()
	emptyCaches()
	return process.Used() < before && take()
}

// Release undoes Reserve.
func (a *Account) Release(n int64) { a.c.Count(-n) }

// Count counts n bytes that are there already, whatever the limits: others will be refused. Release undoes it.
func (a *Account) Count(n int64) { a.c.Count(n) }

// Refused reports whether a request to a was ever refused.
func (a *Account) Refused() bool {
	_, wanted := a.c.Refused()
	return wanted > 0
}

// Refusal is the error of the last request to a that was refused: 53200. It names a, the account whose
// limit was in the way, and how that limit is changed.
func (a *Account) Refusal() error {
	full, wanted := a.c.Refused()
	e := sqlerr.New(sqlerr.OutOfMemory, "out of memory: %s", a.path())
	for x := a; x != nil; x = x.parent {
		if x.c == full {
			e = e.WithDetail("Failed on request of %s: %s uses %s, its limit is %s.", size(wanted), x.name, size(x.Used()),
				size(x.Limit()))
			if x.hint != "" {
				e = e.WithHint("%s", x.hint)
			}
			return e
		}
	}
	return e.WithDetail("Failed on request of %s: the system has no more memory.", size(wanted))
}

// path is the account with those it belongs to, but for the process.
func (a *Account) path() string {
	if a.parent == nil || a.parent == process {
		return a.name
	}
	return a.name + " of " + a.parent.path()
}

// size is a number of bytes for people.
func size(n int64) string {
	if n < 10<<20 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d MB", n>>20)
}

// Close checks that nothing is in use any more.
func (a *Account) Close() error {
	if n := a.Used(); n != 0 {
		return fmt.Errorf("BUG: account %s closed with %d bytes in use", a.name, n)
	}
	return nil
}

// Size is the number of bytes.
func (b Buf) Size() int { return b.size }

// Bytes are the buffer's bytes, valid until Free.
func (b Buf) Bytes() []byte { return b.view.Bytes(0, b.size) }

// Free gives the bytes back and empties b. Freeing an empty Buf does nothing.
func (b *Buf) Free() {
	if b.view.Nowhere() {
		return
	}
	b.acct.c.Give(b.view.Pointer(), b.size)
	*b = Buf{}
}
