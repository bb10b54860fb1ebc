package ddl

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// View is CREATE [OR REPLACE] VIEW: what its query means is known.
type View struct {
	Name    Name
	Temp    bool
	Replace bool
	Columns []Column // names, types and places
	View    state.View
}

// CreateView plans CREATE VIEW. What uses temporary relations is temporary itself.
func CreateView(s Scope, in View) (*Plan, error) {
	p := &Plan{}
	place := s.target
	for _, u := range in.View.Uses {
		if t := s.Catalog.TableByID(u.Table); t != nil && s.TempSchema != "" && t.Schema == s.TempSchema && !in.Temp {
			in.Temp = true
			p.notice("00000", "view \"%s\" will be a temporary view", in.Name.Name)
		}
	}
	if in.Temp {
		place = s.temporary
	}
	schema, err := place(in.Name)
	if err != nil {
		return nil, err
	}
	t := state.Table{Database: s.Database, Schema: schema, Name: p.cut(in.Name.Name), Owner: s.User, View: &in.View}
	if state.IsSystemSchema(schema) {
		return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for schema %s", schema)
	}
	if len(in.Columns) > maxColumns {
		return nil, sqlerr.New(sqlerr.TooManyColumns, "views can have at most %d columns", maxColumns)
	}
	for _, c := range in.Columns {
		c.Name = p.cut(c.Name)
		if t.Column(c.Name) >= 0 {
			return nil, sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" specified more than once", c.Name).At(c.Position)
		}
		t.Columns = append(t.Columns, state.Column{Name: c.Name, Type: c.Type})
	}
	for _, u := range in.View.Uses {
		used := s.Catalog.TableByID(u.Table)
		p.Command.Pre = append(p.Command.Pre, state.Precondition{Table: u.Table, Def: used.Def})
	}
	old := s.Catalog.Table(s.Database, schema, t.Name)
	switch {
	case old == nil:
		p.add(&state.CreateView{ViewBody: state.ViewBody{View: t}})
		return p, nil
	case !in.Replace:
		return nil, sqlerr.New(sqlerr.DuplicateTable, "Relation \"%s\" already exists", t.Name).At(in.Name.Position)
	case !old.IsView():
		return nil, state.ErrNoView(t.Name).At(in.Name.Position)
	}
	if err := old.Replaceable(t.View, t.Columns); err != nil {
		return nil, err
	}
	t.ID, t.Def = old.ID, old.Def
	p.add(&state.ReplaceView{ViewBody: state.ViewBody{View: t}})
	p.Command.Pre = append(p.Command.Pre, state.Precondition{Table: old.ID, Def: old.Def})
	return p, nil
}

// DropView plans DROP VIEW of one or more views, all or none.
func DropView(s Scope, in Drop) (*Plan, error) { return s.drop(in, "view") }
