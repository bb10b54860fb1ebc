package fntest

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"slipher/catalog/fn"
)

// rowBuilder evaluates accumulators whose states are numbers: those that may have an inverse.
type rowBuilder struct{ Builder }

const noBytes = "BUG: an accumulator with an inverse keeps bytes, which this test does not evaluate"

func (b *rowBuilder) Keep(cond, x, state fn.Value) fn.Value { return b.Select(cond, x, state) }
func (b *rowBuilder) NewState(fn.Value, fn.Value, fn.Value) fn.Value {
	panic(noBytes)
}
func (b *rowBuilder) Address(fn.Value) fn.Value { panic(noBytes) }
func (b *rowBuilder) Arena() fn.Value           { panic(noBytes) }

// A value that was put to a state and taken out again, whatever was put there in between, leaves no trace: frames may
// move.
func TestUndo(t *testing.T) {
	tab, rnd := fn.Default(), rand.New(rand.NewPCG(1, 2))
	undone := map[string]bool{}
	for _, a := range tab.Accumulators() {
		undone[a.Name] = a.Undoes()
		if a.Undo == nil {
			continue
		}
		for _, in := range a.In {
			b := &rowBuilder{Builder{Table: tab}}
			value := func() fn.Value {
				x := big.NewInt(rnd.Int64N(1<<62) - 1<<61)
				return Int(in, x.Rsh(x, uint(rnd.IntN(62))))
			}
			state := func() fn.Value { return Int(a.State(in), new(big.Int)) }
			with, without := state(), state()
			var gone []fn.Value
			for range 200 {
				x, y := value(), value()
				with = a.Step(b, in, with, y, b.Bool(false))
				gone = append(gone, y)
				with, without = a.Step(b, in, with, x, b.Bool(false)), a.Step(b, in, without, x, b.Bool(false))
			}
			for _, x := range gone {
				with = a.Undo(b, in, with, x)
			}
			if got, want := with.(V), without.(V); got.I.Cmp(want.I) != 0 || b.Code != fn.OK {
				t.Errorf("%s of %v: %v, want %v (%v)", a.Name, in, got.I, want.I, b.Code)
			}
		}
	}
	for name, want := range map[string]bool{"count": true, "sum": true, "sumn": true, "sumf": false, "min": false,
		"gather_rows": false, "sketch": false} {
		if undone[name] != want {
			t.Errorf("%s: values can be taken out: %v", name, undone[name])
		}
	}
}
