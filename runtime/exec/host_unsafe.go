package exec

import (
	"slices"
	"strings"
	"unsafe"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/chunk"
	"slipher/runtime/program"
)

// host runs host call k of the current program on one vector.
func (in *Instance) host(k int) error {
	h := &in.cur.v.seg.Hosts[k]
	op := in.q.e.fns.Op(h.Op)
	if op == nil || op.Host == nil {
		return sqlerr.New(sqlerr.InternalError, "BUG: no host function %s", h.Op)
	}
	err := op.Host(&hostCall{in: in, s: in.cur, h: h})
	if err != nil { // which operation it was says which column (ErrorColumn)
		in.errOp = 1 + slices.IndexFunc(in.cur.v.seg.Ins, func(i program.Ins) bool {
			n := len(i.Off) // k and the operation's number come last
			return strings.HasPrefix(i.Fn, "host") && n >= 2 && i.Off[n-2] == int64(k)
		})
	}
	return err
}

// hostCall implements fn.HostCall over vectors in an instance's state.
type hostCall struct {
	in *Instance
	s  *state
	h  *program.HostCall
}

func (c *hostCall) flag(off int64, row int) bool {
	return off != 0 && *(*byte)(c.s.at(off + int64(row))) != 0
}

// Rows visits selected rows without NULL arguments; the others' results become NULL.
func (c *hostCall) Rows(f func(row int) error) error {
	n := int(*c.s.word(c.h.Count))
	for i := 0; i < n; i++ {
		if c.in.q.canceled.Load() { // a regular expression may take long at each row
			return canceled()
		}
		row := i
		if c.h.Sel != 0 {
			row = int(*(*int32)(c.s.at(c.h.Sel + int64(4*i))))
		}
		null := c.h.Mask != 0 && !c.flag(c.h.Mask, row)
		for _, off := range c.h.Nulls {
			null = null || c.flag(off, row)
		}
		if null {
			c.SetNull(row)
			continue
		}
		*(*byte)(c.s.at(c.h.OutNull + int64(row))) = 0
		if err := f(row); err != nil {
			return err
		}
	}
	return nil
}

func (c *hostCall) arg(arg, row int) unsafe.Pointer {
	return c.s.at(c.h.In[arg] + int64(row*c.h.InP[arg].Width()))
}

func (c *hostCall) out(row int) unsafe.Pointer {
	return c.s.at(c.h.Out + int64(row*c.h.OutP.Width()))
}

func (c *hostCall) Int(arg, row int) int64 {
	p := c.arg(arg, row)
	switch c.h.InP[arg] {
	case types.I8:
		return int64(*(*int8)(p))
	case types.I16:
		return int64(*(*int16)(p))
	case types.I32:
		return int64(*(*int32)(p))
	}
	return *(*int64)(p)
}

func (c *hostCall) Float(arg, row int) float64 {
	p := c.arg(arg, row)
	if c.h.InP[arg] == types.F32 {
		return float64(*(*float32)(p))
	}
	return *(*float64)(p)
}

func (c *hostCall) Str(arg, row int) []byte { return chunk.StrAt(c.arg(arg, row)) }

func (c *hostCall) Int128(arg, row int) (hi, lo int64) {
	if c.h.InP[arg] != types.I128 {
		v := c.Int(arg, row)
		return v >> 63, v
	}
	p := c.arg(arg, row)
	return *(*int64)(unsafe.Add(p, 8)), *(*int64)(p)
}

func (c *hostCall) SetInt(row int, v int64) {
	putDatum(c.out(row), nil, c.h.OutP, types.Int(v))
}

func (c *hostCall) SetFloat(row int, v float64) {
	putDatum(c.out(row), nil, c.h.OutP, types.Float(v))
}

func (c *hostCall) SetStr(row int, v []byte) { chunk.PutStr(c.out(row), c.in.small.Ptr(), v) }

func (c *hostCall) SetInt128(row int, hi, lo int64) {
	putDatum(c.out(row), nil, c.h.OutP, types.Int128(hi, lo))
}

func (c *hostCall) SetNull(row int) {
	*(*byte)(c.s.at(c.h.OutNull + int64(row))) = 1
	clear(unsafe.Slice((*byte)(c.out(row)), c.h.OutP.Width()))
}
