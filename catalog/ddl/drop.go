package ddl

import (
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// Drop is DROP SCHEMA, DROP TABLE or DROP VIEW.
type Drop struct {
	Names    []Name
	IfExists bool
	Cascade  bool
}

// DropDatabase plans DROP DATABASE.
func DropDatabase(s Scope, name string, position int) (*Plan, error) {
	d := s.Catalog.Database(name)
	switch {
	case d == nil:
		return nil, state.ErrNoDatabase(name).At(position)
	case name == s.Database:
		return nil, sqlerr.New(sqlerr.ObjectInUse, "cannot drop the currently open database")
	case d.System || d.Template:
		return nil, sqlerr.New(sqlerr.ObjectInUse, "cannot drop a template database")
	case s.Connections != nil && s.Connections(name) > 0:
		return nil, sqlerr.New(sqlerr.ObjectInUse, "database \"%s\" is being accessed by other users", name)
	}
	p := &Plan{}
	p.add(&state.DropDatabase{Name: name})
	return p, nil
}

// DropSchema plans DROP SCHEMA; the schema's name is each Name's Name.
func DropSchema(s Scope, in Drop) (*Plan, error) {
	p := &Plan{}
	seen := map[string]bool{}
	for _, n := range in.Names {
		switch {
		case seen[n.Name]:
			continue
		case s.TempSchema != "" && n.Name == s.TempSchema:
			return nil, sqlerr.New(sqlerr.DependentObjects,
				"cannot drop schema %s because it is required by the database system", n.Name).At(n.Position)
		case s.Catalog.Schema(s.Database, n.Name) != nil:
			if in.Cascade {
				p.outside(s, n.Name)
			}
			p.add(&state.DropSchema{Database: s.Database, Name: n.Name, Cascade: in.Cascade})
		case in.IfExists:
			p.notice(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist, skipping", n.Name)
		default:
			return nil, s.Catalog.NoSchema(s.Database, n.Name).At(n.Position)
		}
		seen[n.Name] = true
	}
	return p, nil
}

// outside says which views of other schemas go with a schema.
func (p *Plan) outside(s Scope, schema string) {
	inside := s.Catalog.TablesIn(s.Database, schema)
	views := s.Catalog.Dependents(inside...)
	views = append(views, s.Catalog.Callers(s.Catalog.FunctionsIn(s.Database, schema), slices.Concat(inside, views)...)...)
	p.cascades(slices.DeleteFunc(views, func(v *state.Table) bool { return v.Schema == schema }))
}

// DropTable plans DROP TABLE of one or more tables, all or none.
func DropTable(s Scope, in Drop) (*Plan, error) { return s.drop(in, "table") }

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
