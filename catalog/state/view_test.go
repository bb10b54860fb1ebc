package state

import (
	"bytes"
	"slices"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// view makes the operation for a view over tables, with columns of these names.
func view(schema, name string, columns []string, over ...*Table) *CreateView {
	v := Table{Database: DefaultDatabase, Schema: schema, Name: name, Owner: "u", View: &View{Query: "select 1"}}
	for _, c := range columns {
		v.Columns = append(v.Columns, Column{Name: c, Type: types.TInt4})
	}
	for _, t := range over {
		u := ViewUse{Name: t.Name, Table: t.ID}
		for _, c := range t.Columns {
			u.Columns, u.IDs = append(u.Columns, c.Name), append(u.IDs, c.ID)
		}
		v.View.Uses = append(v.View.Uses, u)
	}
	return &CreateView{ViewBody{v}}
}

// replaced is the operation that gives a view another query.
func replaced(old *Table, columns []string, over ...*Table) *ReplaceView {
	o := &ReplaceView{view(old.Schema, old.Name, columns, over...).ViewBody}
	o.View.ID, o.View.Def = old.ID, old.Def
	return o
}

func viewsOf(ts []*Table) (out []string) {
	for _, t := range ts {
		out = append(out, t.Name)
	}
	return out
}

func TestViews(t *testing.T) {
	c, _ := run(t, started(t), movies("public"))
	at := func(name string) *Table { return c.Table(DefaultDatabase, "public", name) }
	movie := at("movies")
	c, _ = run(t, c, view("public", "v", []string{"a"}, movie))
	c, _ = run(t, c, view("public", "w", []string{"a"}, at("v")))
	c, _ = run(t, c, view("public", "x", []string{"a"}, at("w"), movie))
	if got := viewsOf(c.Dependents(movie)); !slices.Equal(got, []string{"v", "x", "w"}) {
		t.Errorf("over movies: %v", got)
	}
	back, err := Decode(encode(t, c))
	if err != nil || !bytes.Equal(encode(t, back), encode(t, c)) {
		t.Fatalf("a snapshot with views: %v", err)
	}
	if u := back.Table(DefaultDatabase, "public", "x").View.Use("", "movies"); u == nil ||
		!slices.Equal(u.IDs, view("", "", nil, movie).View.View.Uses[0].IDs) {
		t.Errorf("what it uses after a snapshot: %+v", u)
	}
	// A view has no rows, no query of nothing, and one name with tables.
	fails(t, c, sqlerr.WrongObjectType, &Delta{Table: at("v").ID})
	fails(t, c, sqlerr.DuplicateTable, view("public", "movies", []string{"a"}))
	none := view("public", "none", nil)
	none.View.View = nil
	fails(t, c, sqlerr.InternalError, none)
	fails(t, c, sqlerr.UndefinedTable, view("public", "y", []string{"a"}, &Table{Name: "gone", ID: 1 << 30}))
	other := *movie
	other.Columns = append(slices.Clone(movie.Columns), Column{Name: "more", ID: 99})
	fails(t, c, sqlerr.SerializationFailure, view("public", "y", []string{"a"}, &other))

	// Another query: more columns, none of them other ones, no circle.
	next, _ := run(t, c, replaced(at("v"), []string{"a", "b"}, movie))
	if v := next.TableByID(at("v").ID); v == nil || v.Def != at("v").Def+1 || len(v.Columns) != 2 {
		t.Errorf("replaced: %+v", v)
	}
	fails(t, next, sqlerr.SerializationFailure, replaced(at("v"), []string{"a"}, movie)) // it has another definition
	fails(t, c, sqlerr.InvalidTableDefinition, replaced(at("v"), nil, movie))
	fails(t, c, sqlerr.InvalidTableDefinition, replaced(at("v"), []string{"b"}, movie))
	fails(t, c, sqlerr.InvalidObjectDefinition, replaced(at("v"), []string{"a"}, at("x")))
	fails(t, c, sqlerr.InvalidObjectDefinition, replaced(at("v"), []string{"a"}, at("v")))
	fails(t, c, sqlerr.WrongObjectType, replaced(movie, []string{"a"}))

	// What goes with what.
	fails(t, c, sqlerr.DependentObjects, &DropTable{ID: movie.ID})
	fails(t, c, sqlerr.DependentObjects, &DropTable{ID: at("w").ID})
	less, _ := run(t, c, &DropTable{ID: at("w").ID, Cascade: true})
	if got := viewsOf(less.Tables(DefaultDatabase)); !slices.Equal(got, []string{"movies", "v"}) {
		t.Errorf("without w: %v", got)
	}
	if got := Changes(&DropTable{ID: movie.ID, Cascade: true}, c); len(got) != 4 {
		t.Errorf("a cascade changes %v", got)
	}
	elsewhere, _ := run(t, c, &CreateSchema{Schema: Schema{Database: DefaultDatabase, Name: "s", Owner: "u"}})
	elsewhere, _ = run(t, elsewhere, view("s", "far", []string{"a"}, at("x")))
	fails(t, elsewhere, sqlerr.DependentObjects, &DropSchema{Database: DefaultDatabase, Name: "s"})
	empty, _ := run(t, elsewhere, &DropSchema{Database: DefaultDatabase, Name: "public", Cascade: true})
	if got := empty.Tables(DefaultDatabase); len(got) != 0 {
		t.Errorf("left: %v", viewsOf(got))
	}
}
