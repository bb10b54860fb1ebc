// Package relations holds the relations whose rows the leader makes: pg_*,
// information_schema, stv_*, svv_*, stl_*, svl_*, sys_*.
//
//	Find(schema, name) ──► *Relation{Columns, Rows}
//	Relation.Rows(ctx, *Env) ──► [][]types.Datum ──► chunks for generated code
//	     Env: catalog version, the session's facts, the cluster's facts
//
// A relation is a row of a table: a line of column declarations in the
// notation of parseColumns, a function that makes the rows, a sentence of
// documentation. The binder, pg_class, pg_attribute and information_schema read
// the same table, so a new relation shows up everywhere.
//
// Invariants:
//   - Rows fit Columns: count, physical class, NULL only where declared. A test
//     runs every relation.
//   - Column names and types follow Redshift where a client reads them, with
//     PostgreSQL 9.2's columns added so that newer psql works. Arrays are written
//     down as their text (builder.add).
//
// Start with relation.go; then the file of the family.
package relations
