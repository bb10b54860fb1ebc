package algebra

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/expr"
)

// Record is what the plan of a statement depends on of the statement's literals. Who binds, rewrites and plans writes
// it while doing so; then Serve says whether the plan is right for a statement that has other literals in their places,
// and what its parameters are.
//
// A literal may become the value of parameters (AddParam); whoever looks at its value for any other end says so: by a
// Check, which is asked again of the other statement's literals, or by Exactly. What is not said is taken for the
// worst: a literal that has become nothing has to be the same, and a parameter of which nobody says where it comes from
// makes all of them (Opaque).
//
// A nil Record takes everything and keeps nothing.
type Record struct {
	literals []Literal
	at       map[int]int
	used     []bool // by literals: it has become a value that knows it
	exact    []bool // by literals
	opaque   bool
	never    bool
	remakes  []Remake // by parameters; nil: the client's
	checks   []func(*Other) bool
}

// Other is a statement of the same shape with other literals.
type Other struct {
	Literals []Literal
	Session  fn.Session
	// Params are those made so far, which others are made of.
	Params []expr.Param
	// Fold computes a call on literals (rewrite.Env).
	Fold func(e *Expr, params []expr.Param) (types.Datum, error)
}

// Literal is a constant as a statement's text has it at a place in bytes. Kind is the parser's.
type Literal struct {
	At   int
	Kind uint8
	Text string
}

// Remake is the value of a parameter in another statement; not ok: it cannot have the same plan.
type Remake func(o *Other) (p expr.Param, ok bool)

// NewRecord begins the record of a statement with these literals.
func NewRecord(literals []Literal) *Record {
	r := &Record{literals: literals, at: map[int]int{}, used: make([]bool, len(literals)),
		exact: make([]bool, len(literals))}
	for i, l := range literals {
		r.at[l.At] = i
	}
	return r
}

// Clone is the record as it stands, for Restore.
func (r *Record) Clone() *Record {
	if r == nil {
		return nil
	}
	c := *r
	c.used, c.exact = slices.Clone(r.used), slices.Clone(r.exact)
	c.remakes, c.checks = slices.Clone(r.remakes), slices.Clone(r.checks)
	return &c
}

// Restore forgets what was said since c was made, which it takes over: what was planned in the meantime is no part of
// the plan.
func (r *Record) Restore(c *Record) {
	if r != nil {
		*r = *c
	}
}

// Literal finds a literal of the parser's tree in the statement's text, and notes that it became a value. Not ok: it is
// not there as it is in the tree, which makes the record opaque.
func (r *Record) Literal(l Literal) (i int, ok bool) {
	if r == nil {
		return 0, false
	}
	i, ok = r.at[l.At]
	if !ok || r.literals[i] != l {
		r.Opaque()
		return 0, false
	}
	r.used[i] = true
	return i, true
}

// Exactly says that the plan is for the very text of a literal of the tree.
func (r *Record) Exactly(l Literal) {
	if r == nil {
		return
	}
	if i, ok := r.at[l.At]; ok {
		r.exact[i] = true
		return
	}
	r.Opaque()
}

// Opaque says that the plan is for these very literals.
func (r *Record) Opaque() {
	if r != nil {
		r.opaque = true
	}
}

// Never says that the plan is for this one execution.
func (r *Record) Never() {
	if r != nil {
		r.never = true
	}
}

// Check has f asked whether the plan is right for another statement. Its parameters are there, if the check is about
// them: of those made before it was noted.
func (r *Record) Check(f func(o *Other) bool) {
	if r != nil {
		r.checks = append(r.checks, f)
	}
}

// Keeps reports whether the plan can serve other executions.
func (r *Record) Keeps() bool { return r != nil && !r.never }

// AddParam appends a parameter; made says what it is in other statements, nil: nobody knows.
func (s *Statement) AddParam(p expr.Param, made Remake) int {
	s.Params = append(s.Params, p)
	i := len(s.Params) - 1
	if r := s.Record; r != nil {
		r.remakes = append(r.remakes[:min(i, len(r.remakes))], made)
		if made == nil && p.Client == 0 {
			r.Opaque()
		}
	}
	return i
}

// TakeParam is the last parameter, which was no use but to give its value, and how it is made.
func (s *Statement) TakeParam() (expr.Param, Remake) {
	last := len(s.Params) - 1
	p := s.Params[last]
	s.Params = s.Params[:last]
	return p, s.Record.Remake(last)
}

// Remake says how parameter i is made; nil: nobody knows.
func (r *Record) Remake(i int) Remake {
	if r == nil || i >= len(r.remakes) {
		return nil
	}
	return r.remakes[i]
}

// Same is the Remake of what does not depend on literals.
func Same(p expr.Param) Remake { return func(*Other) (expr.Param, bool) { return p, true } }

// SameValue says that the plan is right for the value of parameter i alone.
func (s *Statement) SameValue(i int) {
	p, made := s.Params[i], s.Record.Remake(i)
	s.Record.CheckValue(made, func(q expr.Param) bool { return q.Same(&p) })
}

// CheckValue has f asked of a parameter's value.
func (r *Record) CheckValue(made Remake, f func(q expr.Param) bool) {
	if r == nil {
		return
	}
	if made == nil {
		r.Opaque()
		return
	}
	r.Check(func(o *Other) bool {
		q, ok := made(o)
		return ok && f(q)
	})
}

// Serve gives the parameters of another statement of the same shape whose plan is that of this one, which has params;
// not ok: it needs one of its own.
func (r *Record) Serve(o *Other, params []expr.Param) (out []expr.Param, ok bool) {
	if r.never || len(o.Literals) != len(r.literals) {
		return nil, false
	}
	for i := range r.literals {
		a, b := &r.literals[i], &o.Literals[i]
		if (r.opaque || r.exact[i] || !r.used[i]) && (a.Kind != b.Kind || a.Text != b.Text) {
			return nil, false
		}
	}
	o.Params = make([]expr.Param, 0, len(params))
	for i, p := range params {
		switch made := r.Remake(i); {
		case p.Client != 0 || made == nil && r.opaque:
		case made == nil:
			return nil, false
		default:
			q, ok := made(o)
			if !ok || q.Type != p.Type || q.IsList != p.IsList || len(q.List) != len(p.List) || q.Value.Null != p.Value.Null {
				return nil, false
			}
			p = q
		}
		o.Params = append(o.Params, p)
	}
	first := expr.SameLiterals(func() []expr.Param { return params })
	for i := range params { // equal literals may have become one
		if j := first(i); j != i && !o.Params[i].Same(&o.Params[j]) {
			return nil, false
		}
	}
	for _, f := range r.checks {
		if !f(o) {
			return nil, false
		}
	}
	return o.Params, true
}
