package fn

import (
	"fmt"
	"sort"

	"slipher/catalog/types"
)

// Table is the set of ops, functions and kernels: built once by Default, frozen after.
type Table struct {
	ops     map[string]*Op
	rows    map[string][]*Row
	kernels map[string]*Kernel
	casts   map[castKey]*CastRule
	accs    map[string]*Accumulator
}

// Op finds a scalar suboperator by name.
func (t *Table) Op(name string) *Op { return t.ops[name] }

// Rows are the overloads of a function or operator, nil if the name is unknown.
func (t *Table) Rows(name string) []*Row { return t.rows[name] }

// Has reports whether there is a function of a name.
func (t *Table) Has(name string) bool { return len(t.rows[name]) > 0 }

// Kernel finds a kernel by name.
func (t *Table) Kernel(name string) *Kernel { return t.kernels[name] }

// Ops lists all ops by name: the order in which primitives are generated.
func (t *Table) Ops() []*Op {
	out := make([]*Op, 0, len(t.ops))
	for _, o := range t.ops {
		out = append(out, o)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Names lists all function names, sorted.
func (t *Table) Names() []string {
	out := make([]string, 0, len(t.rows))
	for n := range t.rows {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// Kernels lists all kernels by name.
func (t *Table) Kernels() []*Kernel {
	out := make([]*Kernel, 0, len(t.kernels))
	for _, k := range t.kernels {
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Accumulator finds an accumulator by name.
func (t *Table) Accumulator(name string) *Accumulator { return t.accs[name] }

// Accumulators lists all accumulators by name.
func (t *Table) Accumulators() []*Accumulator {
	out := make([]*Accumulator, 0, len(t.accs))
	for _, a := range t.accs {
		out = append(out, a)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Group is what one file of functions contributes.
type Group struct {
	Ops     []*Op
	Rows    []*Row
	Kernels []*Kernel
	Casts   []*CastRule

	Accumulators []*Accumulator
}

// NewTable assembles groups. A name given twice to an op or kernel panics: a broken build.
func NewTable(groups ...Group) *Table {
	t := &Table{ops: map[string]*Op{}, rows: map[string][]*Row{}, kernels: map[string]*Kernel{},
		casts: map[castKey]*CastRule{}, accs: map[string]*Accumulator{}}
	for _, g := range groups {
		for _, o := range g.Ops {
			if t.ops[o.Name] != nil {
				panic("BUG: op " + o.Name + " stands twice")
			}
			t.ops[o.Name] = o
		}
		for _, r := range g.Rows {
			t.rows[r.Name] = append(t.rows[r.Name], r)
		}
		for _, k := range g.Kernels {
			if t.kernels[k.Name] != nil {
				panic("BUG: kernel " + k.Name + " stands twice")
			}
			t.kernels[k.Name] = k
		}
		for _, a := range g.Accumulators {
			if t.accs[a.Name] != nil {
				panic("BUG: accumulator " + a.Name + " stands twice")
			}
			t.accs[a.Name] = a
		}
		for _, c := range g.Casts {
			k := castKey{c.From, c.To}
			if t.casts[k] != nil {
				panic(fmt.Sprintf("BUG: cast %v stands twice", k))
			}
			t.casts[k] = c
		}
	}
	for _, o := range tries(t.ops) {
		t.ops[o.Name] = o
	}
	t.link()
	return t
}

// link makes every Ret and Bind return the table's ops for the names they give.
func (t *Table) link() {
	linked := func(b Bound) Bound {
		if b.Op != nil {
			name := b.Op.Name
			if b.Op = t.ops[name]; b.Op == nil {
				panic("BUG: no op " + name)
			}
		}
		return b
	}
	named := func(name string) *Op {
		if name != "" && t.ops[name] == nil {
			panic("BUG: no op " + name)
		}
		return t.ops[name]
	}
	for _, o := range t.ops {
		o.negated, o.mirrored = named(o.Negation), named(o.Mirror)
		named(o.Folded)
		if o.Narrow != nil {
			named(o.Narrow.To)
		}
	}
	for _, rows := range t.rows {
		for _, r := range rows {
			if r.Set != nil {
				r.Set.Count = named(r.Set.Count.Name)
			}
			if ret := r.Ret; ret != nil {
				r.Ret = func(args []types.Type, consts []*types.Datum) (Bound, error) {
					b, err := ret(args, consts)
					return linked(b), err
				}
			}
		}
	}
	for _, c := range t.casts {
		bind := c.Bind
		c.Bind = func(from, to types.Type, ctx CastContext) (Bound, bool) {
			b, ok := bind(from, to, ctx)
			return linked(b), ok
		}
	}
}
