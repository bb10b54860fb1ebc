package replica

import (
	"fmt"
	"io"
	"sync"

	"github.com/hashicorp/raft"
	wal "github.com/hashicorp/raft-wal"

	"slipher/catalog/fault"
)

// store is the log on disk. After an error of its disk nobody knows what the
// disk holds (a write whose fsync failed may or may not be there after a
// restart), so that error is the last: whatever follows is refused with it, and
// Failed tells the process to end. Nothing that met it is ever reported as done.
type store struct {
	*wal.WAL
	failure failure
}

// failure is the first error of the log's disk.
type failure struct {
	once sync.Once
	done chan struct{} // closed once err is set
	err  error
}

func (f *failure) set(err error) {
	f.once.Do(func() {
		f.err = err
		close(f.done)
	})
}

func (f *failure) get() error {
	select {
	case <-f.done:
		return f.err
	default:
		return nil
	}
}

// guard runs one change of the log. A test may fail it beforehand by the point's name.
func (s *store) guard(point string, change func() error) error {
	if err := s.failure.get(); err != nil {
		return err
	}
	err := fault.Point(point)
	if err == nil {
		err = change()
	}
	if err != nil {
		err = fmt.Errorf("the catalog's log on disk (%s): %w", point, err)
		s.failure.set(err)
	}
	return err
}

// StoreLog implements raft.LogStore.
func (s *store) StoreLog(l *raft.Log) error { return s.StoreLogs([]*raft.Log{l}) }

// StoreLogs implements raft.LogStore.
func (s *store) StoreLogs(logs []*raft.Log) error {
	return s.guard("log.store", func() error {
		if err := s.WAL.StoreLogs(logs); err != nil {
			return err
		}
		return fault.Point("log.stored") // written, but nobody has heard of it
	})
}

// DeleteRange implements raft.LogStore.
func (s *store) DeleteRange(from, to uint64) error {
	return s.guard("log.cut", func() error { return s.WAL.DeleteRange(from, to) })
}

// Set implements raft.StableStore: votes. A vote that cannot be kept is not given.
func (s *store) Set(key, value []byte) error {
	return s.guard("log.vote", func() error { return s.WAL.Set(key, value) })
}

// SetUint64 implements raft.StableStore: terms. raft would end the process by a panic if
// it got an error. Without it nothing happens either: a replica that has failed neither votes nor
// stores, so that nobody can have relied on the term that is not kept.
func (s *store) SetUint64(key []byte, value uint64) error {
	_ = s.guard("log.term", func() error { return s.WAL.SetUint64(key, value) }) // Failed tells
	return nil
}

// snapshots are the snapshots on disk. An error here costs one snapshot, no
// more: the log is cut only behind one that is complete.
type snapshots struct{ raft.SnapshotStore }

// Create implements raft.SnapshotStore.
func (s snapshots) Create(v raft.SnapshotVersion, index, term uint64, c raft.Configuration, cIndex uint64,
	t raft.Transport) (raft.SnapshotSink, error) {
	if err := fault.Point("snapshot.create"); err != nil {
		return nil, err
	}
	sink, err := s.SnapshotStore.Create(v, index, term, c, cIndex, t)
	if err != nil {
		return nil, err
	}
	return snapshotSink{sink}, nil
}

// Open implements raft.SnapshotStore.
func (s snapshots) Open(id string) (*raft.SnapshotMeta, io.ReadCloser, error) {
	if err := fault.Point("snapshot.open"); err != nil {
		return nil, nil, err
	}
	return s.SnapshotStore.Open(id)
}

type snapshotSink struct{ raft.SnapshotSink }

func (s snapshotSink) Write(b []byte) (int, error) {
	if err := fault.Point("snapshot.write"); err != nil {
		return 0, err
	}
	return s.SnapshotSink.Write(b)
}

// Close makes the snapshot count.
func (s snapshotSink) Close() error {
	if err := fault.Point("snapshot.close"); err != nil {
		_ = s.SnapshotSink.Cancel()
		return err
	}
	if err := s.SnapshotSink.Close(); err != nil {
		return err
	}
	return fault.Point("snapshot.closed")
}
