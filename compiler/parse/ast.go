package parse

import (
	"slices"
	"strings"

	"slipher/catalog/types"
)

// Pos is a byte offset in the text given to Parse, -1 if unknown.
type Pos int

// Expr is an unbound scalar expression.
type Expr interface{ At() Pos }

// At makes Pos a node's position when embedded.
func (p Pos) At() Pos { return p }

// LiteralKind is the lexical kind of a constant.
type LiteralKind uint8

const (
	NullLiteral   LiteralKind = iota
	BoolLiteral               // Text "t" or "f"
	IntLiteral                // digits that fit 32 bits
	NumberLiteral             // any other numeric constant
	StringLiteral
)

// Literal is a constant as written.
type Literal struct {
	Pos
	Kind LiteralKind
	Text string
}

// ColumnRef is a, t.a, s.t.a; with Star t.* or *, perhaps without the columns of EXCLUDE.
type ColumnRef struct {
	Pos
	Parts   []string
	Written []string // Parts with the case that names of attributes keep, nil if it is the same
	Star    bool
	Exclude []*ColumnRef
}

// OuterColumn is column (+): of the table that an outer join fills up with NULLs.
type OuterColumn struct {
	Pos
	Column *ColumnRef
}

// AncestorExpr is PRIOR arg, of the row above in a hierarchy, or CONNECT_BY_ROOT arg, of the one at its top.
type AncestorExpr struct {
	Pos
	Arg  Expr
	Root bool
}

// ParamRef is $N.
type ParamRef struct {
	Pos
	N int
}

// OpExpr is an operator applied: Left is nil for a prefix operator.
// Op is SQL's spelling, "<>" for "!=".
type OpExpr struct {
	Pos
	Op          string
	Left, Right Expr
}

// LogicOp is AND, OR or NOT.
type LogicOp uint8

const (
	And LogicOp = iota
	Or
	Not
)

// LogicExpr is AND, OR (two or more Args) or NOT (one).
type LogicExpr struct {
	Pos
	Op   LogicOp
	Args []Expr
}

// FuncCall is f(args), f(*), f(DISTINCT args) and what may stand around them. Name is lower case, without schema.
type FuncCall struct {
	Pos
	Schema string
	Name   string
	Args   []Expr
	// Names are those of the last arguments: name => value.
	Names    []Name
	Star     bool
	Distinct bool
	// Order is that of the rows of a group: WITHIN GROUP (ORDER BY …), or in the call itself.
	Order       []OrderItem
	WithinGroup bool
	Filter      Expr // FILTER (WHERE …)
	Approximate bool // APPROXIMATE f(…)
	Over        *WindowDef
	IgnoreNulls bool // IGNORE NULLS, of a call with OVER
	// Keyword: written without parentheses or in SQL's own syntax (CURRENT_DATE,
	// EXTRACT(x FROM y)).
	Keyword bool
}

// TypeName is a type as written: "decimal" with mods 12, 2.
type TypeName struct {
	Pos
	Schema string
	Name   string // PostgreSQL's internal name where the grammar gives one: int4, bpchar
	Mods   []int
	// Interval restricts an interval: DAY TO SECOND(3).
	Interval types.IntervalFields
	// Array: of an array of it.
	Array bool
}

// CastExpr is CAST(x AS t), x::t and t 'literal', or TRY_CAST(x AS t).
type CastExpr struct {
	Pos
	Arg  Expr
	Type TypeName
	Try  bool
}

// CaseExpr is CASE; Arg is nil for the searched form, Else may be nil.
type CaseExpr struct {
	Pos
	Arg   Expr
	Whens []When
	Else  Expr
}

// When is one arm of a CASE.
type When struct{ Cond, Result Expr }

// InExpr is x [NOT] IN (list).
type InExpr struct {
	Pos
	Arg  Expr
	List []Expr
	Not  bool
}

// BetweenExpr is x [NOT] BETWEEN [SYMMETRIC] lo AND hi.
type BetweenExpr struct {
	Pos
	Arg, Low, High Expr
	Not, Symmetric bool
}

