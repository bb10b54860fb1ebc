package fn

import "slipher/catalog/types"

// CastContext is where a cast stands: the later contexts allow more.
type CastContext uint8

const (
	Implicit   CastContext = iota // an argument's cast to what Bound.Args asks for: truncates decimals
	Assignment                    // INSERT, UPDATE: rounds, refuses what is too long
	Explicit                      // CAST and ::: truncates decimals and strings
	Copying                       // COPY: from text; truncates decimals, refuses what is too long
)

func (c CastContext) String() string {
	return [...]string{"implicit", "assignment", "explicit", "copy"}[c]
}

// CastRule makes the cast between two kinds.
type CastRule struct {
	From, To types.Kind
	// Least is the first context in which the cast is allowed.
	Least CastContext
	// Cost is what Resolve pays for the cast of an argument to a parameter's kind; 0: it never casts so.
	Cost int
	// SameText: the text of a value, read as the other kind, gives what the cast does.
	SameText bool
	// Bind gives the call for the exact types. An Op of nil is a cast that leaves
	// the bytes as they are: the expression is only given the new type.
	Bind func(from, to types.Type, ctx CastContext) (Bound, bool)
	Doc  string
}

// Cast binds the cast of from to to; false if there is none in this context.
//
// Bound.Op is nil if values keep their bytes. An Unknown (literal) counts as
// text here; whoever has the literal at hand parses it with types.ParseText.
func (t *Table) Cast(from, to types.Type, ctx CastContext) (Bound, bool) {
	if from.Kind == types.Unknown {
		from = types.TText
	}
	if to.Kind == types.Unknown {
		to = types.TText
	}
	same := Bound{Args: []types.Type{from}, Ret: to}
	if from == to {
		return same, true
	}
	r := t.casts[castKey{from.Kind, to.Kind}]
	if r == nil || ctx < r.Least && !(ctx == Copying) {
		return Bound{}, false
	}
	b, ok := r.Bind(from, to, ctx)
	if !ok {
		return Bound{}, false
	}
	b.Args, b.Ret = []types.Type{from}, to
	return b, true
}

// SameText reports whether the text of a value of one type, read as the other, gives what the cast does.
func (t *Table) SameText(from, to types.Type) bool {
	r := t.casts[castKey{from.Kind, to.Kind}]
	return r != nil && r.SameText
}

// Casts lists the rules, by kinds.
func (t *Table) Casts() []*CastRule {
	var out []*CastRule
	for _, f := range types.Kinds() {
		for _, k := range types.Kinds() {
			if r := t.casts[castKey{f, k}]; r != nil {
				out = append(out, r)
			}
		}
	}
	return out
}

// What conversions of arguments cost.
const (
	costText   = 100 // a value's text for a text parameter: dearer than any other conversion of all arguments together
	costNumber = 60  // a number read from text
	costTime   = 50  // a date or time read from text
	costNarrow = 30  // a narrower kind of number: round(x, bigint). More the further it is
	costNear   = 1   // a wider kind of number, another kind of text
)

type castKey struct{ from, to types.Kind }
