package fn

// foldGroup is what strings that are compared in any case need (types.Type.Fold): their keys, which are their lower
// cases without trailing blanks, and what goes by the order of these. Which collation two operands have is for the
// binder to say.
func foldGroup() Group {
	lower := func(b Builder, s Value) Value { return b.Call("slp_lower", s) }
	extreme := func(name string, p Pred) *Op {
		compare := func(b Builder, _ Shape, a []Value) Value {
			key := func(s Value) Value { return lower(b, b.Call("slp_rtrim_blanks", s)) }
			return compareStr(b, p, key(a[0]), key(a[1]))
		}
		return &Op{Name: "fold_" + name, Shapes: same(2, str), Nulls: CustomNull, EmitNull: emitExtreme(compare),
			Doc: "The " + name + " of two strings in any case; a NULL counts only if both are."}
	}
	position := func(name, doc string, in, what int) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(str, str, i32)}, Doc: doc,
			Emit: func(b Builder, _ Shape, a []Value) Value {
				return b.Call("slp_strpos", lower(b, a[in]), lower(b, a[what])) // as many characters as before
			}}
	}
	return Group{
		Ops: []*Op{
			{Name: "fold_key", Shapes: same(1, str), Key: true, IgnoresBlanks: true, Emit: kernel("slp_lower"),
				Doc: "What strings are compared by in any case: the lower case without trailing blanks."},
			extreme("greatest", GE), extreme("least", LE),
			{Name: "fold_sortable", Shapes: same(1, str), Emit: kernel("slp_fold_sortable"),
				Doc: "A string behind its key: ordered as strings are in any case."},
			{Name: "fold_sorted", Shapes: same(1, str), Emit: kernel("slp_fold_sorted"), Doc: "The string behind a key."},
			position("strpos_fold", "strpos in any case.", 0, 1), position("charindex_fold", "charindex in any case.", 1, 0),
			{Name: "collate", Shapes: same(1, str), Emit: func(_ Builder, _ Shape, a []Value) Value { return a[0] },
				Doc: "The string itself, under another collation."},
		},
		Kernels: []*Kernel{
			{Name: "slp_fold_sortable", Args: phys(str), Result: str, Arena: true, Pure: true,
				Doc: "The key, a byte 0 and the string."},
			{Name: "slp_fold_sorted", Args: phys(str), Result: str, Pure: true, Doc: "The string behind its key; borrowed."},
		},
		Rows: []*Row{
			{Name: "collate", Args: []Param{{Class: AnyType}, {Class: AnyType}}, Special: true,
				Doc: "The string under a collation: 'case_sensitive' (cs) or 'case_insensitive' (ci)."},
		},
	}
}
