package leader

import (
	"context"

	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/leader/pgwire"
	"slipher/leader/session"
)

// explainColumn is the name of EXPLAIN's one column.
const explainColumn = "QUERY PLAN"

// runExplain shows a plan, or what a query is compiled to.
func (s *Server) runExplain(ctx context.Context, ses *session.Session, st *parse.Statement, b *parse.Explain, params []types.Type, w pgwire.ResultWriter) error {
	p, err := s.plan(ses, st, params)
	if err != nil {
		return err
	}
	if b.Compile == nil {
		return lines(w, explainColumn, plan.Explain(p.query), "EXPLAIN")
	}
	text, err := s.inspect(ctx, ses, p, b)
	if err != nil {
		return err
	}
	return lines(w, explainColumn, text, "EXPLAIN")
}
