package relations

import (
	"context"
	"strings"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// pgTypes are the relations about types and functions.
func pgTypes() []entry {
	return []entry{
		{name: "pg_type", rows: pgType,
			columns: `oid oid, typname name, typnamespace oid, typowner int4, typlen int2, typbyval bool, typtype, typcategory char(1),
				typispreferred, typisdefined bool, typdelim char(1), typrelid, typelem, typarray oid, typinput, typoutput, typreceive,
				typsend name, typalign, typstorage char(1), typnotnull bool, typbasetype oid, typtypmod, typndims int4,
				typcollation oid, typdefault text?, typacl text?`,
			doc: "Types by the oids that clients know."},
		{name: "pg_proc", rows: pgProc,
			columns: `oid oid, proname name, pronamespace oid, proowner int4, prolang oid, procost, prorows float4, provariadic oid,
				proisagg, prosecdef, proleakproof, proisstrict, proretset bool, provolatile, prokind char(1), pronargs int2,
				prorettype oid, proargtypes text, proallargtypes, proargmodes, proargnames text?, prosrc text, probin, proconfig,
				proacl text?`,
			doc: "Functions, a row an overload."},
		{name: "pg_proc_info", view: true, rows: pgProcInfo,
			columns: `prooid oid, proname name, pronamespace oid, proowner int4, prokind char(1), pronargs int2, proargtypes text,
				proargnames, proallargtypes, proargmodes text?`,
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
		b.add(t.OID, t.Name, schema, 1, t.Len, t.Len > 0 && t.Len <= 8, kind, t.Category, false, true, delim, 0, t.Elem, t.Array,
			input, base+"out", base+"recv", base+"send", "i", storage, false, 0, -1, 0, collation, nil, nil)
	}
	return nil
}

// firstProcOID is where the oids of functions begin: they follow their order by name.
const firstProcOID = 20000

// volatilities are pg_proc.provolatile of fn.Immutable, Stable, Volatile.
var volatilities = []string{"i", "s", "v"}

// procs calls f for each overload of each function with a name (operators,
// casts and what has a grammar of its own have none), with its oid and the oids of its arguments.
func procs(env *Env, f func(oid int, name string, r *fn.Row, args []int)) {
	if env.Functions == nil {
		return
	}
	oid := firstProcOID
	for _, name := range env.Functions.Names() {
		for _, r := range env.Functions.Rows(name) {
			oid++
			if c := name[0]; c != '_' && (c < 'a' || c > 'z') || strings.Contains(name, " ") {
				continue
			}
			args := make([]int, len(r.Args))
			for i, p := range r.Args {
				args[i] = anyOID
				if p.Class == fn.ExactKind {
					args[i] = int(types.Type{Kind: p.Kind}.OID())
				}
			}
			f(oid, name, r, args)
		}
	}
}

// procKind is pg_proc.prokind.
func procKind(r *fn.Row) string {
	if r.Agg != nil {
		return "a"
	}
	return "f"
}

// anyOID is the oid of the pseudo-type "any".
const anyOID = 2276

func pgProc(_ context.Context, env *Env, b *builder) error {
	procs(env, func(oid int, name string, r *fn.Row, args []int) {
		b.add(oid, name, env.schemaID(catalogSchema), 1, 12, 1.0, 0.0, 0, r.Agg != nil, false, false, true, false, volatilities[r.Vol], procKind(r),
			len(args), anyOID, vector(args), nil, nil, nil, name, nil, nil, nil)
	})
	return nil
}

func pgProcInfo(_ context.Context, env *Env, b *builder) error {
	procs(env, func(oid int, name string, r *fn.Row, args []int) {
		b.add(oid, name, env.schemaID(catalogSchema), 1, procKind(r), len(args), vector(args), nil, nil, nil)
	})
	return nil
}
