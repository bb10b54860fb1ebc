package random

// simple is a condition on columns none of whose parts can fail: nothing keeps a plan from asking it anywhere.
func (g gen) simple(s scope) expr {
	t := typ{k: kBool}
	if g.chance(25) {
		e := form(t, 0, pick(g, []string{"%s and %s", "%s or %s"}), g.simple(s), g.simple(s))
		return form(t, 0, pick(g, []string{"(%s)", "(not (%s))", "((%s) is not null)", "((%s) is not true)",
			"((%s) in (false, null))"}), e)
	}
	x := pick(g, s)
	if g.chance(25) {
		return form(t, 0, pick(g, []string{"(%s is not null)", "(%s is not null)", "(%s is null)"}), x)
	}
	c := x.t.k.class()
	if c == cBool {
		return form(t, 0, pick(g, []string{"(not %s)", "(not %s)", "%s", "(%s is not true)", "(%s in (false, null))"}), x)
	}
	y := g.leaf(s, c)
	if x.t.k == kChar || c == cInts {
		y = g.literal(x.t)
	}
	op := pick(g, []string{"=", "<>", "<>", "<", "<=", ">", ">=", ">="})
	return form(t, 0, pick(g, []string{"(%s " + op + " %s)", "(%s " + op + " %s)", "(not (%s " + op + " %s))"}),
		g.comparable(x, y)...)
}
