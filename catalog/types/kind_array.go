package types

// textArrayOID is PostgreSQL's text[]: text is VARCHAR here.
const textArrayOID = 1009

// One-dimensional arrays. Values of expressions and of catalog relations: no table stores them. A value is a string of
// bytes that are ordered as arrays are (array.go), so that whatever is done with strings is right for arrays, too.
// Of no elements' type it is PostgreSQL's pseudo-type.
func arrayKind() *kind {
	return &kind{name: "anyarray", short: "anyarray", typname: "anyarray", oid: 2277, typlen: -1, category: "P",
		element: func(t Type) Type { return Type{Kind: t.Elem, Prec: t.Prec, Scale: t.Scale, Len: t.Len} }, first: 1,
		named: func(t Type) (name, short, typname string, oid uint32) {
			r := t.Elem.row()
			if r.array == 0 {
				return "anyarray", "anyarray", "anyarray", 2277
			}
			return r.name + "[]", r.short + "[]", "_" + r.typname, r.array
		},
		phys: Str, class: "array", zoned: parseArray, write: writeArray, wire: arrayWire()}
}

// The types of lists of columns and of arguments in catalog relations: arrays that begin at 0, written without braces.
func int2VectorKind() *kind { return vectorKind("int2vector", 22, TInt2) }
func oidVectorKind() *kind  { return vectorKind("oidvector", 30, TOID) }

func vectorKind(name string, oid uint32, elem Type) *kind {
	return &kind{name: name, short: name, typname: name, names: named(0, name), oid: oid, typlen: -1, category: "A",
		element: func(Type) Type { return elem },
		phys:    Str, class: "array", parse: parseVector, write: writeVector, wire: arrayWire()}
}

// ArrayOf is the type of arrays of elements of type elem. All strings but names are text in one.
func ArrayOf(elem Type) Type {
	if elem.Kind == Unknown || elem.Kind == Char || elem.Kind == Varchar {
		elem = TText
	}
	return Type{Kind: Array, Elem: elem.Kind, Prec: elem.Prec, Scale: elem.Scale, Len: elem.Len}
}

// Element is the type of an array's elements; false: t is no array.
func (t Type) Element() (Type, bool) {
	if f := t.Kind.row().element; f != nil {
		return f(t), true
	}
	return Type{}, false
}

// IsArray reports whether t's values are arrays.
func (t Type) IsArray() bool { return t.Kind.row().element != nil }

// FirstElement is the number of the first element of an array of type t.
func (t Type) FirstElement() int64 { return t.Kind.row().first }

// SameElements reports whether an array of one type is, byte for byte, one of the other, values of which have all
// those of the first.
func SameElements(from, to Type) bool {
	a, _ := from.Element()
	b, _ := to.Element()
	switch {
	case a == b, a.IsString() && b.IsString() && (b.Kind == Varchar || a.Kind == Name):
		return true
	case a.Kind == Decimal && b.Kind == Decimal:
		return a.Scale == b.Scale && a.Prec <= b.Prec
	case a.IsInteger() && b.IsInteger():
		return a.Kind <= b.Kind
	}
	return a.IsInteger() && b.Kind == OID && a.Kind == Int2 || a.Kind == OID && b.Kind == Int8 ||
		a.Kind == Float4 && b.Kind == Float8
}
