package relations

import (
	"context"

	"slipher/catalog/state"
	"slipher/catalog/types"
)

// comments are the relations that show what COMMENT ON said.
func comments() []entry {
	return []entry{
		{name: "pg_description", rows: pgDescription, columns: `objoid, classoid oid, objsubid int4, description text`,
			doc: "Comments on the current database's tables, columns and schemas, and on databases, as Redshift has them here."},
		{name: "pg_shdescription", rows: pgShdescription, columns: `objoid, classoid oid, description text`,
			doc: "Comments on databases, where newer tools look for them."},
	}
}

func pgDescription(_ context.Context, env *Env, b *builder) error {
	for _, t := range env.tables() {
		eachComment(t, func(column int, text string) { b.add(t.ID, knownOIDs["pg_class"], column, text) })
	}
	for _, s := range env.Catalog.Schemas(env.Database) {
		if s.Comment != "" {
			b.add(s.ID, knownOIDs["pg_namespace"], 0, s.Comment)
		}
	}
	for _, d := range env.Catalog.Databases() {
		if d.Comment != "" {
			b.add(d.ID, knownOIDs["pg_database"], 0, d.Comment)
		}
	}
	return nil
}

func pgShdescription(_ context.Context, env *Env, b *builder) error {
	for _, d := range env.Catalog.Databases() {
		if d.Comment != "" {
			b.add(d.ID, knownOIDs["pg_database"], d.Comment)
		}
	}
	return nil
}

// eachComment calls f for what was said of a table (0) and of its columns, by attnum.
func eachComment(t *state.Table, f func(column int, text string)) {
	if text := t.Comments.Of(0); text != "" {
		f(0, text)
	}
	for i := range t.Columns {
		if text := t.Comments.Of(t.Columns[i].ID); text != "" {
			f(i+1, text)
		}
	}
}

// objectComments answer obj_description, whatever class of object is named: no two objects have one oid.
func objectComments(env *Env) []Answer {
	out := databaseComments(env)
	for _, s := range env.Catalog.Schemas(env.Database) {
		if s.Comment != "" {
			out = append(out, Answer{Key: int64(s.ID), Value: types.String(s.Comment)})
		}
	}
	for _, t := range env.tables() {
		if text := t.Comments.Of(0); text != "" {
			out = append(out, Answer{Key: int64(t.ID), Value: types.String(text)})
		}
	}
	return ordered(out)
}

// databaseComments answer shobj_description.
func databaseComments(env *Env) []Answer {
	var out []Answer
	for _, d := range env.Catalog.Databases() {
		if d.Comment != "" {
			out = append(out, Answer{Key: int64(d.ID), Value: types.String(d.Comment)})
		}
	}
	return ordered(out)
}

// columnComments answer col_description.
func columnComments(env *Env) []Answer {
	var out []Answer
	for _, t := range env.tables() {
		eachComment(t, func(column int, text string) {
			if column > 0 {
				out = append(out, Answer{Key: int64(t.ID), Second: int32(column), Value: types.String(text)})
			}
		})
	}
	return ordered(out)
}
