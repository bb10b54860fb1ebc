package rms

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// An owner shows that it lives in two ways. It holds the store's lock, if the store has one (files
// have): the lock goes with the process. And it beats: it changes a word in the store all the time.
// Locks are believed between processes of one machine; between machines, and in stores without
// locks, silence is waited for.

// Rhythm is how often an owner beats, and how long a claimant must have heard no beat to
// take the owner for dead.
type Rhythm struct{ Beat, Silence time.Duration }

// rhythmOf: beats of a file store cost no more than a write into the page cache.
func rhythmOf(s Store) Rhythm {
	if _, ok := s.(seats); ok {
		return Rhythm{Beat: 200 * time.Millisecond, Silence: 1500 * time.Millisecond}
	}
	return Rhythm{Beat: time.Second, Silence: 5 * time.Second}
}

// seats is a store with a lock and a cheap word that need not be durable.
type seats interface {
	// lock takes the lock of the store, which ends with the process. ok: nobody else has it.
	lock() (unlock func(), ok bool, err error)
	beat(word string) error
	lastBeat() (string, error)
}

// beatName is the object of stores without seats in which an owner beats.
const beatName = "beat"

// released ends the word of an owner that has given up.
const released = "released"

// ErrOccupied: the storage's owner lives.
var ErrOccupied = errors.New("managed storage is in use by its owner")

// Seat is the place of the one owner. Sit takes it, Hold keeps it, Leave gives it up.
type Seat struct {
	s      Store
	rhythm Rhythm
	log    *slog.Logger
	unlock func() // nil: without the lock
}

// Patience is what a claimant does about an owner that lives: it waits so long for its end.
// Deposed: the owner has lost its right already (another leader of its cluster has been elected), so
// that a process which is stopped, and keeps its lock, need not be waited for.
type Patience struct {
	Wait    time.Duration
	Deposed bool
	Rhythm  Rhythm // zero: the store's
}

// Sit waits until the owner that the mark names (nil: none) does not live. ErrOccupied: it does.
func Sit(ctx context.Context, s Store, o *Owner, p Patience, log *slog.Logger) (*Seat, error) {
	seat := &Seat{s: s, rhythm: p.Rhythm, log: log}
	if seat.rhythm == (Rhythm{}) {
		seat.rhythm = rhythmOf(s)
	}
	silence := seat.rhythm.Silence
	if p.Deposed { // raft has said so already
		silence /= 3
	}
	here := o != nil && o.Machine == Machine()
	began := time.Now()
	moved := began
	last, err := seat.heard(ctx)
	if err != nil {
		return nil, err
	}
	for first := true; ; first = false {
		seat.tryLock()
		if o == nil || o.Token == "" || last == o.Token+" "+released || seat.unlock != nil && here {
			return seat, nil
		}
		now := time.Now()
		if !first {
			word, err := seat.heard(ctx)
			if err != nil {
				seat.Leave("")
				return nil, err
			}
			if word != last {
				last, moved = word, now
			}
		}
		quiet := now.Sub(moved) >= silence
		if quiet && (seat.unlock != nil || p.Deposed || !here || !seat.locks()) {
			return seat, nil
		}
		if (quiet || moved != began) && now.Sub(began) >= p.Wait {
			seat.Leave("")
			return nil, fmt.Errorf("%w, %s", ErrOccupied, o)
		}
		select {
		case <-time.After(seat.rhythm.Beat / 2):
		case <-ctx.Done():
			seat.Leave("")
			return nil, context.Cause(ctx)
		}
	}
}

// Force takes the place whoever has it.
func Force(s Store, log *slog.Logger) *Seat {
	seat := &Seat{s: s, rhythm: rhythmOf(s), log: log}
	seat.tryLock()
	return seat
}

func (t *Seat) locks() bool { _, ok := t.s.(seats); return ok }

func (t *Seat) tryLock() {
	l, ok := t.s.(seats)
	if !ok || t.unlock != nil {
		return
	}
	unlock, ok, err := l.lock()
	if err != nil { // some file systems have no locks: beats do
		t.log.Debug("managed storage cannot be locked", "err", err)
	}
	if ok {
		t.unlock = unlock
	}
}

// heard is the owner's word.
func (t *Seat) heard(ctx context.Context) (string, error) {
	if l, ok := t.s.(seats); ok {
		return l.lastBeat()
	}
	b, err := t.s.Get(ctx, beatName)
	if err != nil && sqlerr.From(err).Code == sqlerr.UndefinedFile {
		return "", nil
	}
	return string(b), err
}

func (t *Seat) say(ctx context.Context, word string) {
	var err error
	if l, ok := t.s.(seats); ok {
		err = l.beat(word)
	} else {
		err = t.s.Put(ctx, beatName, []byte(word))
	}
	if err != nil {
		t.log.Debug("managed storage's owner cannot beat", "err", err)
	}
}

// Hold beats for the claim until ctx ends, then leaves. It tells lost, once, when the mark is another's.
func (t *Seat) Hold(ctx context.Context, c state.Claim, lost func(error)) {
	tick := time.NewTicker(t.rhythm.Beat)
	defer tick.Stop()
	for n := 0; ; n++ {
		o, err := ReadOwner(ctx, t.s)
		if err == nil && o != nil && o.overrides(c) {
			t.Leave("")
			lost(errTaken(o))
			return
		}
		t.tryLock() // whoever had it may have gone
		t.say(ctx, c.Token+" "+strconv.Itoa(n))
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Leave(c.Token)
			return
		}
	}
}

// Leave gives the place up. token is the claim's, "" if another has the place.
func (t *Seat) Leave(token string) {
	if token != "" {
		ctx, cancel := context.WithTimeout(context.Background(), t.rhythm.Silence)
		defer cancel()
		if o, err := ReadOwner(ctx, t.s); err == nil && o != nil && o.Token == token {
			t.say(ctx, token+" "+released)
		}
	}
	if t.unlock != nil {
		t.unlock()
		t.unlock = nil
	}
}

// errTaken is what an owner reads that is none any more.
func errTaken(o *Owner) error {
	return sqlerr.New(sqlerr.AdminShutdown, "managed storage has another owner: %s", strings.TrimSpace(o.String())).
		WithHint("Two servers were started with one storage. This one must not write there any more.")
}
