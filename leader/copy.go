package leader

import (
	"context"
	"fmt"
	"strconv"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"
	"slipher/leader/schedule"
	"slipher/leader/session"
	"slipher/node/load"
	"slipher/node/wire"
)

// runCopy is COPY: text in batches to the nodes, which split, parse and store it.
func (s *Server) runCopy(ctx context.Context, ses *session.Session, st *parse.Statement, b *parse.Copy, w pgwire.ResultWriter) error {
	if err := unsupportedCopy(b); err != nil {
		return err
	}
	cat := ses.Txn().View()
	env := s.environment(cat)
	env.Catalog, env.Bind = s.view(cat, ses), bindOptions(ses, nil)
	p, err := compiler.Plan(st, env)
	if err != nil {
		return err
	}
	table := p.Bound.Insert
	in, err := openCopy(ctx, st, b, table, p.Fields, w)
	if err != nil {
		return err
	}
	defer in.close()
	done, err := s.write(ctx, ses, "COPY", &planned{cat: cat, query: p.Query}, nil, &schedule.Copy{Next: in.next, Text: in.text})
	s.keepRefusals(ses, table, done)
	if err != nil {
		if cause := in.failure(); cause != nil {
			err = cause
		}
		return copyError(b, table, done.Refused, err)
	}
	info(w, fmt.Sprintf("Load into table '%s' completed, %d record(s) loaded successfully.", table.Name, done.Affected))
	if n := len(done.Refused); n > 0 {
		info(w, fmt.Sprintf("Load into table '%s' completed, %d record(s) could not be loaded.  Check 'stl_load_errors' system table for details.", table.Name, n))
	}
	mark := ses.Txn().Mark()
	if err := s.analyzeLoaded(ctx, ses, table, b); err != nil {
		ses.Txn().Undo(mark)
		s.log.Warn("statistics after a load", "table", table.Name, "err", err)
	}
	return w.Complete(fmt.Sprintf("COPY %d", done.Affected))
}

// unsupportedCopy refuses options that the loader does not follow yet: to
// pass over them would load other values than were meant.
func unsupportedCopy(b *parse.Copy) error {
	if b.NoLoad {
		return sqlerr.Unsupported("NOLOAD")
	}
	return nil
}

func info(w pgwire.ResultWriter, text string) {
	w.Notice(pgwire.Notice{Severity: pgwire.Info, Error: sqlerr.Error{Code: "00000", Message: text}})
}

// copyFormats maps the parser's formats to the loader's.
var copyFormats = map[parse.CopyFormat]load.Format{parse.CopyDelimited: load.Delimited, parse.CopyCSV: load.CSV, parse.CopyPGText: load.PGText,
	parse.CopyPGCSV: load.PGCSV}

func copyOptions(b *parse.Copy, t *state.Table, fields []int) *load.CopyOptions {
	o := &load.CopyOptions{
		Format: copyFormats[b.Format], EndMark: b.Stdin || b.Format == parse.CopyPGText, Delimiter: b.Delimiter, Quote: b.Quote, Escape: b.Escape, NullAs: b.NullAs,
		IgnoreHeader: b.IgnoreHeader, Gzip: b.Compression == "gzip", EmptyAsNull: b.EmptyAsNull, BlanksAsNull: b.BlanksAsNull,
		TrimBlanks: b.TrimBlanks, TruncateColumns: b.TruncateColumns, FillRecord: b.FillRecord, IgnoreBlankLines: b.IgnoreBlankLines,
		EscapeChars: b.EscapeChars, RemoveQuotes: b.RemoveQuotes, AcceptInvChars: b.AcceptInvChars, InvChar: b.InvChar,
	}
	for _, i := range fields {
		c := t.Columns[i]
		o.Columns = append(o.Columns, load.CopyColumn{Name: c.Name, Type: c.Type, NotNull: c.NotNull})
	}
	return o
}

// keepRefusals writes the records that a COPY refused to stl_load_errors.
func (s *Server) keepRefusals(ses *session.Session, t *state.Table, done schedule.Stats) {
	var rows []relations.LoadError
	for _, r := range done.Refused {
		code, _ := strconv.Atoi(r.Code)
		typ, length := columnType(t, r.Column)
		rows = append(rows, relations.LoadError{Query: int64(done.Query), PID: ses.BackendPID(), UserID: s.userID(ses), Table: t.ID,
			StartMicros: ses.NowMicros(), File: r.File, Line: r.Line, Column: r.Column, Type: typ, Length: length, RawLine: r.Raw, RawValue: r.Value, Code: code, Reason: r.Reason})
	}
	if err := s.errors.add(rows); err != nil {
		s.log.Error("load errors cannot be kept", "err", err)
	}
}

// columnType is a column's type as stl_load_errors shows it, in ten bytes: the
// short name, and the length of strings or the digits of decimals apart.
func columnType(t *state.Table, column string) (name, length string) {
	for _, c := range t.Columns {
		if c.Name != column {
			continue
		}
		name, length = c.Type.String(), ""
		if short, ok := shortTypes[c.Type.Kind]; ok {
			name = short
		}
		switch c.Type.Kind {
		case types.Char, types.Varchar:
			length = strconv.Itoa(int(c.Type.Len))
		case types.Decimal:
			length = fmt.Sprintf("%d,%d", c.Type.Prec, c.Type.Scale)
		}
		return name, length
	}
	return "", ""
}

// shortTypes are the catalog's names of types whose SQL names are long.
var shortTypes = map[types.Kind]string{
	types.Bool: "bool", types.Int2: "int2", types.Int4: "int4", types.Int8: "int8", types.Decimal: "numeric",
	types.Float4: "float4", types.Float8: "float8", types.Char: "char", types.Varchar: "varchar", types.Timestamp: "timestamp",
}

func (s *Server) userID(ses *session.Session) uint32 {
	if u := s.replica.Catalog().User(ses.CurrentUser()); u != nil {
		return u.ID
	}
	return 0
}

// copyError is what the client of a failed COPY reads. Redshift points to its
// table; the first refused record is in the detail, and PostgreSQL's clients
// find the place where they look for it.
func copyError(b *parse.Copy, t *state.Table, refused []wire.RecordError, err error) error {
	if len(refused) == 0 {
		return err
	}
	r := refused[0]
	e := sqlerr.New(sqlerr.From(err).Code, "Load into table '%s' failed.  Check 'stl_load_errors' system table for details.", t.Name)
	where := fmt.Sprintf("COPY %s, line %d", t.Name, r.Line)
	if r.Column != "" {
		where += fmt.Sprintf(", column %s: \"%s\"", r.Column, r.Value)
	}
	if b.Stdin {
		e.Message = r.Reason
	} else {
		where += ", file " + r.File
		_ = e.WithDetail("%s", r.Reason)
	}
	e.Where = where
	return e
}
