package leader

import (
	"context"
	"errors"
	"fmt"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/session"
	"slipher/leader/short"
)

// maxPreparedCells bounds the VALUES of a prepared INSERT that goes the short way: its program has a loop a cell.
const maxPreparedCells = 512

// insertPrepared is INSERT … VALUES of a prepared statement with arguments. errLong: it goes the long way.
func (s *Server) insertPrepared(ctx context.Context, ses *session.Session, st *parse.Statement, params []types.Type, args []types.Datum) (int64, error) {
	cat := s.look(ses)
	t := s.preparedTarget(ses, cat, st)
	if t == nil || len(args) == 0 {
		return 0, errLong
	}
	size := len(st.Body.(*parse.Insert).Query.Values) * storedBytes(t, nil, make([][]parse.ShortCell, 1))
	for _, a := range args {
		size += len(a.S)
	}
	if size > inlineBytes {
		return 0, errLong
	}
	tmpl, err := s.small.template(preparedKey(ses, t, st, params), func() (*short.Template, error) {
		if !plainDefaults(t) {
			return nil, nil
		}
		return s.compileInsert(ses, cat, st, params)
	})
	if err != nil || tmpl == nil {
		return 0, errors.Join(errLong, err)
	}
	return s.insertSmall(ctx, ses, t, []batch{{tmpl, [][]types.Datum{args}}})
}

// preparedTarget is the table of a statement that may go the short way, else nil.
func (s *Server) preparedTarget(ses *session.Session, cat *state.Catalog, st *parse.Statement) *state.Table {
	b, ok := st.Body.(*parse.Insert)
	if !ok || st.Params == 0 || !plainValues(b.Query) {
		return nil
	}
	v := s.view(cat, ses)
	if b.Table.Database == "" && v.Relation(b.Table.Schema, b.Table.Name) != nil {
		return nil
	}
	t, err := v.Table(b.Table.Database, b.Table.Schema, b.Table.Name)
	if err != nil || t == nil {
		return nil
	}
	if rows := len(b.Query.Values); rows > short.MaxRows || rows*len(t.Columns) > maxPreparedCells {
		return nil
	}
	return t
}

// preparedKey names a statement by its text: drivers prepare the same one again and again.
func preparedKey(ses *session.Session, t *state.Table, st *parse.Statement, params []types.Type) templateKey {
	return templateKey{table: t.ID, def: t.Def, shape: fmt.Sprint(params, ses.ParseOptions()), text: st.Text(), rounding: ses.NumericRounding()}
}

// describeInsert gives the parameters of a statement of the short way's kind, nil if they are not known yet,
// and what keeps them for the next time.
func (s *Server) describeInsert(ses *session.Session, st *parse.Statement, params []types.Type) (known []types.Type, keep func([]types.Type)) {
	t := s.preparedTarget(ses, s.look(ses), st)
	if t == nil {
		return nil, func([]types.Type) {}
	}
	key, i := preparedKey(ses, t, st, params), s.small
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
	if q == nil || q.Values == nil || q.OrderBy != nil || q.Limit != nil || q.Offset != nil || q.With != nil {
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
