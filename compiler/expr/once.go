package expr

// Drawn is e with a draw for each volatile call in it that has none, so that it can be asked for several times under a
// Once. next gives a number that no other draw has.
func (e *Expr[R]) Drawn(next func() int) *Expr[R] {
	return e.Map(func(x *Expr[R]) *Expr[R] {
		if x.Kind != Call || !x.Op.Volatile || x.Draw > 0 {
			return nil
		}
		c := *x.MapArgs(func(a *Expr[R]) *Expr[R] { return a.Drawn(next) })
		c.Draw = next()
		return &c
	})
}

// OnceOf is e, which has the draws of some values in several places, or in none.
func OnceOf[R Ref](values []*Expr[R], e *Expr[R]) *Expr[R] {
	if len(values) == 0 {
		return e
	}
	return &Expr[R]{Kind: Once, Type: e.Type, Nullable: e.Nullable, Args: append(values[:len(values):len(values)], e)}
}
