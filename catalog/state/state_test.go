package state

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// run applies one operation that must succeed.
func run(t *testing.T, c *Catalog, ops ...Op) (*Catalog, *Result) {
	t.Helper()
	next, res := c.Apply(&Command{Micros: 42, Ops: ops})
	if res.Err != nil {
		t.Fatalf("apply: %v", res.Err)
	}
	return next, res
}

// fails applies operations that must fail with a code and change nothing.
func fails(t *testing.T, c *Catalog, code sqlerr.Code, ops ...Op) {
	t.Helper()
	next, res := c.Apply(&Command{Ops: ops})
	if res.Err == nil || res.Err.Code != code {
		t.Fatalf("got %v, want code %s", res.Err, code)
	}
	if !bytes.Equal(encode(t, next), encode(t, c)) {
		t.Fatal("a failed command changed the catalog")
	}
}

func encode(t *testing.T, c *Catalog) []byte {
	t.Helper()
	data, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func started(t *testing.T) *Catalog {
	t.Helper()
	c, _ := run(t, New(), &Bootstrap{Cluster: Cluster{ID: "x", Slices: 4, SigningKey: []byte{1}}})
	return c
}

func movies(schema string) Op {
	return &CreateTable{Table: Table{Database: "dev", Schema: schema, Name: "movies",
		Owner: "dev", Columns: []Column{{Name: "year", Type: types.TInt4},
			{Name: "id", Type: types.TInt8, Identity: &Identity{Seed: 1, Step: 1}}}}}
}

func ref(i int, slice SliceID) ObjectRef {
	return ObjectRef{Name: fmt.Sprintf("o%d", i), Slice: slice, Rows: 10, Bytes: 100}
}

// What a bootstrapped cluster shows, and that there is only one bootstrap.
func TestBootstrap(t *testing.T) {
	c := started(t)
	if c.Database("dev") == nil || c.Database("template1") == nil || c.User("dev").ID != 100 {
		t.Fatal("missing database or user")
	}
	for _, s := range []string{"public", "pg_catalog", "information_schema"} {
		if c.Schema("dev", s) == nil {
			t.Errorf("schema %s is missing", s)
		}
	}
	if got := len(c.Schemas("dev")); got != 3 {
		t.Errorf("%d schemas, want 3", got)
	}
	if c.Schema("nowhere", "public") != nil || c.SliceCount() != 4 {
		t.Error("schema of no database, or slices lost")
	}
	fails(t, c, sqlerr.InvalidTransactionState, &Bootstrap{Cluster: Cluster{Slices: 1}})
}

// Tables come, take deltas and go; old versions stay as they were.
func TestTableLife(t *testing.T) {
	c := started(t)
	c1, res := run(t, c, movies("public"))
	id := TableID(res.Ops[0].ID)
	if id < FirstUserOID || c.Table("dev", "public", "movies") != nil || c1.TableByID(id).CreatedMicros != 42 {
		t.Fatal("create table")
	}
	fails(t, c1, sqlerr.DuplicateTable, movies("public"))
	skip := movies("public")
	skip.(*CreateTable).IfNotExists = true
	c2, res := run(t, c1, skip)
	if !res.Ops[0].Skipped || c2.Version() != c1.Version() {
		t.Error("IF NOT EXISTS changed something")
	}
	fails(t, c1, sqlerr.InvalidSchemaName, movies("nowhere"))
	fails(t, c1, sqlerr.InsufficientPrivilege, movies("pg_catalog"))

	c3, _ := run(t, c1, &Delta{Table: id, Def: 1, Adds: []ObjectRef{ref(1, 0), ref(2, 3)}})
	c4, _ := run(t, c3, &Delta{Table: id, Adds: []ObjectRef{ref(3, 1)}})
	// Two futures of one version do not see each other.
	c4b, _ := run(t, c3, &Delta{Table: id, Adds: []ObjectRef{ref(4, 1)}})
	names := func(c *Catalog) (out []string) {
		for _, o := range c.TableByID(id).Version.Objects.List() {
			out = append(out, o.Name)
		}
		return out
	}
	if !slices.Equal(names(c4), []string{"o1", "o2", "o3"}) || !slices.Equal(names(c4b), []string{"o1", "o2", "o4"}) {
		t.Errorf("objects %v and %v", names(c4), names(c4b))
	}
	if v := c4.TableByID(id).Version; v.Rows != 30 || v.Number != 3 {
		t.Errorf("version %+v", v)
	}
	if c1.TableByID(id).Version.Rows != 0 {
		t.Error("an old version changed")
	}
	fails(t, c4, sqlerr.SerializationFailure, &Delta{Table: id, Def: 2})
	fails(t, c4, sqlerr.InternalError, &Delta{Table: id, Adds: []ObjectRef{ref(1, 4)}})

	c5, res := run(t, c4, &ReserveIdentity{Table: id, Column: 2, Count: 5})
	if res.Ops[0].ID != 0 {
		t.Error("first ordinal is not 0")
	}
	c5, res = run(t, c5, &ReserveIdentity{Table: id, Column: 2, Count: 5})
	if res.Ops[0].ID != 5 {
		t.Error("second ordinal is not 5")
	}
	c6, _ := run(t, c5, &DropTable{ID: id})
	if c6.Table("dev", "public", "movies") != nil || c6.TableByID(id) != nil || c6.identity.size != 0 {
		t.Error("table not dropped")
	}
	fails(t, c6, sqlerr.UndefinedTable, &Delta{Table: id, Adds: []ObjectRef{ref(9, 0)}})
}

// A command of several operations counts as a whole or not at all.
func TestAllOrNothing(t *testing.T) {
	c := started(t)
	fails(t, c, sqlerr.InvalidSchemaName, movies("public"), movies("nowhere"))
	c, _ = run(t, c, &CreateSchema{Schema: Schema{Database: "dev", Name: "s"}}, movies("s"))
	if c.Table("dev", "s", "movies") == nil {
		t.Error("table in the schema of the same command is missing")
	}
}

// Schemas and databases: restrict, cascade, and what may not go.
func TestDropContainers(t *testing.T) {
	c, _ := run(t, started(t), &CreateSchema{Schema: Schema{Database: "dev", Name: "s"}}, movies("s"))
	fails(t, c, sqlerr.DependentObjects, &DropSchema{Database: "dev", Name: "s"})
	fails(t, c, sqlerr.DependentObjects, &DropSchema{Database: "dev", Name: "pg_catalog"})
	fails(t, c, sqlerr.DuplicateSchema, &CreateSchema{Schema: Schema{Database: "dev", Name: "s"}})
	gone, _ := run(t, c, &DropSchema{Database: "dev", Name: "s", Cascade: true})
	if len(gone.AllTables()) != 0 || gone.Schema("dev", "s") != nil {
		t.Error("schema not dropped")
	}
	fails(t, c, sqlerr.ObjectInUse, &DropDatabase{Name: "template1"})
	fails(t, c, sqlerr.InvalidCatalogName, &DropDatabase{Name: "nowhere"})
	fails(t, c, sqlerr.DuplicateDatabase, &CreateDatabase{Database: Database{Name: "dev"}})
	gone, _ = run(t, c, &CreateDatabase{Database: Database{Name: "d2"}}, &DropDatabase{Name: "dev"})
	if len(gone.AllTables()) != 0 || gone.Schema("dev", "public") != nil || gone.Schema("d2", "public") == nil {
		t.Error("database not dropped")
	}
}

// A table that others reference goes only with CASCADE, which takes the keys.
func TestForeignKeys(t *testing.T) {
	c, res := run(t, started(t), movies("public"))
	id := TableID(res.Ops[0].ID)
	c, _ = run(t, c, &CreateTable{Table: Table{Database: "dev", Schema: "public", Name: "roles",
		Columns: []Column{{Name: "m", Type: types.TInt4}}, Constraints: []Constraint{{Name: "roles_m_fkey", Kind: "f",
			Columns: FirstKey(0), RefSchema: "public", RefTable: "movies", RefColumns: []string{"id"}}}}})
	fails(t, c, sqlerr.DependentObjects, &DropTable{ID: id})
	c, _ = run(t, c, &DropTable{ID: id, Cascade: true})
	if r := c.Table("dev", "public", "roles"); len(r.Constraints) != 0 || r.Def != 2 {
		t.Error("foreign key left behind")
	}
}

// A transaction counts once, keeps its result until it is settled, and is
// refused afterwards and under an older term.
func TestTransactions(t *testing.T) {
	c, res := run(t, started(t), movies("public"))
	id := TableID(res.Ops[0].ID)
	add := &Command{Txn: 7, Ops: []Op{&Delta{Table: id, Adds: []ObjectRef{ref(1, 0)}}}}
	c, first := c.Apply(add)
	c2, second := c.Apply(add)
	if first.Err != nil || first != second || c2.TableByID(id).Version.Rows != 10 {
		t.Fatalf("retry counted twice: %v %v", first, second)
	}
	// A failure is remembered too: the retry of a failed command fails, even if
	// it could succeed by now.
	bad := &Command{Txn: 8, Ops: []Op{&DropTable{ID: 1}}}
	c, f1 := c.Apply(bad)
	c, f2 := c.Apply(bad)
	if f1.Err == nil || f1 != f2 {
		t.Fatal("failure not remembered")
	}
	c, _ = c.Apply(&Command{Settled: 8, Ops: []Op{&Pin{Version: 1}}})
	if c.Outcome(7) != nil || c.Outcome(8) == nil {
		t.Error("settled wrongly")
	}
	if _, r := c.Apply(add); r.Err == nil {
		t.Error("a settled transaction counted again")
	}
	c, _ = run(t, c, &OpenTerm{Term: 3})
	late := &Command{Txn: 9, Term: 2, Ops: add.Ops}
	if _, r := c.Apply(late); r.Err == nil || r.Err.Code != sqlerr.SerializationFailure {
		t.Errorf("a transaction of an older term: %v", r.Err)
	}
	fails(t, c, sqlerr.InvalidTransactionState, &OpenTerm{Term: 3})
}

// Every form of precondition, holding and not.
func TestPreconditions(t *testing.T) {
	c, res := run(t, started(t), movies("public"))
	id := TableID(res.Ops[0].ID)
	for _, x := range []struct {
		pre  Precondition
		code sqlerr.Code
	}{
		{Precondition{Table: id}, ""},
		{Precondition{Table: id, Def: 1, Version: 1}, ""},
		{Precondition{Table: id, Def: 2}, sqlerr.SerializationFailure},
		{Precondition{Table: id, Version: 2}, sqlerr.SerializationFailure},
		{Precondition{Table: 5}, sqlerr.UndefinedTable},
		{Precondition{AbsentDatabase: "dev", AbsentSchema: "public", AbsentName: "movies"}, sqlerr.DuplicateTable},
		{Precondition{AbsentDatabase: "dev", AbsentSchema: "public", AbsentName: "m"}, ""},
		{Precondition{AbsentDatabase: "dev", AbsentSchema: "public"}, sqlerr.DuplicateSchema},
		{Precondition{AbsentDatabase: "dev", AbsentSchema: "s"}, ""},
		{Precondition{AbsentDatabase: "dev"}, sqlerr.DuplicateDatabase},
		{Precondition{AbsentDatabase: "d2"}, ""},
	} {
		_, r := c.Apply(&Command{Pre: []Precondition{x.pre}, Ops: []Op{&Pin{}}})
		if (r.Err == nil) != (x.code == "") || r.Err != nil && r.Err.Code != x.code {
			t.Errorf("%+v: %v, want %q", x.pre, r.Err, x.code)
		}
	}
}

// Nodes register, get numbers that stay, and the slices they are given.
func TestNodes(t *testing.T) {
	c := started(t)
	reg := func(id string, workers int) Op {
		return &RegisterNode{Node: Node{ID: id, Address: "a:1", Workers: workers}}
	}
	c, _ = run(t, c, reg("n1", 1), reg("n2", 3))
	c, _ = run(t, c, &AssignSlices{Nodes: []string{"n1", "n2", "n2", "n2"}})
	if !slices.Equal(c.SlicesOf("n2"), []SliceID{1, 2, 3}) {
		t.Error("slices of n2")
	}
	fails(t, c, sqlerr.ObjectInUse, &RemoveNode{ID: "n1"})
	fails(t, c, sqlerr.UndefinedObject, &AssignSlices{Nodes: []string{"x", "x", "x", "x"}})
	fails(t, c, sqlerr.InvalidParameterValue, &AssignSlices{Nodes: []string{"n1"}})
	c, _ = run(t, c, &AssignSlices{Nodes: []string{"n2", "n2", "n2", "n2"}}, &RemoveNode{ID: "n1"})
	_, res := run(t, c, reg("n2", 2), reg("n3", 1))
	if res.Ops[0].ID != 1 || res.Ops[1].ID != 0 {
		t.Errorf("node numbers %v", res.Ops)
	}
}
