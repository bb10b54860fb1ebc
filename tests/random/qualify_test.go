package random

// qualify is a condition on a window function, sometimes beside another.
func (b *builder) qualify(over source) expr {
	w := b.window(over)
	g := b.plain()
	e := form(typ{k: kBool}, 0, "(%s "+pick(b.gen, []string{"=", "<>", "<", "<=", ">", ">=", ">="})+" %s)", w,
		g.value(over.scope, w.t.k.class(), 1))
	switch b.IntN(6) {
	case 0:
		return form(e.t, 0, "(%s or %s)", e, g.value(over.scope, cBool, 1))
	case 1:
		return form(e.t, 0, "(%s is not null and %s)", e, g.value(over.scope, cBool, 1))
	case 2:
		return form(e.t, 0, "(%s is not true)", e)
	}
	return e
}
