package replica

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/hashicorp/raft"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// fsm is raft's view of the catalog. Apply and Restore come from one goroutine
// of raft's; readers come from anywhere.
type fsm struct {
	mu   sync.Mutex
	cur  *state.Catalog // guarded by mu
	next chan struct{}  // guarded by mu; closed when cur is replaced

	// stuck is set by an entry that a later version has written: what the catalog is after it nobody
	// knows here, so nothing more is applied and no snapshot taken. Raft's goroutine alone uses it.
	stuck error
	// lost, unless nil, is told once.
	lost func(error)
}

func newFSM() *fsm { return &fsm{cur: state.New(), next: make(chan struct{})} }

func (f *fsm) catalog() *state.Catalog {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cur
}

func (f *fsm) changed() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.next
}

func (f *fsm) publish(c *state.Catalog) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cur = c
	close(f.next)
	f.next = make(chan struct{})
}

// Apply runs the commands of one committed entry. Its answer is always a []*state.Result, one for
// each command: bytes that are no commands are an error of that entry, the same on every leader. An operation that only
// a later version knows is the end of this process.
func (f *fsm) Apply(l *raft.Log) any {
	if f.stuck != nil {
		return refused(f.stuck)
	}
	cmds, err := state.DecodeEntry(l.Data)
	if errors.Is(err, state.ErrUnknownOp) {
		f.stuck = fmt.Errorf(
			"entry %d of the catalog's log: %w; start a version that does, at least as new as the newest that has been the "+
				"active leader", l.Index, err)
		if f.lost != nil {
			f.lost(f.stuck)
		}
		return refused(f.stuck)
	}
	if err != nil {
		return []*state.Result{{Err: sqlerr.New(sqlerr.DataCorrupted, "log entry %d: %v", l.Index, err)}}
	}
	next, out := f.catalog(), make([]*state.Result, len(cmds))
	for i, cmd := range cmds {
		next, out[i] = next.Apply(cmd)
	}
	f.publish(next)
	return out
}

func refused(why error) []*state.Result {
	return []*state.Result{{Err: sqlerr.New(sqlerr.DataCorrupted, "%v", why)}}
}

// Snapshot pins the current version; writing it out happens beside Apply.
func (f *fsm) Snapshot() (raft.FSMSnapshot, error) {
	if f.stuck != nil {
		return nil, f.stuck
	}
	return snapshot{f.catalog()}, nil
}

// Restore replaces the catalog by a snapshot.
func (f *fsm) Restore(from io.ReadCloser) error {
	defer from.Close()
	data, err := io.ReadAll(from)
	if err != nil {
		return fmt.Errorf("read catalog snapshot: %w", err)
	}
	c, err := state.Decode(data)
	if err != nil {
		return err
	}
	f.publish(c)
	return nil
}

type snapshot struct{ catalog *state.Catalog }

func (s snapshot) Persist(sink raft.SnapshotSink) error {
	data, err := s.catalog.Encode()
	if err == nil {
		_, err = sink.Write(data)
	}
	if err != nil {
		return fmt.Errorf("write catalog snapshot: %w", errors.Join(err, sink.Cancel()))
	}
	return sink.Close()
}

func (s snapshot) Release() {}
