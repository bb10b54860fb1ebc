package expr

import (
	"fmt"
	"reflect"
	"testing"

	"slipher/catalog/types"
)

// sub is a relation that reads some columns of the row around it.
type sub struct{ free []*pexpr }

func (s *sub) Free() []position {
	var out []position
	for _, e := range s.free {
		e.Columns(func(c position) { out = append(out, c) })
	}
	return out
}

func (s *sub) Replace(f func(*pexpr) *pexpr) Relation[position] {
	out := &sub{}
	for _, e := range s.free {
		out.free = append(out.free, e.Map(f))
	}
	return out
}

func (s *sub) Text(func(int) int) string { return fmt.Sprint(s.Free()) }

func column(c position) *pexpr { return Col(c, types.TInt4, false) }

func calls(op string, args ...*pexpr) *pexpr {
	return CallOf(operations.Op(op), types.TInt4, nil, args...)
}

func columns(e *pexpr) (out []position) {
	e.Columns(func(c position) { out = append(out, c) })
	return out
}

// What a relation reads of the row around it counts as read, and is renamed with the rest; nothing else is copied.
func TestRelationInExpression(t *testing.T) {
	in := &sub{[]*pexpr{column(3), column(4)}}
	e := calls("add", calls("neg", column(1)), &pexpr{Kind: Scalar, Type: types.TInt4, Nullable: true, Rel: in})
	if got := columns(e); !reflect.DeepEqual(got, []position{1, 3, 4}) {
		t.Errorf("reads %v", got)
	}
	r := e.Substitute(map[position]*pexpr{3: column(7)})
	if got := columns(r); !reflect.DeepEqual(got, []position{1, 7, 4}) {
		t.Errorf("reads %v afterwards", got)
	}
	if got := columns(e); !reflect.DeepEqual(got, []position{1, 3, 4}) {
		t.Errorf("the first expression reads %v now", got)
	}
	if r.Args[0] != e.Args[0] {
		t.Error("a part in which nothing changed was copied")
	}
	if e.Substitute(map[position]*pexpr{9: column(8)}) == nil || !e.MayFail() || e.Args[1].Failure() != ForSomeRow {
		t.Error("a scalar subquery may have too many rows")
	}
	if text := (&Printer[position]{Column: func(c position) string {
		return fmt.Sprint("c",
			c)
	}}).Text(e); text != "((- c1) + SCALAR(c3, c4))" {
		t.Error(text)
	}
}

// Failing for all rows or for none is not failing for some.
func TestFailure(t *testing.T) {
	one := Number[position](types.TInt4, 1)
	for _, c := range []struct {
		e    *pexpr
		want Failure
	}{
		{column(1), Never},
		{calls("div", one, one), AllOrNone},
		{calls("div", one, column(1)), ForSomeRow},
		{calls("eq", column(1), calls("div", one, one)), AllOrNone},
		{AllOf([]*pexpr{calls("eq", column(1), one), calls("add", column(1), one)}), ForSomeRow},
	} {
		if got := c.e.Failure(); got != c.want {
			t.Errorf("%v: %v, want %v", c.e, got, c.want)
		}
		var f Facts[position]
		if f.Fails(c.e) != (c.want != Never) {
			t.Errorf("%v: Facts say %v", c.e, f.Fails(c.e))
		}
	}
}

// Equal expressions have one number, whatever objects they are.
func TestNumbers(t *testing.T) {
	params := []Param{{Type: types.TInt4, Value: types.Int(5)}, {Type: types.TInt4, Value: types.Int(5)},
		{Type: types.TInt4, Client: 1}, {Type: types.TInt4, Client: 1}}
	p := func(i int) *pexpr { return &pexpr{Kind: Parameter, Type: types.TInt4, Param: i} }
	n := Numbers[position]{Param: SameLiterals(func() []Param { return params })}
	for _, c := range []struct {
		x, y *pexpr
		same bool
	}{
		{calls("add", column(1), p(0)), calls("add", column(1), p(1)), true},
		{calls("add", column(1), p(2)), calls("add", column(1), p(3)), false},
		{calls("add", column(1), column(2)), calls("add", column(2), column(1)), false},
		{calls("add", column(1), column(2)), calls("sub", column(1), column(2)), false},
		{column(1), column(1).As(types.TInt8), false},
		{Null[position](types.TInt4), Number[position](types.TInt4, 0), false},
	} {
		if got := n.Same(c.x, c.y); got != c.same {
			t.Errorf("%v, %v: %v", c.x, c.y, got)
		}
	}
	exact := Numbers[position]{}
	if exact.Same(p(0), p(1)) {
		t.Error("two parameters are one")
	}
}
