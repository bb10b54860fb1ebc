package session

import (
	"context"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/leader/pgwire"
	"slipher/leader/statement"
)

// prepared is a statement kept under a name.
type prepared struct {
	st   *parse.Statement // nil: an empty text
	desc statement.Description
}

func (p *prepared) Params() []types.Type         { return p.desc.Params }
func (p *prepared) Columns() []plan.OutputColumn { return p.desc.Columns }
func (p *prepared) Empty() bool                  { return p.st == nil }

// Prepare is the protocol's Parse.
func (s *Session) Prepare(ctx context.Context, name, text string, oids []uint32) error {
	if name != "" && s.prepared[name] != nil {
		return duplicate(name)
	}
	st, err := s.parseOne(text)
	if err != nil {
		return err
	}
	if st == nil {
		s.prepared[name] = &prepared{}
		return nil
	}
	if err := s.block.check(st.Body); err != nil {
		return err
	}
	params := make([]types.Type, max(len(oids), st.Params))
	for i, oid := range oids {
		if params[i], err = typeOf(oid); err != nil {
			return err
		}
	}
	return s.keep(ctx, name, st, params)
}

// The trees of INSERTs are kept for drivers that prepare the same text for each row.
const (
	parsedKept  = 32
	parsedBytes = 4096
)

// parsedKey is a text and how it is read.
type parsedKey struct {
	text string
	o    parse.Options
}

// parseOne reads a statement to be prepared. Trees are never changed.
func (s *Session) parseOne(text string) (*parse.Statement, error) {
	o := s.ParseOptions()
	if st := s.known(text); st != nil {
		return st, nil
	}
	if len(text) > parsedBytes || len(text) < 6 || !strings.EqualFold(text[:6], "insert") {
		return parse.ParseOne(text, o)
	}
	if st := s.parsed[parsedKey{text, o}]; st != nil {
		return st, nil
	}
	st, err := parse.ParseOne(text, o)
	if err == nil && st != nil {
		if s.parsed == nil || len(s.parsed) >= parsedKept {
			s.parsed = map[parsedKey]*parse.Statement{}
		}
		s.parsed[parsedKey{text, o}] = st
	}
	return st, err
}

// keep describes a statement and keeps it.
func (s *Session) keep(ctx context.Context, name string, st *parse.Statement, params []types.Type) error {
	desc, err := s.describe(ctx, st, params)
	if err != nil {
		return err
	}
	s.prepared[name] = &prepared{st: st, desc: desc}
	return nil
}

// describe answers for the session's own statements and asks the engine for others.
func (s *Session) describe(ctx context.Context, st *parse.Statement,
	params []types.Type) (statement.Description, error) {
	row, c := statement.Of(st.Body), &statement.Call{Session: s, Statement: st, Types: params}
	switch {
	case row.DescribeOwn != nil:
		return row.DescribeOwn(s, c)
	case row.Own != nil:
		return statement.Description{}, nil
	}
	return s.engine.Describe(ctx, c)
}

// PreparedColumns are those of a prepared statement's result: statement.Own.
func (s *Session) PreparedColumns(name string) ([]plan.OutputColumn, error) {
	p := s.prepared[name]
	if p == nil {
		return nil, unknown(name)
	}
	return p.desc.Columns, nil
}

// textOID is the type id of text, which is VARCHAR.
const textOID = 25

// typeOf is the type a client means by a type id; 0 and unknown leave the choice.
func typeOf(oid uint32) (types.Type, error) {
	switch oid {
	case 0:
		return types.TUnknown, nil
	case textOID:
		return types.TText, nil
	}
	if t, ok := types.ParameterType(oid); ok {
		return t, nil
	}
	return types.Type{}, sqlerr.Unsupported("a parameter of the type with OID %d", oid)
}

