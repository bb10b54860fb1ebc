package fn

import (
	"errors"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// TRY_CAST: each op that a cast is made of and that may fail has a twin, made of it, that gives NULL where it fails.
// The twin is the op, emitted by itself with a builder that collects failures instead of raising them, or run by
// itself on rows whose errors become NULL: every cast has one, and there is one meaning.

// tryPrefix begins the names of twins.
const tryPrefix = "try_"

// Try is op, giving NULL where it fails. Errors that are not the value's stay errors.
func (t *Table) Try(op *Op) *Op {
	if op == nil || !op.MayFail {
		return op
	}
	twin := t.ops[tryPrefix+op.Name]
	if twin == nil {
		panic("BUG: no op tries " + op.Name)
	}
	return twin
}

// tries are the twins of ops.
func tries(ops map[string]*Op) []*Op {
	var out []*Op
	for _, o := range ops {
		if o.MayFail && (o.Cast || o.InCast) {
			out = append(out, twinOf(o))
		}
	}
	return out
}

// inCast is o, of which casts are made.
func inCast(o *Op) *Op {
	o.InCast = true
	return o
}

func twinOf(o *Op) *Op {
	twin := &Op{Name: tryPrefix + o.Name, Shapes: o.Shapes, Nulls: CustomNull, IgnoresBlanks: o.IgnoresBlanks, Tries: o,
		Zones: o.Zones, Doc: strings.TrimSuffix(o.Doc, ".") + "; NULL where that fails."}
	switch {
	case o.Host != nil:
		twin.MayFail = true // for lack of memory, say
		twin.Host = func(c HostCall) error { return o.Host(tryCall{c}) }
	case o.EmitNull != nil:
		twin.EmitNull = func(b Builder, sh Shape, args, nulls []Value) (Value, Value) {
			tb := &tryBuilder{Builder: b, failed: b.Bool(false)}
			r, null := o.EmitNull(tb, sh, args, nulls)
			if null != nil {
				tb.failed = b.Or(tb.failed, null)
			}
			return tb.valid(sh, r), tb.failed
		}
	default:
		twin.EmitNull = func(b Builder, sh Shape, args, nulls []Value) (Value, Value) {
			tb := &tryBuilder{Builder: b, failed: b.Bool(false)}
			r := o.Emit(tb, sh, args)
			for _, n := range nulls {
				if n != nil {
					tb.failed = b.Or(tb.failed, n)
				}
			}
			return tb.valid(sh, r), tb.failed
		}
	}
	return twin
}

// tryBuilder is a Builder that knows where a row has failed.
type tryBuilder struct {
	Builder
	failed Value // i1
}

func (b *tryBuilder) Fail(_ Code, cond Value) { b.failed = b.Or(b.failed, cond) }

func (b *tryBuilder) CallErr(kernel string, args ...Value) Value {
	r, failed := b.Builder.CallTry(kernel, args...)
	b.failed = b.Or(b.failed, failed)
	return r
}

// If lets each arm say whether it has failed.
func (b *tryBuilder) If(c Value, then, els func() []Value) []Value {
	before := b.failed
	arm := func(f func() []Value) func() []Value {
		return func() []Value {
			b.failed = b.Bool(false)
			out := f()
			return append(out[:len(out):len(out)], b.failed)
		}
	}
	out := b.Builder.If(c, arm(then), arm(els))
	last := len(out) - 1
	b.failed = b.Or(before, out[last])
	return out[:last]
}

// valid is a result that is no garbage where the row has failed.
func (b *tryBuilder) valid(sh Shape, r Value) Value {
	zero := r
	switch {
	case sh.Out == types.I8:
		zero = b.Bool(false)
	case sh.Out == types.Str:
		zero = b.MakeStr(b.Const(i64, 0), b.Const(i64, 0))
	case sh.Out.IsFloat():
		zero = b.ConstF(sh.Out, 0)
	default:
		zero = b.Const(sh.Out, 0)
	}
	return b.Select(b.failed, zero, r)
}

// tryCall is a HostCall in which the result of a row that fails is NULL.
type tryCall struct{ HostCall }

func (c tryCall) Rows(f func(row int) error) error    { return c.HostCall.Rows(c.trying(f)) }
func (c tryCall) AllRows(f func(row int) error) error { return c.HostCall.AllRows(c.trying(f)) }

func (c tryCall) trying(f func(row int) error) func(row int) error {
	return func(row int) error {
		err := f(row)
		if err != nil && IsOfValue(err) {
			c.SetNull(row)
			return nil
		}
		return err
	}
}

// IsOfValue reports whether an error is one of a value, a data exception, so that TRY_CAST makes it NULL.
func IsOfValue(err error) bool {
	var e *sqlerr.Error
	return errors.As(err, &e) && strings.HasPrefix(string(e.Code), "22")
}
