package fn

import "slipher/catalog/types"

// Lookup is what makes a Row a function whose answers are a list that comes from the catalog, for numbers that its
// first argument may be: pg_get_userbyid(oid). catalog/relations has the lists; the binder makes them a CASE over
// constants.
type Lookup struct {
	// Otherwise is the answer for all other numbers. A NULL argument gives NULL.
	Otherwise types.Datum
	// Pair: the answers hang on the second argument, an INTEGER, too. Else arguments behind the first do not matter.
	Pair bool
}

// lookupGroup is functions about what there is in the catalog.
func lookupGroup() Group {
	T, B, N, I := types.TText, types.TBool, types.TInt8, types.TInt4
	var g Group
	// lookup adds a function of an oid and perhaps more: one overload for each length of more, from least on.
	lookup := func(name string, ret types.Type, otherwise types.Datum, doc string, least int, more ...types.Type) {
		for n := least; n <= len(more); n++ {
			b := Bound{Args: append([]types.Type{types.TOID}, more[:n]...), Ret: ret}
			g.Rows = append(g.Rows, &Row{Name: name, Args: exact(b.Args...), Vol: Stable, Where: LeaderOnly, Doc: doc,
				Lookup: &Lookup{Otherwise: otherwise, Pair: least > 0},
				Ret:    func([]types.Type, []*types.Datum) (Bound, error) { return b, nil }})
		}
	}
	null, yes := types.NullDatum, types.BoolDatum(true)
	lookup("pg_get_userbyid", types.TName, types.String("unknown"), "A user's name by usesysid.", 0)
	lookup("pg_table_is_visible", B, null, "Whether a relation is found without its schema.", 0)
	lookup("pg_type_is_visible", B, yes, "Types are all in pg_catalog.", 0)
	lookup("pg_function_is_visible", B, yes, "Whether a function is found without its schema.", 0)
	lookup("pg_get_function_arguments", T, null, "The types of a function's arguments.", 0)
	lookup("pg_get_function_identity_arguments", T, null, "The types of a function's arguments.", 0)
	lookup("pg_get_function_result", T, null, "The type of a function's result.", 0)
	lookup("pg_get_functiondef", T, null, "What makes a user's function again.", 0)
	lookup("pg_get_constraintdef", T, null, "A constraint as ALTER TABLE would add it.", 0, B)
	lookup("pg_get_indexdef", T, null, "The index that a declared key claims.", 0, I, B)
	lookup("pg_get_viewdef", T, null, "A view's query, as it was written.", 0, B)
	lookup("obj_description", T, null, "The comment on a table, a schema or a database.", 0, types.TName)
	lookup("shobj_description", T, null, "The comment on a database.", 0, types.TName)
	lookup("col_description", T, null, "The comment on a column, by its table and number.", 1, I)
	lookup("pg_tablespace_location", T, types.String(""), "Nowhere: data is in managed storage.", 0)
	lookup("pg_table_size", N, types.Int(0), "Bytes of a table in managed storage.", 0)
	lookup("pg_relation_size", N, types.Int(0), "Bytes of a table in managed storage.", 0, T)
	lookup("pg_total_relation_size", N, types.Int(0), "Bytes of a table in managed storage.", 0)
	lookup("pg_encoding_to_char", types.TName, types.String(""), "A character set by its number.", 0)
	lookup("format_encoding", T, types.String("none"), "A column encoding by attencodingtype.", 0)
	any := Param{Class: AnyType}
	form := func(name, doc string, args ...Param) {
		g.Rows = append(g.Rows, &Row{Name: name, Args: args, Where: LeaderOnly, Special: true, Doc: doc})
	}
	form("pg_get_expr", "A kept expression as text.", any, Param{Kind: types.OID})
	form("pg_get_expr", "A kept expression as text.", any, Param{Kind: types.OID}, Param{Kind: types.Bool})
	query := func(name, text, doc string, args ...types.Type) {
		g.Rows = append(g.Rows, &Row{Name: name, Args: exact(args...), Vol: Stable, Where: LeaderOnly, Query: text, Doc: doc})
	}
	query("pg_get_cols", `select n.nspname as view_schema, c.relname as view_name, a.attname as col_name,
		format_type(a.atttypid, a.atttypmod) as col_type, a.attnum::integer as col_num
		from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
		join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where a.attrelid = %d and a.attnum > 0 and not a.attisdropped order by a.attnum`,
		"In FROM: schema, name, column, type and number for each column of a table or view.", T)
	query("pg_timezone_names", "select * from pg_catalog.pg_timezone_names",
		"In FROM: the time zones, with the abbreviation and the distance from Greenwich now.")
	query("pg_timezone_abbrevs", "select * from pg_catalog.pg_timezone_abbrevs",
		"In FROM: the abbreviations of time zones.")
	return g
}

// Query is the row of a function of FROM that is a query, nil if name is none.
func (t *Table) Query(name string) *Row {
	if rows := t.rows[name]; len(rows) > 0 && rows[0].Query != "" {
		return rows[0]
	}
	return nil
}

// Lookup is the row of a lookup, nil if name is none.
func (t *Table) Lookup(name string) *Row {
	if rows := t.rows[name]; len(rows) > 0 && rows[0].Lookup != nil {
		return rows[0]
	}
	return nil
}
