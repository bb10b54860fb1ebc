// Package ddl turns data definition statements into catalog commands.
//
//	CreateTable, DropTable, … (names as the user wrote them)
//	    │  Scope: catalog version, database, user, search path
//	    ▼
//	Plan{Command (preconditions, operations), Notices}
//
// Everything that can be said about a statement by looking at one catalog
// version is said here, in PostgreSQL's words where Redshift inherited them.
// What may have changed by the time the command is applied is in the command's
// preconditions and in package state's own checks.
//
// Input structs are this package's own: catalog knows no syntax tree. Positions
// are 1-based characters of the statement, 0 if unknown.
//
// Start with table.go.
package ddl
