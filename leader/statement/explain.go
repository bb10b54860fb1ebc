package statement

import (
	"context"
	"slices"
	"time"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/codegen/target"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/leader/code"
	"slipher/leader/inspect"
	"slipher/leader/names"
	"slipher/leader/pgwire"
)

// explainRow runs nothing of the query that it explains.
var explainRow = Row{
	Body: (*parse.Explain)(nil), Access: Reads, Kind: relations.KindUtility,
	Asks: func(v names.View, b parse.Body) []names.Request {
		inner := b.(*parse.Explain).Inner.Body
		return Of(inner).Asks(v, inner)
	},
	Describe: describeExplain, Run: runExplain,
}

// explainColumns is EXPLAIN's one column.
var explainColumns = []plan.OutputColumn{{Name: "QUERY PLAN", Type: types.TText}}

// runExplain shows a plan, or what a query is compiled to.
func runExplain(ctx context.Context, e *Engine, c *Call) error {
	b := c.Body.(*parse.Explain)
	began := time.Now()
	plans := e.Plan
	if slices.Contains(b.Compile, "rules") {
		plans = e.PlanTraced
	}
	p, err := plans(c.Session, c.Statement, c.Types)
	if err != nil {
		return err
	}
	if b.Compile == nil {
		return explained(c, plan.Explain(p.Query))
	}
	q := inspect.Query{Rules: p.Rules, Plan: p.Query, Target: e.Code.Target, Tier: b.Options["tier"], Passes: code.Passes,
		Fns:  e.Fns,
		Pool: e.Code.Pool, Planned: time.Since(began)}
	if level := b.Options["target"]; level != "" {
		if q.Target, err = target.ByLevel(level); err != nil {
			return sqlerr.Wrap(err, sqlerr.InvalidParameterValue)
		}
	}
	if b.Options["slices"] != "" {
		return sqlerr.Unsupported("EXPLAIN option SLICES on a running cluster")
	}
	began = time.Now()
	if q.Code, err = e.Generate(p); err != nil {
		return err
	}
	q.Generated = time.Since(began)
	text, err := inspect.Print(ctx, q, b.Compile)
	if err != nil {
		return err
	}
	return explained(c, text)
}

// explained is a result of one text column.
func explained(c *Call, text []string) error {
	if err := c.Out.Columns(explainColumns); err != nil {
		return err
	}
	rows := make(pgwire.Datums, len(text))
	for i, l := range text {
		rows[i] = []types.Datum{types.String(l)}
	}
	if err := c.Out.Rows(rows, 0, len(rows)); err != nil {
		return err
	}
	return c.complete()
}

func describeExplain(e *Engine, c *Call) (Description, error) {
	p, err := e.Plan(c.Session, c.Statement, c.Types)
	if err != nil {
		return Description{}, err
	}
	return Description{Params: p.Params, Columns: explainColumns}, nil
}
