package leader

import (
	"context"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/codegen"
	"slipher/codegen/target"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/leader/inspect"
	"slipher/leader/pgwire"
	"slipher/leader/session"
)

// explainColumn is the name of EXPLAIN's one column.
const explainColumn = "QUERY PLAN"

// runExplain shows a plan, or what a query is compiled to.
func (s *Server) runExplain(ctx context.Context, ses *session.Session, st *parse.Statement, b *parse.Explain, params []types.Type, w pgwire.ResultWriter) error {
	began := time.Now()
	p, err := s.plan(ses, st, params)
	if err != nil {
		return err
	}
	if b.Compile == nil {
		return lines(w, explainColumn, plan.Explain(p.query), "EXPLAIN")
	}
	q := inspect.Query{Rules: p.rules, Plan: p.query, Target: s.target, Tier: b.Options["tier"], Passes: fusedPasses, Fns: s.fns, Pool: s.pool, Planned: time.Since(began)}
	if level := b.Options["target"]; level != "" {
		if q.Target, err = target.ByLevel(level); err != nil {
			return sqlerr.Wrap(err, sqlerr.InvalidParameterValue)
		}
	}
	if b.Options["slices"] != "" {
		return sqlerr.Unsupported("EXPLAIN option SLICES on a running cluster")
	}
	began = time.Now()
	if q.Code, err = codegen.Compile(p.query, codegen.Options{Fns: s.fns, Facts: s.facts.of(p)}); err != nil {
		return err
	}
	q.Generated = time.Since(began)
	text, err := inspect.Print(ctx, q, b.Compile)
	if err != nil {
		return err
	}
	return lines(w, explainColumn, text, "EXPLAIN")
}
