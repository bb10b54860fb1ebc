package relations

import (
	"fmt"
	"slices"
	"strings"

	"slipher/catalog/state"
	"slipher/catalog/types"
)

// Lookup is a leader-only function whose answer hangs on the catalog and on its
// first argument alone, a number: pg_get_userbyid(oid). For one catalog version
// its answers are a finite list, so that the binder can make it a CASE over
// constants: generated code stays free of the catalog. The answers of one that
// takes no less than two arguments hang on the second too, an INTEGER.
type Lookup struct {
	Name string
	// Args are the argument counts it takes; arguments behind the first do not matter.
	MinArgs, MaxArgs int
	Ret              types.Type
	// Answers lists the numbers with answers of their own, ascending; Otherwise
	// is every other number's. A NULL argument gives NULL.
	Answers   func(env *Env) []Answer
	Otherwise types.Datum
	Doc       string
}

// Answer is a lookup's value for one number, or two.
type Answer struct {
	Key    int64
	Value  types.Datum
	Second int32
}

// FindLookup finds a lookup by its function's name, nil if there is none.
func FindLookup(name string) *Lookup {
	for i := range lookups {
		if lookups[i].Name == name {
			return &lookups[i]
		}
	}
	return nil
}

// Lookups lists all lookups.
func Lookups() []Lookup { return lookups }

var lookups = []Lookup{
	{"pg_get_userbyid", 1, 1, types.TName, userNames, types.String("unknown"), "A user's name by usesysid."},
	{"pg_table_is_visible", 1, 1, types.TBool, visibleTables, types.NullDatum, "Whether a relation is found without its schema."},
	{"pg_type_is_visible", 1, 1, types.TBool, noAnswers, types.BoolDatum(true), "Types are all in pg_catalog."},
	{"pg_function_is_visible", 1, 1, types.TBool, noAnswers, types.BoolDatum(true), "Functions are all in pg_catalog."},
	{"pg_get_constraintdef", 1, 2, types.TText, constraintDefs, types.NullDatum, "A constraint as ALTER TABLE would add it."},
	{"pg_get_indexdef", 1, 3, types.TText, indexDefs, types.NullDatum, "The index that a declared key claims."},
	{"pg_get_viewdef", 1, 2, types.TText, noAnswers, types.NullDatum, "A view's text: there are none yet."},
	{"obj_description", 1, 2, types.TText, objectComments, types.NullDatum, "The comment on a table, a schema or a database."},
	{"shobj_description", 1, 2, types.TText, databaseComments, types.NullDatum, "The comment on a database."},
	{"col_description", 2, 2, types.TText, columnComments, types.NullDatum, "The comment on a column, by its table and number."},
	{"pg_tablespace_location", 1, 1, types.TText, noAnswers, types.String(""), "Nowhere: data is in managed storage."},
	{"pg_table_size", 1, 1, types.TInt8, tableSizes, types.Int(0), "Bytes of a table in managed storage."},
	{"pg_relation_size", 1, 2, types.TInt8, tableSizes, types.Int(0), "Bytes of a table in managed storage."},
	{"pg_total_relation_size", 1, 1, types.TInt8, tableSizes, types.Int(0), "Bytes of a table in managed storage."},
	{"pg_encoding_to_char", 1, 1, types.TName, encodingNames, types.String(""), "A character set by its number."},
	{"format_encoding", 1, 1, types.TText, columnEncodings, types.String("none"), "A column encoding by attencodingtype."},
}

func noAnswers(*Env) []Answer { return nil }

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
	text := fmt.Sprintf("%s (%s)", constraintTypes[k.Kind], quoteAll(columnNames(t, k.Columns)))
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
