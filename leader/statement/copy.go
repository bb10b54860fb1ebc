package statement

import (
	"context"
	"fmt"
	"time"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler"
	"slipher/compiler/parse"
	"slipher/leader/load"
	"slipher/leader/names"
	"slipher/leader/pgwire"
	"slipher/leader/query"
	"slipher/leader/schedule"
)

var copyRow = Row{
	Body: (*parse.Copy)(nil), Tag: "COPY %d", Access: Writes, Kind: relations.KindQuery,
	Changes: changes(func(b *parse.Copy) []parse.QName { return []parse.QName{b.Table} }),
	Asks:    onTables(func(b *parse.Copy) []parse.QName { return []parse.QName{b.Table} }, names.Insert),
	Run:     runCopy,
}

// runCopy is COPY: text in batches to the nodes, which split, parse and store it.
func runCopy(ctx context.Context, e *Engine, c *Call) error {
	b := c.Body.(*parse.Copy)
	if b.NoLoad { // to pass over it would load values that were not meant to be
		return sqlerr.Unsupported("NOLOAD")
	}
	cat := c.view()
	env := e.Environment(cat)
	env.Catalog, env.Bind = c.names(cat), query.BindOptions(c.Session, nil)
	began := time.Now()
	p, err := compiler.Plan(c.Statement, env)
	if err != nil {
		return err
	}
	c.Did.Planned = time.Since(began)
	table := p.Bound.Insert
	in, err := load.Open(ctx, c.Statement, b, table, p.Fields, c.Out)
	if err != nil {
		return err
	}
	defer in.Close()
	done, err := e.Write(ctx, c.Session, b.Tag(), &query.Planned{Cat: cat, Query: p.Query}, nil,
		&schedule.Copy{Next: in.Next, Text: in.Text()})
	by := e.identity(c)
	if err := e.Loads.Errors.Add(load.Refusals(c.Session, by, table, done)); err != nil {
		e.Log.Error("load errors cannot be kept", "err", err)
	}
	if err != nil {
		if cause := in.Failure(); cause != nil {
			err = cause
		}
		return load.Error(b, table, done.Refused, err)
	}
	info(c.Out, "Load into table '%s' completed, %d record(s) loaded successfully.", table.Name, done.Affected)
	if n := len(done.Refused); n > 0 {
		info(c.Out, "Load into table '%s' completed, %d record(s) could not be loaded.  "+
			"Check 'stl_load_errors' system table for details.", table.Name, n)
	}
	files := in.Files(by, done, types.MicrosOf(time.Now()))
	c.Session.Txn().Then(func() {
		if err := e.Loads.Files.Add(files); err != nil {
			e.Log.Error("loaded files cannot be kept", "err", err)
		}
	})
	c.Session.Copied(by.Query, done.Affected)
	mark := c.Session.Txn().Mark()
	if err := e.analyzeLoaded(ctx, c, table, b); err != nil {
		c.Session.Txn().Undo(mark)
		e.Log.Warn("statistics after a load", "table", table.Name, "err", err)
	}
	return c.completeRows(done.Affected)
}

// identity is which COPY c is, for those who ask later.
func (e *Engine) identity(c *Call) (by load.Identity) {
	if q := e.History.Running(c.Session.BackendPID()); q != nil {
		by.Query = q.ID
	}
	if u := e.Catalog().User(c.Session.CurrentUser()); u != nil {
		by.User = u.ID
	}
	return by
}

func info(w pgwire.ResultWriter, format string, args ...any) {
	w.Notice(pgwire.Notice{Severity: pgwire.Info, Error: sqlerr.Error{Code: "00000", Message: fmt.Sprintf(format,
		args...)}})
}
