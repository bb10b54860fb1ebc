package relations

import (
	"context"

	"slipher/catalog/types"
)

// pgTypes are the relations about types and functions.
func pgTypes() []entry {
	return []entry{
		{name: "pg_type", rows: pgType,
			columns: `oid oid, typname name, typnamespace oid, typowner int4, typlen int2, typbyval bool, typtype, typcategory char(1),
				typispreferred, typisdefined bool, typdelim char(1), typrelid, typelem, typarray oid, typinput, typoutput, typreceive,
				typsend name, typalign, typstorage char(1), typnotnull bool, typbasetype oid, typtypmod, typndims int4,
				typcollation oid, typdefault text?, typacl text[]?`,
			doc: "Types by the oids that clients know."},
		{name: "pg_proc", rows: pgProc,
			columns: `oid oid, proname name, pronamespace oid, proowner int4, prolang oid, procost, prorows float4, provariadic oid,
				proisagg, proiswindow, prosecdef, proleakproof, proisstrict, proretset bool, provolatile, prokind char(1), pronargs int2,
				prorettype oid, proargtypes oidvector, proallargtypes oid[]?, proargmodes, proargnames text[]?, prosrc text, probin text?, proconfig,
				proacl text[]?`,
			doc: "Functions, a row an overload."},
		{name: "pg_proc_info", view: true, rows: pgProcInfo,
			columns: `prooid oid, proname name, pronamespace oid, proowner int4, prokind char(1), pronargs int2, proargtypes oidvector,
				proargnames text[]?, proallargtypes oid[]?, proargmodes text[]?`,
			doc: "pg_proc with the kind of each function."},
	}
}

func pgType(_ context.Context, env *Env, b *builder) error {
	schema := env.schemaID(catalogSchema)
	for _, t := range types.PgTypes() {
		kind, storage, collation, delim := "b", "p", 0, ","
		input := t.Name + "in"
		switch {
		case t.Category == "P":
			kind = "p"
		case t.Category == "S":
			collation = defaultCollation
		case t.Category == "A":
			input = "array_in"
		}
		base := input[:len(input)-len("in")]
		if t.Len < 0 {
			storage = "x"
		}
		b.add(t.OID, t.Name, schema, 1, t.Len, t.Len > 0 && t.Len <= 8, kind, t.Category, false, true, delim, 0, t.Elem,
			t.Array,
			input, base+"out", base+"recv", base+"send", "i", storage, false, 0, -1, 0, collation, nil, nil)
	}
	return nil
}
