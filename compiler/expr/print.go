package expr

import (
	"fmt"
	"slices"
	"strings"

	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// Printer writes expressions for people.
type Printer[R Ref] struct {
	Params []Param
	Column func(R) string // the name of a column
	Style  Style
}

// Style is what an expression's text is for.
type Style uint8

// The styles.
const (
	Program Style = iota // parameters are $n, as in programs
	Explain              // literals by value, with PostgreSQL's casts
	Tree                 // operations by name with their types, "?" behind what may be NULL: golden trees
)

// Text is e as text, in parentheses if it is compound.
func (p *Printer[R]) Text(e *Expr[R]) string {
	switch e.Kind {
	case Column:
		return p.Column(e.Col) + p.mark(e)
	case Parameter:
		return p.parameter(e.Param)
	case Constant:
		return p.Literal(e.Const, e.Type)
	case Call:
		return p.call(e)
	case And:
		return "(" + p.joined(e.Args, p.word(" AND ")) + ")"
	case Or:
		return "(" + p.joined(e.Args, p.word(" OR ")) + ")"
	case Not:
		return p.outer(p.word("NOT ") + p.Text(e.Args[0]))
	case IsNull:
		return p.outer(p.Text(e.Args[0]) + p.word(" IS NULL"))
	case IsNotNull:
		return p.outer(p.Text(e.Args[0]) + p.word(" IS NOT NULL"))
	case Case:
		return p.caseText(e)
	case Coalesce:
		return p.word("COALESCE(") + p.List(e.Args) + ")"
	case Once:
		if p.Style == Tree {
			return "once(" + p.List(e.Args) + ")"
		}
		return p.Text(e.Args[len(e.Args)-1])
	case InList:
		return p.outer(p.Text(e.Args[0]) + p.word(" IN ") + p.inList(e.Param))
	case Any:
		return p.word("ANY(") + p.free(e.Rel) + ")"
	case Scalar:
		return p.word("SCALAR(") + p.free(e.Rel) + ")"
	}
	return "?"
}

// List is expressions with commas between them.
func (p *Printer[R]) List(es []*Expr[R]) string { return p.joined(es, ", ") }

// OrderText is the keys of an order.
func (p *Printer[R]) OrderText(keys []SortKey[R]) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = p.Text(k.Expr)
		if k.Desc {
			parts[i] += " desc"
		}
		if k.NullsFirst != k.Desc {
			parts[i] += map[bool]string{true: " nulls first", false: " nulls last"}[k.NullsFirst]
		}
	}
	return strings.Join(parts, ", ")
}

// word is a keyword as the style writes it.
func (p *Printer[R]) word(s string) string {
	if p.Style == Tree {
		return strings.ToLower(s)
	}
	return s
}

// outer puts parentheses around what is compound, where the style wants them.
func (p *Printer[R]) outer(s string) string {
	if p.Style == Tree {
		return s
	}
	return "(" + s + ")"
}

func (p *Printer[R]) mark(e *Expr[R]) string {
	if p.Style == Tree && e.Nullable {
		return "?"
	}
	return ""
}

func (p *Printer[R]) joined(es []*Expr[R], sep string) string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = p.Text(e)
	}
	return strings.Join(parts, sep)
}

// call writes operators between operands, casts as ::type in plans that people read,
// and everything else as a function.
func (p *Printer[R]) call(e *Expr[R]) string {
	args, cast := p.operands(e)
	switch {
	case p.Style == Explain && e.Op.Key:
		return args[0]
	case p.Style == Tree:
		draw := ""
		if e.Draw > 0 {
			draw = fmt.Sprintf("#%d", e.Draw)
		}
		return fmt.Sprintf("%s%s:%s%s(%s)", e.Op.Name, draw, TreeType(e.Type), p.mark(e), strings.Join(args, ", "))
	case e.Op.Infix != "" && len(args) >= 2 && allConst(e.Args[2:]):
		return "(" + args[0] + " " + e.Op.Infix + " " + args[1] + ")"
	case p.Style == Explain && cast && e.isCast():
		return "(" + args[0] + ")::" + bareType(e.Type)
	case p.Style == Explain && cast && e.Op.Tries != nil:
		return "TRY_CAST(" + args[0] + " AS " + bareType(e.Type) + ")"
	case e.Op.Prefix != "":
		return "(" + e.Op.Prefix + " " + args[0] + ")"
	}
	return e.Op.Name + "(" + strings.Join(args, ", ") + ")"
}

