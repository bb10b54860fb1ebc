package load

import (
	"fmt"
	"strconv"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/query"
	"slipher/leader/schedule"
	"slipher/node/wire"
)

// Identity is which COPY it is.
type Identity struct {
	Query int64  // as in stl_query
	User  uint32 // id
}

// Refusals are the records that a COPY refused, as stl_load_errors shows them.
func Refusals(ses query.Session, by Identity, t *state.Table, done schedule.Stats) []relations.LoadError {
	var rows []relations.LoadError
	for _, r := range done.Refused {
		code, _ := strconv.Atoi(r.Code)
		typ, length := columnType(t, r.Column)
		rows = append(rows, relations.LoadError{Query: by.Query, PID: ses.BackendPID(), UserID: by.User, Table: t.ID,
			StartMicros: ses.NowMicros(), File: r.File, Line: r.Line, Column: r.Column, Type: typ, Length: length,
			RawLine: r.Raw, RawValue: r.Value, Code: code, Reason: r.Reason})
	}
	return rows
}

// columnType is a column's type as stl_load_errors shows it, in ten bytes: the
// short name, and the length of strings or the digits of decimals apart.
func columnType(t *state.Table, column string) (name, length string) {
	for _, c := range t.Columns {
		if c.Name != column {
			continue
		}
		if name = c.Type.TypName(); c.Type.Kind == types.Char {
			name = "char"
		}
		length = c.Type.Modifier()
		return name, length
	}
	return "", ""
}

// Error is what the client of a failed COPY reads. Redshift points to its
// table; the first refused record is in the detail, and PostgreSQL's clients
// find the place where they look for it.
func Error(b *parse.Copy, t *state.Table, refused []wire.RecordError, err error) error {
	if len(refused) == 0 {
		return err
	}
	r := refused[0]
	e := sqlerr.New(sqlerr.From(err).Code, "Load into table '%s' failed.  Check 'stl_load_errors' system table for "+
		"details.", t.Name)
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
