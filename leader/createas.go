package leader

import (
	"context"
	"fmt"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/bind"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"
	"slipher/leader/session"
)

// runCreateAs is CREATE TABLE AS and SELECT INTO: the table, then the INSERT that fills it.
func (s *Server) runCreateAs(ctx context.Context, ses *session.Session, st *parse.Statement, b *parse.CreateTableAs, params []types.Type, args []types.Datum, w pgwire.ResultWriter) error {
	query := *st
	query.Body = &parse.Select{Query: b.Query}
	names := s.view(ses.Txn().View(), ses)
	def, err := bind.TableOf(&query, b, names, s.fns, bindOptions(ses, params))
	if err != nil {
		return err
	}
	own := *st
	own.Body = def
	made, err := s.define(ctx, ses, &own, w)
	if err != nil {
		return err
	}
	if made == 0 { // IF NOT EXISTS
		return w.Complete(def.Tag())
	}
	cat := s.look(ses)
	o := bindOptions(ses, params)
	o.Into = cat.TableByID(state.TableID(made))
	p, err := s.planIn(cat, names, bind.Filling(st, b), o)
	if err != nil {
		return err
	}
	done, err := s.write(ctx, ses, def.Tag(), p, args, nil)
	if err != nil {
		return err
	}
	return w.Complete(fmt.Sprintf("%s %d", st.Body.Tag(), done.Affected))
}
