package expr

// Walk calls f for e and all its parts, parents first; not for what is in a relation.
func (e *Expr[R]) Walk(f func(*Expr[R])) {
	f(e)
	for _, a := range e.Args {
		a.Walk(f)
	}
}

// Columns calls f for the columns that e reads, as often as it reads them: those that are free
// in its relations, too.
func (e *Expr[R]) Columns(f func(R)) {
	e.Walk(func(x *Expr[R]) {
		switch {
		case x.Kind == Column:
			f(x.Col)
		case x.Rel != nil:
			for _, c := range x.Rel.Free() {
				f(c)
			}
		}
	})
}

// HasColumn reports whether e reads any column.
func (e *Expr[R]) HasColumn() bool {
	has := false
	e.Columns(func(R) { has = true })
	return has
}

// Map is e with f's answers that are not nil in the place of parts of it, outermost first: what f has answered
// is not looked at again. Parts in which nothing changes are e's own. Of a relation f sees the references to
// free columns.
func (e *Expr[R]) Map(f func(*Expr[R]) *Expr[R]) *Expr[R] {
	if r := f(e); r != nil {
		return r
	}
	return e.MapArgs(func(a *Expr[R]) *Expr[R] { return a.Map(f) })
}

// MapArgs is e with f of its arguments, and of references to its relation's free columns; e itself if none changes.
func (e *Expr[R]) MapArgs(f func(*Expr[R]) *Expr[R]) *Expr[R] {
	var args []*Expr[R]
	for i, a := range e.Args {
		b := f(a)
		if b != a && args == nil {
			args = append(make([]*Expr[R], 0, len(e.Args)), e.Args[:i]...)
		}
		if args != nil {
			args = append(args, b)
		}
	}
	var rel Relation[R]
	if e.Rel != nil && len(e.Rel.Free()) > 0 {
		rel = e.Rel.Replace(f)
	}
	if args == nil && rel == nil {
		return e
	}
	c := *e
	if args != nil {
		c.Args = args
	}
	if rel != nil {
		c.Rel = rel
	}
	return &c
}

// Substitute is e with expressions in the place of columns.
func (e *Expr[R]) Substitute(by map[R]*Expr[R]) *Expr[R] {
	if len(by) == 0 {
		return e
	}
	return e.Map(func(x *Expr[R]) *Expr[R] {
		if x.Kind == Column {
			return by[x.Col]
		}
		return nil
	})
}

// Translate is e over other names of columns: col gives what stands for a reference.
func Translate[R, S Ref](e *Expr[R], col func(*Expr[R]) *Expr[S]) *Expr[S] {
	if e.Kind == Column {
		return col(e)
	}
	if e.Rel != nil {
		panic("BUG: a relation in an expression is not left to a plan")
	}
	c := &Expr[S]{Kind: e.Kind, Type: e.Type, Nullable: e.Nullable, Param: e.Param, Const: e.Const, Op: e.Op,
		Draw: e.Draw}
	if len(e.Args) > 0 {
		c.Args = make([]*Expr[S], len(e.Args))
		for i, a := range e.Args {
			c.Args[i] = Translate(a, col)
		}
	}
	return c
}
