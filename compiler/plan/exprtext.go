package plan

import (
	"fmt"
	"strings"

	"slipher/catalog/types"
)

// ExprPrinter writes expressions for people.
type ExprPrinter struct {
	Params []Param
	// Column names column i of the layout (or the id i, before layouts are made).
	Column func(i int) string
	// Literals shows literal parameters by value with PostgreSQL's casts, as EXPLAIN
	// does; otherwise parameters are $n, as in programs.
	Literals bool
}

// infix are the operations written between their operands.
var infix = map[string]string{
	"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
	"add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%",
	"add_nc": "+", "sub_nc": "-", "mul_nc": "*", "dec_add38": "+", "dec_sub38": "-", "dec_mul38": "*",
	"dec_mul_down": "*", "dec_div": "/", "concat": "||", "bit_and": "&", "bit_or": "|", "bit_xor": "#",
	"like": "~~", "not_like": "!~~",
}

// programConsts is the number of constant operands behind an infix operation's two.
var programConsts = map[string]int{"dec_mul_down": 1, "dec_div": 1}

// Text is e as text, in parentheses if it is compound.
func (p *ExprPrinter) Text(e *Expr) string {
	switch e.Kind {
	case ExprCol:
		return p.Column(e.Col)
	case ExprParam:
		prm := &p.Params[e.Param]
		if !p.Literals {
			return fmt.Sprintf("$%d", e.Param)
		}
		if prm.Effect != nil {
			return p.effect(prm.Effect)
		}
		if prm.Client != 0 {
			return fmt.Sprintf("$%d", prm.Client)
		}
		return p.literal(prm.Value, prm.Type)
	case ExprConst:
		return p.literal(e.Const, e.Type)
	case ExprCall:
		return p.call(e)
	case ExprAnd:
		return p.joined(e.Args, " AND ")
	case ExprOr:
		return p.joined(e.Args, " OR ")
	case ExprNot:
		return "(NOT " + p.Text(e.Args[0]) + ")"
	case ExprIsNull:
		return "(" + p.Text(e.Args[0]) + " IS NULL)"
	case ExprIsNotNull:
		return "(" + p.Text(e.Args[0]) + " IS NOT NULL)"
	case ExprCase:
		return p.caseText(e)
	case ExprCoalesce:
		return "COALESCE(" + p.list(e.Args) + ")"
	case ExprInList:
		return p.inList(e)
	}
	return "?"
}

func (p *ExprPrinter) joined(es []*Expr, sep string) string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = p.Text(e)
	}
	return "(" + strings.Join(parts, sep) + ")"
}

func (p *ExprPrinter) list(es []*Expr) string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = p.Text(e)
	}
	return strings.Join(parts, ", ")
}

// call writes operators between operands, casts as ::type when literals are shown,
// and everything else as a function.
func (p *ExprPrinter) call(e *Expr) string {
	if sign := infix[e.Op]; sign != "" && len(e.Args) == 2+programConsts[e.Op] {
		return "(" + p.Text(e.Args[0]) + " " + sign + " " + p.Text(e.Args[1]) + ")"
	}
	if p.Literals && isCast(e) {
		return "(" + p.Text(e.Args[0]) + ")::" + bareType(e.Type)
	}
	if e.Op == "neg" {
		return "(- " + p.Text(e.Args[0]) + ")"
	}
	return e.Op + "(" + p.list(e.Args) + ")"
}

// isCast recognises the casts of catalog/fn by what they do: one operand that is
// no constant, another type, and a name that tells of it.
func isCast(e *Expr) bool {
	if len(e.Args) == 0 || e.Args[0].Type.Kind == e.Type.Kind && e.Type.Kind != types.Decimal && !e.Type.IsString() {
		return false
	}
	for _, a := range e.Args[1:] {
		if a.Kind != ExprConst {
			return false
		}
	}
	return strings.Contains(e.Op, "_to_") || strings.HasSuffix(e.Op, "_widen") || strings.HasSuffix(e.Op, "_narrow") ||
		strings.HasPrefix(e.Op, "dec_up") || strings.HasPrefix(e.Op, "dec_down") || e.Op == "dec_check"
}

// bareType is a type's name without its modifier, as PostgreSQL prints casts;
// strings compare as text.
func bareType(t types.Type) string {
	if t.Kind == types.Varchar {
		return "text"
	}
	n, _, _ := strings.Cut(t.String(), "(")
	return n
}

func (p *ExprPrinter) caseText(e *Expr) string {
	var b strings.Builder
	b.WriteString("CASE")
	for i := 0; i+1 < len(e.Args); i += 2 {
		fmt.Fprintf(&b, " WHEN %s THEN %s", p.Text(e.Args[i]), p.Text(e.Args[i+1]))
	}
	fmt.Fprintf(&b, " ELSE %s END", p.Text(e.Args[len(e.Args)-1]))
	return b.String()
}

func (p *ExprPrinter) inList(e *Expr) string {
	if !p.Literals {
		return fmt.Sprintf("(%s IN $%d)", p.Text(e.Args[0]), e.Param)
	}
	prm := &p.Params[e.Param]
	parts := make([]string, len(prm.List))
	for i, d := range prm.List {
		parts[i] = p.literal(d, prm.Type)
	}
	return fmt.Sprintf("(%s IN (%s))", p.Text(e.Args[0]), strings.Join(parts, ", "))
}

// literal is a constant: numbers bare, the rest quoted with its type.
func (p *ExprPrinter) literal(d types.Datum, t types.Type) string {
	if d.Null {
		return "NULL::" + bareType(t)
	}
	switch {
	case t.Kind == types.Bool:
		if d.Lo != 0 {
			return "true"
		}
		return "false"
	case t.IsNumeric() || t.Kind == types.OID:
		s := types.FormatText(t, d)
		if p.Literals && (t.Kind == types.Float8 || t.Kind == types.Float4) {
			s += "::" + t.String()
		}
		return s
	}
	s := types.FormatText(t, d)
	return "'" + strings.ReplaceAll(s, "'", "''") + "'::" + bareType(t)
}

// effect shows the call whose result a parameter is.
func (p *ExprPrinter) effect(e *Effect) string {
	args := make([]string, len(e.Args))
	for i, a := range e.Args {
		args[i] = p.Text(&Expr{Kind: ExprParam, Type: p.Params[a].Type, Param: a})
	}
	return e.Name + "(" + strings.Join(args, ", ") + ")"
}
