package leader

import (
	"context"
	"errors"
	"fmt"

	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/session"
	"slipher/leader/short"
)

// maxPreparedCells bounds the VALUES of a prepared INSERT that goes the short way: its program has a loop a cell.
const maxPreparedCells = 512

// insertPrepared is INSERT … VALUES of a prepared statement with arguments. errLong: it goes the long way.
func (s *Server) insertPrepared(ctx context.Context, ses *session.Session, st *parse.Statement, params []types.Type, args []types.Datum) (int64, error) {
	b, ok := st.Body.(*parse.Insert)
	if !ok || len(args) == 0 || !plainValues(b.Query) {
		return 0, errLong
	}
	size := 0
	for _, a := range args {
		size += 16 + len(a.S)
	}
	cat := s.look(ses)
	v := s.view(cat, ses)
	if b.Table.Database == "" && v.Relation(b.Table.Schema, b.Table.Name) != nil {
		return 0, errLong
	}
	t, err := v.Table(b.Table.Database, b.Table.Schema, b.Table.Name)
	if err != nil || t == nil {
		return 0, errLong
	}
	if rows := len(b.Query.Values); rows > short.MaxRows || rows*len(t.Columns) > maxPreparedCells || size+16*rows*len(t.Columns) > inlineBytes {
		return 0, errLong
	}
	tmpl, err := s.small.template(templateKey{table: t.ID, def: t.Def, body: b, shape: fmt.Sprint(params)}, func() (*short.Template, error) {
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
