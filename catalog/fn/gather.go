package fn

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"

	"slipher/catalog/types"
)

// GatherType is the type of the state that keeps a group's rows: bytes that mean something to gathered only
// (runtime/kernels/table/gather.c).
var GatherType = types.TText

// Flags of order_key.
const (
	OrderDescending = 1
	OrderNullsFirst = 2
	orderNull       = 4
)

// gatherGroup is what aggregates are made of that need their group's rows, in order perhaps, not only what one row
// after the other changes: gather_row(order_key(nothing, k, …), x) is a row, and "gather_rows" puts rows together.
//
// A state of rows is the rows one behind the other, so that states are put together as rows are.
func gatherGroup() Group {
	classes := []types.Phys{i64, i128, f64, str}
	g := Group{
		Ops: []*Op{
			{Name: "order_key", Nulls: CustomNull, EmitNull: emitOrderKey,
				Doc: "A sort key and behind it that of one more value; flags: 1 descending, 2 NULLs first."},
			{Name: "gather_row", Shapes: []Shape{shape(str, str, str)}, Emit: kernel("slp_gather_row"),
				Doc: "A sort key and a value in one string."},
		},
		Accumulators: []*Accumulator{{Name: "gather_rows", In: phys(str), State: statePhys(str),
			Type: stateType(GatherType), MayFail: true, Opens: true,
			Step: func(b GroupBuilder, _ types.Phys, state, x, _ Value) Value {
				return b.CallErr("slp_append", b.Arena(), state, x)
			}}},
		Kernels: []*Kernel{
			{Name: "slp_gather_row", Args: phys(str, str), Result: str, Arena: true, Pure: true,
				Doc: "a sort key and a value in one string"},
			{Name: "slp_append", Args: phys(types.NoPhys, str, str), Result: str, Err: true,
				Doc: "a state with the bytes of a string behind it"},
		},
	}
	for _, p := range []types.Phys{i8, i16, i32, i64, i128, f32, f64, str} {
		g.Ops[0].Shapes = append(g.Ops[0].Shapes, shape(str, p, i32, str))
	}
	for _, p := range classes {
		g.Kernels = append(g.Kernels, &Kernel{Name: "slp_order_" + p.String(), Args: phys(str, p, i32), Result: str,
			Arena: true, Pure: true, Doc: "a sort key with one more value"})
	}
	return g
}

func emitOrderKey(b Builder, sh Shape, args, nulls []Value) (Value, Value) {
	x, p, flags := args[1], sh.In[1], args[2]
	if nulls[1] != nil {
		flags = b.Select(nulls[1], b.Or(flags, b.Const(i32, orderNull)), flags)
	}
	x, p = widest(b, x, p)
	return b.Call("slp_order_"+p.String(), args[0], x, flags), nil
}

// widest is x in the widest class of its kind: integers in 64 bits, but for those of 128, and floats in DOUBLE.
func widest(b Builder, x Value, p types.Phys) (Value, types.Phys) {
	switch p {
	case i8:
		return b.ZExt(x, i64), i64
	case i16, i32:
		return b.SExt(x, i64), i64
	case f32:
		return b.FPExt(x), f64
	}
	return x, p
}

// gatheredRow is one of a group's rows.
type gatheredRow struct{ key, value []byte }

// gathered appends the rows of a state of "gather_rows", in the order in which they came. They borrow its bytes.
func gathered(rows []gatheredRow, state []byte) ([]gatheredRow, error) {
	for len(state) > 0 {
		if len(state) < 8 {
			return nil, errGathered
		}
		k, n := int(binary.LittleEndian.Uint32(state)), int(binary.LittleEndian.Uint32(state[4:]))
		if state = state[8:]; k > len(state) || n > len(state)-k {
			return nil, errGathered
		}
		rows = append(rows, gatheredRow{state[:k], state[k : k+n]})
		state = state[k+n:]
	}
	return rows, nil
}

var errGathered = errors.New("a state of rows is cut off")

// inOrder sorts rows by their keys. What is equal there is ordered by its bytes, so that the answer does not hang on
// where rows lay. Rows without keys stay as they are.
func inOrder(rows []gatheredRow) {
	if len(rows) == 0 || len(rows[0].key) == 0 {
		return
	}
	slices.SortFunc(rows, func(a, b gatheredRow) int {
		if c := bytes.Compare(a.key, b.key); c != 0 {
			return c
		}
		return bytes.Compare(a.value, b.value)
	})
}
