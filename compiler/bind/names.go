package bind

import "slipher/compiler/parse"

// targetName is the name of a result column: its alias, else what the outermost
// column, function or cast is called, else ?column?.
func (b *binder) targetName(t target) string {
	if t.Alias != "" {
		return t.Alias
	}
	if n, _ := b.figureName(t.Expr); n != "" {
		return n
	}
	return "?column?"
}

// figureName gives a name and how good it is: 0 none, 1 a type's, 2 a real one.
func (b *binder) figureName(e parse.Expr) (string, int) {
	switch x := e.(type) {
	case *parse.ColumnRef:
		return x.Parts[len(x.Parts)-1], 2
	case *parse.AncestorExpr:
		return b.figureName(x.Arg)
	case *starExpr:
		return x.col.name, 2
	case *parse.FuncCall:
		return b.fns.Shown(x.Name), 2
	case *parse.CastExpr:
		if n, q := b.figureName(x.Arg); q > 0 {
			return n, q
		}
		return x.Type.Name, 1
	case *parse.ArrayExpr:
		return "array", 2
	case *parse.MemberExpr:
		return x.Name, 2
	case *parse.SubscriptExpr:
		return b.figureName(x.Arg)
	case *parse.SubqueryExpr:
		switch x.Kind {
		case parse.ExistsSubquery:
			return "exists", 2
		case parse.ArraySubquery:
			return "array", 2
		case parse.ScalarSubquery:
			q := x.Query
			for q.Set != nil {
				q = q.Set.Left
			}
			if len(q.Targets) > 0 {
				return b.targetName(q.Targets[0]), 2
			}
		}
	case *parse.CaseExpr:
		if x.Else != nil {
			if n, q := b.figureName(x.Else); q == 2 {
				return n, q
			}
		}
		return "case", 1
	}
	return "", 0
}
