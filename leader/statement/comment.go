package statement

import (
	"slipher/catalog/ddl"
	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

var commentRow = Row{
	Body: (*parse.Comment)(nil), Access: Writes, Kind: relations.KindUtility,
	Changes: changes(commented),
	Asks: func(v names.View, body parse.Body) []names.Request {
		switch b := body.(*parse.Comment); b.On {
		case "schema":
			return onSchema(v, names.Ownership, b.Name.Name)
		case "database":
			return onDatabase(v, names.Ownership, b.Name.Name)
		}
		return onTables(commented, names.Ownership)(v, body)
	},
	Define: comment,
	Run:    runDefinition,
}

// commented is the table or view that a comment is on, or on a column of.
func commented(b *parse.Comment) []parse.QName {
	if b.On == "table" || b.On == "view" || b.On == "column" {
		return []parse.QName{b.Name}
	}
	return nil
}

// comment plans COMMENT ON. An empty text is none, as in PostgreSQL.
func comment(scope ddl.Scope, st *parse.Statement) (*ddl.Plan, error) {
	b := st.Body.(*parse.Comment)
	at := st.Position(b.Name.Pos)
	if len(b.Text) > types.MaxVarchar {
		return nil, sqlerr.New(sqlerr.ProgramLimitExceeded, "a comment has at most %d bytes, not %d", types.MaxVarchar,
			len(b.Text))
	}
	p, op := &ddl.Plan{}, &state.Comment{Text: b.Text}
	p.Command.Ops = state.Ops{op}
	switch b.On {
	case "database":
		if op.Database = b.Name.Name; scope.Catalog.Database(op.Database) == nil {
			return nil, state.ErrNoDatabase(op.Database).At(at)
		}
		return p, nil
	case "schema":
		op.Database, op.Schema = scope.Database, b.Name.Name
		switch {
		case scope.Catalog.Schema(op.Database, op.Schema) == nil:
			return nil, scope.Catalog.NoSchema(op.Database, op.Schema).At(at)
		case state.IsSystemSchema(op.Schema), op.Schema == scope.TempSchema:
			return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for schema %s", op.Schema).At(at)
		}
		return p, nil
	}
	if b.Name.Database == "" && relations.Find(b.Name.Schema, b.Name.Name) != nil {
		return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog",
			b.Name.Name).At(at)
	}
	t, err := scope.Existing(converter{st}.name(b.Name))
	switch {
	case err != nil:
		return nil, err
	case b.On != "column" && b.On != t.Noun():
		return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a %s", t.Name, b.On).At(at)
	case b.On == "column":
		i := t.Column(b.Column.Name)
		if i < 0 {
			return nil, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", b.Column.Name,
				t.Name).At(st.Position(b.Column.Pos)).WithHint("%s", t.NearColumn(b.Column.Name))
		}
		op.Column = t.Columns[i].ID
	}
	op.Table = t.ID
	p.Command.Pre = []state.Precondition{{Table: t.ID}}
	return p, nil
}
