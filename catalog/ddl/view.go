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

// drop plans the DROP of relations of one kind.
func (s Scope) drop(in Drop, noun string) (*Plan, error) {
	p := &Plan{}
	var tables []*state.Table
	dropped := map[state.TableID]bool{}
	for _, n := range in.Names {
		if err := s.local(n); err != nil {
			return nil, err
		}
		t := s.find(n)
		switch {
		case t != nil && t.Noun() != noun:
			return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a %s", t.Name, noun).At(n.Position).
				WithHint("Use DROP %s to remove a %s.", map[string]string{"view": "VIEW", "table": "TABLE"}[t.Noun()], t.Noun())
		case t != nil:
			if !dropped[t.ID] {
				dropped[t.ID] = true
				tables = append(tables, t)
			}
		case state.IsSystemSchema(n.Schema) && !in.IfExists:
			return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog",
				n.Name).At(n.Position)
		case in.IfExists:
			p.notice(sqlerr.UndefinedTable, "%s \"%s\" does not exist, skipping", noun, n.Name)
		default:
			return nil, sqlerr.New(sqlerr.UndefinedTable, "%s \"%s\" does not exist", noun, n).At(n.Position).WithHint("%s",
				s.near(n))
		}
	}
	if in.Cascade {
		p.cascades(s.Catalog.Dependents(tables...))
	}
	for _, t := range s.outermost(tables) {
		// Foreign keys between tables that go together hold nothing back.
		// Where there are none, those that others make meanwhile do.
		refs := s.Catalog.References(t)
		together := len(refs) > 0 && len(s.Catalog.Dependents(t)) == 0
		for _, other := range refs {
			together = together && dropped[other.ID]
		}
		p.add(&state.DropTable{ID: t.ID, Cascade: in.Cascade || together})
		p.Command.Pre = append(p.Command.Pre, state.Precondition{Table: t.ID})
	}
	return p, nil
}

// cascades says what goes as well.
func (p *Plan) cascades(views []*state.Table) {
	if len(views) == 0 {
		return
	}
	if len(views) == 1 {
		p.notice("00000", "drop cascades to view %s", views[0].Name)
		return
	}
	detail := ""
	for i, v := range views {
		if i > 0 {
			detail += "\n"
		}
		detail += "drop cascades to view " + v.Name
	}
	p.notice("00000", "drop cascades to %d other objects", len(views))
	p.Notices[len(p.Notices)-1].WithDetail("%s", detail)
}

// outermost puts views in front of what they are over, so that those which go together can go one by one.
func (s Scope) outermost(of []*state.Table) []*state.Table {
	in := map[state.TableID]bool{}
	for _, t := range of {
		in[t.ID] = true
	}
	placed := map[state.TableID]bool{}
	var out []*state.Table
	var put func(t *state.Table)
	put = func(t *state.Table) {
		if !in[t.ID] || placed[t.ID] {
			return
		}
		placed[t.ID] = true
		for _, over := range s.Catalog.Dependents(t) {
			put(over)
		}
		out = append(out, t)
	}
	for _, t := range of {
		put(t)
	}
	return out
}
