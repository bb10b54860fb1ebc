package worker

import (
	"slipher/node/wire"
	"slipher/runtime/chunk"
)

// deleteSink collects the addresses of rows to delete. It takes what it gets at once.
type deleteSink struct {
	q    *query
	rows rowSet
}

func (s *deleteSink) output(*inst) *output { return &output{box: s, fixed: 0} }
func (s *deleteSink) dests() int           { return 1 }
func (s *deleteSink) instanceDone(*inst)   {}
func (s *deleteSink) sent() (int64, int64) { return s.rows.count(), 0 }
func (s *deleteSink) stop()                {}

// CanSend and Send implement the output's box.
func (s *deleteSink) CanSend(int) bool { return true }

func (s *deleteSink) Send(_ int, b chunk.Batch) bool {
	if err := s.rows.add(b.(*chunk.Chunk), 0); err != nil {
		s.q.fail(err)
	}
	b.Free()
	return true
}

func (s *deleteSink) complete(done func(error)) {
	var dead []wire.Deleted
	dead, err := s.rows.take()
	s.q.ex.sched.mu.Lock()
	s.q.deletes = append(s.q.deletes, dead...)
	s.q.ex.sched.mu.Unlock()
	done(err)
}
