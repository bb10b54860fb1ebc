package expr

import "slipher/catalog/fn"

// Failure says for which rows evaluating an expression can raise a data error.
type Failure uint8

// The answers, from little to much.
const (
	Never      Failure = iota
	AllOrNone          // for every row or for none: what may fail reads no column
	ForSomeRow         // it must not be evaluated for rows for which it was not written
)

// Failure of e. Each part is looked at once.
func (e *Expr[R]) Failure() Failure {
	_, f := e.failure()
	return f
}

func (e *Expr[R]) failure() (column bool, f Failure) {
	column = e.Kind == Column || e.Rel != nil
	for _, a := range e.Args {
		c, g := a.failure()
		column, f = column || c, max(f, g)
	}
	if e.CallFails() || e.Kind == Scalar {
		if column {
			return column, ForSomeRow
		}
		f = max(f, AllOrNone)
	}
	return column, f
}

// CallFails reports whether e is a call that can raise an error, whatever its arguments can.
func (e *Expr[R]) CallFails() bool { return e.Kind == Call && e.Op.MayFail && !e.Sure }

// MayFail reports whether evaluating e can raise an error for some row and not for others:
// whether it matters where it is evaluated.
func (e *Expr[R]) MayFail() bool { return e.Failure() == ForSomeRow }

// Volatile reports whether e gives another value each time: it must neither move nor
// be computed once for two uses.
func (e *Expr[R]) Volatile() bool {
	found := false
	e.Walk(func(x *Expr[R]) { found = found || x.Kind == Call && x.Op.Volatile })
	return found
}

// Always reports whether argument number i is evaluated for every row for which e is.
func (e *Expr[R]) Always(i int) bool {
	switch e.Kind {
	case Case, And, Or, Coalesce:
		return i == 0
	}
	return true
}

// RejectsNulls reports whether e cannot be true when all columns of set are NULL.
func (e *Expr[R]) RejectsNulls(set map[R]bool) bool {
	switch e.Kind {
	case Column:
		return set[e.Col]
	case IsNotNull, InList, Not:
		// x IS NOT NULL, x IN (FALSE) and NOT x are true for a false x: needs x to be NULL, not just untrue
		return e.Args[0].nullIfNull(set)
	case And:
		for _, a := range e.Args {
			if a.RejectsNulls(set) {
				return true
			}
		}
		return false
	case Or:
		for _, a := range e.Args {
			if !a.RejectsNulls(set) {
				return false
			}
		}
		return true
	}
	return e.nullIfNull(set)
}

// nullIfNull reports whether e is NULL when all columns of set are NULL.
func (e *Expr[R]) nullIfNull(set map[R]bool) bool {
	switch e.Kind {
	case Column:
		return set[e.Col]
	case InList, Not:
		return e.Args[0].nullIfNull(set)
	case Call:
		if e.Op.Nulls != fn.Strict && !e.Op.NullIfNull {
			return false
		}
		for _, a := range e.Args {
			if a.nullIfNull(set) {
				return true
			}
		}
	}
	return false
}

// Facts remembers what evaluating expressions may do: for whoever asks about each part of an expression.
type Facts[R Ref] struct{ seen map[*Expr[R]]fact }

type fact struct{ fails, volatile bool }

// Fails reports whether evaluating e can raise a data error at all.
func (f *Facts[R]) Fails(e *Expr[R]) bool { return f.of(e).fails }

// Volatile is e.Volatile.
func (f *Facts[R]) Volatile(e *Expr[R]) bool { return f.of(e).volatile }

func (f *Facts[R]) of(e *Expr[R]) fact {
	if x, ok := f.seen[e]; ok {
		return x
	}
	if f.seen == nil {
		f.seen = map[*Expr[R]]fact{}
	}
	var x fact
	if e.Kind == Call {
		x = fact{e.CallFails(), e.Op.Volatile}
	}
	for _, a := range e.Args {
		y := f.of(a)
		x = fact{x.fails || y.fails, x.volatile || y.volatile}
	}
	f.seen[e] = x
	return x
}

// Movable reports whether e may be evaluated for other rows than those for which it was written: it raises
// no error for them, and gives the same value.
func (e *Expr[R]) Movable() bool { return !e.MayFail() && !e.Volatile() }

// Movable parts expressions into those that may be evaluated elsewhere and those that may not.
func Movable[R Ref](es []*Expr[R]) (movable, fixed []*Expr[R]) {
	for _, e := range es {
		if e.Movable() {
			movable = append(movable, e)
		} else {
			fixed = append(fixed, e)
		}
	}
	return movable, fixed
}
