package relations

import (
	"fmt"
	"slices"
	"strings"

	"slipher/catalog/state"
	"slipher/catalog/types"
)

// Answer is a lookup's value for one number, or two.
type Answer struct {
	Key    int64
	Value  types.Datum
	Second int32
}

// Answers are the numbers for which a lookup (fn.Lookup) has answers of its own in this version of the catalog,
// ascending.
func Answers(env *Env, name string) []Answer {
	if f := lookups[name]; f != nil {
		return f(env)
	}
	return nil
}

// lookups have answers of their own; others give the same for all numbers.
var lookups = map[string]func(*Env) []Answer{
	"pg_get_userbyid": userNames, "pg_table_is_visible": visibleTables,
	"pg_get_function_arguments": functionArguments, "pg_get_function_identity_arguments": functionArguments,
	"pg_get_function_result": functionResults,
	"pg_get_functiondef":     functionDefs, "pg_function_is_visible": visibleFunctions,
	"pg_get_viewdef":       viewDefs,
	"pg_get_constraintdef": constraintDefs, "pg_get_indexdef": indexDefs,
	"obj_description": objectComments, "shobj_description": databaseComments, "col_description": columnComments,
	"pg_table_size": tableSizes, "pg_relation_size": tableSizes, "pg_total_relation_size": tableSizes,
	"pg_encoding_to_char": encodingNames, "format_encoding": columnEncodings,
}

func userNames(env *Env) []Answer {
	var out []Answer
	for _, u := range env.Catalog.Users() {
		out = append(out, Answer{Key: int64(u.ID), Value: types.String(u.Name)})
	}
	return ordered(out)
}

func ordered(out []Answer) []Answer {
	slices.SortFunc(out, func(a, b Answer) int { return int(a.Key - b.Key) })
	return out
}

// visibleTables says of each relation whether its bare name finds it.
func visibleTables(env *Env) []Answer {
	path := append([]string{catalogSchema}, env.SearchPath...)
	if slices.Contains(env.SearchPath, catalogSchema) {
		path = env.SearchPath
	}
	var out []Answer
	found := map[string]string{} // name to the schema that wins
	place := func(schema string) int { return slices.Index(path, schema) }
	claim := func(schema, name string) {
		if at := place(schema); at >= 0 {
			if old, ok := found[name]; !ok || at < place(old) {
				found[name] = schema
			}
		}
	}
	for _, r := range registry.all {
		claim(r.Schema, r.Name)
	}
	for _, t := range env.tables() {
		claim(t.Schema, t.Name)
	}
	for _, r := range registry.all {
		out = append(out, Answer{Key: int64(r.OID), Value: types.BoolDatum(found[r.Name] == r.Schema)})
	}
	for _, t := range env.tables() {
		visible := found[t.Name] == t.Schema
		out = append(out, Answer{Key: int64(t.ID), Value: types.BoolDatum(visible)})
		for i, k := range t.Constraints {
			if k.Kind != "f" {
				out = append(out, Answer{Key: int64(indexOID(t, i)), Value: types.BoolDatum(visible)})
			}
		}
	}
	return ordered(out)
}

func constraintDefs(env *Env) []Answer {
	var out []Answer
	for _, t := range env.tables() {
		for i := range t.Constraints {
			out = append(out, Answer{Key: int64(indexOID(t, i)), Value: types.String(constraintDef(t, &t.Constraints[i]))})
		}
	}
	return ordered(out)
}

func constraintDef(t *state.Table, k *state.Constraint) string {
	text := fmt.Sprintf("%s (%s)", constraintTypes[k.Kind], quoteAll(columnNames(t, t.Places(k.Columns))))
	if k.Kind == "f" {
		target := quoteName(k.RefTable)
		if k.RefSchema != t.Schema {
			target = quoteName(k.RefSchema) + "." + target
		}
		text += fmt.Sprintf(" REFERENCES %s(%s)", target, quoteAll(k.RefColumns))
	}
	return text
}

func indexDefs(env *Env) []Answer {
	var out []Answer
	for _, t := range env.tables() {
		for i, k := range t.Constraints {
			if k.Kind != "f" {
				out = append(out, Answer{Key: int64(indexOID(t, i)), Value: types.String(indexDef(t, i))})
			}
		}
	}
	return ordered(out)
}

func tableSizes(env *Env) []Answer {
	var out []Answer
	for _, t := range env.tables() {
		size := int64(0)
		for _, ref := range t.Version.Objects.List() {
			size += ref.Bytes
		}
		out = append(out, Answer{Key: int64(t.ID), Value: types.Int(size)})
	}
	return ordered(out)
}

func encodingNames(*Env) []Answer { return []Answer{{Key: utf8Encoding, Value: types.String("UTF8")}} }

func columnEncodings(*Env) []Answer {
	var out []Answer
	for id := int64(0); id < 256; id++ {
		if name := FormatEncoding(id); name != "none" {
			out = append(out, Answer{Key: id, Value: types.String(name)})
		}
	}
	return out
}

// RegClass is the oid of a relation by its possibly quoted and qualified name:
// 'public.movies'::regclass.
func RegClass(env *Env, text string) (uint32, error) {
	schema, name := "", text
	if i := strings.LastIndexByte(text, '.'); i >= 0 {
		schema, name = unquote(text[:i]), text[i+1:]
	}
	name = unquote(name)
	if schema != "" {
		if r := Find(schema, name); r != nil {
			return r.OID, nil
		}
		if t := env.Catalog.Table(env.Database, schema, name); t != nil {
			return uint32(t.ID), nil
		}
		return 0, state.ErrNoTable(text)
	}
	if r := Find("", name); r != nil {
		return r.OID, nil
	}
	for _, s := range env.SearchPath {
		if t := env.Catalog.Table(env.Database, s, name); t != nil {
			return uint32(t.ID), nil
		}
	}
	return 0, state.ErrNoTable(text)
}

func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)
	}
	return strings.ToLower(s)
}

// ClassNames are the answers of oid::regclass::text: names, qualified where the
// search path would not find them.
func ClassNames(env *Env) []Answer {
	visible := map[int64]bool{}
	for _, a := range visibleTables(env) {
		visible[a.Key] = a.Value.Lo == 1
	}
	var out []Answer
	add := func(oid int64, schema, name string) {
		text := quoteName(name)
		if !visible[oid] {
			text = quoteName(schema) + "." + text
		}
		out = append(out, Answer{Key: oid, Value: types.String(text)})
	}
	for _, r := range registry.all {
		add(int64(r.OID), r.Schema, r.Name)
	}
	for _, t := range env.tables() {
		add(int64(t.ID), t.Schema, t.Name)
	}
	return ordered(out)
}
