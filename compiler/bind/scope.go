package bind

import (
	"slices"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// column is a column that names can refer to.
type column struct {
	name     string
	id       algebra.ColumnID
	typ      types.Type
	nullable bool
	tableOID uint32
	columnNo int16
	lit      *value // of a query's result: a literal whose type another arm of a UNION may give
}

// relation is a named item of FROM.
type relation struct {
	schema, alias string
	table         string // that it stands for, "" if for none
	cols          []*column
	padded        bool // its rows may be NULLs that an outer join has made
}

// scope is what the names of an expression may mean.
//
// Invariant: every column of visible is in some relation, or was merged by
// USING from columns that are.
type scope struct {
	rels    []*relation
	visible []*column // what * and unqualified names see, in order

	// aliases are select-list items by name, for lateral reuse: an expression may
	// refer to items in front of it unless a real column has the name.
	aliases []parse.Target
	// agg collects aggregate calls; nil where aggregates are not allowed, and
	// noAgg says where that is ("WHERE").
	agg   *aggregation
	noAgg string
	// sets collects calls of functions of several rows; nil where they are not allowed, and noSets says where that is.
	sets   *setCalls
	noSets string
	// outer collects the columns with (+); nil where there may be none.
	outer algebra.IDs
	// env is what subqueries may refer to beside these names.
	env around
	// hier is set in a hierarchical query.
	hier *hierarchy
	// win collects calls of window functions; nil where they are not allowed, and noWin says why, if not as noAgg does.
	win   *windowing
	noWin string
}

// with returns a copy of s in which clause forbids aggregates and window functions.
func (s *scope) with(clause string) *scope {
	c := *s
	c.agg, c.noAgg, c.win, c.noWin = nil, clause, nil, ""
	c.sets, c.noSets = nil, clause
	return &c
}

// join puts the names of two sides of a join together.
func (s *scope) join(t *scope) *scope {
	return &scope{rels: append(append([]*relation(nil), s.rels...), t.rels...),
		visible: append(append([]*column(nil), s.visible...), t.visible...)}
}

// setNullable marks all columns: the scope is the outer-joined side.
func (s *scope) setNullable() {
	for _, c := range s.visible {
		c.nullable = true
	}
	for _, r := range s.rels {
		r.padded = true
		for _, c := range r.cols {
			c.nullable = true
		}
	}
}

// checkAlias refuses a second relation of the same name.
func (b *binder) checkAlias(s, t *scope, at parse.Pos) error {
	for _, r := range s.rels {
		for _, x := range t.rels {
			if r.alias == x.alias && (r.schema == x.schema || r.schema == "" || x.schema == "") {
				return b.errorAt(at, sqlerr.DuplicateAlias, "table name \"%s\" specified more than once", r.alias)
			}
		}
	}
	return nil
}

// findVisible finds an unqualified name; more than one is ambiguous.
func (s *scope) findVisible(name string) (found *column, ambiguous bool) {
	return named(s.visible, name)
}

// named is the one column of a name; more than one is ambiguous.
func named(cols []*column, name string) (found *column, ambiguous bool) {
	for _, c := range cols {
		if c.name == name {
			if found != nil {
				return nil, true
			}
			found = c
		}
	}
	return found, false
}

// findRelation finds a relation by [schema.]alias.
func (s *scope) findRelation(schema, alias string) *relation {
	for _, r := range s.rels {
		if r.alias == alias && (schema == "" || r.schema == schema) {
			return r
		}
	}
	return nil
}

// columnRef resolves a name, in the queries around if s has none of it, to nil if there is none: noColumn says so.
func (b *binder) columnRef(s *scope, r *parse.ColumnRef) (*column, error) {
	for ; s != nil; s = s.env.outer {
		if c, err := b.ownColumn(s, r); c != nil || err != nil {
			return c, err
		}
	}
	return nil, nil
}

// ownColumn resolves a name among those of s alone.
func (b *binder) ownColumn(s *scope, r *parse.ColumnRef) (*column, error) {
	n := len(r.Parts)
	name := r.Parts[n-1]
	if n == 1 {
		if s.hier != nil {
			if c, err := b.pseudoColumn(s.hier, r); c != nil || err != nil {
				return c, err
			}
		}
		c, ambiguous := s.findVisible(name)
		if ambiguous {
			return nil, b.ambiguous(r)
		}
		return c, nil
	}
	schema := ""
	if n > 2 {
		schema = r.Parts[n-3]
	}
	rel := s.findRelation(schema, r.Parts[n-2])
	if rel == nil {
		return nil, nil
	}
	c, ambiguous := named(rel.cols, name) // a subquery's columns may have equal names
	if ambiguous {
		return nil, b.ambiguous(r)
	}
	return c, nil
}

func (b *binder) ambiguous(r *parse.ColumnRef) error {
	return b.errorAt(r.Pos, sqlerr.AmbiguousColumn, "column reference \"%s\" is ambiguous", r.Parts[len(r.Parts)-1])
}

// ref makes an expression that reads c.
func (b *binder) ref(c *column, r *parse.ColumnRef) *algebra.Expr {
	e := &algebra.Expr{Kind: expr.Column, Type: c.typ, Nullable: c.nullable, Col: c.id}
	if r != nil {
		b.refs[e] = columnPlace{strings.Join(r.Parts, "."), r.Pos}
	}
	return e
}

// makes reports whether a column is one of the scope's own.
func (s *scope) makes(id algebra.ColumnID) bool {
	is := func(c *column) bool { return c.id == id }
	return slices.ContainsFunc(s.visible, is) ||
		slices.ContainsFunc(s.rels, func(r *relation) bool { return slices.ContainsFunc(r.cols, is) }) ||
		s.hier != nil && s.hier.makes(id)
}
