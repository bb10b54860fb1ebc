package state

import (
	"fmt"
	"slices"

	"github.com/tinylib/msgp/msgp"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// Comment is COMMENT ON: it says something of a table or of one of its columns, of a schema, or of a database.
type Comment struct {
	Table    TableID        // 0: of a schema or a database
	Column   types.ColumnID // of Table, 0: the table itself
	Database string         // 0 Table: the schema's, or the one that is meant
	Schema   string         // "": the database
	Text     string         // "": nothing any more
}

var _ = register("comment", facts[*Comment]{
	table: func(o *Comment) TableID { return o.Table },
	text:  func(o *Comment) string { return fmt.Sprintf("%d %d %s %s", o.Table, o.Column, o.Database, o.Schema) },
})

// apply leaves Def and Version as they are: neither what a table is nor what it holds has changed.
func (o *Comment) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	switch {
	case o.Table != 0:
		old := c.TableByID(o.Table)
		if old == nil {
			return OpResult{}, errNoTableID(o.Table)
		}
		if o.Column != 0 && !slices.ContainsFunc(old.Columns, func(col Column) bool { return col.ID == o.Column }) {
			return OpResult{}, sqlerr.New(sqlerr.UndefinedColumn, "column %d of relation \"%s\" does not exist", o.Column,
				old.Name)
		}
		t := *old
		t.Comments = old.Comments.with(o.Column, o.Text)
		c.tables = c.tables.set(t.ID, &t)
	case o.Schema != "":
		old, ok := c.schemas.get(path(o.Database, o.Schema))
		if !ok { // or an implied one, which is nowhere
			return OpResult{}, ErrNoSchema(o.Schema)
		}
		s := *old
		s.Comment = o.Text
		c.schemas = c.schemas.set(path(s.Database, s.Name), &s)
	default:
		old := c.Database(o.Database)
		if old == nil {
			return OpResult{}, ErrNoDatabase(o.Database)
		}
		d := *old
		d.Comment = o.Text
		c.databases = c.databases.set(d.Name, &d)
	}
	return OpResult{}, nil
}

// Comments are what was said of a table (0) and of its columns, ascending. They go with the table. Frozen.
type Comments []comment

type comment struct {
	of   types.ColumnID
	text string
}

// Of is what was said of a column, of the table itself if that is 0; "": nothing.
func (l Comments) Of(column types.ColumnID) string {
	if i, ok := l.find(column); ok {
		return l[i].text
	}
	return ""
}

func (l Comments) find(column types.ColumnID) (int, bool) {
	return slices.BinarySearchFunc(l, column, func(x comment, id types.ColumnID) int { return int(x.of) - int(id) })
}

// with is l and one comment more, or another in its place; "" takes it out.
func (l Comments) with(column types.ColumnID, text string) Comments {
	i, ok := l.find(column)
	out := slices.Clone(l)
	if ok {
		out = slices.Delete(out, i, i+1)
	}
	if text != "" {
		out = slices.Insert(out, i, comment{column, text})
	}
	return out
}

// comments are the operations that make all that was said: a snapshot keeps it so, beside the definitions.
func (c *Catalog) comments() Ops {
	var out Ops
	for _, d := range c.Databases() {
		if d.Comment != "" {
			out = append(out, &Comment{Database: d.Name, Text: d.Comment})
		}
	}
	c.schemas.all(func(_ string, s *Schema) {
		if s.Comment != "" {
			out = append(out, &Comment{Database: s.Database, Schema: s.Name, Text: s.Comment})
		}
	})
	for _, t := range c.AllTables() {
		for _, x := range t.Comments {
			out = append(out, &Comment{Table: t.ID, Column: x.of, Text: x.text})
		}
	}
	return out
}

// The form in the log is what msgp would generate, by hand.

// MarshalMsg implements msgp.Marshaler.
func (o *Comment) MarshalMsg(b []byte) ([]byte, error) {
	b = msgp.AppendMapHeader(b, 5)
	b = msgp.AppendUint32(msgp.AppendString(b, "table"), uint32(o.Table))
	b = msgp.AppendUint32(msgp.AppendString(b, "col"), uint32(o.Column))
	b = msgp.AppendString(msgp.AppendString(b, "db"), o.Database)
	b = msgp.AppendString(msgp.AppendString(b, "schema"), o.Schema)
	return msgp.AppendString(msgp.AppendString(b, "text"), o.Text), nil
}

// UnmarshalMsg implements msgp.Unmarshaler.
func (o *Comment) UnmarshalMsg(b []byte) ([]byte, error) {
	n, b, err := msgp.ReadMapHeaderBytes(b)
	for ; n > 0 && err == nil; n-- {
		var field []byte
		if field, b, err = msgp.ReadMapKeyZC(b); err != nil {
			break
		}
		var id uint32
		switch string(field) {
		case "table":
			id, b, err = msgp.ReadUint32Bytes(b)
			o.Table = TableID(id)
		case "col":
			id, b, err = msgp.ReadUint32Bytes(b)
			o.Column = types.ColumnID(id)
		case "db":
			o.Database, b, err = msgp.ReadStringBytes(b)
		case "schema":
			o.Schema, b, err = msgp.ReadStringBytes(b)
		case "text":
			o.Text, b, err = msgp.ReadStringBytes(b)
		default:
			b, err = msgp.Skip(b)
		}
	}
	return b, err
}

// Msgsize is an upper bound of the size in bytes.
func (o *Comment) Msgsize() int {
	return 64 + 3*msgp.StringPrefixSize + len(o.Database) + len(o.Schema) + len(o.Text)
}
