package state

import (
	"testing"

	"slipher/catalog/types"
)

// A table's columns get ids with it, whatever the command says: a copy of another table's columns is no younger than its rows.
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
	c, res = run(t, again, &ReserveIdentity{Table: tab.ID, Column: 1, Count: 5})
	changed := *c.TableByID(tab.ID)
	changed.Columns = []Column{tab.Columns[1], {Name: "added", Type: types.TInt4, ID: changed.NextColumn, Initial: &nine}}
	changed.NextColumn++
	changed.Def++
	c = c.WithTable(&changed)
	if c, err = Decode(encode(t, c)); err != nil {
		t.Fatal(err)
	}
	got := c.TableByID(tab.ID)
	if cols := got.Stored(); len(cols) != 2 || cols[0].ID != 2 || cols[1].ID != 3 || cols[1].Value() != nine || got.NextColumn != 4 {
		t.Errorf("%+v, next %d", cols, got.NextColumn)
	}
	next, res2 := run(t, c, &ReserveIdentity{Table: tab.ID, Column: 0, Count: 1})
	if res2.Ops[0].ID != res.Ops[0].ID+5 {
		t.Errorf("ordinal %d after %d", res2.Ops[0].ID, res.Ops[0].ID)
	}
	if gone, _ := run(t, next, &DropTable{ID: tab.ID}); gone.identity.size != 0 {
		t.Error("ordinals of a table that is gone")
	}
}
