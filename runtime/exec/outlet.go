package exec

import (
	"slipher/runtime/chunk"
	"slipher/runtime/kernels/table"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
	"slipher/runtime/page"
	"slipher/runtime/program"
)

// Output takes an instance's rows. False: no credit, the batch stays with the instance.
type Output interface {
	Send(dest int, b chunk.Batch) bool
}

// outlet is where rows wait that are to leave an instance, a place for each destination.
type outlet interface {
	// place is what generated code puts rows for a destination into, once ready has been called.
	place(dest int) offheap.View
	// ready makes room for so many more rows. It fails with 53200.
	ready(dest, rows int) error
	// full says whether rows for a destination must be sent before so many more can come.
	full(dest, rows int) bool
	// heavy says whether strings for a destination have become many.
	heavy(dest int) bool
	// holds reports whether there are rows for a destination.
	holds(dest int) bool
	// hand sends rows of a destination, so that there is room, or all of them; false: some are refused.
	hand(dest int, all bool, to Output) bool
	// strings is how many bytes of strings rows have had so far.
	strings() int64
	free()
}

// chunkOutlet is a chunk a destination: rows that leave the query.
type chunkOutlet struct {
	acct   *mem.Account
	layout *chunk.Layout
	chunks []*chunk.Chunk
	sent   int64 // bytes of strings
}

func newChunkOutlet(acct *mem.Account, cols []program.ChunkCol, dests int) *chunkOutlet {
	return &chunkOutlet{acct: acct, layout: chunk.LayoutOf(cols), chunks: make([]*chunk.Chunk, dests)}
}

func (o *chunkOutlet) place(dest int) offheap.View { return o.chunks[dest].View() }

func (o *chunkOutlet) ready(dest, _ int) error {
	if o.chunks[dest] != nil {
		return nil
	}
	c, err := chunk.New(o.acct, o.layout)
	if err == nil {
		o.chunks[dest] = c
	}
	return err
}

func (o *chunkOutlet) full(dest, rows int) bool { return o.chunks[dest].Rows()+rows > o.layout.Rows }
func (o *chunkOutlet) heavy(dest int) bool      { return o.chunks[dest].HeapBytes() > heapAtOnce }

func (o *chunkOutlet) holds(dest int) bool { return o.chunks[dest] != nil && o.chunks[dest].Rows() > 0 }

func (o *chunkOutlet) hand(dest int, _ bool, to Output) bool {
	if !o.holds(dest) {
		return true
	}
	bytes := o.chunks[dest].HeapBytes()
	if !to.Send(dest, o.chunks[dest]) {
		return false
	}
	o.chunks[dest] = nil
	o.sent += bytes
	return true
}

func (o *chunkOutlet) strings() int64 {
	n := o.sent
	for _, c := range o.chunks {
		n += c.HeapBytes()
	}
	return n
}

func (o *chunkOutlet) free() {
	for _, c := range o.chunks {
		if c != nil {
			c.Free()
		}
	}
}

// rowOutlet is a table a destination, whose pages are sent: rows for an exchange.
type rowOutlet struct {
	shape *program.TableShape
	tabs  []*table.Table
	pages []*page.Page // that were refused, by destination
	sent  int64        // bytes of strings
}

func newRowOutlet(acct *mem.Account, shape *program.TableShape, dests int, o Options,
	cancel *int32) (*rowOutlet, error) {
	r := &rowOutlet{shape: shape, pages: make([]*page.Page, dests)}
	for range dests {
		t, err := table.New(acct, shape.EntrySize, false, o.TableStart, nil)
		if err != nil {
			r.free()
			return nil, err
		}
		t.SetCancel(cancel)
		r.tabs = append(r.tabs, t)
	}
	return r, nil
}

func (o *rowOutlet) place(dest int) offheap.View { return o.tabs[dest].View() }

func (o *rowOutlet) ready(dest, rows int) error {
	if t := o.tabs[dest]; t.Room() < rows {
		return t.Grow(rows)
	}
	return nil
}

func (o *rowOutlet) full(dest, rows int) bool { return o.tabs[dest].Room() < rows }
func (o *rowOutlet) heavy(dest int) bool      { return o.tabs[dest].StringBytes() > heapAtOnce }

func (o *rowOutlet) holds(dest int) bool { return o.pages[dest] != nil || o.tabs[dest].Count() > 0 }

func (o *rowOutlet) hand(dest int, all bool, to Output) bool {
	t := o.tabs[dest]
	for {
		p := o.pages[dest]
		if p == nil {
			if !all && !t.Full() && !o.heavy(dest) {
				return true
			}
			d := t.Detach()
			if d == nil {
				return true
			}
			p = page.Of(o.shape, d)
			o.sent += p.HeapBytes()
		}
		if o.pages[dest] = p; !to.Send(dest, p) {
			return false
		}
		o.pages[dest] = nil
	}
}

func (o *rowOutlet) strings() int64 {
	n := o.sent
	for _, t := range o.tabs {
		n += t.StringBytes()
	}
	return n
}

func (o *rowOutlet) free() {
	for _, p := range o.pages {
		if p != nil {
			p.Free()
		}
	}
	for _, t := range o.tabs {
		t.Free()
	}
}
