package bind

import (
	"os"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/catalog/zone"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
)

// session answers leader-only functions in tests with fixed values.
type session struct{}

func (session) Setting(name string) (string, bool)                 { return "", false }
func (session) SetSetting(_, value string, _ bool) (string, error) { return value, nil }
func (session) Zone() zone.Zone                                    { return zone.UTC }
func (session) CurrentUser() string                                { return "dev" }
func (session) CurrentDatabase() string                            { return "dev" }
func (session) FoldsCase() bool                                    { return false }
func (session) CurrentSchema() string                              { return "public" }
func (session) Schemas() []string                                  { return []string{"public"} }
func (session) SearchPath() []string                               { return []string{"public"} }
func (session) BackendPID() int32                                  { return 42 }
func (session) NowMicros() int64                                   { return 0 }
func (session) TransactionMicros() int64                           { return 0 }
func (session) LastQuery() int64                                   { return -1 }
func (session) LastCopy() int64                                    { return -1 }
func (session) CopiedRows() int64                                  { return 0 }

// tables is a catalog of the columns of CREATE TABLE statements.
type tables map[string]*state.Table

// testCatalog is TPC-H and tables with every type.
func testCatalog(t testing.TB) tables {
	t.Helper()
	o := tables{}
	for _, f := range []string{"../../tests/data/tpch/schema.sql", "testdata/types.ddl"} {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		stmts, err := parse.Parse(string(text), parse.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range stmts {
			ct := s.Body.(*parse.CreateTable)
			tab := &state.Table{ID: state.TableID(state.FirstUserOID + len(o)), Database: "dev", Schema: "public",
				Name: ct.Table.Name}
			for _, c := range ct.Columns {
				tab.Columns = append(tab.Columns, state.Column{Name: c.Name, Type: c.Type, NotNull: c.NotNull, Default: c.Default,
					Identity: c.Identity})
			}
			o[tab.Name] = tab
		}
	}
	return o
}

func (o tables) Session() fn.Session { return session{} }

func (o tables) Table(database, schema, name string) (*state.Table, error) {
	return o.Find(database, schema, name)
}

func (o tables) Within(*state.Table) Catalog { return o }

func (o tables) Find(_, schema, name string) (*state.Table, error) {
	if schema != "" && schema != "public" {
		return nil, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", schema)
	}
	return o[name], nil
}

func (o tables) Relation(schema, name string) *Relation {
	if name != "pg_class" || schema != "" && schema != "pg_catalog" {
		return nil
	}
	return &Relation{Schema: "pg_catalog", Name: "pg_class", Columns: []plan.Column{
		{Name: "oid", Type: types.TOID}, {Name: "relname", Type: types.TName}, {Name: "relnamespace", Type: types.TOID},
		{Name: "reltuples", Type: types.TFloat4}}}
}
