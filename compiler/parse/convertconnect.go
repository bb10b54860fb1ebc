package parse

import pg "github.com/pganalyze/pg_query_go/v5"

// where converts WHERE, and takes the clauses of a hierarchical query, which stand there, out of it.
func (c *converter) where(q *Query, n *pg.Node) (err error) {
	f := n.GetFuncCall()
	if c.markerOf(f) != connectMarker {
		q.Where, err = c.optional(n)
		return err
	}
	q.Connect = &Connect{}
	for _, a := range f.Args {
		dst, in, from := &q.Where, f, []*pg.Node{a}
		switch call := a.GetFuncCall(); c.markerOf(call) {
		case startMarker:
			dst, in, from = &q.Connect.Roots, call, call.Args
		case byMarker:
			q.Connect.Pos = c.pos(call.Location)
			dst, in, from = &q.Connect.By, call, call.Args
		}
		if *dst != nil || len(from) != 1 || in.AggDistinct || in.FuncVariadic {
			return c.fail(c.pos(f.Location), "START WITH and CONNECT BY take one condition each, once")
		}
		if *dst, err = c.expr(from[0]); err != nil {
			return err
		}
	}
	if q.Connect.By == nil {
		return c.fail(c.pos(f.Location), "START WITH without CONNECT BY")
	}
	return nil
}

// ancestor converts PRIOR and CONNECT_BY_ROOT.
func (c *converter) ancestor(f *pg.FuncCall, root bool) (Expr, error) {
	at := c.pos(f.Location)
	if len(f.Args) != 1 {
		return nil, c.fail(at, "PRIOR takes one expression")
	}
	arg, err := c.expr(f.Args[0])
	return &AncestorExpr{Pos: at, Arg: arg, Root: root}, err
}
