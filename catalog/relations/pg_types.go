package relations

import (
	"context"

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

// typeRow describes one type: name, length in bytes (-1 varying), category,
// its array's oid and its element's.
type typeRow struct {
	oid      uint32
	name     string
	length   int
	category string
	array    uint32
	elem     uint32
}

// pgTypeRows are the types whose oids clients ask for. Those without a Kind
// cannot be computed with; drivers still look them up when they connect.
var pgTypeRows = []typeRow{
	{16, "bool", 1, "B", 1000, 0}, {17, "bytea", -1, "U", 1001, 0}, {18, "char", 1, "S", 1002, 0}, {19, "name", 64, "S", 1003, 18},
	{20, "int8", 8, "N", 1016, 0}, {21, "int2", 2, "N", 1005, 0}, {22, "int2vector", -1, "A", 0, 21}, {23, "int4", 4, "N", 1007, 0},
	{24, "regproc", 4, "N", 0, 0}, {25, "text", -1, "S", 1009, 0}, {26, "oid", 4, "N", 1028, 0}, {27, "tid", 6, "U", 0, 0},
	{28, "xid", 4, "U", 0, 0}, {29, "cid", 4, "U", 0, 0}, {30, "oidvector", -1, "A", 0, 26}, {700, "float4", 4, "N", 1021, 0},
	{701, "float8", 8, "N", 1022, 0}, {702, "abstime", 4, "D", 0, 0}, {705, "unknown", -2, "X", 0, 0},
	{1000, "_bool", -1, "A", 0, 16}, {1002, "_char", -1, "A", 0, 18}, {1003, "_name", -1, "A", 0, 19}, {1005, "_int2", -1, "A", 0, 21},
	{1007, "_int4", -1, "A", 0, 23}, {1009, "_text", -1, "A", 0, 25}, {1014, "_bpchar", -1, "A", 0, 1042}, {1015, "_varchar", -1, "A", 0, 1043},
	{1016, "_int8", -1, "A", 0, 20}, {1021, "_float4", -1, "A", 0, 700}, {1022, "_float8", -1, "A", 0, 701}, {1028, "_oid", -1, "A", 0, 26},
	{1033, "aclitem", 12, "U", 1034, 0}, {1034, "_aclitem", -1, "A", 0, 1033}, {1042, "bpchar", -1, "S", 1014, 0},
	{1043, "varchar", -1, "S", 1015, 0}, {1082, "date", 4, "D", 1182, 0}, {1083, "time", 8, "D", 0, 0}, {1114, "timestamp", 8, "D", 1115, 0},
	{1184, "timestamptz", 8, "D", 0, 0}, {1186, "interval", 16, "T", 0, 0}, {1188, "intervaly2m", 4, "T", 0, 0}, {1190, "intervald2s", 8, "T", 0, 0},
	{1266, "timetz", 12, "D", 0, 0}, {1700, "numeric", -1, "N", 1231, 0}, {1790, "refcursor", -1, "U", 0, 0}, {2205, "regclass", 4, "N", 0, 0},
	{2206, "regtype", 4, "N", 0, 0}, {2249, "record", -1, "P", 0, 0}, {2275, "cstring", -2, "P", 0, 0}, {2935, "hllsketch", -1, "U", 0, 0},
	{3000, "geometry", -1, "U", 0, 0}, {3001, "geography", -1, "U", 0, 0}, {4000, "super", -1, "U", 0, 0}, {6551, "varbyte", -1, "U", 0, 0},
}

func pgType(_ context.Context, env *Env, b *builder) error {
	schema := env.schemaID(catalogSchema)
	for _, t := range pgTypeRows {
		kind, storage, collation, delim := "b", "p", 0, ","
		input := t.name + "in"
		switch {
		case t.category == "P":
			kind = "p"
		case t.category == "S":
			collation = defaultCollation
		case t.category == "A":
			input = "array_in"
		}
		base := input[:len(input)-len("in")]
		if t.length < 0 {
			storage = "x"
		}
		b.add(t.oid, t.name, schema, 1, t.length, t.length > 0 && t.length <= 8, kind, t.category, false, true, delim, 0, t.elem, t.array,
			input, base+"out", base+"recv", base+"send", "i", storage, false, 0, -1, 0, collation, nil, nil)
	}
	return nil
}

// typeLength is pg_type.typlen of a type.
func typeLength(t types.Type) int {
	oid := t.OID()
	for _, r := range pgTypeRows {
		if r.oid == oid {
			return r.length
		}
	}
	return -1
}

// typeName is pg_type.typname of a type: "int4", "varchar".
func typeName(t types.Type) string {
	oid := t.OID()
	for _, r := range pgTypeRows {
		if r.oid == oid {
			return r.name
		}
	}
	return "unknown"
}

// firstProcOID is where the oids of functions begin: they follow their order by name.
const firstProcOID = 20000

// volatilities are pg_proc.provolatile of fn.Immutable, Stable, Volatile.
var volatilities = []string{"i", "s", "v"}

// procs calls f for each overload of each function with a name (operators and
// casts have none), with its oid and the oids of its arguments.
func procs(env *Env, f func(oid int, name string, r *fn.Row, args []int)) {
	if env.Functions == nil {
		return
	}
	oid := firstProcOID
	for _, name := range env.Functions.Names() {
		for _, r := range env.Functions.Rows(name) {
			oid++
			if c := name[0]; c != '_' && (c < 'a' || c > 'z') {
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
