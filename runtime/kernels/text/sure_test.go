package text_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// A call is sure where its constants rule its failure out, and only there.
func TestSure(t *testing.T) {
	T, I, N := types.TText, types.TInt4, types.TUnknown
	s := func(v string) *types.Datum { d := types.String(v); return &d }
	n := func(v int64) *types.Datum { d := types.Int(v); return &d }
	for _, c := range []struct {
		name   string
		args   []types.Type
		consts []*types.Datum
		want   bool
	}{
		{"like", []types.Type{T, N}, []*types.Datum{nil, s(`%gr\%n_`)}, true},
		{"like", []types.Type{T, N}, []*types.Datum{nil, s(`a\`)}, false},
		{"like", []types.Type{T, N}, []*types.Datum{nil, s(`a\\`)}, true},
		{"like", []types.Type{T, N}, []*types.Datum{nil, &types.NullDatum}, false},
		{"like", []types.Type{T, T}, []*types.Datum{nil, nil}, false},
		{"like", []types.Type{N, T}, []*types.Datum{s("a"), nil}, false},
		{"ilike", []types.Type{T, N}, []*types.Datum{nil, s("a%")}, true},
		{"like", []types.Type{T, N, N}, []*types.Datum{nil, s(`a\`), s("|")}, true},
		{"like", []types.Type{T, N, N}, []*types.Datum{nil, s(`a\`), s("")}, true},
		{"like", []types.Type{T, N, N}, []*types.Datum{nil, s("a|"), s("|")}, false},
		{"like", []types.Type{T, N, N}, []*types.Datum{nil, s("a"), s("||")}, false},
		{"like", []types.Type{T, N, T}, []*types.Datum{nil, s("a"), nil}, false},
		{"ilike", []types.Type{T, N, N}, []*types.Datum{nil, s("xA"), s("a")}, false},
		{"~", []types.Type{T, N}, []*types.Datum{nil, s("^a+")}, true},
		{"~", []types.Type{T, N}, []*types.Datum{nil, s("(")}, false},
		{"similar to", []types.Type{T, N}, []*types.Datum{nil, s("a(b|c)%")}, true},
		{"similar to", []types.Type{T, N}, []*types.Datum{nil, s("(")}, false},
		{"substring", []types.Type{T, I, I}, []*types.Datum{nil, nil, n(5)}, true},
		{"substring", []types.Type{T, I, I}, []*types.Datum{nil, n(1), n(-1)}, false},
		{"substring", []types.Type{T, I, I}, []*types.Datum{nil, n(1), nil}, false},
		{"split_part", []types.Type{T, T, I}, []*types.Datum{nil, nil, n(1)}, true},
		{"split_part", []types.Type{T, T, I}, []*types.Datum{nil, nil, n(0)}, false},
		{"split_part", []types.Type{T, T, types.TDecimal(2, 1)}, []*types.Datum{nil, nil, n(4)}, false}, // 0.4
		{"/", []types.Type{I, I}, []*types.Datum{nil, n(7)}, true},
		{"%", []types.Type{I, I}, []*types.Datum{nil, n(7)}, true},
		{"/", []types.Type{I, I}, []*types.Datum{nil, n(0)}, false},
		{"/", []types.Type{I, I}, []*types.Datum{nil, n(-1)}, false},
		{"/", []types.Type{I, I}, []*types.Datum{n(7), nil}, false},
		{"+", []types.Type{I, I}, []*types.Datum{nil, n(7)}, false},
	} {
		_, b, err := table.Resolve(c.name, c.args, c.consts)
		if err != nil || b.Sure != c.want {
			t.Errorf("%s%v: %v, %v", c.name, c.args, b.Sure, err)
		}
	}
}

// What is sure never fails, whatever the other arguments are.
func TestSureCallsPass(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 6))
	word := func() types.Datum {
		const letters = `aAbé%_\|(`
		runes := []rune(letters)
		var s []rune
		for range rng.IntN(6) {
			s = append(s, runes[rng.IntN(len(runes))])
		}
		return types.String(string(s))
	}
	number := func() types.Datum {
		return types.Int([...]int64{math.MinInt32, -2, -1, 0, 1, 2, math.MaxInt32}[rng.IntN(7)])
	}
	type call struct {
		name string
		args string // t: text, i: integer; upper case: a constant
	}
	sure := map[call]int{}
	calls := []call{{"like", "tT"}, {"ilike", "tT"}, {"like", "tTT"}, {"ilike", "tTT"}, {"~", "tT"}, {"similar to", "tT"},
		{"substring", "tiI"}, {"split_part", "ttI"}, {"/", "iI"}, {"%", "iI"}}
	for range 200_000 {
		c := calls[rng.IntN(len(calls))]
		var ts []types.Type
		var consts []*types.Datum
		var args []types.Datum
		for _, a := range c.args {
			v, typ := word(), types.TText
			if a == 'i' || a == 'I' {
				v, typ = number(), types.TInt4
			}
			args, ts = append(args, v), append(ts, typ)
			if a == 'T' || a == 'I' {
				consts = append(consts, &v)
			} else {
				consts = append(consts, nil)
			}
		}
		_, b, err := table.Resolve(c.name, ts, consts)
		if err != nil {
			t.Fatal(err)
		}
		if !b.Sure {
			continue
		}
		sure[c]++
		if _, code := run(b, args); code != fn.OK {
			t.Fatalf("%s%v failed: %v", c.name, args, code)
		}
	}
	for _, c := range calls {
		if sure[c] < 1000 {
			t.Errorf("%s(%s): %d sure calls", c.name, c.args, sure[c])
		}
	}
}
