package statement

import (
	"context"
	"slices"
	"time"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/codegen/target"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/leader/code"
	"slipher/leader/inspect"
	"slipher/leader/names"
	"slipher/leader/pgwire"
	"slipher/leader/query"
)

// explainRow runs nothing of the statement that it explains, but for ANALYZE: then it is what that is.
var explainRow = Row{
	Body: (*parse.Explain)(nil), Access: Reads, Kind: relations.KindUtility,
	Standby: func(st *parse.Statement) Standby {
		b := st.Body.(*parse.Explain)
		if b.Analyze {
			return Of(b.Inner.Body).Judge(b.Inner)
		}
		return Standby{Repeats: true}
	},
	Changes: func(v names.View, body parse.Body) []*state.Table {
		b := body.(*parse.Explain)
		if inner := Of(b.Inner.Body); b.Analyze && inner.Changes != nil {
			return inner.Changes(v, b.Inner.Body)
		}
		return nil
	},
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
	if b.Compile == nil {
		return explainPlan(ctx, e, c, b)
	}
	began := time.Now()
	plans := e.Plan
	if slices.Contains(b.Compile, "rules") {
		plans = e.PlanTraced
	}
	p, err := plans(c.Session, c.Statement, c.Types)
	if err != nil {
		return err
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

// explainPlan shows a plan, and with ANALYZE what happened when it ran.
func explainPlan(ctx context.Context, e *Engine, c *Call, b *parse.Explain) error {
	shown := plan.Shown{Verbose: b.Verbose, Costs: !b.NoCosts, Timing: !b.NoTiming, Summary: !b.NoSummary}
	p, err := e.analyzed(ctx, c, b, &shown)
	switch {
	case err != nil:
		return err
	case p == nil: // CREATE TABLE IF NOT EXISTS … AS, and it does
		return explained(c, nil)
	}
	switch {
	case b.JSON && b.Segments:
		return explained(c, []string{shown.SegmentsJSON(p.Query)})
	case b.JSON:
		return explained(c, []string{shown.JSON(p.Query)})
	case b.Segments:
		return explained(c, shown.Segments(p.Query))
	}
	return explained(c, shown.Text(p.Query))
}

// analyzed plans the statement that is explained; with ANALYZE it is run, too.
func (e *Engine) analyzed(ctx context.Context, c *Call, b *parse.Explain, shown *plan.Shown) (*query.Planned, error) {
	began := time.Now()
	inner := *c
	inner.Statement = b.Inner
	var p *query.Planned
	var err error
	tag := b.Inner.Body.Tag()
	if _, makes := b.Inner.Body.(*parse.CreateTableAs); makes && b.Analyze {
		if p, tag, err = e.makeTableAs(ctx, &inner); p == nil {
			return nil, err
		}
	} else if p, err = e.Plan(c.Session, c.Statement, c.Types); err != nil {
		return nil, err
	}
	if !b.Analyze {
		return p, nil
	}
	planned := time.Since(began)
	c.OnLeader, c.Did.Planned = p.OnLeader(), planned
	if shown.Ran, err = e.Analyze(ctx, c.Session, tag, p, c.Args, shown.Timing); err != nil {
		return nil, err
	}
	shown.Ran.Planned = planned
	return p, nil
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
