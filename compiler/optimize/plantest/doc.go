// Package plantest plans SQL over a schema written as DDL, without a server: for
// the tests of the compiler's and code generator's packages.
//
//	DDL ──New──► *Schema (a bind.Catalog, with statistics)
//	SQL ──parse, bind, rewrite, optimize──► *plan.Query
//
// Start with New in plantest.go.
package plantest
