package exec

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/offheap"
	"slipher/runtime/program"
)

// host runs host call k of the current program on one vector.
func (in *Instance) host(k int) error {
	h := &in.cur.v.seg.Hosts[k]
	op := in.q.e.fns.Op(h.Op)
	if op == nil || op.Host == nil {
		return sqlerr.New(sqlerr.InternalError, "BUG: no host function %s", h.Op)
	}
	c := &hostCall{in: in, view: in.cur.view(), h: h}
	if !op.Volatile {
		c.memo = in.memoOf(k)
	}
	err := op.Host(c)
	if err != nil { // which operation it was says which column (ErrorColumn)
		in.errOp = 1 + h.Ins
	}
	return err
}

// hostCall implements fn.HostCall over vectors in an instance's state.
type hostCall struct {
	in   *Instance
	view offheap.View // the instance's state
	h    *program.HostCall
	memo *memo // nil: each row by itself
}

func (c *hostCall) flag(off int64, row int) bool {
	return off != 0 && offheap.At[byte](c.view, off+int64(row)) != 0
}

// Rows visits selected rows without NULL arguments; the others' results become NULL.
func (c *hostCall) Rows(f func(row int) error) error {
	return c.AllRows(func(row int) error {
		for arg := range c.h.Nulls {
			if c.Null(arg, row) {
				c.SetNull(row)
				return nil
			}
		}
		return f(row)
	})
}

// AllRows visits selected rows; the results of those that a mask leaves out become NULL.
func (c *hostCall) AllRows(f func(row int) error) error {
	n := int(offheap.At[int64](c.view, c.h.Count))
	m := c.memo
	c.memo = nil // it is of one function of rows
	for i := 0; i < n; i++ {
		if c.in.q.canceled.Load() { // a regular expression may take long at each row
			return canceled()
		}
		row := i
		if c.h.Sel != 0 {
			row = int(offheap.At[int32](c.view, c.h.Sel+int64(4*i)))
		}
		if c.h.Mask != 0 && !c.flag(c.h.Mask, row) {
			c.SetNull(row)
			continue
		}
		if m != nil && !m.pays() {
			m = nil
		}
		if m != nil {
			if same := m.row(c, row); same >= 0 {
				c.copyRow(row, same)
				continue
			}
		}
		offheap.Set[byte](c.view, c.h.OutNull+int64(row), 0)
		if err := f(row); err != nil {
			return err
		}
	}
	return nil
}

// arg and out are where a row's argument and result lie.
func (c *hostCall) arg(arg, row int) int64 { return c.h.In[arg] + int64(row*c.h.InP[arg].Width()) }
func (c *hostCall) out(row int) int64      { return c.h.Out + int64(row*c.h.OutP.Width()) }

func (c *hostCall) Null(arg, row int) bool { return c.flag(c.h.Nulls[arg], row) }

func (c *hostCall) Int(arg, row int) int64 {
	return offheap.Int(c.view, c.arg(arg, row), c.h.InP[arg])
}

func (c *hostCall) Float(arg, row int) float64 {
	return offheap.Float(c.view, c.arg(arg, row), c.h.InP[arg])
}

func (c *hostCall) Str(arg, row int) []byte { return offheap.Str(c.view, c.arg(arg, row)) }

func (c *hostCall) Int128(arg, row int) (hi, lo int64) {
	if c.h.InP[arg] != types.I128 {
		v := c.Int(arg, row)
		return v >> 63, v
	}
	return offheap.Int128(c.view, c.arg(arg, row))
}

func (c *hostCall) SetInt(row int, v int64) { offheap.SetInt(c.view, c.out(row), c.h.OutP, v) }

func (c *hostCall) SetFloat(row int, v float64) {
	offheap.SetFloat(c.view, c.out(row), c.h.OutP, v)
}

func (c *hostCall) SetStr(row int, v []byte) {
	offheap.SetStr(c.view, c.out(row), v, c.in.small.View())
}

func (c *hostCall) SetInt128(row int, hi, lo int64) {
	offheap.SetInt128(c.view, c.out(row), hi, lo)
}

func (c *hostCall) SetNull(row int) {
	offheap.Set[byte](c.view, c.h.OutNull+int64(row), 1)
	clear(c.view.Bytes(c.out(row), c.h.OutP.Width()))
}
