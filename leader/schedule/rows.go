package schedule

import (
	"bytes"
	"container/heap"
	"context"

	"slipher/compiler/plan"
	"slipher/runtime/chunk"
)

// Rows are a query's rows as the client gets them. Not safe for concurrent use,
// except Close, which may come at any time and ends the query.
type Rows struct {
	r             *run
	offset, limit int64 // left; limit -1: none

	read int64 // rows so far, with those that the offset leaves out

	runs   runHeap // sorted merge
	opened bool
	began  bool
	cur    head // the current row
	err    error
	over   bool
}

// head is a position in a run.
type head struct {
	c   *chunk.Chunk
	run *Run
	no  int
	row int
}

func newRows(r *run) *Rows {
	rows := &Rows{r: r, limit: -1}
	rows.offset = max(r.count(r.q.Merge.OffsetParam, 0), 0)
	rows.limit = r.count(r.q.Merge.LimitParam, -1)
	return rows
}

// count is a LIMIT's or OFFSET's value.
func (r *run) count(param int, none int64) int64 {
	if param < 0 || param >= len(r.params) || r.params[param].Value.Null {
		return none
	}
	return r.params[param].Value.Lo
}

// Columns are the result's columns. Chunks may have a sort key behind them.
func (rows *Rows) Columns() []plan.OutputColumn { return rows.r.q.Output }

// Next goes to the next row; false at the end or after an error (see Err). An INSERT has no rows: Next
// returns when it is committed.
func (rows *Rows) Next(ctx context.Context) bool {
	if rows.over {
		return false
	}
	if rows.limit == 0 {
		if rows.r.env.Whole {
			rows.finish(rows.drain(ctx))
		} else {
			rows.finish(errEnough)
		}
		return false
	}
	for {
		ok, err := rows.advance(ctx)
		if err != nil || !ok {
			rows.finish(err)
			return false
		}
		rows.read++
		if rows.offset == 0 {
			break
		}
		rows.offset--
	}
	if rows.limit > 0 {
		rows.limit--
	}
	return true
}

// Read is the number of rows so far, with those that the offset left out.
func (rows *Rows) Read() int64 { return rows.read }

// Chunk and Row are where the current row stands, valid until the next Next.
func (rows *Rows) Chunk() *chunk.Chunk { return rows.cur.c }

// Row is the current row's index in Chunk.
func (rows *Rows) Row() int { return rows.cur.row }

// Err is why Next returned false, nil at the end of the rows.
func (rows *Rows) Err() error { return rows.err }

// Stats are final after Next has returned false or after Close.
func (rows *Rows) Stats() Stats {
	rows.r.mu.Lock()
	defer rows.r.mu.Unlock()
	st := rows.r.stats
	st.Peak = rows.r.acct.Peak()
	return st
}

// Close ends the query if it still runs and frees everything. It returns the
// query's error. Idempotent.
func (rows *Rows) Close() error {
	rows.finish(errEnough)
	return rows.err
}

// drop frees the rows that are being read.
func (rows *Rows) drop() {
	if rows.cur.c != nil {
		rows.cur.c.Free()
	}
	for _, h := range rows.runs {
		if h.c != rows.cur.c {
			h.c.Free()
		}
	}
	rows.cur, rows.runs = head{}, nil
}

// drain tells the nodes that no more rows are wanted, and takes those that come all the same.
func (rows *Rows) drain(ctx context.Context) error {
	rows.drop()
	runs, err := rows.r.returns.Runs(ctx)
	if err != nil {
		return err
	}
	for _, run := range runs {
		if err := run.enough(); err != nil {
			return err
		}
	}
	for {
		c, _, err := rows.r.returns.Any(ctx)
		if err != nil || c == nil && rows.r.returns.over() {
			return err
		}
		if c != nil { // else the run was read in its order
			c.Free()
		}
	}
}

// finish ends the query: err nil after the last row.
func (rows *Rows) finish(err error) {
	if rows.over {
		return
	}
	rows.over = true
	rows.drop()
	rows.r.returns.drained()
	if err != nil {
		rows.r.fail(err)
	}
	<-rows.r.done
	rows.err = rows.r.failure()
}

func (rows *Rows) advance(ctx context.Context) (bool, error) {
	if !rows.began {
		rows.began = true
		want := int64(settleRows)
		if rows.limit >= 0 {
			want = min(want, rows.limit+min(rows.offset, settleRows))
		}
		rows.r.returns.settle(ctx, want)
	}
	if rows.r.q.Merge.Sorted {
		return rows.advanceSorted(ctx)
	}
	for {
		if rows.cur.c != nil {
			if rows.cur.row++; rows.cur.row < rows.cur.c.Rows() {
				return true, nil
			}
			run := rows.cur.run
			rows.cur.c.Free()
			rows.cur = head{}
			if err := run.Done(); err != nil {
				return false, err
			}
		}
		c, run, err := rows.r.returns.Any(ctx)
		if err != nil || c == nil {
			return false, err
		}
		rows.cur = head{c: c, run: run, row: -1}
	}
}

// advanceSorted merges the runs by the key in the last column, ties by run.
func (rows *Rows) advanceSorted(ctx context.Context) (bool, error) {
	if !rows.opened {
		runs, err := rows.r.returns.Runs(ctx)
		if err != nil {
			return false, err
		}
		rows.opened = true
		for i, run := range runs {
			h := &head{run: run, no: i, row: -1}
			ok, err := h.next(ctx)
			if err != nil {
				return false, err
			}
			if ok {
				rows.runs = append(rows.runs, h)
			}
		}
		heap.Init(&rows.runs)
	} else if len(rows.runs) > 0 {
		h := rows.runs[0]
		rows.cur = head{}
		ok, err := h.next(ctx)
		switch {
		case err != nil:
			heap.Pop(&rows.runs)
			return false, err
		case ok:
			heap.Fix(&rows.runs, 0)
		default:
			heap.Pop(&rows.runs)
		}
	}
	if len(rows.runs) == 0 {
		return false, nil
	}
	rows.cur = *rows.runs[0]
	return true, nil
}

// next goes to the run's next row. When there is none, or after an error, h holds no chunk.
func (h *head) next(ctx context.Context) (bool, error) {
	for {
		if h.c != nil {
			if h.row++; h.row < h.c.Rows() {
				return true, nil
			}
			h.c.Free()
			h.c = nil
			if err := h.run.Done(); err != nil {
				return false, err
			}
		}
		c, err := h.run.Next(ctx)
		if err != nil || c == nil {
			return false, err
		}
		h.c, h.row = c, -1
	}
}

func (h *head) key() []byte { return h.c.Str(len(h.c.Layout.Cols)-1, h.row) }

// runHeap has the smallest key on top.
type runHeap []*head

func (r runHeap) Len() int { return len(r) }
func (r runHeap) Less(i, j int) bool {
	if c := bytes.Compare(r[i].key(), r[j].key()); c != 0 {
		return c < 0
	}
	return r[i].no < r[j].no
}
func (r runHeap) Swap(i, j int) { r[i], r[j] = r[j], r[i] }
func (r *runHeap) Push(x any)   { *r = append(*r, x.(*head)) }
func (r *runHeap) Pop() any {
	old := *r
	h := old[len(old)-1]
	*r = old[:len(old)-1]
	return h
}
