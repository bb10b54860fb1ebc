// Package sql runs SQL scripts against real servers.
//
//	testdata/x ──datadriven──► directive ──Conn──► server under a Config ──► text ──compare──► expected
//
// A script has a new database, case-insensitive if its name ends in _ci. Directives:
//
//	sql              statements; shows rows (columns split by '|', NULL as a word) or the command's tag, or the error
//	sql sort         the same with the rows in byte order, for queries without ORDER BY
//	sql types        a line of column names and types before the rows
//	copy table=… [stmt…]  COPY … FROM STDIN: the first line is the statement, the rest its data
//	sql as=b                a session of its own by that name, which lasts to the script's end
//	sql as=b waits          statements that do not end, because they wait for a lock
//	ends as=b               how they end; cancel as=b: after a cancel request
//	sql brief               errors without detail and hint, which name ids
//	file name=f [gzip]    writes a file, whose absolute path statements write as @f@
//
// Every script runs under every configuration of cluster.Configs: pairwise
// combinations, or all of them in the long tests, and gives the same text.
// `-rewrite` writes what the first configuration answers.
package sql