// LikeExpr is x [NOT] LIKE pattern [ESCAPE e]; Escape may be nil.
type LikeExpr struct {
	Pos
	Arg, Pattern, Escape Expr
	Not, FoldCase        bool
	Similar              bool // SIMILAR TO
}

// NullTest is x IS [NOT] NULL.
type NullTest struct {
	Pos
	Arg Expr
	Not bool
}

// BoolTestKind is what IS tests a truth value for.
type BoolTestKind uint8

const (
	IsTrue BoolTestKind = iota
	IsFalse
	IsUnknown
)

// BoolTest is x IS [NOT] TRUE, FALSE or UNKNOWN.
type BoolTest struct {
	Pos
	Arg  Expr
	Kind BoolTestKind
	Not  bool
}

// DistinctExpr is l IS [NOT] DISTINCT FROM r.
type DistinctExpr struct {
	Pos
	Left, Right Expr
	Not         bool
}

// RowExpr is (a, b, …), or ROW(…) with any number of items.
type RowExpr struct {
	Pos
	Items []Expr
	Named bool // ROW was written
}

// GroupingKind is how items of GROUP BY make grouping sets.
type GroupingKind uint8

const (
	GroupingSets GroupingKind = iota // each item is a set, or several
	Rollup
	Cube
)

// GroupingExpr is ROLLUP, CUBE, GROUPING SETS or, without items, () in GROUP BY. An item is an expression, a RowExpr of
// several, or a GroupingExpr.
type GroupingExpr struct {
	Pos
	Kind  GroupingKind
	Items []Expr
}

// DefaultExpr is DEFAULT in a VALUES row of an INSERT.
type DefaultExpr struct{ Pos }

// SubqueryKind is what an expression makes of a query's rows.
type SubqueryKind uint8

const (
	ExistsSubquery SubqueryKind = iota
	ScalarSubquery              // the value of its one column in its one row
	AnySubquery                 // Args Op ANY (query); IN is = ANY
	AllSubquery
	ArraySubquery // the values of its one column, an array
	RowSubquery   // the row Args Op the query's one row: what the binder makes of a scalar subquery beside a row
)

// ArrayExpr is ARRAY[…].
type ArrayExpr struct {
	Pos
	Items []Expr
}

// ArrayComparison is Arg Op ANY (Array) or, if All is set, ALL.
type ArrayComparison struct {
	Pos
	Arg   Expr
	Op    string
	Array Expr
	All   bool
}

// SubscriptExpr is Arg[Index].
type SubscriptExpr struct {
	Pos
	Arg, Index Expr
}

// MemberExpr is Arg.Name, where Arg is more than a name.
type MemberExpr struct {
	Pos
	Arg       Expr
	Name      string
	Attribute string // Name with the case that it keeps as an attribute's, "" if it is the same
}

// SubqueryExpr is a query in an expression.
type SubqueryExpr struct {
	Pos
	Kind  SubqueryKind
	Args  []Expr // of ANY, ALL and rows: what is compared with the query's columns
	Op    string
	Query *Query
}

// FieldExpr is a value of a subquery's one row: N, from 0, of so many columns that a multiple assignment fills.
type FieldExpr struct {
	Pos
	Row   *SubqueryExpr
	N, Of int
}

// Query is a SELECT, VALUES if Values is set, or two queries if Set is, with its WITH, ORDER BY and LIMIT.
type Query struct {
	Pos
	With     With
	Set      *SetOperation
	Distinct bool
	// DistinctOn: DISTINCT ON (…); Distinct is false then.
	DistinctOn []Expr
	Targets    []Target
	From       []TableExpr
	Where      Expr
	Connect    *Connect
	GroupBy    []Expr
	// GroupAll is where the ALL of GROUP BY ALL stands: by all items of the select list that do not aggregate. GroupBy
	// is empty then. nil: it was not written.
	GroupAll *Pos
	// GroupDistinct: GROUP BY DISTINCT, each grouping set once.
	GroupDistinct bool
	Having        Expr
	Windows       []*WindowDef // the WINDOW clause
	Qualify       Expr
	Values        [][]Expr
	OrderBy       []OrderItem
	Limit         Expr // also TOP
	Ties          bool // FETCH FIRST Limit ROWS WITH TIES: the last row's peers in OrderBy, too
	Offset        Expr
}

