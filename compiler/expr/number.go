package expr

import (
	"encoding/binary"

	"slipher/catalog/types"
)

// Numbers gives expressions that mean the same one number. Every expression is looked at once
// (value numbering): a part's number stands for the part.
//
// The zero value is ready: expressions are the same if they are so to the letter, but for whether they
// may be NULL. What else counts as the same is for Param and Type to say.
type Numbers[R Ref] struct {
	// Param is the first of all parameters that are the same as the i-th. nil: each is its own.
	Param func(i int) int
	// Type is one type for all types that are the same. nil: each is its own.
	Type func(types.Type) types.Type
	// Nullable: expressions of which one may be NULL and the other not are different.
	Nullable bool

	seen   map[*Expr[R]]int
	shapes map[shape[R]]int
}

// shape is what makes two expressions the same.
type shape[R Ref] struct {
	kind     Kind
	typ      types.Type
	nullable bool
	op       string
	col      R
	param    int
	value    types.Datum
	args     string // their numbers
	rel      string
}

// Of is the number of e.
func (n *Numbers[R]) Of(e *Expr[R]) int {
	if k, ok := n.seen[e]; ok {
		return k
	}
	if n.seen == nil {
		n.seen, n.shapes = map[*Expr[R]]int{}, map[shape[R]]int{}
	}
	s := shape[R]{kind: e.Kind, typ: e.Type, nullable: n.Nullable && e.Nullable}
	if e.Rel != nil {
		s.rel = e.Rel.Text(n.Param)
	}
	if n.Type != nil {
		s.typ = n.Type(e.Type)
	}
	switch e.Kind {
	case Column:
		s.col = e.Col
	case Constant:
		s.value = e.Const
	case Call:
		s.op = e.Op.Name
	case Parameter, InList:
		if s.param = e.Param; n.Param != nil {
			s.param = n.Param(e.Param)
		}
	}
	if len(e.Args) > 0 {
		args := make([]byte, 0, 2*len(e.Args))
		for _, a := range e.Args {
			args = binary.AppendUvarint(args, uint64(n.Of(a)))
		}
		s.args = string(args)
	}
	k, ok := n.shapes[s]
	if !ok {
		k = len(n.shapes) + 1
		n.shapes[s] = k
	}
	n.seen[e] = k
	return k
}

// Same reports whether x and y mean the same.
func (n *Numbers[R]) Same(x, y *Expr[R]) bool { return x == y || n.Of(x) == n.Of(y) }

// SameLiterals is a Numbers.Param for which literal parameters of one type and value are the same.
func SameLiterals(params func() []Param) func(i int) int {
	first := map[paramShape][]int{}
	return func(i int) int {
		all := params()
		p := &all[i]
		if p.Client != 0 {
			return i
		}
		s := paramShape{p.Type, p.Value, p.IsList, len(p.List)}
		for _, j := range first[s] {
			if j < len(all) && p.Same(&all[j]) {
				return j
			}
		}
		first[s] = append(first[s], i)
		return i
	}
}

// paramShape is all of a literal parameter but a list's members.
type paramShape struct {
	t      types.Type
	value  types.Datum
	list   bool
	length int
}

// Same reports whether two parameters are literals of one type and value.
func (p *Param) Same(q *Param) bool {
	if p.Client != 0 || q.Client != 0 || p.IsList != q.IsList || len(p.List) != len(q.List) || p.Value != q.Value ||
		p.Type != q.Type {
		return false
	}
	for k := range p.List {
		if p.List[k] != q.List[k] {
			return false
		}
	}
	return true
}
