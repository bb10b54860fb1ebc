package state

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// A table's columns get ids with it, whatever the command says: a copy of another table's columns is no younger than
// its rows.
func TestColumnIDs(t *testing.T) {
	like := movies("public").(*CreateTable)
	nine := types.Int(9)
	like.Table.Columns[0].ID, like.Table.Columns[0].Initial, like.Table.NextColumn = 77, &nine, 80
	c, res := run(t, started(t), like)
	tab := c.TableByID(TableID(res.Ops[0].ID))
	if tab.Columns[0].ID != 1 || tab.Columns[1].ID != 2 || tab.Columns[0].Initial != nil || tab.NextColumn != 3 {
		t.Errorf("%+v", tab)
	}
	if like.Table.Columns[0].ID != 77 {
		t.Error("a command was changed")
	}
	again, err := Decode(encode(t, c))
	if err != nil {
		t.Fatal(err)
	}
	// A definition that ALTER TABLE would make: the first column is dropped, one is added. What is kept by column stays.
	c, res = run(t, again, &ReserveIdentity{Table: tab.ID, Column: 2, Count: 5})
	changed := *c.TableByID(tab.ID)
	changed.Columns = []Column{tab.Columns[1], {Name: "added", Type: types.TInt4, ID: changed.NextColumn, Initial: &nine}}
	changed.NextColumn++
	changed.Def++
	c = c.WithTable(&changed)
	if c, err = Decode(encode(t, c)); err != nil {
		t.Fatal(err)
	}
	got := c.TableByID(tab.ID)
	if cols := got.Stored(); len(cols) != 2 || cols[0].ID != 2 || cols[1].ID != 3 || cols[1].Value() != nine ||
		got.NextColumn != 4 {
		t.Errorf("%+v, next %d", cols, got.NextColumn)
	}
	next, res2 := run(t, c, &ReserveIdentity{Table: tab.ID, Column: 2, Count: 1})
	if res2.Ops[0].ID != res.Ops[0].ID+5 {
		t.Errorf("ordinal %d after %d", res2.Ops[0].ID, res.Ops[0].ID)
	}
	if gone, _ := run(t, next, &DropTable{ID: tab.ID}); gone.identity.size != 0 {
		t.Error("ordinals of a table that is gone")
	}
}

