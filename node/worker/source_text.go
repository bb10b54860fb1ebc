package worker

import (
	"errors"

	"slipher/catalog/sqlerr"
	"slipher/node/wire"
	"slipher/runtime/abi"
	"slipher/runtime/chunk"
)

// textSource hands out COPY's input: batches of raw text from the leader, split
// into chunks of fields by the worker that takes them.
type textSource struct {
	q      *query
	layout *chunk.Layout
	rows   int // records a chunk: one vector, so that an error spoils one vector only

	// guarded by the scheduler's lock
	batches []TextBatch
	ended   bool
}

func newTextSource(q *query, l *chunk.Layout) *textSource {
	rows := q.start.Options.VectorRows
	if rows <= 0 || rows > abi.VectorRows {
		rows = abi.VectorRows
	}
	return &textSource{q: q, layout: l, rows: rows}
}

// put takes a message of exchange TextExchange in. Called with the lock held.
func (s *textSource) put(d *wire.Data) {
	if d.Kind == wire.DataEnd {
		s.ended = true
		return
	}
	s.batches = append(s.batches, TextBatch{File: d.Name, Line: d.N, Bytes: append([]byte(nil), d.Body...)})
}

func (s *textSource) next(in *inst) (feed, bool) {
	if len(in.text.pending) > 0 {
		return in.text.feed, true
	}
	if len(s.batches) == 0 {
		return nil, false
	}
	b := s.batches[0]
	s.batches = s.batches[1:]
	return func(x Instance) (bool, func() error, error) {
		chunks, bad, err := split(s.q.start.Insert.Text, b, s.layout, s.q.acct, s.rows)
		if err != nil {
			return false, nil, err
		}
		in.text.pending = chunks
		if err := s.q.refuse(bad); err != nil {
			return false, nil, err
		}
		// The credit is for the text: the chunks are this instance's own, and it takes no other
		// batch before they are through.
		if err := s.q.leader.Send(&wire.Data{Query: s.q.id, Exch: wire.TextExchange, Kind: wire.DataCredit, N: 1}); err != nil {
			return false, nil, err
		}
		if len(chunks) == 0 {
			return false, nil, nil
		}
		return in.text.feed(x)
	}, true
}

func (s *textSource) over(in *inst) bool {
	return s.ended && len(s.batches) == 0 && len(in.text.pending) == 0
}

func (s *textSource) stop() { s.batches = nil }

// textInput is an instance's share of the text. Used by the one who runs the
// instance (the scheduler looks at pending when nobody does).
type textInput struct {
	src     *textSource
	pending []TextChunk
	now     TextChunk // given to the instance, its Chunk is no longer ours
	saved   []byte    // now's rows, to find the bad ones
}

// feed gives the next pending chunk to the instance.
func (t *textInput) feed(x Instance) (bool, func() error, error) {
	t.now = t.pending[0]
	t.pending = t.pending[1:]
	c := t.now.Chunk
	t.now.Chunk = nil
	t.saved = c.AppendWire(t.saved[:0])
	x.SetChunk(c)
	return true, nil, nil
}

// failed deals with an error of the chunk in work: an error of a value is tried
// row by row, and rows that fail alone are refused. Other errors end the query.
func (t *textInput) failed(in *inst, err error) error {
	if !isDataError(err) || t.saved == nil {
		return err
	}
	q := t.src.q
	c, e := chunk.FromWire(q.acct, t.src.layout, t.saved)
	if e != nil {
		return e
	}
	defer c.Free()
	if c.Rows() == 1 {
		col := -1
		var ce interface{ SourceColumn() int }
		if errors.As(err, &ce) {
			col = ce.SourceColumn()
		}
		r := t.now.Record(0, col)
		se := sqlerr.From(err)
		r.Code, r.Reason = string(se.Code), se.Message
		return q.refuse([]wire.RecordError{r})
	}
	var singles []TextChunk
	for row := range c.Rows() {
		one, e := chunk.New(q.acct, t.src.layout)
		if e != nil {
			for _, s := range singles {
				s.Chunk.Free()
			}
			return e
		}
		for col := range t.src.layout.Cols {
			one.SetDatum(col, 0, c.Datum(col, row))
		}
		one.SetRows(1)
		record := t.now.Record
		singles = append(singles, TextChunk{Chunk: one, Record: func(_, column int) wire.RecordError { return record(row, column) }})
	}
	t.pending = append(singles, t.pending...)
	return nil
}

// stop frees what waits.
func (t *textInput) stop() {
	for _, c := range t.pending {
		c.Chunk.Free()
	}
	t.pending = nil
}

// isDataError: the value is to blame, not the system.
func isDataError(err error) bool {
	c := string(sqlerr.From(err).Code)
	return len(c) == 5 && (c[:2] == "22" || c[:2] == "23")
}

// refuse notes rows that COPY does not load; an error when there are too many.
func (q *query) refuse(bad []wire.RecordError) error {
	if len(bad) == 0 {
		return nil
	}
	sch := q.ex.sched
	sch.mu.Lock()
	defer sch.mu.Unlock()
	q.records = append(q.records, bad...)
	q.refused += int64(len(bad))
	if q.refused <= q.start.Insert.Text.MaxErrors {
		return nil
	}
	first := q.records[0]
	return sqlerr.New(sqlerr.Code(first.Code), "%s", first.Reason).
		WithDetail("File %s, line %d, column %s, value %q.", first.File, first.Line, first.Column, first.Value)
}
