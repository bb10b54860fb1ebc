package state

import (
	"fmt"
	"strings"

	"slipher/catalog/sqlerr"
)

// MaxNameBytes is the longest identifier; longer ones are cut by whoever reads them.
const MaxNameBytes = 127

// checkName refuses what no parser lets through: keys are built from names.
func checkName(name string) *sqlerr.Error {
	if name == "" || len(name) > MaxNameBytes || strings.Contains(name, "\x00") {
		return sqlerr.New(sqlerr.InvalidParameterValue, "invalid name %q", name)
	}
	return nil
}

// ErrNoDatabase says that a database is missing, in PostgreSQL's words.
func ErrNoDatabase(name string) *sqlerr.Error {
	return sqlerr.New(sqlerr.InvalidCatalogName, "database \"%s\" does not exist", name)
}

// ErrNoSchema says that a schema is missing.
func ErrNoSchema(name string) *sqlerr.Error {
	return sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", name)
}

// ErrNoTable says that a table is missing; name as the user wrote it.
func ErrNoTable(name string) *sqlerr.Error {
	return sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", name)
}

func errNoTableID(id TableID) *sqlerr.Error {
	return sqlerr.New(sqlerr.UndefinedTable, "relation with OID %d does not exist", id)
}

func errDatabaseExists(name string) *sqlerr.Error {
	return sqlerr.New(sqlerr.DuplicateDatabase, "database \"%s\" already exists", name)
}

func errSchemaExists(name string) *sqlerr.Error {
	return sqlerr.New(sqlerr.DuplicateSchema, "schema \"%s\" already exists", name)
}

func errTableExists(name string) *sqlerr.Error {
	return sqlerr.New(sqlerr.DuplicateTable, "Relation \"%s\" already exists", name)
}

func errRedefined(t *Table) *sqlerr.Error {
	return sqlerr.New(sqlerr.SerializationFailure,
		"the definition of table \"%s\" was changed by another transaction", t.Name).
		WithHint("Run the transaction again.")
}

// errDependents refuses to drop what other things stand in.
func errDependents(what string, tables []*Table) *sqlerr.Error {
	return errInUse(what, dependents(what, tables))
}

func dependents(what string, tables []*Table) []string {
	lines := make([]string, len(tables))
	for i, t := range tables {
		lines[i] = fmt.Sprintf("%s %s depends on %s", t.Noun(), t.Name, what)
	}
	return lines
}

func functionDependents(what string, functions []*Function) []string {
	lines := make([]string, len(functions))
	for i, f := range functions {
		lines[i] = fmt.Sprintf("function %s depends on %s", f.Signature(), what)
	}
	return lines
}

// errReferenced refuses to drop what other tables refer to and views stand on.
func errReferenced(t *Table, by []*Table, views []dependency) *sqlerr.Error {
	var lines []string
	for _, other := range by {
		for _, k := range other.Constraints {
			if t.isReferencedBy(k) {
				lines = append(lines, fmt.Sprintf("constraint %s on table %s depends on table %s",
					k.Name, other.Name, t.Name))
			}
		}
	}
	for _, d := range views {
		lines = append(lines, fmt.Sprintf("view %s depends on %s %s", d.view.Name, d.on.Noun(), d.on.Name))
	}
	return errInUse(t.Noun()+" "+t.Name, lines)
}

func errInUse(what string, lines []string) *sqlerr.Error {
	return sqlerr.New(sqlerr.DependentObjects,
		"cannot drop %s because other objects depend on it", what).
		WithDetail("%s", strings.Join(lines, "\n")).
		WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
}

func errNoNode(id string) *sqlerr.Error {
	return sqlerr.New(sqlerr.UndefinedObject, "node \"%s\" does not exist", id)
}