// Prepared finds a statement, if it may run: a failed transaction says so before values of parameters are read.
func (s *Session) Prepared(name string) (pgwire.Prepared, error) {
	p := s.prepared[name]
	if p == nil {
		return nil, unknown(name)
	}
	if p.st != nil {
		if err := s.block.check(p.st.Body); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func unknown(name string) error {
	return sqlerr.New(sqlerr.InvalidStatementName, "prepared statement %q does not exist", name)
}

func duplicate(name string) error {
	return sqlerr.New(sqlerr.DuplicatePreparedStatement, "prepared statement %q already exists", name)
}

// Deallocate forgets a statement.
func (s *Session) Deallocate(name string) { delete(s.prepared, name) }

// Run executes a prepared statement. If Sync follows it is a transaction of its own, otherwise it shares
// one with what comes until then.
func (s *Session) Run(ctx context.Context, pp pgwire.Prepared, args []types.Datum, next pgwire.Next,
	w pgwire.ResultWriter) error {
	p := pp.(*prepared)
	if p.st == nil {
		return w.Empty()
	}
	if next == pgwire.AnyNext {
		s.share()
	}
	return s.statement(ctx, p.st, p.desc.Params, args, w)
}

// SQLPrepare is PREPARE: statement.Own.
func (s *Session) SQLPrepare(ctx context.Context, st *parse.Statement, b *parse.Prepare,
	w pgwire.ResultWriter) error {
	if s.prepared[b.Name] != nil {
		return duplicate(b.Name)
	}
	params := make([]types.Type, max(len(b.Types), b.Inner.Params))
	copy(params, b.Types)
	if err := s.keep(ctx, b.Name, b.Inner, params); err != nil {
		return err
	}
	s.tellRelay(w, pgwire.ReportPrepare+b.Name, parse.Portable(st.Text(), st.Options()))
	return w.Complete("PREPARE")
}

// SQLExecute is EXECUTE: statement.Own.
func (s *Session) SQLExecute(ctx context.Context, st *parse.Statement, b *parse.Execute,
	w pgwire.ResultWriter) error {
	p, args, err := s.called(ctx, st, b)
	if err != nil {
		return err
	}
	if p.st == nil {
		return w.Empty()
	}
	return s.dispatch(ctx, p.st, p.desc.Params, args, w)
}

// SQLExplainExecute is EXPLAIN EXECUTE: statement.Own.
func (s *Session) SQLExplainExecute(ctx context.Context, st *parse.Statement, b *parse.ExplainExecute,
	w pgwire.ResultWriter) error {
	p, args, err := s.called(ctx, st, b.Execute)
	if err != nil {
		return err
	}
	if p.st == nil {
		return sqlerr.Unsupported("EXPLAIN EXECUTE of an empty statement")
	}
	explain, err := b.Explain.Of(p.st)
	if err != nil {
		return err
	}
	return s.dispatch(ctx, explain, p.desc.Params, args, w)
}

// called finds the statement that is executed, and evaluates its arguments.
func (s *Session) called(ctx context.Context, st *parse.Statement, b *parse.Execute) (*prepared, []types.Datum, error) {
	p := s.prepared[b.Name]
	if p == nil {
		return nil, nil, unknown(b.Name)
	}
	if len(b.Args) != len(p.desc.Params) {
		return nil, nil, sqlerr.New(sqlerr.SyntaxError, "wrong number of parameters for prepared statement %q", b.Name).
			WithDetail("Expected %d parameters but got %d.", len(p.desc.Params), len(b.Args))
	}
	if p.st == nil {
		return p, nil, nil
	}
	args, err := s.engine.Evaluate(ctx, s, st, b.Args, p.desc.Params)
	return p, args, err
}

// SQLDeallocate is DEALLOCATE: statement.Own.
func (s *Session) SQLDeallocate(b *parse.Deallocate, w pgwire.ResultWriter) error {
	if b.Name == "" {
		clear(s.prepared)
		s.tellRelay(w, pgwire.ReportDeallocate, "")
		return w.Complete("DEALLOCATE ALL")
	}
	if s.prepared[b.Name] == nil {
		return unknown(b.Name)
	}
	delete(s.prepared, b.Name)
	s.tellRelay(w, pgwire.ReportDeallocate+b.Name, "")
	return w.Complete("DEALLOCATE")
}

// tellRelay reports what a standby leader in between must know and its client not.
func (s *Session) tellRelay(w pgwire.ResultWriter, name, value string) {
	if s.start.Relayed {
		w.Report(pgwire.Parameter{Name: name, Value: value})
	}
}
