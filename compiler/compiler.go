package compiler

import (
	"strings"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/bind"
	"slipher/compiler/optimize"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/compiler/rewrite"
)

// Environment is all that a plan depends on beside the statement. The same of both always gives the same plan.
type Environment struct {
	// Catalog and Bind are for statements: what names and settings mean.
	Catalog bind.Catalog
	Bind    bind.Options
	// Cluster is what the plan is for. Its Fn is needed always.
	Cluster optimize.Env
	// Rules is what rules need; their Fn is Cluster's.
	Rules rewrite.Env
	// Traced: note what the rules did in Planned.Rules.
	Traced bool
}

func (e Environment) rules() rewrite.Env {
	e.Rules.Fn = e.Cluster.Fn
	return e.Rules
}

// Planned is a statement's plan.
type Planned struct {
	*plan.Query
	Bound  *algebra.Statement
	Simple *algebra.Statement // what rewriting made of it
	Params []types.Type       // of the client's $1, $2, …
	// Rules, if that was to be noted, is the tree that binding gives, and below each rule's name what it made of it.
	Rules string
	// Fields, of a COPY: the table's column that each field of the input fills.
	Fields []int
}

// Plan binds and plans SELECT, VALUES, INSERT, UPDATE, DELETE, COPY, the query of CREATE TABLE AS, and the inner
// statement of EXPLAIN and PREPARE.
func Plan(st *parse.Statement, env Environment) (*Planned, error) {
	p := &Planned{}
	var err error
	if c, ok := st.Body.(*parse.Copy); ok {
		p.Bound, p.Fields, err = bind.Copy(st, c, env.Catalog, env.Cluster.Fn, env.Bind)
	} else {
		p.Bound, err = bind.Bind(st, env.Catalog, env.Cluster.Fn, env.Bind)
	}
	if err != nil {
		return nil, err
	}
	p.Params = bind.ClientParams(p.Bound)
	var trace func(rule string, st *algebra.Statement)
	if env.Traced {
		p.Rules = "bound\n" + indented(algebra.FormatTrees(p.Bound))
		trace = func(rule string, st *algebra.Statement) { p.Rules += rule + "\n" + indented(algebra.FormatTrees(st)) }
	}
	simpler, err := rewrite.Trace(p.Bound, env.rules(), trace)
	if err != nil {
		return nil, err
	}
	p.Simple = simpler
	shared := rewrite.Share(simpler, env.rules())
	var took bool
	p.Query, took, err = optimize.Cheaper(simpler, shared, env.Cluster)
	if took && env.Traced {
		trace("shared", shared)
	}
	return p, err
}

func indented(trees string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(trees, "\n"), "\n", "\n  ") + "\n"
}

// Tree plans a bound statement, which stays as it is.
func Tree(st *algebra.Statement, env Environment) (*plan.Query, error) {
	simpler, err := rewrite.Apply(st, env.rules())
	if err != nil {
		return nil, err
	}
	q, _, err := optimize.Cheaper(simpler, rewrite.Share(simpler, env.rules()), env.Cluster)
	return q, err
}
