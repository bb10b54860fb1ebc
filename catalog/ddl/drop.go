package ddl

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// Drop is DROP SCHEMA or DROP TABLE.
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

// DropTable plans DROP TABLE of one or more tables, all or none.
func DropTable(s Scope, in Drop) (*Plan, error) {
	p := &Plan{}
	var tables []*state.Table
	dropped := map[state.TableID]bool{}
	for _, n := range in.Names {
		if err := s.local(n); err != nil {
			return nil, err
		}
		t := s.find(n)
		switch {
		case t != nil:
			if !dropped[t.ID] {
				dropped[t.ID] = true
				tables = append(tables, t)
			}
		case state.IsSystemSchema(n.Schema) && !in.IfExists:
			return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog",
				n.Name).At(n.Position)
		case in.IfExists:
			p.notice(sqlerr.UndefinedTable, "table \"%s\" does not exist, skipping", n.Name)
		default:
			return nil, sqlerr.New(sqlerr.UndefinedTable, "table \"%s\" does not exist", n).At(n.Position).WithHint("%s",
				s.near(n))
		}
	}
	for _, t := range tables {
		// Foreign keys between tables that go together hold nothing back.
		// Where there are none, those that others make meanwhile do.
		refs := s.Catalog.References(t)
		together := len(refs) > 0
		for _, other := range refs {
			together = together && dropped[other.ID]
		}
		p.add(&state.DropTable{ID: t.ID, Cascade: in.Cascade || together})
		p.Command.Pre = append(p.Command.Pre, state.Precondition{Table: t.ID})
	}
	return p, nil
}
