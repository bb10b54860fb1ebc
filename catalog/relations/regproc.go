package relations

import (
	"slices"
	"strings"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// proc is a function of pg_proc.
type proc struct {
	oid          uint32
	schema, name string
	args         []uint32 // oids of their types
	shown        string   // the types' names
}

// allProcs are the functions of pg_proc.
func allProcs(env *Env) []proc {
	var out []proc
	procs(env, func(oid int, name string, r *fn.Row) {
		p := proc{oid: uint32(oid), schema: catalogSchema, name: name}
		var args []int
		args, p.shown = procArgs(r)
		for _, a := range args {
			p.args = append(p.args, uint32(a))
		}
		out = append(out, p)
	})
	for _, f := range env.functions() {
		p := proc{oid: uint32(f.ID), schema: f.Schema, name: f.Name}
		var shown []string
		for _, a := range f.Args {
			p.args, shown = append(p.args, a.Type.OID()), append(shown, a.Type.Name())
		}
		p.shown = strings.Join(shown, ", ")
		out = append(out, p)
	}
	return out
}

// readProc is the oid of a function by its name, which must be the only one of it (regproc), or by its name and its
// arguments' types (regprocedure).
func readProc(env *Env, text string) (uint32, error) {
	text = strings.TrimSpace(text)
	name, list, typed := strings.Cut(text, "(")
	schema := ""
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		schema, name = unquote(name[:i]), name[i+1:]
	}
	name = unquote(strings.TrimSpace(name))
	var args []uint32
	if list = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(list), ")")); list != "" {
		for _, t := range strings.Split(list, ",") {
			oid, err := typeOID(t)
			if err != nil {
				return 0, err
			}
			args = append(args, oid)
		}
	}
	path := []string{schema}
	if schema == "" {
		path = append([]string{catalogSchema}, env.SearchPath...)
	}
	all := allProcs(env)
	for _, s := range path {
		found := slices.DeleteFunc(slices.Clone(all), func(p proc) bool {
			return p.schema != s || p.name != name || typed && !slices.Equal(p.args, args)
		})
		switch {
		case len(found) > 1 && !typed:
			return 0, sqlerr.New(sqlerr.AmbiguousFunction, "more than one function named \"%s\"", text)
		case len(found) > 0:
			return found[0].oid, nil
		}
	}
	return 0, sqlerr.New(sqlerr.UndefinedFunction, "function \"%s\" does not exist", text)
}

// procNames are the answers of oid::regproc::text, and with typed those of oid::regprocedure::text: names, qualified
// where the search path would not find them.
func procNames(typed bool) func(env *Env) []Answer {
	return func(env *Env) []Answer {
		visible := map[int64]bool{}
		for _, a := range visibleFunctions(env) {
			visible[a.Key] = a.Value.Lo == 1
		}
		var out []Answer
		for _, p := range allProcs(env) {
			name := quoteName(p.name)
			if p.schema != catalogSchema && !visible[int64(p.oid)] {
				name = quoteName(p.schema) + "." + name
			}
			if typed {
				name += "(" + p.shown + ")"
			}
			out = append(out, Answer{Key: int64(p.oid), Value: types.String(name)})
		}
		return ordered(out)
	}
}
