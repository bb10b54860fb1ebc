package statement

import (
	"context"
	"errors"
	"time"

	"slipher/catalog/relations"
	"slipher/compiler/parse"
	"slipher/leader/names"
	"slipher/leader/short"
)

var insertRow = Row{
	Body: (*parse.Insert)(nil), Tag: "INSERT 0 %d", Access: Writes, Kind: relations.KindQuery,
	Describe: describeInsert,
	Changes:  changes(func(b *parse.Insert) []parse.QName { return []parse.QName{b.Table} }),
	Asks:     onTables(func(b *parse.Insert) []parse.QName { return []parse.QName{b.Table} }, names.Insert),
	Run:      runInsert,
}

// runInsert is INSERT: VALUES of a prepared statement the short way, if it can go it.
func runInsert(ctx context.Context, e *Engine, c *Call) error {
	rows, err := e.Short.Prepared(ctx, c.Session, c.Statement, c.Body.(*parse.Insert), c.Types, c.Args)
	if errors.Is(err, short.ErrLong) {
		return e.write(ctx, c)
	}
	if err != nil {
		return err
	}
	return c.completeRows(rows)
}

func describeInsert(e *Engine, c *Call) (Description, error) {
	known, keep := e.Short.Describe(c.Session, c.Statement, c.Body.(*parse.Insert), c.Types)
	if known != nil {
		return Description{Params: known}, nil
	}
	d, err := describeQuery(e, c)
	if err == nil {
		keep(d.Params)
	}
	return d, err
}

// shortInsertRow is INSERT INTO t VALUES of constants, which the parser reads by itself.
var shortInsertRow = Row{
	Body: (*parse.ShortInsert)(nil), Tag: "INSERT 0 %d", Access: Writes, Kind: relations.KindQuery,
	Changes: changes(func(b *parse.ShortInsert) []parse.QName { return []parse.QName{b.Table} }),
	Asks:    onTables(func(b *parse.ShortInsert) []parse.QName { return []parse.QName{b.Table} }, names.Insert),
	Run:     runShortInsert,
}

func runShortInsert(ctx context.Context, e *Engine, c *Call) error {
	rows, err := e.Short.Constants(ctx, c.Session, c.Body.(*parse.ShortInsert))
	if errors.Is(err, short.ErrLong) {
		long := *c
		long.Statement, long.Types, long.Args = parse.Full(c.Statement), nil, nil
		return e.write(ctx, &long)
	}
	if err != nil {
		return err
	}
	return c.completeRows(rows)
}

// write runs INSERT, UPDATE and DELETE: queries whose rows go into blocks, or say which rows
// are no more, instead of going to the client.
func (e *Engine) write(ctx context.Context, c *Call) error {
	began := time.Now()
	p, err := e.Plan(c.Session, c.Statement, c.Types)
	if err != nil {
		return err
	}
	c.Did.Planned = time.Since(began)
	done, err := e.Write(ctx, c.Session, c.Body.Tag(), p, c.Args, nil)
	if err != nil {
		return err
	}
	e.Alert(c.Session, p, done)
	return c.completeRows(done.Affected)
}
