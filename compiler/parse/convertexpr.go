package parse

import (
	"slices"
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"slipher/catalog/sqlerr"
)

// optional converts n, nil for nil.
func (c *converter) optional(n *pg.Node) (Expr, error) {
	if n == nil {
		return nil, nil
	}
	return c.expr(n)
}

func (c *converter) exprs(ns []*pg.Node) ([]Expr, error) {
	var out []Expr
	for _, n := range ns {
		e, err := c.expr(n)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// expr converts a scalar expression.
func (c *converter) expr(n *pg.Node) (Expr, error) {
	switch x := n.GetNode().(type) {
	case *pg.Node_AConst:
		return c.literal(x.AConst)
	case *pg.Node_ColumnRef:
		return c.columnRef(x.ColumnRef)
	case *pg.Node_ParamRef:
		return &ParamRef{c.pos(x.ParamRef.Location), int(x.ParamRef.Number)}, nil
	case *pg.Node_AExpr:
		return c.aExpr(x.AExpr)
	case *pg.Node_BoolExpr:
		return c.boolExpr(x.BoolExpr)
	case *pg.Node_FuncCall:
		return c.funcCall(x.FuncCall)
	case *pg.Node_TypeCast:
		return c.cast(x.TypeCast)
	case *pg.Node_CaseExpr:
		return c.caseExpr(x.CaseExpr)
	case *pg.Node_NullTest:
		arg, err := c.expr(x.NullTest.Arg)
		return &NullTest{c.pos(x.NullTest.Location), arg, x.NullTest.Nulltesttype == pg.NullTestType_IS_NOT_NULL}, err
	case *pg.Node_BooleanTest:
		return c.boolTest(x.BooleanTest)
	case *pg.Node_CoalesceExpr:
		args, err := c.exprs(x.CoalesceExpr.Args)
		return &FuncCall{Pos: c.pos(x.CoalesceExpr.Location), Name: "coalesce", Args: args}, err
	case *pg.Node_MinMaxExpr:
		args, err := c.exprs(x.MinMaxExpr.Args)
		name := "greatest"
		if x.MinMaxExpr.Op == pg.MinMaxOp_IS_LEAST {
			name = "least"
		}
		return &FuncCall{Pos: c.pos(x.MinMaxExpr.Location), Name: name, Args: args}, err
	case *pg.Node_SqlvalueFunction:
		return c.valueFunction(x.SqlvalueFunction)
	case *pg.Node_SetToDefault:
		return &DefaultExpr{c.pos(x.SetToDefault.Location)}, nil
	case *pg.Node_SubLink:
		return c.subLink(x.SubLink)
	case *pg.Node_CollateClause:
		return nil, c.refuse(c.pos(x.CollateClause.Location), "COLLATE")
	case *pg.Node_RowExpr:
		items, err := c.exprs(x.RowExpr.Args)
		return &RowExpr{c.pos(x.RowExpr.Location), items,
			x.RowExpr.RowFormat == pg.CoercionForm_COERCE_EXPLICIT_CALL}, err
	case *pg.Node_AArrayExpr:
		items, err := c.exprs(x.AArrayExpr.Elements)
		return &ArrayExpr{c.pos(x.AArrayExpr.Location), items}, err
	case *pg.Node_AIndirection:
		return c.indirection(x.AIndirection)
	case *pg.Node_GroupingFunc:
		args, err := c.exprs(x.GroupingFunc.Args)
		return &FuncCall{Pos: c.pos(x.GroupingFunc.Location), Name: "grouping", Args: args, Keyword: true}, err
	}
	return nil, c.refuse(-1, "this expression")
}

func (c *converter) literal(a *pg.A_Const) (Expr, error) {
	l := &Literal{Pos: c.pos(a.Location)}
	if a.Isnull {
		return l, nil
	}
	switch v := a.Val.(type) {
	case *pg.A_Const_Ival:
		l.Kind, l.Text = IntLiteral, strconv.Itoa(int(v.Ival.GetIval()))
	case *pg.A_Const_Fval:
		l.Kind, l.Text = NumberLiteral, strings.ReplaceAll(v.Fval.GetFval(), "_", "")
	case *pg.A_Const_Boolval:
		l.Kind, l.Text = BoolLiteral, "f"
		if v.Boolval.GetBoolval() {
			l.Text = "t"
		}
	case *pg.A_Const_Sval:
		l.Kind, l.Text = StringLiteral, v.Sval.GetSval()
	case *pg.A_Const_Bsval:
		return nil, c.refuse(l.Pos, "a bit string constant")
	}
	return l, nil
}

func (c *converter) columnRef(r *pg.ColumnRef) (Expr, error) {
	out := &ColumnRef{Pos: c.pos(r.Location)}
	for _, f := range r.Fields {
		if f.GetAStar() != nil {
			out.Star = true
			continue
		}
		out.Parts = append(out.Parts, foldIdent(f.GetString_().GetSval()))
	}
	out.Written = otherwise(out.Parts, c.attributes(out.Pos, len(out.Parts)))
	return out, nil
}

// indirection converts (t).a, which is t.a, and what a path into a value adds: x[i] and x[i].a.
func (c *converter) indirection(n *pg.A_Indirection) (Expr, error) {
	e, err := c.expr(n.Arg)
	if err != nil {
		return nil, err
	}
	names := slices.DeleteFunc(slices.Clone(n.Indirection), func(s *pg.Node) bool { return s.GetString_() == nil })
	written := c.steps(e, len(names)) // of the steps from here on
	for _, step := range n.Indirection {
		i, name := step.GetAIndices(), step.GetString_()
		r, ok := e.(*ColumnRef)
		switch {
		case i != nil && i.IsSlice:
			return nil, c.refuse(e.At(), "a slice of an array")
		case i != nil:
			index, err := c.expr(i.Uidx)
			if err != nil {
				return nil, err
			}
			e = &SubscriptExpr{e.At(), e, index}
		case name == nil:
			return nil, c.refuse(e.At(), "a field selection")
		case ok && !r.Star:
			parts, as := append(slices.Clone(r.Parts), foldIdent(name.GetSval())), r.Parts
			if r.Written != nil {
				as = r.Written
			}
			if written != nil {
				as = append(slices.Clone(as), written[0])
			}
			e = &ColumnRef{Pos: r.Pos, Parts: parts, Written: otherwise(parts, as)}
		default:
			m := &MemberExpr{Pos: e.At(), Arg: e, Name: foldIdent(name.GetSval())}
			if written != nil && written[0] != m.Name {
				m.Attribute = written[0]
			}
			e = m
		}
		if name != nil && written != nil {
			written = written[1:]
		}
	}
	return e, nil
}

// aExpr converts operators and the forms libpg_query keeps as operators.
func (c *converter) aExpr(a *pg.A_Expr) (Expr, error) {
	at := c.pos(a.Location)
	op := a.Name[len(a.Name)-1].GetString_().GetSval()
	left, err := c.optional(a.Lexpr)
	if err != nil {
		return nil, err
	}
	if a.Kind == pg.A_Expr_Kind_AEXPR_IN {
		list, err := c.exprs(a.Rexpr.GetList().GetItems())
		return &InExpr{at, left, list, op == "<>"}, err
	}
	switch a.Kind {
	case pg.A_Expr_Kind_AEXPR_BETWEEN, pg.A_Expr_Kind_AEXPR_NOT_BETWEEN, pg.A_Expr_Kind_AEXPR_BETWEEN_SYM,
		pg.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM:
		b, err := c.exprs(a.Rexpr.GetList().GetItems())
		if err != nil {
			return nil, err
		}
		return &BetweenExpr{at, left, b[0], b[1],
			a.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN || a.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM,
			a.Kind == pg.A_Expr_Kind_AEXPR_BETWEEN_SYM || a.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM}, nil
	case pg.A_Expr_Kind_AEXPR_LIKE, pg.A_Expr_Kind_AEXPR_ILIKE, pg.A_Expr_Kind_AEXPR_SIMILAR:
		return c.like(a, at, left, op)
	}
	right, err := c.expr(a.Rexpr)
	if err != nil {
		return nil, err
	}
	switch a.Kind {
	case pg.A_Expr_Kind_AEXPR_OP_ANY, pg.A_Expr_Kind_AEXPR_OP_ALL:
		return &ArrayComparison{at, left, op, right, a.Kind == pg.A_Expr_Kind_AEXPR_OP_ALL}, nil
	case pg.A_Expr_Kind_AEXPR_DISTINCT:
		return &DistinctExpr{at, left, right, false}, nil
	case pg.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		return &DistinctExpr{at, left, right, true}, nil
	case pg.A_Expr_Kind_AEXPR_NULLIF:
		return &FuncCall{Pos: at, Name: "nullif", Args: []Expr{left, right}}, nil
	}
	return &OpExpr{at, op, left, right}, nil
}

// like converts x LIKE y [ESCAPE z] and x SIMILAR TO y [ESCAPE z]; libpg_query wraps y in like_escape(y, z), in
// similar_to_escape(y [, z]).
func (c *converter) like(a *pg.A_Expr, at Pos, left Expr, op string) (Expr, error) {
	l := &LikeExpr{Pos: at, Arg: left, Not: strings.HasPrefix(op, "!"), FoldCase: strings.HasSuffix(op, "*"),
		Similar: a.Kind == pg.A_Expr_Kind_AEXPR_SIMILAR}
	wrap := "like_escape"
	if l.Similar {
		wrap = "similar_to_escape"
	}
	pattern := a.Rexpr
	if f := pattern.GetFuncCall(); f != nil && f.Funcname[len(f.Funcname)-1].GetString_().GetSval() == wrap &&
		(len(f.Args) == 2 || l.Similar) {
		if len(f.Args) == 2 {
			var err error
			if l.Escape, err = c.expr(f.Args[1]); err != nil {
				return nil, err
			}
		}
		pattern = f.Args[0]
	}
	var err error
	l.Pattern, err = c.expr(pattern)
	return l, err
}

func (c *converter) boolExpr(b *pg.BoolExpr) (Expr, error) {
	args, err := c.exprs(b.Args)
	if err != nil {
		return nil, err
	}
	op := map[pg.BoolExprType]LogicOp{pg.BoolExprType_AND_EXPR: And, pg.BoolExprType_OR_EXPR: Or,
		pg.BoolExprType_NOT_EXPR: Not}[b.Boolop]
	return &LogicExpr{c.pos(b.Location), op, args}, nil
}

func (c *converter) boolTest(b *pg.BooleanTest) (Expr, error) {
	arg, err := c.expr(b.Arg)
	t := &BoolTest{Pos: c.pos(b.Location), Arg: arg}
	switch b.Booltesttype {
	case pg.BoolTestType_IS_NOT_TRUE:
		t.Not = true
	case pg.BoolTestType_IS_FALSE:
		t.Kind = IsFalse
	case pg.BoolTestType_IS_NOT_FALSE:
		t.Kind, t.Not = IsFalse, true
	case pg.BoolTestType_IS_UNKNOWN:
		t.Kind = IsUnknown
	case pg.BoolTestType_IS_NOT_UNKNOWN:
		t.Kind, t.Not = IsUnknown, true
	}
	return t, err
}

// markerOf is what the dialect pass has put in as a function's name, or in front of that, "" if it has not.
func (c *converter) markerOf(f *pg.FuncCall) string {
	if f == nil || !c.m.inserted(int(f.Location)) {
		return ""
	}
	return f.Funcname[0].GetString_().GetSval()
}

func (c *converter) funcCall(f *pg.FuncCall) (Expr, error) {
	at := c.pos(f.Location)
	out := &FuncCall{Pos: at, Star: f.AggStar, Distinct: f.AggDistinct,
		Keyword: f.Funcformat == pg.CoercionForm_COERCE_SQL_SYNTAX}
	names := c.strings(f.Funcname)
	switch c.markerOf(f) {
	case outerMarker:
		arg, err := c.expr(f.Args[0])
		if err != nil {
			return nil, err
		}
		return &OuterColumn{Pos: arg.At(), Column: arg.(*ColumnRef)}, nil
	case tryMarker:
		return c.tryCast(f, at)
	case priorMarker, rootMarker:
		return c.ancestor(f, c.markerOf(f) == rootMarker)
	case connectMarker, startMarker, byMarker:
		return nil, c.refuse(at, "CONNECT BY in this place")
	case approximateMarker:
		out.Approximate, names = true, names[1:]
	case distinctMarker:
		out.Distinct, names = true, names[1:]
	case ignoreNullsMarker:
		out.IgnoreNulls, names = true, names[1:]
	}
	out.Name = names[len(names)-1]
	if len(names) > 1 {
		out.Schema = names[len(names)-2]
	}
	out.WithinGroup = f.AggWithinGroup
	var err error
	if out.Over, err = c.over(f.Over); err != nil {
		return nil, err
	}
	if f.FuncVariadic {
		return nil, c.refuse(at, "VARIADIC")
	}
	args := slices.Clone(f.Args)
	for i, a := range args {
		na := a.GetNamedArgExpr()
		switch {
		case na != nil:
			out.Names = append(out.Names, Name{c.pos(na.Location), foldIdent(na.Name)})
			args[i] = na.Arg
		case len(out.Names) > 0:
			return nil, c.fail(out.Names[0].Pos, "positional argument cannot follow named argument")
		}
	}
	if out.Args, err = c.exprs(args); err != nil {
		return nil, err
	}
	if out.Filter, err = c.optional(f.AggFilter); err != nil {
		return nil, err
	}
	out.Order, err = c.orderItems(f.AggOrder)
	return out, err
}

// tryCast is the cast of a TRY_CAST.
func (c *converter) tryCast(f *pg.FuncCall, at Pos) (Expr, error) {
	t := f.Args[0].GetTypeCast()
	if len(f.Args) != 1 || t == nil {
		return nil, c.refuse(at, "TRY_CAST of this kind")
	}
	e, err := c.cast(t)
	if x, ok := e.(*CastExpr); ok {
		x.Pos, x.Try = at, true
	}
	return e, err
}

// intervalFields are the masks of PostgreSQL's interval modifiers.
var intervalFields = map[int64]string{
	1 << 2: "year", 1 << 1: "month", 1 << 3: "day", 1 << 10: "hour", 1 << 11: "minute", 1 << 12: "second",
	1<<2 | 1<<1: "year to month", 1<<3 | 1<<10: "day to hour", 1<<3 | 1<<10 | 1<<11: "day to minute",
	1<<3 | 1<<10 | 1<<11 | 1<<12: "day to second", 1<<10 | 1<<11: "hour to minute",
	1<<10 | 1<<11 | 1<<12: "hour to second", 1<<11 | 1<<12: "minute to second",
}

func (c *converter) cast(t *pg.TypeCast) (Expr, error) {
	arg, err := c.expr(t.Arg)
	if err != nil {
		return nil, err
	}
	name, err := c.typeName(t.TypeName)
	if err != nil {
		return nil, err
	}
	at := c.pos(t.Location)
	if at < 0 {
		at = name.Pos
	}
	return &CastExpr{Pos: at, Arg: arg, Type: name}, nil
}

func (c *converter) typeName(t *pg.TypeName) (TypeName, error) {
	at := c.pos(t.Location)
	names := c.strings(t.Names)
	out := TypeName{Pos: at, Name: names[len(names)-1]}
	if len(names) > 1 {
		out.Schema = names[0]
	}
	if len(t.ArrayBounds) > 1 || t.Setof || t.PctType {
		return out, c.refuse(at, "this kind of type")
	}
	out.Array = len(t.ArrayBounds) == 1
	for _, m := range t.Typmods {
		k := m.GetAConst()
		if k == nil || k.GetIval() == nil && k.Val != nil && k.GetFval() != nil {
			return out, sqlerr.New(sqlerr.InvalidParameterValue,
				"type modifiers must be simple constants or identifiers").At(charPosition(c.src, int(at)))
		}
		out.Mods = append(out.Mods, int(k.GetIval().GetIval()))
	}
	if out.Name == "interval" {
		if len(out.Mods) > 0 {
			out.Interval.Fields = intervalFields[int64(out.Mods[0])]
		}
		if len(out.Mods) > 1 {
			out.Interval.Rounded, out.Interval.Precision = true, min(out.Mods[1], 6)
		}
		out.Mods = nil
	}
	if (out.Name == "timestamp" || out.Name == "time") && len(out.Mods) > 1 {
		out.Mods = out.Mods[:1]
	}
	return out, nil
}

func (c *converter) caseExpr(x *pg.CaseExpr) (Expr, error) {
	out := &CaseExpr{Pos: c.pos(x.Location)}
	var err error
	if out.Arg, err = c.optional(x.Arg); err != nil {
		return nil, err
	}
	for _, w := range x.Args {
		cw := w.GetCaseWhen()
		cond, err := c.expr(cw.Expr)
		if err != nil {
			return nil, err
		}
		result, err := c.expr(cw.Result)
		if err != nil {
			return nil, err
		}
		out.Whens = append(out.Whens, When{cond, result})
	}
	out.Else, err = c.optional(x.Defresult)
	return out, err
}

// valueFunctions are the keywords that call a function without parentheses.
var valueFunctions = map[pg.SQLValueFunctionOp]string{
	pg.SQLValueFunctionOp_SVFOP_CURRENT_DATE: "current_date", pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME: "current_time",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N:      "current_time",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP:   "current_timestamp",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N: "current_timestamp",
	pg.SQLValueFunctionOp_SVFOP_LOCALTIME:           "localtime",
	pg.SQLValueFunctionOp_SVFOP_LOCALTIME_N:         "localtime",
	pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP:      "localtimestamp",
	pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:    "localtimestamp",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_ROLE:        "current_role",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_USER:        "current_user", pg.SQLValueFunctionOp_SVFOP_USER: "user",
	pg.SQLValueFunctionOp_SVFOP_SESSION_USER:    "session_user",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG: "current_database",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA:  "current_schema",
}

func (c *converter) valueFunction(f *pg.SQLValueFunction) (Expr, error) {
	return &FuncCall{Pos: c.pos(f.Location), Name: valueFunctions[f.Op], Keyword: true}, nil
}

var subqueryKinds = map[pg.SubLinkType]SubqueryKind{pg.SubLinkType_EXISTS_SUBLINK: ExistsSubquery,
	pg.SubLinkType_EXPR_SUBLINK: ScalarSubquery, pg.SubLinkType_ANY_SUBLINK: AnySubquery,
	pg.SubLinkType_ALL_SUBLINK: AllSubquery, pg.SubLinkType_ARRAY_SUBLINK: ArraySubquery}

func (c *converter) subLink(s *pg.SubLink) (Expr, error) {
	at := c.pos(s.Location)
	kind, ok := subqueryKinds[s.SubLinkType]
	if !ok {
		return nil, c.refuse(at, "this kind of subquery")
	}
	e := &SubqueryExpr{Pos: at, Kind: kind, Op: "="}
	var err error
	if n := s.Testexpr; n != nil {
		items := []*pg.Node{n}
		if row := n.GetRowExpr(); row != nil {
			items = row.Args
		}
		if e.Args, err = c.exprs(items); err != nil {
			return nil, err
		}
	}
	if len(s.OperName) > 0 {
		e.Op = s.OperName[len(s.OperName)-1].GetString_().GetSval()
	}
	sel := s.Subselect.GetSelectStmt()
	if kind == ExistsSubquery && sel != nil && len(sel.TargetList)+len(sel.ValuesLists) == 0 && sel.Larg == nil {
		// EXISTS (SELECT FROM t): rows without columns, of which nobody sees more than that they are there.
		one := &pg.Node{Node: &pg.Node_AConst{AConst: &pg.A_Const{Val: &pg.A_Const_Ival{Ival: &pg.Integer{Ival: 1}}}}}
		sel.TargetList = []*pg.Node{{Node: &pg.Node_ResTarget{ResTarget: &pg.ResTarget{Val: one}}}}
	}
	e.Query, err = c.query(sel, c.queryPos(sel, at))
	return e, err
}