// Connect is [START WITH Roots] CONNECT BY By: rows, and again and again those that By ties to them. Where is asked
// about the rows of all levels.
type Connect struct {
	Pos
	Roots, By Expr
}

// SetKind is what is made of two queries' rows.
type SetKind uint8

const (
	Union SetKind = iota
	Intersect
	Except
)

func (k SetKind) String() string { return [...]string{"UNION", "INTERSECT", "EXCEPT"}[k] }

// SetOperation is left UNION, INTERSECT or EXCEPT [ALL] right.
type SetOperation struct {
	Kind        SetKind
	All         bool
	Left, Right *Query
}

// With is WITH [RECURSIVE]: queries with names; if it is recursive they may refer to themselves.
type With struct {
	Recursive bool
	Items     []CTE
}

// CTE is one WITH item.
type CTE struct {
	Pos
	Name    string
	Columns []string
	Query   *Query
}

// Target is one item of a select list; Alias "" if none was given.
type Target struct {
	Pos
	Expr  Expr
	Alias string
}

// NullsOrder is NULLS FIRST, NULLS LAST or neither.
type NullsOrder uint8

const (
	NullsDefault NullsOrder = iota
	NullsFirst
	NullsLast
)

// OrderItem is one ORDER BY item.
type OrderItem struct {
	Expr  Expr
	Desc  bool
	Nulls NullsOrder
}

// TableExpr is an item of FROM.
type TableExpr interface{ At() Pos }

// QName is a possibly qualified name of a table.
type QName struct {
	Pos
	Database, Schema, Name string
}

// Parts are those that were written.
func (q QName) Parts() []string {
	return slices.DeleteFunc([]string{q.Database, q.Schema, q.Name}, func(p string) bool { return p == "" })
}

// String is the name as an error message shows it.
func (q QName) String() string { return strings.Join(q.Parts(), ".") }

// TableRef is a table, view or CTE by name.
type TableRef struct {
	QName
	Alias   string
	Columns []string // column aliases
	Written []string // the parts of the name with the case that names of attributes keep, nil if it is the same
}

// SubqueryRef is [LATERAL] (query) alias.
type SubqueryRef struct {
	Pos
	Query   *Query
	Alias   string
	Columns []string
	Lateral bool
}

// Ordinality is whether the rows of functions in FROM are numbered, in one more column.
type Ordinality uint8

// The numberings.
const (
	Unnumbered Ordinality = iota
	FromOne               // WITH ORDINALITY
	FromZero              // AT, behind the elements of a SUPER
)

// FuncRef is a function in FROM, or, with ROWS FROM, several side by side.
type FuncRef struct {
	Pos
	Calls      []Expr
	Ordinality Ordinality
	Alias      string
	Columns    []string
	Defined    bool // the columns are defined, each with a type
}

// PivotItem is a part of PIVOT or UNPIVOT and the name it is given, "" for none.
type PivotItem struct {
	Expr
	Name string
}

// PivotRef is input PIVOT (aggregates FOR column IN (values)).
type PivotRef struct {
	Pos
	Input   TableExpr
	Aggs    []PivotItem
	For     *ColumnRef
	Values  []PivotItem
	Alias   string
	Columns []string
}

// UnpivotRef is input UNPIVOT [INCLUDE NULLS] (value FOR name IN (columns)).
type UnpivotRef struct {
	Pos
	Input       TableExpr
	Nulls       bool
	Value, Name string
	From        []PivotItem
	Alias       string
	Columns     []string
}

// JoinKind is the kind of a written join.
type JoinKind uint8

const (
	InnerJoin JoinKind = iota
	LeftJoin
	RightJoin
	FullJoin
	CrossJoin
)

// JoinExpr is a written join.
type JoinExpr struct {
	Pos
	Kind        JoinKind
	Natural     bool
	Left, Right TableExpr
	Using       []string
	UsingAlias  string // of the columns of USING
	On          Expr
	// Alias hides the names of both sides behind one, with column aliases; "" if there is none.
	Alias   string
	Columns []string
}