// operands are a call's operands as text, without what goes without saying, the session's time zone. cast: all others
// but the first are details of its type.
func (p *Printer[R]) operands(e *Expr[R]) (args []string, cast bool) {
	cast = true
	for i, a := range e.Args {
		switch {
		case p.Style == Explain && a.Kind == Parameter && p.Params[a.Param].Zone:
		case p.Style == Explain && a.Kind == Constant && slices.Contains(e.Op.Zones, i):
			args, cast = append(args, "'"+zone.Table(a.Const.S).Name()+"'"), false
		case p.Style == Explain && len(e.Args) == 2 && e.Args[1-i].isKey() && p.known(a) != nil:
			t := e.Args[1-i].Args[0].Type
			args = append(args, p.Literal(t.OfKey(*p.known(a)), t))
		default:
			args = append(args, p.Text(a))
			cast = cast && (i == 0 || a.Kind == Constant)
		}
	}
	return args, cast
}

// known is the value that e is, nil if it is none before the statement runs.
func (p *Printer[R]) known(e *Expr[R]) *types.Datum {
	switch {
	case e.Kind == Constant:
		return &e.Const
	case e.Kind == Parameter && p.Params[e.Param].Client == 0 && p.Params[e.Param].Effect == nil:
		return &p.Params[e.Param].Value
	}
	return nil
}

// isKey reports whether e is the key of a value of a type with an order of its own.
func (e *Expr[R]) isKey() bool { return e.Kind == Call && e.Op.Key }

// isCast reports whether e converts its first operand to a type that is another one to people, too.
func (e *Expr[R]) isCast() bool {
	if !e.Op.Cast || len(e.Args) == 0 {
		return false
	}
	return e.Args[0].Type.Kind != e.Type.Kind || e.Type.Kind == types.Decimal || e.Type.IsString()
}

func allConst[R Ref](es []*Expr[R]) bool {
	for _, e := range es {
		if e.Kind != Constant {
			return false
		}
	}
	return true
}

func (p *Printer[R]) caseText(e *Expr[R]) string {
	var b strings.Builder
	b.WriteString(p.word("CASE"))
	for i := 0; i+1 < len(e.Args); i += 2 {
		b.WriteString(p.word(" WHEN ") + p.Text(e.Args[i]) + p.word(" THEN ") + p.Text(e.Args[i+1]))
	}
	return b.String() + p.word(" ELSE ") + p.Text(e.Args[len(e.Args)-1]) + p.word(" END")
}

func (p *Printer[R]) parameter(i int) string {
	if p.Style != Explain {
		return fmt.Sprintf("$%d", i)
	}
	prm := &p.Params[i]
	switch {
	case prm.Effect != nil:
		args := make([]string, len(prm.Effect.Args))
		for k, a := range prm.Effect.Args {
			args[k] = p.parameter(a)
		}
		return prm.Effect.Name + "(" + strings.Join(args, ", ") + ")"
	case prm.Client != 0:
		return fmt.Sprintf("$%d", prm.Client)
	}
	return p.Literal(prm.Value, prm.Type)
}

func (p *Printer[R]) inList(i int) string {
	if p.Style != Explain {
		return fmt.Sprintf("$%d", i)
	}
	prm := &p.Params[i]
	parts := make([]string, len(prm.List))
	for k, d := range prm.List {
		parts[k] = p.Literal(d, prm.Type)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// free names what a relation reads of the row around it.
func (p *Printer[R]) free(r Relation[R]) string {
	var parts []string
	for _, c := range r.Free() {
		parts = append(parts, p.Column(c))
	}
	return strings.Join(parts, ", ")
}

// Literal is a constant: numbers bare, the rest quoted with its type, but for trees.
func (p *Printer[R]) Literal(d types.Datum, t types.Type) string {
	cast := ""
	if p.Style != Tree {
		cast = "::" + bareType(t)
	}
	switch {
	case d.Null:
		return "NULL" + cast
	case t.Kind == types.Bool && p.Style != Tree:
		if d.Lo != 0 {
			return "true"
		}
		return "false"
	case t.IsNumeric() || t.Kind == types.OID:
		s := types.FormatText(t, d)
		if p.Style == Explain && t.Phys().IsFloat() {
			s += "::" + t.String()
		}
		return s
	}
	return "'" + strings.ReplaceAll(types.FormatText(t, d), "'", "''") + "'" + cast
}

// bareType is a type's name without its modifier, as PostgreSQL prints casts;
// strings compare as text.
func bareType(t types.Type) string {
	if t.Kind == types.Varchar {
		return "text"
	}
	return t.Name()
}

// TreeType is a type's name in trees, where it stands at every call: as short as tells it apart.
func TreeType(t types.Type) string {
	if t.Kind == types.Varchar && t.Len == types.MaxVarchar {
		return "text"
	}
	return strings.Replace(t.Short(), "decimal(", "dec(", 1)
}
