package relations

import (
	"context"
	"strings"

	"slipher/catalog/fn"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

// firstProcOID is where the oids of functions begin: they follow their order by name.
const firstProcOID = 20000

// volatilities are pg_proc.provolatile of fn.Immutable, Stable, Volatile.
var volatilities = []string{"i", "s", "v"}

// procs calls f for each overload of each function with a name (operators,
// casts and what has a grammar of its own have none), with its oid.
func procs(env *Env, f func(oid int, name string, r *fn.Row)) {
	if env.Functions == nil {
		return
	}
	oid := firstProcOID
	for _, name := range env.Functions.Names() {
		for _, r := range env.Functions.Rows(name) {
			oid++
			if c := name[0]; c == '_' || c >= 'a' && c <= 'z' && !strings.Contains(name, " ") {
				f(oid, name, r)
			}
		}
	}
}

// procKind is pg_proc.prokind.
func procKind(r *fn.Row) string {
	switch {
	case r.Agg != nil:
		return "a"
	case r.Window != nil:
		return "w"
	}
	return "f"
}

// anyOID is the oid of the pseudo-type "any", and of a type that hangs on the arguments.
const anyOID = 2276

// procType is the oid and the name of the type of an argument or a result.
func procType(t types.Type) (oid int, name string) {
	if t.Kind == types.Unknown {
		return anyOID, `"any"`
	}
	return int(t.OID()), t.Name()
}

// procArgs are the oids of a function's arguments and what is shown of them.
func procArgs(r *fn.Row) (oids []int, shown string) {
	names := make([]string, len(r.Args))
	oids = make([]int, len(r.Args))
	for i, p := range r.Args {
		oids[i], names[i] = procType(p.Type())
	}
	if r.Variadic {
		names[len(names)-1] = "VARIADIC " + names[len(names)-1]
	}
	return oids, strings.Join(names, ", ")
}

func pgProc(_ context.Context, env *Env, b *builder) error {
	procs(env, func(oid int, name string, r *fn.Row) {
		args, _ := procArgs(r)
		ret, _ := procType(r.Result())
		variadic := 0
		if r.Variadic {
			variadic = args[len(args)-1]
		}
		b.add(oid, name, env.schemaID(catalogSchema), 1, 12, 1.0, 0.0, variadic, r.Agg != nil, r.Window != nil,
			false, false, true, false, volatilities[r.Vol], procKind(r), len(args), ret, vector(args),
			nil, nil, nil, name, nil, nil, nil)
	})
	userProcs(env, b)
	return nil
}

func pgProcInfo(_ context.Context, env *Env, b *builder) error {
	procs(env, func(oid int, name string, r *fn.Row) {
		args, _ := procArgs(r)
		b.add(oid, name, env.schemaID(catalogSchema), 1, procKind(r), len(args), vector(args), nil, nil, nil)
	})
	userProcInfo(env, b)
	return nil
}

// functionArguments are the answers of pg_get_function_arguments.
func functionArguments(env *Env) []Answer {
	var out []Answer
	procs(env, func(oid int, _ string, r *fn.Row) {
		_, shown := procArgs(r)
		out = append(out, Answer{Key: int64(oid), Value: types.String(shown)})
	})
	return append(out, ofFunctions(env, func(f *state.Function) string { return declared(f, types.Type.Name) })...)
}

// functionResults are the answers of pg_get_function_result.
func functionResults(env *Env) []Answer {
	var out []Answer
	procs(env, func(oid int, _ string, r *fn.Row) {
		_, shown := procType(r.Result())
		out = append(out, Answer{Key: int64(oid), Value: types.String(shown)})
	})
	return append(out, ofFunctions(env, func(f *state.Function) string { return f.Returns.Name() })...)
}
