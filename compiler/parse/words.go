package parse

// reader is the function that reads a statement behind its first word.
type reader func(*parser) (Body, error)

// statements maps a statement's first word to its reader. Words of statements
// that are recognised and refused by name are in refused.
func statements() map[string]reader {
	return map[string]reader{
		"select": (*parser).query, "with": (*parser).query, "values": (*parser).query, "table": (*parser).query,
		"insert": (*parser).insertStatement, "delete": (*parser).query, "update": (*parser).query,
		"truncate": (*parser).truncate, "vacuum": (*parser).vacuum, "lock": (*parser).lock,
		"savepoint": (*parser).savepoint, "release": (*parser).release,
		"create": (*parser).create, "drop": (*parser).drop, "alter": (*parser).alter,
		"copy":    (*parser).copyStmt,
		"comment": (*parser).comment,
		"analyze": (*parser).analyze, "analyse": (*parser).analyze,
		"explain": (*parser).explain,
		"set":     (*parser).set, "show": (*parser).show, "reset": (*parser).reset,
		"begin": (*parser).transaction, "start": (*parser).transaction, "commit": (*parser).transaction,
		"end": (*parser).transaction, "rollback": (*parser).transaction, "abort": (*parser).transaction,
		"prepare": (*parser).prepare, "execute": (*parser).execute, "deallocate": (*parser).deallocate,
	}
}

// refused are the first words of statements known to Redshift or PostgreSQL
// that Slipher does not run, with the number of words that name them.
var refused = map[string]int{
	"attach": 2, "call": 1, "cancel": 1, "checkpoint": 1, "close": 1, "cluster": 1,
	"declare": 1, "desc": 1, "describe": 1, "detach": 2, "discard": 1, "do": 1, "fetch": 1, "grant": 1,
	"import": 2, "listen": 1, "load": 1, "merge": 1, "move": 1, "notify": 1, "reassign": 2,
	"refresh": 3, "reindex": 1, "revoke": 1, "security": 2, "unlisten": 1, "unload": 1, "use": 1,
}

// refusedObjects are what CREATE and DROP may name besides database, schema, table, view and function.
var refusedObjects = map[string]int{
	"access": 2, "aggregate": 1, "cast": 1, "collation": 1, "conversion": 1, "datashare": 1, "domain": 1,
	"event": 2, "extension": 1, "external": 2, "foreign": 2, "group": 1, "identity": 2, "index": 1,
	"language": 1, "library": 1, "masking": 2, "materialized": 2, "model": 1, "operator": 1, "policy": 1,
	"procedure": 1, "publication": 1, "rls": 2, "role": 1, "rule": 1, "sequence": 1, "server": 1,
	"statistics": 1, "subscription": 1, "tablespace": 1, "text": 2, "transform": 1, "trigger": 1, "type": 1,
	"unique": 2, "user": 1, "recursive": 2,
}