// Comments are on what they were made on, by column id, until it goes; a snapshot keeps them, an old one has none.
func TestComments(t *testing.T) {
	c, res := run(t, started(t), movies("public"), &CreateSchema{Schema: Schema{Database: "dev", Name: "s"}})
	id := TableID(res.Ops[0].ID)
	before := encode(t, c)
	c, _ = run(t, c, &Comment{Table: id, Text: "films"}, &Comment{Table: id, Column: 2, Text: "number"},
		&Comment{Table: id, Column: 1, Text: "yeer"}, &Comment{Table: id, Column: 1, Text: "year"},
		&Comment{Database: "dev", Schema: "s", Text: "a schema"}, &Comment{Database: "dev", Text: "a database"})
	check := func(c *Catalog, table, first, second, schema, database string) {
		t.Helper()
		tab := c.TableByID(id)
		got := []string{tab.Comments.Of(0), tab.Comments.Of(1), tab.Comments.Of(2), c.Schema("dev", "s").Comment,
			c.Database("dev").Comment}
		if want := []string{table, first, second, schema, database}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	check(c, "films", "year", "number", "a schema", "a database")
	tab := c.TableByID(id)
	if tab.Def != 1 || tab.Version.Number != 1 {
		t.Errorf("a comment is no other definition, and no other content: %+v", tab)
	}
	again, err := Decode(encode(t, c))
	if err != nil {
		t.Fatal(err)
	}
	check(again, "films", "year", "number", "a schema", "a database")
	if !bytes.Equal(encode(t, again), encode(t, c)) {
		t.Error("a snapshot's snapshot is another one")
	}
	// A column that has another place keeps its comment.
	moved := *tab
	moved.Columns = []Column{tab.Columns[1], tab.Columns[0]}
	if again, err = Decode(encode(t, c.WithTable(&moved))); err != nil {
		t.Fatal(err)
	}
	check(again, "films", "year", "number", "a schema", "a database")
	// What others change of the table leaves them.
	c, _ = run(t, c, &SetStats{Table: id, Object: "s"}, &Truncate{Table: id}, &Comment{Table: id, Column: 1})
	check(c, "films", "", "number", "a schema", "a database")
	c, _ = run(t, c, &Comment{Table: id}, &Comment{Table: id, Column: 2}, &Comment{Database: "dev", Schema: "s"},
		&Comment{Database: "dev"}, &Collect{Names: []string{"s"}})
	check(c, "", "", "", "", "")
	if len(c.comments()) != 0 {
		t.Error("there are comments left")
	}
	fails(t, c, sqlerr.UndefinedTable, &Comment{Table: 7, Text: "x"})
	fails(t, c, sqlerr.UndefinedColumn, &Comment{Table: id, Column: 9, Text: "x"})
	fails(t, c, sqlerr.InvalidSchemaName, &Comment{Database: "dev", Schema: "none", Text: "x"})
	fails(t, c, sqlerr.InvalidSchemaName, &Comment{Database: "dev", Schema: "pg_catalog", Text: "x"})
	fails(t, c, sqlerr.InvalidCatalogName, &Comment{Database: "none", Text: "x"})
	// A table that is made like another one, dropped and made again has none.
	c, _ = run(t, c, &Comment{Table: id, Text: "films"}, &DropTable{ID: id})
	c, res = run(t, c, movies("public"))
	if n := c.TableByID(TableID(res.Ops[0].ID)); len(n.Comments) != 0 || len(c.comments()) != 0 {
		t.Errorf("comments of a table that is gone: %+v", n.Comments)
	}
	// A snapshot that says something else where comments are is refused.
	var img image
	if _, err := img.UnmarshalMsg(before); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []Op{&Bootstrap{Cluster: Cluster{Slices: 1}}, &Comment{Table: 9, Text: "x"}} {
		img.Comments = Ops{bad}
		data, err := img.MarshalMsg(nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(data); !errors.Is(err, ErrCorruptSnapshot) {
			t.Errorf("%T: %v", bad, err)
		}
	}
}

// Keys are ids. What was written when they were numbers means the same, and what they cannot mean is refused.
func TestKeys(t *testing.T) {
	def := func(dist KeyColumn, sort Key, primary Key) *CreateTable {
		op := movies("public").(*CreateTable)
		op.Table.DistKey, op.Table.SortKey = dist, sort
		op.Table.Constraints = constraintList{{Name: "p", Kind: "p", Columns: primary}}
		return op
	}
	c, res := run(t, started(t), def(2, FirstKey(1, 0), FirstKey(0)))
	tab := *c.TableByID(TableID(res.Ops[0].ID))
	if tab.DistPlace() != 1 || !slices.Equal(tab.SortPlaces(), []int{1, 0}) ||
		!slices.Equal(tab.Places(tab.PrimaryKey()), []int{0}) {
		t.Errorf("%+v", tab)
	}
	// Another order of columns, and a new one in front.
	tab.Columns = []Column{{Name: "new", Type: types.TInt4, ID: 3}, tab.Columns[1], tab.Columns[0]}
	again, err := Decode(encode(t, c.WithTable(&tab)))
	if err != nil {
		t.Fatal(err)
	}
	moved := again.TableByID(tab.ID)
	if moved.DistPlace() != 1 || !slices.Equal(moved.SortPlaces(), []int{1, 2}) ||
		!slices.Equal(moved.Places(moved.PrimaryKey()), []int{2}) {
		t.Errorf("%+v", moved)
	}
	if none := (&Table{Columns: tab.Columns}); none.DistPlace() != -1 || len(none.SortPlaces()) != 0 ||
		none.PrimaryKey() != nil {
		t.Error("keys of a table without any")
	}
	// The form: numbers, -1 for none.
	for key, want := range map[KeyColumn][]byte{0: {0xff}, 1: {0}, 7: {6}} {
		got, err := key.MarshalMsg(nil)
		var back KeyColumn
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d is %x: %v", key, got, err)
		} else if _, err := back.UnmarshalMsg(got); err != nil || back != key {
			t.Errorf("%d comes back as %d: %v", key, back, err)
		}
	}
	if got, err := FirstKey(2, 0).MarshalMsg(nil); err != nil || !bytes.Equal(got, []byte{0x92, 2, 0}) {
		t.Errorf("%x %v", got, err)
	}
	for _, bad := range []*CreateTable{def(3, nil, nil), def(0, Key{3}, nil), def(0, nil, Key{1, 0}),
		def(1<<32-1, nil, nil)} {
		fails(t, c, sqlerr.InvalidTableDefinition, func() Op { bad.Table.Name = "bad"; return bad }())
	}
}
