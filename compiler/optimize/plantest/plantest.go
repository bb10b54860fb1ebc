package plantest

import (
	"fmt"
	"strings"

	"slipher/catalog/types"
	"slipher/catalog/zone"
	"slipher/compiler"

	"slipher/catalog/fn"
	"slipher/catalog/state"
	"slipher/compiler/algebra"
	"slipher/compiler/bind"
	"slipher/compiler/optimize"
	"slipher/compiler/optimize/stats"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
)

// Schema is a set of tables; it is a bind.Catalog.
type Schema struct {
	tables map[string]*state.Table
	fns    *fn.Table
	stats  map[string]*stats.Table
}

// New reads CREATE TABLE statements. All tables are in schema public; ids count from 100000.
func New(ddl string) (*Schema, error) {
	s := &Schema{tables: map[string]*state.Table{}, fns: fn.Default(), stats: map[string]*stats.Table{}}
	stmts, err := parse.Parse(ddl, parse.Options{})
	if err != nil {
		return nil, err
	}
	for _, st := range stmts {
		c, ok := st.Body.(*parse.CreateTable)
		if !ok {
			return nil, fmt.Errorf("plantest: %s in a schema", st.Body.Tag())
		}
		s.tables[c.Table.Name] = tableOf(c, state.FirstUserOID+state.TableID(len(s.tables)))
	}
	return s, nil
}

func tableOf(c *parse.CreateTable, id state.TableID) *state.Table {
	t := &state.Table{ID: id, Database: "dev", Schema: "public", Name: c.Table.Name, Version: state.Version{Number: 1}}
	number := map[string]int{}
	for i, d := range c.Columns {
		number[d.Name] = i
		t.Columns = append(t.Columns, state.Column{Name: d.Name, Type: d.Type, NotNull: d.NotNull || d.PrimaryKey,
			Default: d.Default, Identity: d.Identity, Encoding: d.Encoding})
		if d.DistKey {
			t.DistKey = state.KeyColumn(types.FirstID(i))
		}
		if d.SortKey {
			t.SortKey = append(t.SortKey, types.FirstID(i))
		}
		if d.PrimaryKey {
			t.Constraints = append(t.Constraints, state.Constraint{Kind: "p", Columns: state.FirstKey(i)})
		}
	}
	for _, k := range c.Constraints {
		var cols state.Key
		for _, n := range k.Columns {
			cols = append(cols, types.FirstID(number[n.Name]))
		}
		t.Constraints = append(t.Constraints, state.Constraint{Kind: k.Kind, Columns: cols})
	}
	if c.DistKey != nil {
		t.DistKey = state.KeyColumn(types.FirstID(number[c.DistKey.Name]))
	}
	for _, n := range c.SortKey {
		t.SortKey = append(t.SortKey, types.FirstID(number[n.Name]))
	}
	switch {
	case t.DistKey != 0:
		t.DistStyle = state.DistKey
	case c.DistStyle != nil:
		t.DistStyle = *c.DistStyle
	}
	t.Effective = t.DistStyle
	if t.DistStyle == state.DistAuto {
		t.Effective = state.DistEven
	}
	return t
}

// SetRows sets a table's number of rows.
func (s *Schema) SetRows(table string, rows int64) { s.tables[table].Version.Rows = rows }

// SetStats gives a table statistics.
func (s *Schema) SetStats(table string, st *stats.Table) { s.stats[table] = st }

// Table is part of bind.Catalog.
func (s *Schema) Table(_, _, name string) (*state.Table, error) { return s.tables[name], nil }

// Find is part of bind.Catalog.
func (s *Schema) Find(_, _, name string) (*state.Table, error) { return s.tables[name], nil }

// Within is part of bind.Catalog: there are no views here.
func (s *Schema) Within(*state.Table) bind.Catalog { return s }

// Relation is part of bind.Catalog: there are no catalog relations here.
func (s *Schema) Relation(_, _ string) *bind.Relation { return nil }

// Session is part of bind.Catalog.
func (s *Schema) Session() fn.Session { return session{} }

// Bind parses and binds one statement.
func (s *Schema) Bind(sql string) (*algebra.Statement, error) {
	st, err := parse.ParseOne(sql, parse.Options{})
	if err != nil {
		return nil, err
	}
	if c, ok := st.Body.(*parse.Copy); ok {
		out, _, err := bind.Copy(st, c, s, s.fns, bind.Options{})
		return out, err
	}
	return bind.Bind(st, s, s.fns, bind.Options{})
}

// Plan plans one statement for a cluster.
func (s *Schema) Plan(sql string, slices, nodes int) (*plan.Query, error) {
	st, err := s.Bind(strings.TrimSpace(sql))
	if err != nil {
		return nil, err
	}
	return compiler.Tree(st, compiler.Environment{Cluster: optimize.Env{Slices: slices, Nodes: nodes, Fn: s.fns,
		Stats: func(t *state.Table) *stats.Table { return s.stats[t.Name] }}})
}

// session is a session in which nothing changes.
type session struct{}

func (session) Setting(string) (string, bool)                  { return "", false }
func (session) SetSetting(_, v string, _ bool) (string, error) { return v, nil }
func (session) Zone() zone.Zone                                { return zone.UTC }
func (session) CurrentUser() string                            { return "dev" }
func (session) CurrentDatabase() string                        { return "dev" }
func (session) FoldsCase() bool                                { return false }
func (session) CurrentSchema() string                          { return "public" }
func (session) Schemas() []string                              { return []string{"public"} }
func (session) SearchPath() []string                           { return []string{"public"} }
func (session) BackendPID() int32                              { return 1 }
func (session) NowMicros() int64                               { return 0 }
func (session) TransactionMicros() int64                       { return 0 }
func (session) LastQuery() int64                               { return -1 }
func (session) LastCopy() int64                                { return -1 }
func (session) CopiedRows() int64                              { return 0 }
