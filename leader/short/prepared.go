package short

import (
	"context"
	"errors"
	"fmt"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/names"
	"slipher/leader/query"
)

// maxPreparedCells bounds the VALUES of a prepared INSERT that goes the short way: its program has a loop a cell.
const maxPreparedCells = 512

// Prepared is INSERT … VALUES of a prepared statement with arguments. ErrLong: it goes the long way.
func (i *Inserter) Prepared(ctx context.Context, ses query.Session, st *parse.Statement, b *parse.Insert,
	params []types.Type,
	args []types.Datum) (int64, error) {
	cat := i.Look(ses)
	t := preparedTarget(names.View{Cat: cat, Ses: ses}, st, b)
	if t == nil || len(args) == 0 {
		return 0, ErrLong
	}
	size := len(b.Query.Values) * storedBytes(t, nil, make([][]parse.ShortCell, 1))
	for _, a := range args {
		size += len(a.S)
	}
	if size > query.InlineBytes {
		return 0, ErrLong
	}
	tmpl, err := i.template(preparedKey(ses, t, st, params), func() (*Template, error) {
		if !plainDefaults(t) {
			return nil, nil
		}
		return i.compile(ses, cat, st, params)
	})
	if err != nil || tmpl == nil {
		return 0, errors.Join(ErrLong, err)
	}
	return i.insert(ctx, ses, t, []batch{{tmpl, [][]types.Datum{args}}})
}

// preparedTarget is the table of a statement that may go the short way, else nil.
func preparedTarget(v names.View, st *parse.Statement, b *parse.Insert) *state.Table {
	if st.Params == 0 || !plainValues(b.Query) {
		return nil
	}
	t := v.Stored(b.Table)
	if t == nil {
		return nil
	}
	if rows := len(b.Query.Values); rows > MaxRows || rows*len(t.Columns) > maxPreparedCells {
		return nil
	}
	return t
}

// preparedKey names a statement by its text: drivers prepare the same one again and again.
func preparedKey(ses query.Session, t *state.Table, st *parse.Statement, params []types.Type) templateKey {
	return templateKey{table: t.ID, def: t.Def, shape: fmt.Sprint(params, ses.ParseOptions()), text: st.Text(),
		options: optionsOf(ses)}
}

// Describe gives the parameters of a statement of the short way's kind, nil if they are not known yet,
// and what keeps them for the next time.
func (i *Inserter) Describe(ses query.Session, st *parse.Statement, b *parse.Insert,
	params []types.Type) (known []types.Type, keep func([]types.Type)) {
	t := preparedTarget(names.View{Cat: i.Look(ses), Ses: ses}, st, b)
	if t == nil {
		return nil, func([]types.Type) {}
	}
	key := preparedKey(ses, t, st, params)
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.described[key], func(types []types.Type) {
		i.mu.Lock()
		defer i.mu.Unlock()
		if len(i.described) >= templatesKept {
			clear(i.described)
		}
		i.described[key] = types
	}
}

// plainValues: VALUES of constants and parameters and nothing else.
func plainValues(q *parse.Query) bool {
	if q == nil || q.Values == nil || q.OrderBy != nil || q.Limit != nil || q.Offset != nil || len(q.With.Items) > 0 {
		return false
	}
	for _, row := range q.Values {
		for _, e := range row {
			if !plainExpr(e) {
				return false
			}
		}
	}
	return true
}
