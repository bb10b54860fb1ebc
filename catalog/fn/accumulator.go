package fn

import "slipher/catalog/types"

// Accumulator is one value of a group to which rows are put: what aggregates are made of. It is one of the
// structural suboperators (codegen/subop makes its loop), with Step as its meaning.
//
// Its state lies in the group's entry of an aggregate table, and travels between slices as a column does. A state of
// variable length is a string whose bytes belong to the table.
type Accumulator struct {
	Name string // unique, among suboperators too; part of cache keys and golden files
	// In are the classes of the values that it takes. nil: it looks at no value, but counts rows or those that
	// are not NULL.
	In []types.Phys
	// State is the class of the state over values of a class, Type its SQL type over values of a type.
	State func(in types.Phys) types.Phys
	Type  func(in types.Type) types.Type
	// Step is the state with one value x of class in more, which is not NULL. first is an i1: there was none
	// before, and state is what a fresh entry has, zero. It is always false unless Opens.
	Step func(b GroupBuilder, in types.Phys, state, x, first Value) Value
	// Undo is the state without one value x that Step has put to it: what a frame that moves needs. nil: that cannot be
	// told from the state. What counts (In is nil) has none, for it takes one away.
	Undo func(b GroupBuilder, in types.Phys, state, x Value) Value
	// Opens: Step asks for first.
	Opens bool
	// MayFail: Step calls b.Fail.
	MayFail bool
	// Keeps: a state is one of the values, by Keep alone. Else Step may change the bytes of a state that has any.
	Keeps bool
	// NeverNull: over no values the state is zero, which means what it says; else it is NULL.
	NeverNull bool
	// Merge names the accumulator that puts states of this one together; "": itself.
	Merge string
}

// Undoes reports whether values can be taken out of a's state again.
func (a *Accumulator) Undoes() bool { return a.In == nil || a.Undo != nil }

// GroupBuilder is what an accumulator's Step writes against.
type GroupBuilder interface {
	Builder
	// Keep is x if cond (i1) holds, else state. The bytes of a string become the table's.
	Keep(cond, x, state Value) Value
	// NewState is, if first (i1) holds, a string of so many (I64) zero bytes that are the table's, else state.
	NewState(first, state, size Value) Value
	// Address is that of a string's bytes, for kernels that change them.
	Address(s Value) Value
	// Arena is where the entry's strings are: for kernels that make a longer state of a state. States of theirs may move
	// whenever they take memory (slp_arena_base).
	Arena() Value
}

// samePhys and sameType are for states that are one of the values.
func samePhys(p types.Phys) types.Phys { return p }
func sameType(t types.Type) types.Type { return t }

func statePhys(p types.Phys) func(types.Phys) types.Phys {
	return func(types.Phys) types.Phys { return p }
}

func stateType(t types.Type) func(types.Type) types.Type {
	return func(types.Type) types.Type { return t }
}

// Merged is the accumulator that puts states of a together.
func (t *Table) Merged(a *Accumulator) *Accumulator {
	if a.Merge == "" {
		return a
	}
	return t.Accumulator(a.Merge)
}
