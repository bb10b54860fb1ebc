package relations

import (
	"context"

	"slipher/catalog/state"
	"slipher/catalog/types"
)

// definition is a view's query, as tools see it.
func definition(t *state.Table) string {
	if t.View.Late {
		return t.View.Query + " WITH NO SCHEMA BINDING;"
	}
	return t.View.Query + ";"
}

func pgViews(_ context.Context, env *Env, b *builder) error {
	for _, t := range env.views() {
		b.add(t.Schema, t.Name, t.Owner, definition(t))
	}
	return nil
}

func infoViews(_ context.Context, env *Env, b *builder) error {
	for _, t := range env.views() {
		b.add(env.Database, t.Schema, t.Name, definition(t), "NONE", "NO", "NO")
	}
	return nil
}

// viewDefs answer pg_get_viewdef.
func viewDefs(env *Env) []Answer {
	var out []Answer
	for _, t := range env.views() {
		out = append(out, Answer{Key: int64(t.ID), Value: types.String(definition(t))})
	}
	return ordered(out)
}
