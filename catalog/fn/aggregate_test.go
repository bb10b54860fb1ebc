package fn

import (
	"testing"

	"slipher/catalog/types"
)

// account is a Finisher that looks whether there is what an aggregate asks for. Its terms are types.
type account struct {
	t    *testing.T
	tab  *Table
	what string
}

func (a *account) Type(x Term) types.Type { return x.(types.Type) }

func (a *account) Accumulate(name string, x Term) Term {
	acc := a.tab.Accumulator(name)
	if acc == nil {
		a.t.Fatalf("%s: no accumulator %s", a.what, name)
	}
	if x == nil {
		return acc.Type(types.TUnknown)
	}
	in := x.(types.Type)
	if acc.In != nil {
		found := false
		for _, p := range acc.In {
			found = found || p == in.Phys()
		}
		if !found {
			a.t.Errorf("%s: %s takes no %v", a.what, name, in)
		}
	}
	state := acc.Type(in)
	if got := acc.State(in.Phys()); got != state.Phys() {
		a.t.Errorf("%s: the state of %s over %v is %v, its type %v", a.what, name, in, got, state)
	}
	m := a.tab.Merged(acc)
	if m == nil || len(m.In) == 0 || m.State(state.Phys()) != state.Phys() || m.Type(state).Phys() != state.Phys() {
		a.t.Errorf("%s: states of %s are not put together by %s", a.what, name, acc.Merge)
	}
	return state
}

func (a *account) Count(x Term) Term { return a.Accumulate("count", x) }

func (a *account) Cast(x Term, to types.Type) (Term, error) {
	if _, ok := a.tab.Cast(x.(types.Type), to, Assignment); !ok {
		a.t.Errorf("%s: no cast of %v to %v", a.what, x, to)
	}
	return to, nil
}

func (a *account) Call(op string, ret types.Type, args ...Term) Term {
	o := a.tab.Op(op)
	if o == nil {
		a.t.Fatalf("%s: no operation %s", a.what, op)
	}
	for _, sh := range o.Shapes {
		fits := sh.Out == ret.Phys() && len(sh.In) == len(args)
		for i := range args {
			fits = fits && sh.In[i] == args[i].(types.Type).Phys()
		}
		if fits {
			return ret
		}
	}
	a.t.Errorf("%s: %s of %v giving %v has no shape", a.what, op, args, ret)
	return ret
}

func (a *account) Const(t types.Type, _ types.Datum) Term { return t }

func (a *account) Case(cond, x, y Term) Term {
	if cond.(types.Type).Kind != types.Bool || x.(types.Type).Phys() != y.(types.Type).Phys() {
		a.t.Errorf("%s: CASE of %v, %v, %v", a.what, cond, x, y)
	}
	return x
}

// Every aggregate finds what it is made of, over every type that it takes, and its result can be cast to what it
// promises.
func TestAggregates(t *testing.T) {
	tab := Default()
	n := 0
	for _, name := range tab.Names() {
		agg := tab.Aggregate(name)
		if agg == nil {
			continue
		}
		finish := func(what string, arg Term, ret types.Type) {
			a := &account{t, tab, what}
			var args []Term
			if arg != nil {
				args = append(args, arg)
				if agg.Pair {
					args = append(args, arg)
				}
				if agg.OrderedSet {
					for _, t := range agg.Direct {
						args = append(args, t)
					}
					args = append(args, types.TInt4)
				}
				for range agg.Constants {
					args = append(args, types.TText)
				}
				if agg.Ordered {
					args = append(args, GatherType)
				}
			}
			if agg.Arrays {
				args[0] = ret
			}
			r, err := agg.Finish(a, args)
			if err != nil {
				t.Errorf("%s: %v", what, err)
			} else if _, ok := tab.Cast(r.(types.Type), ret, Assignment); !ok {
				t.Errorf("%s gives %v, not %v", what, r, ret)
			}
			n++
		}
		if agg.Star.Kind != types.Unknown {
			finish(name+"(*)", nil, agg.Star)
		}
		for _, from := range sampleTypes {
			cast, ret, ok := agg.Bind(from)
			if !ok {
				continue
			}
			if cast.Kind == types.Unknown {
				cast = types.TText
			}
			if _, ok := tab.Cast(from, cast, Explicit); !ok {
				t.Errorf("%s(%v): no cast to %v", name, from, cast)
			}
			finish(name+"("+from.String()+")", cast, ret)
		}
	}
	if n < 150 {
		t.Errorf("only %d", n)
	}
}
