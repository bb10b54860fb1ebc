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
	views := s.Catalog.Dependents(s.Catalog.TablesIn(s.Database, schema)...)
	p.cascades(slices.DeleteFunc(views, func(v *state.Table) bool { return v.Schema == schema }))
}

// DropTable plans DROP TABLE of one or more tables, all or none.
func DropTable(s Scope, in Drop) (*Plan, error) { return s.drop(in, "table") }
