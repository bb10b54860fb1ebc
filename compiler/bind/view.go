package bind

import (
	"errors"
	"fmt"
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/parse"
)

// maxViews is how deep views may stand on views.
const maxViews = 100

// viewRef binds a view in the place of its name: its query, as if it were written there, but for what its names
// and literals mean, which is as it was when the view was made.
func (b *binder) viewRef(t *parse.TableRef, view *state.Table, alias string) (algebra.Node, *scope, error) {
	r, err := b.viewQuery(t, view)
	if err != nil {
		return nil, nil, err
	}
	rel := &relation{alias: alias, table: t.Name}
	if t.Alias == "" {
		rel.schema = view.Schema
	}
	var today []string
	for _, c := range r.cols {
		today = append(today, c.name)
	}
	known, err := b.knownAs(t, view, today)
	if err != nil {
		return nil, nil, err
	}
	for _, k := range known {
		c := r.cols[k.place]
		c.name, c.lit = k.name, nil
		c.tableOID, c.columnNo = uint32(view.ID), int16(k.place+1)
		rel.cols = append(rel.cols, &c)
	}
	sc, err := b.rename(&scope{rels: []*relation{rel}, visible: rel.cols}, alias, t.Columns, t.Pos)
	return r.node, sc, err
}

// viewQuery binds a view's query. Its columns have the view's names and types.
func (b *binder) viewQuery(t *parse.TableRef, view *state.Table) (r *result, err error) {
	switch {
	case slices.ContainsFunc(b.views, func(v *state.Table) bool { return v.ID == view.ID }):
		return nil, b.place(state.ErrViewCycle(view.Name), t.Pos)
	case len(b.views) == maxViews:
		return nil, b.errorAt(t.Pos, sqlerr.StatementTooComplex, "more than %d views stand on each other", maxViews)
	}
	outer := *b
	defer func() {
		b.stmt, b.cat, b.opts, b.want, b.views = outer.stmt, outer.cat, outer.opts, outer.want, outer.views
		err = b.inView(err, view, t.Pos)
	}()
	v := view.View
	b.views = append(slices.Clip(b.views), view)
	b.cat, b.opts, b.want = b.cat.Within(view), Options{NumericRounding: v.Rounding, Super: outer.opts.Super}, nil
	if b.stmt, err = b.parseView(view); err != nil {
		return nil, err
	}
	s, ok := b.stmt.Body.(*parse.Select)
	if !ok {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "the view's text is no query")
	}
	if r, err = b.query(s.Query, around{}); err != nil {
		return nil, err
	}
	names := v.Names
	if !v.Late {
		if len(r.cols) != len(view.Columns) {
			return nil, sqlerr.New(sqlerr.InvalidTableDefinition, "view \"%s\" has %d columns, its query has %d now", view.Name,
				len(view.Columns), len(r.cols)).
				WithDetail("A view without schema binding that it uses has other columns than it had.")
		}
		if r, err = b.ofTypes(r, view.Columns, s.Query.Pos); err != nil {
			return nil, err
		}
		names = namesOf(view)
	}
	if len(names) > len(r.cols) {
		return nil, sqlerr.New(sqlerr.SyntaxError, "CREATE VIEW specifies more column names than columns")
	}
	for i, n := range names {
		r.cols[i].name = n
	}
	return r, nil
}

// parseView reads a view's query, once a statement.
func (b *binder) parseView(view *state.Table) (*parse.Statement, error) {
	if st := b.parsed[view.ID]; st != nil {
		return st, nil
	}
	v := view.View
	st, err := parse.ParseOne(v.Query, parse.Options{StandardStrings: v.StandardStrings, AttributeCase: v.AttributeCase,
		QuotedCase: v.QuotedCase})
	if err == nil && st == nil {
		err = sqlerr.New(sqlerr.DataCorrupted, "the view has no text")
	}
	if err != nil {
		return nil, err
	}
	if b.parsed == nil {
		b.parsed = map[state.TableID]*parse.Statement{}
	}
	b.parsed[view.ID] = st
	return st, nil
}

// ofTypes gives a query's columns the types that its view was made with: functions may give others since.
func (b *binder) ofTypes(r *result, want []state.Column, at parse.Pos) (*result, error) {
	to := make([]types.Type, len(want))
	same := true
	for i, c := range want {
		to[i] = c.Type
		same = same && r.cols[i].typ == c.Type
	}
	if same {
		return r, nil
	}
	return b.assigned(r, to, at)
}

// inView is an error from a view's query: where it is in the view's text means nothing to the user, whose
// statement has the view's name at a place.
func (b *binder) inView(err error, view *state.Table, at parse.Pos) error {
	var e *sqlerr.Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	own := *e
	own.Position = 0
	if own.Where != "" {
		own.Where += "\n"
	}
	own.Where += fmt.Sprintf("view \"%s\"", view.Name)
	return own.At(b.stmt.Position(at))
}

// knownColumn is a column that a query may name, and its place in the relation.
type knownColumn struct {
	name  string
	place int
}

// knownAs are the columns of a relation, of these names today, as the query that is being bound knows them: a view's,
// those that the relation had when the view was made, under their names of then.
func (b *binder) knownAs(t *parse.TableRef, rel *state.Table, today []string) ([]knownColumn, error) {
	var use *state.ViewUse
	if n := len(b.views); n > 0 {
		use = b.views[n-1].View.Use(t.Schema, t.Name)
	}
	if use == nil || len(use.Columns) == 0 {
		out := make([]knownColumn, len(today))
		for i, name := range today {
			out[i] = knownColumn{name, i}
		}
		return out, nil
	}
	out := make([]knownColumn, len(use.Columns))
	for i, name := range use.Columns {
		out[i] = knownColumn{name, rel.Place(use.IDs[i])}
		if rel.IsView() && rel.View.Late { // since then: it has no ids any more
			out[i].place = slices.Index(today, name)
		}
		if out[i].place < 0 {
			return nil, b.errorAt(t.Pos, sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name,
				rel.Name)
		}
	}
	return out, nil
}

// namesOf are the names of a table's columns.
func namesOf(t *state.Table) []string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = c.Name
	}
	return out
}
