package worker

import (
	"strconv"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/node/load"
	"slipher/node/wire"
	"slipher/runtime/abi"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
)

// textSource hands out COPY's input: batches of raw text from the leader, split
// into chunks of fields by the worker that takes them.
type textSource struct {
	q      *query
	layout *chunk.Layout
	opts   load.CopyOptions
	fields map[int]int // by table column: which field of a record goes there
	rows   int         // records a chunk: one vector, so that an error spoils one vector only

	acct *mem.Account // of text and fields

	// guarded by the scheduler's lock
	batches []textBatch // counted on acct
	ended   bool
}

// textBatch is a run of whole records of a file.
type textBatch struct {
	file string
	load.Batch
}

func newTextSource(q *query, l *chunk.Layout) (*textSource, error) {
	s := &textSource{q: q, layout: l, fields: map[int]int{}, acct: q.acct.Child("COPY (text and fields)")}
	in := q.start.Insert
	if in == nil || in.Text == nil {
		return nil, sqlerr.New(sqlerr.ProtocolViolation, "query %d reads text of no format", q.id)
	}
	if _, err := s.opts.UnmarshalMsg(in.Text.Options); err != nil {
		return nil, sqlerr.New(sqlerr.ProtocolViolation, "COPY's options: %v", err)
	}
	if err := s.opts.Check(); err != nil {
		return nil, err
	}
	for f, fc := range s.opts.Columns {
		for c, tc := range in.Columns {
			if fc.Name == tc.Name {
				s.fields[c] = f
			}
		}
	}
	rows := q.start.Options.VectorRows
	if most := min(abi.VectorRows, l.Rows); rows <= 0 || rows > most {
		rows = most
	}
	s.rows = rows
	return s, nil
}

// put takes a message of exchange TextExchange in. Called with the lock held. It fails with 53200.
func (s *textSource) put(d *wire.Data) error {
	if d.Kind == wire.DataEnd {
		s.ended = true
		return nil
	}
	if err := s.acct.Reserve(int64(len(d.Body))); err != nil {
		return err
	}
	s.batches = append(s.batches, textBatch{d.Name, load.Batch{Line: d.N, Data: append([]byte(nil), d.Body...)}})
	return nil
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
		in.text.through()
		in.text.text = int64(len(b.Data))
		parts, bad, err := load.SplitText(&b.Batch, &s.opts, s.layout, s.acct, s.rows, s.q.start.Insert.Text.MaxErrors)
		if err != nil {
			return false, nil, err
		}
		for _, p := range parts {
			in.text.pending = append(in.text.pending, textChunk{chunk: p.Chunk, part: p, file: b.file})
		}
		var refused []wire.RecordError
		for _, e := range bad {
			refused = append(refused, recordError(b.file, e))
		}
		s.q.refuse(refused)
		// The credit is for the text: the chunks are this instance's own, and it takes no other
		// batch before they are through.
		if err := s.q.leader.Send(&wire.Data{Query: s.q.id, Exch: wire.TextExchange, Kind: wire.DataCredit,
			N: 1}); err != nil {
			return false, nil, wire.Lost(s.q.leader.Peer())
		}
		if len(parts) == 0 {
			return false, nil, s.q.tooManyRefused()
		}
		return in.text.feed(x)
	}, true
}

func (s *textSource) over(in *inst) bool {
	return s.ended && len(s.batches) == 0 && len(in.text.pending) == 0
}

func (s *textSource) stop() {
	for _, b := range s.batches {
		s.acct.Release(int64(len(b.Data)))
	}
	s.batches = nil
}

// textChunk is records split into fields: a part of a batch, or one row of a part of which a row failed.
type textChunk struct {
	chunk  *chunk.Chunk // owned until it is given to the instance; single: nil, made when it is due
	part   *load.Part   // describes the rows
	file   string
	single bool
	row    int  // single: number in the part
	last   bool // single: the part's chunk can go after this one
}

// textInput is an instance's share of the text. Used by the one who runs the
// instance (the scheduler looks at pending when nobody does).
type textInput struct {
	src     *textSource
	pending []textChunk
	now     textChunk // given to the instance
	saved   []byte    // now's rows, to find the bad ones
	text    int64     // bytes of the batch that pending and now are of, counted on the source's account
}

// through gives back the batch that the instance has worked through.
func (t *textInput) through() {
	t.src.acct.Release(t.text)
	t.text = 0
}

