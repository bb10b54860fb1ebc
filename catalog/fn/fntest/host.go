package fntest

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// hostRow is a fn.HostCall of one row.
type hostRow struct {
	args []types.Datum
	out  types.Datum
}

// EvalHost runs a host op on one row. An op that visits Rows is for arguments that are not NULL.
func EvalHost(op *fn.Op, args []types.Datum) (types.Datum, error) {
	h := &hostRow{args: args}
	if err := op.Host(h); err != nil {
		return types.Datum{}, err
	}
	return h.out, nil
}

func (h *hostRow) Rows(f func(row int) error) error    { return f(0) }
func (h *hostRow) AllRows(f func(row int) error) error { return f(0) }
func (h *hostRow) Null(arg, _ int) bool                { return h.args[arg].Null }
func (h *hostRow) Int(arg, _ int) int64                { return h.args[arg].Lo }
func (h *hostRow) Float(arg, _ int) float64            { return h.args[arg].Float() }
func (h *hostRow) Str(arg, _ int) []byte               { return []byte(h.args[arg].S) }
func (h *hostRow) Int128(arg, _ int) (hi, lo int64)    { return h.args[arg].Hi, h.args[arg].Lo }
func (h *hostRow) SetInt(_ int, v int64)               { h.out = types.Int(v) }
func (h *hostRow) SetFloat(_ int, v float64)           { h.out = types.Float(v) }
func (h *hostRow) SetStr(_ int, v []byte)              { h.out = types.String(string(v)) }
func (h *hostRow) SetInt128(_ int, hi, lo int64)       { h.out = types.Int128(hi, lo) }
func (h *hostRow) SetNull(_ int)                       { h.out = types.NullDatum }
