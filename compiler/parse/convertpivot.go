package parse

import pg "github.com/pganalyze/pg_query_go/v5"

// pivoting is the call that stands for PIVOT or UNPIVOT, nil if n is none.
func (c *converter) pivoting(n *pg.Node) *pg.FuncCall {
	fs := n.GetRangeFunction().GetFunctions()
	if len(fs) != 1 {
		return nil
	}
	f := fs[0].GetList().GetItems()[0].GetFuncCall()
	if name := c.markerOf(f); name != pivotMarker && name != unpivotMarker {
		return nil
	}
	return f
}

// pivot converts PIVOT and UNPIVOT of input.
func (c *converter) pivot(input TableExpr, f *pg.FuncCall, alias *pg.Alias) (TableExpr, error) {
	at := c.pos(f.Location)
	if _, ok := input.(*JoinExpr); ok {
		return nil, c.refuse(at, "PIVOT and UNPIVOT of a join")
	}
	name, columns := foldIdent(alias.GetAliasname()), c.strings(alias.GetColnames())
	var lists [2][]PivotItem // in front of what is no item, and behind it
	var plain []Expr
	for _, a := range f.Args {
		call := a.GetFuncCall()
		if c.markerOf(call) != itemMarker {
			e, err := c.expr(a)
			if err != nil {
				return nil, err
			}
			plain = append(plain, e)
			continue
		}
		e, err := c.expr(call.Args[0])
		if err != nil {
			return nil, err
		}
		item := PivotItem{Expr: e}
		if len(call.Args) > 1 {
			item.Name = call.Args[1].GetAConst().GetSval().GetSval()
		}
		k := min(len(plain), 1)
		lists[k] = append(lists[k], item)
	}
	names := make([]*ColumnRef, len(plain))
	for i, e := range plain {
		names[i], _ = e.(*ColumnRef)
	}
	if c.markerOf(f) == pivotMarker {
		if len(names) != 1 || names[0] == nil || names[0].Star {
			return nil, c.fail(at, "PIVOT wants the name of a column behind FOR")
		}
		return &PivotRef{at, input, lists[0], names[0], lists[1], name, columns}, nil
	}
	nulls, ok := plain[0].(*Literal)
	if !ok || len(names) != 3 || names[1] == nil || names[2] == nil || len(names[1].Parts)+len(names[2].Parts) != 2 {
		return nil, c.fail(at, "UNPIVOT wants a name in front of FOR and one behind it")
	}
	return &UnpivotRef{at, input, nulls.Text == "t", names[1].Parts[0], names[2].Parts[0], lists[1], name, columns}, nil
}
