package state

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/tinylib/msgp/msgp"

	"slipher/catalog/bound"
	"slipher/catalog/sqlerr"
)

// Op is one operation of a command: a pointer to a body, each of which has a file op_NAME.go that
// holds all there is to know of it: what it says, what it does, and its row.
type Op interface {
	msgp.Marshaler
	msgp.Unmarshaler
	Msgsize() int
	// apply changes c, a private copy, or fails.
	apply(c *Catalog, cmd *Command) (OpResult, *sqlerr.Error)
}

// row is what others ask about a kind of operations.
type row struct {
	name string // in the log: never reused
	make func() Op
	facts[Op]
}

// facts are those of bodies P. nil: nothing of the kind.
type facts[P Op] struct {
	table   func(P) TableID            // the table that it is about, which exists before
	use     Use                        // what it does to that table's content
	changes func(P, *Catalog) []*Table // the tables that it changes, if they are others than that one; one may come twice
	creates func(P) Creation           // what it makes
	inline  func(P) int64              // bytes of rows that it carries
	text    func(P) string             // what it says, in a few words
}

// Use is what an operation does to a table's content.
type Use uint8

const (
	Keeps   Use = iota // the same rows
	Writes             // rows come and go
	Defines            // another table: DROP, TRUNCATE
)

// Creation is what an operation makes.
type Creation struct {
	ID      uint32          // 0: none was given yet
	With    func(uint32) Op // the operation with an id
	Table   *Table          // nil: it makes something else
	Absent  Precondition    // for the operation to mean at the commit what it meant when it was done
	Certain Op              // the operation without IF NOT EXISTS
}

var (
	rows   = map[string]*row{}       // by name
	bodies = map[reflect.Type]*row{} // by body
)

// register makes the row of a kind. Its name must be a new one.
func register[B any, P interface {
	*B
	Op
}](name string, f facts[P]) *row {
	r := &row{name: name, make: func() Op { return P(new(B)) }, facts: facts[Op]{
		use: f.use, table: lift(f.table), creates: lift(f.creates), inline: lift(f.inline), text: lift(f.text)}}
	if f.changes != nil {
		r.changes = func(o Op, c *Catalog) []*Table { return f.changes(o.(P), c) }
	}
	if rows[name] != nil {
		panic("BUG: two operations are called " + name)
	}
	rows[name], bodies[reflect.TypeFor[P]()] = r, r
	return r
}

func lift[P Op, R any](f func(P) R) func(Op) R {
	if f == nil {
		return nil
	}
	return func(o Op) R { return f(o.(P)) }
}

// rowOf is o's row.
func rowOf(o Op) *row {
	r := bodies[reflect.TypeOf(o)]
	if r == nil {
		panic(fmt.Sprintf("BUG: no row for operation %T", o))
	}
	return r
}

// TableOf is the table that o is about, which exists before; 0: none.
func TableOf(o Op) TableID {
	if r := rowOf(o); r.table != nil {
		return r.table(o)
	}
	return 0
}

// UseOf is what o does to the content of TableOf(o).
func UseOf(o Op) Use { return rowOf(o).use }

// Changes are the tables of c that o changes, each once.
func Changes(o Op, c *Catalog) []TableID {
	r := rowOf(o)
	if r.changes == nil {
		if id := TableOf(o); id != 0 {
			return []TableID{id}
		}
		return nil
	}
	var out []TableID
	for _, t := range r.changes(o, c) {
		if !slices.Contains(out, t.ID) {
			out = append(out, t.ID)
		}
	}
	return out
}

// Creates is what o makes; false: nothing.
func Creates(o Op) (Creation, bool) {
	if r := rowOf(o); r.creates != nil {
		return r.creates(o), true
	}
	return Creation{}, false
}

// Inline is how many bytes of rows o carries.
func Inline(o Op) int64 {
	if r := rowOf(o); r.inline != nil {
		return r.inline(o)
	}
	return 0
}

// Describe is o in a few words.
func Describe(o Op) string {
	r := rowOf(o)
	if r.text == nil {
		return r.name
	}
	return r.name + "(" + r.text(o) + ")"
}

// Ops are a command's operations. In the log each is a map of one entry: the kind's name, the body.
type Ops []Op

// ErrUnknownOp: an operation of a kind that this version does not have. Who meets it in a log cannot know what its
// catalog should be and must not go on.
var ErrUnknownOp = errors.New("this version of Slipher does not know the operation")

// MarshalMsg implements msgp.Marshaler.
func (l Ops) MarshalMsg(b []byte) ([]byte, error) {
	b = msgp.AppendArrayHeader(b, uint32(len(l)))
	for _, o := range l {
		var err error
		b = msgp.AppendString(msgp.AppendMapHeader(b, 1), rowOf(o).name)
		if b, err = o.MarshalMsg(b); err != nil {
			return b, err
		}
	}
	return b, nil
}

// UnmarshalMsg implements msgp.Unmarshaler.
func (l *Ops) UnmarshalMsg(b []byte) ([]byte, error) {
	n, b, err := msgp.ReadArrayHeaderBytes(b)
	if err != nil {
		return b, err
	}
	if n > bound.Elements {
		return b, msgp.ErrLimitExceeded
	}
	*l = make(Ops, 0, min(n, 16))
	for range n {
		var fields uint32
		if fields, b, err = msgp.ReadMapHeaderBytes(b); err != nil {
			return b, err
		}
		if fields != 1 {
			return b, sqlerr.New(sqlerr.DataCorrupted, "an operation of %d kinds", fields)
		}
		var name []byte
		if name, b, err = msgp.ReadMapKeyZC(b); err != nil {
			return b, err
		}
		r := rows[string(name)]
		if r == nil {
			return b, fmt.Errorf("%w %q", ErrUnknownOp, name)
		}
		o := r.make()
		if b, err = o.UnmarshalMsg(b); err != nil {
			return b, msgp.WrapError(err, r.name)
		}
		*l = append(*l, o)
	}
	return b, nil
}

// Msgsize is an upper bound of the size in bytes.
func (l Ops) Msgsize() int {
	n := msgp.ArrayHeaderSize
	for _, o := range l {
		n += msgp.MapHeaderSize + msgp.StringPrefixSize + len(rowOf(o).name) + o.Msgsize()
	}
	return n
}