// feed gives the next pending chunk to the instance.
func (t *textInput) feed(x Instance) (bool, func() error, error) {
	if x == nil { // stop frees what is pending
		return false, nil, nil
	}
	c := t.pending[0].chunk
	if t.pending[0].single {
		var err error
		if c, err = t.one(&t.pending[0]); err != nil {
			return false, nil, err
		}
	}
	t.now = t.pending[0]
	t.pending = t.pending[1:]
	t.now.chunk = nil
	var done func() error
	if !t.now.single {
		t.now.part.Chunk = nil
		t.saved = c.AppendWire(t.saved[:0])
	} else if t.now.last {
		part := t.now.part
		done = func() error { part.Chunk.Free(); return nil }
	}
	x.SetChunk(c)
	return true, done, nil
}

// failed deals with an error of the chunk in work: an error of a value is tried
// row by row, and rows that fail alone are refused. Other errors end the query.
func (t *textInput) failed(in *inst, err error) error {
	if !isDataError(err) {
		return err
	}
	q := t.src.q
	now := t.now
	if now.single {
		field, ok := t.src.fields[in.x.ErrorColumn()]
		if !ok {
			field = -1
		}
		e := now.part.Record(now.row, field)
		se := sqlerr.From(err)
		typ := types.TText
		if field >= 0 {
			typ = t.src.opts.Columns[field].Type
		}
		e.Code, e.Reason = load.CodeOf(se.Code, typ), se.Message
		r := recordError(now.file, e)
		r.State = string(se.Code)
		q.refuse([]wire.RecordError{r})
		return nil
	}
	c, e := chunk.FromWire(t.src.acct, t.src.layout, t.saved)
	if e != nil {
		return e
	}
	now.part.Chunk = c // freed behind the last row
	singles := make([]textChunk, 0, c.Rows())
	for row := range c.Rows() {
		singles = append(singles, textChunk{part: now.part, file: now.file, single: true, row: row, last: row == c.Rows()-1})
	}
	t.pending = append(singles, t.pending...)
	return nil
}

// one makes the chunk of a single row. (Not before it is due: a chunk has room for thousands.)
func (t *textInput) one(s *textChunk) (*chunk.Chunk, error) {
	c, err := chunk.New(t.src.acct, t.src.layout)
	if err != nil {
		return nil, err
	}
	for col := range t.src.layout.Cols {
		c.SetDatum(col, 0, s.part.Chunk.Datum(col, s.row))
	}
	c.SetRows(1)
	if err := c.Err(); err != nil {
		c.Free()
		return nil, err
	}
	return c, nil
}

// stop frees what waits.
func (t *textInput) stop() {
	for _, c := range t.pending {
		if c.chunk != nil {
			c.chunk.Free()
		}
		if c.last {
			c.part.Chunk.Free()
		}
	}
	t.pending = nil
	t.through()
}

// recordError is a refused record as it travels.
func recordError(file string, e load.RecordError) wire.RecordError {
	return wire.RecordError{File: file, Line: e.Line, Column: e.Name, Type: e.Type, Value: e.Value, Raw: e.Raw,
		Code: strconv.Itoa(e.Code), State: string(e.SQLState()), Reason: e.Reason}
}

// isDataError: the value is to blame, not the system.
func isDataError(err error) bool {
	c := string(sqlerr.From(err).Code)
	return len(c) == 5 && (c[:2] == "22" || c[:2] == "23")
}

// refuse notes rows that COPY does not load.
func (q *query) refuse(bad []wire.RecordError) {
	if len(bad) == 0 {
		return
	}
	sch := q.ex.sched
	sch.mu.Lock()
	defer sch.mu.Unlock()
	q.records = wire.FirstRecords(append(q.records, bad...), q.start.Insert.Text.MaxErrors+1)
}

// tooManyRefused is an error once more rows were refused than COPY allows. It
// is asked behind a batch of text, so that the client reads of its first bad row, whatever step refused it.
func (q *query) tooManyRefused() error {
	sch := q.ex.sched
	sch.mu.Lock()
	defer sch.mu.Unlock()
	if int64(len(q.records)) <= q.start.Insert.Text.MaxErrors {
		return nil
	}
	wire.SortRecords(q.records)
	first := q.records[0]
	return sqlerr.New(sqlerr.Code(first.State), "%s", first.Reason)
}
