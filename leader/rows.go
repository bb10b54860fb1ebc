package leader

import (
	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/leader/pgwire"
)

// lines is a result of one text column: EXPLAIN.
func lines(w pgwire.ResultWriter, column string, text []string, tag string) error {
	if err := w.Columns(linesColumns(column)); err != nil {
		return err
	}
	rows := make(pgwire.Datums, len(text))
	for i, l := range text {
		rows[i] = []types.Datum{types.String(l)}
	}
	if err := w.Rows(rows, 0, len(rows)); err != nil {
		return err
	}
	return w.Complete(tag)
}

func linesColumns(column string) []plan.OutputColumn {
	return []plan.OutputColumn{{Name: column, Type: types.TText}}
}

// window sends rows to the client behind the query's OFFSET and up to its LIMIT.
type window struct {
	w      pgwire.ResultWriter
	skip   int64 // rows still to be passed over
	left   int64 // rows still to be sent, -1: all
	sent   int64
	closed bool // the limit is reached
}

// newWindow reads the limits of q's last step.
func newWindow(w pgwire.ResultWriter, q *plan.Query, params []plan.Param) *window {
	out := &window{w: w, left: -1}
	if i := q.Merge.LimitParam; i >= 0 && !params[i].Value.Null {
		out.left = params[i].Value.Lo
		out.closed = out.left == 0
	}
	if i := q.Merge.OffsetParam; i >= 0 && !params[i].Value.Null {
		out.skip = params[i].Value.Lo
	}
	return out
}

// rows sends rows [from, to) of r.
func (o *window) rows(r pgwire.Rows, from, to int) error {
	if n := int64(to - from); o.skip >= n {
		o.skip -= n
		return nil
	}
	from += int(o.skip)
	o.skip = 0
	if o.left >= 0 {
		to = from + int(min(int64(to-from), o.left))
		o.left -= int64(to - from)
		o.closed = o.left == 0
	}
	if from >= to {
		return nil
	}
	o.sent += int64(to - from)
	return o.w.Rows(r, from, to)
}
