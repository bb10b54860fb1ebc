package relations

import (
	"context"
	"slices"
	"strings"

	"slipher/catalog/state"
	"slipher/catalog/types"
)

// sqlLanguage is the oid of SQL in pg_language.
const sqlLanguage = 14

// functions are the users' ones of the session's database.
func (e *Env) functions() []*state.Function { return e.Catalog.Functions(e.Database) }

// argumentOIDs are the oids of a function's arguments' types.
func argumentOIDs(f *state.Function) []int {
	out := make([]int, len(f.Args))
	for i, a := range f.Args {
		out[i] = int(a.Type.OID())
	}
	return out
}

// argumentNames are the names of a function's arguments as an array, NULL if none has one.
func argumentNames(f *state.Function) any {
	names, any := make([]string, len(f.Args)), false
	for i, a := range f.Args {
		any = any || a.Name != ""
		names[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(a.Name) + `"`
	}
	if !any {
		return nil
	}
	return "{" + strings.Join(names, ",") + "}"
}

// declared is a function's arguments as they are declared.
func declared(f *state.Function, typed func(types.Type) string) string {
	out := make([]string, len(f.Args))
	for i, a := range f.Args {
		if out[i] = typed(a.Type); a.Name != "" {
			out[i] = quoteName(a.Name) + " " + out[i]
		}
	}
	return strings.Join(out, ", ")
}

func userProcs(env *Env, b *builder) {
	for _, f := range env.functions() {
		b.add(int(f.ID), f.Name, env.schemaID(f.Schema), env.userID(f.Owner), sqlLanguage, 100.0, 0.0, 0, false, false,
			false, false, false, false, f.Volatility, "f", len(f.Args), int(f.Returns.OID()), vector(argumentOIDs(f)),
			nil, nil, argumentNames(f), f.Body, nil, nil, nil)
	}
}

func userProcInfo(env *Env, b *builder) {
	for _, f := range env.functions() {
		b.add(int(f.ID), f.Name, env.schemaID(f.Schema), env.userID(f.Owner), "f", len(f.Args), vector(argumentOIDs(f)),
			argumentNames(f), nil, nil)
	}
}

// ofFunctions are answers for the users' functions.
func ofFunctions(env *Env, of func(f *state.Function) string) []Answer {
	var out []Answer
	for _, f := range env.functions() {
		out = append(out, Answer{Key: int64(f.ID), Value: types.String(of(f))})
	}
	return ordered(out)
}

// functionDefs are the answers of pg_get_functiondef: what would make the function again.
func functionDefs(env *Env) []Answer {
	return ofFunctions(env, func(f *state.Function) string {
		quote := "$function$"
		for strings.Contains(f.Body, quote) {
			quote = quote[:len(quote)-1] + "_$"
		}
		volatility := map[string]string{"s": " STABLE", "i": " IMMUTABLE", "v": " VOLATILE"}[f.Volatility]
		return "CREATE OR REPLACE FUNCTION " + quoteName(f.Schema) + "." + quoteName(f.Name) + "(" +
			declared(f, typeText) + ")\n RETURNS " + typeText(f.Returns) + "\n LANGUAGE sql\n" + volatility + "\nAS " +
			quote + f.Body + quote + "\n"
	})
}

// typeText is a type as it is declared: a decimal may have no digits.
func typeText(t types.Type) string {
	if t.Kind == types.Decimal && t.Prec == 0 {
		return t.Name()
	}
	return t.String()
}

// visibleFunctions says of each user's function whether its bare name finds it: the first of a signature.
func visibleFunctions(env *Env) []Answer {
	var out []Answer
	for _, f := range env.functions() {
		visible := false
		if at := slices.Index(env.SearchPath, f.Schema); at >= 0 {
			visible = !slices.ContainsFunc(env.SearchPath[:at], func(s string) bool {
				return env.Catalog.Function(env.Database, s, f.Name, f.Types()) != nil
			})
		}
		out = append(out, Answer{Key: int64(f.ID), Value: types.BoolDatum(visible)})
	}
	return ordered(out)
}

// redshiftFunctions are the users' functions of all databases.
func redshiftFunctions(_ context.Context, env *Env, b *builder) error {
	for _, d := range env.open() {
		for _, f := range env.Catalog.Functions(d.Name) {
			b.add(d.Name, f.Schema, f.Name, "REGULAR FUNCTION", declared(f, types.Type.Name), f.Returns.Name())
		}
	}
	return nil
}

// specificName names one of several functions of a name, as PostgreSQL does.
func specificName(f *state.Function) string {
	return f.Name + "_" + types.FormatText(types.TInt8, types.Int(int64(f.ID)))
}

func routines(_ context.Context, env *Env, b *builder) error {
	for _, f := range env.functions() {
		b.add(env.Database, f.Schema, specificName(f), env.Database, f.Schema, f.Name, "FUNCTION", f.Returns.Name(), f.Body)
	}
	return nil
}

func parameters(_ context.Context, env *Env, b *builder) error {
	for _, f := range env.functions() {
		for i, a := range f.Args {
			var name any
			if a.Name != "" {
				name = a.Name
			}
			b.add(env.Database, f.Schema, specificName(f), i+1, "IN", name, a.Type.Name())
		}
	}
	return nil
}
