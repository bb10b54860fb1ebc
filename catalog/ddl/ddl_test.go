package ddl

import (
	"fmt"
	"strings"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

// scope is a fresh cluster with a schema s and a few tables.
func scope(t *testing.T) Scope {
	t.Helper()
	c := apply(t, state.New(), state.Command{Ops: []state.Op{
		&state.Bootstrap{Cluster: state.Cluster{Slices: 2}},
		&state.CreateSchema{Schema: state.Schema{Database: "dev", Name: "s"}},
	}})
	s := Scope{Catalog: c, Database: "dev", User: "dev", SearchPath: []string{"dev", "public"}}
	s = create(t, s, Table{Name: Name{Name: "parent"}, Columns: []Column{
		{Name: "id", Type: types.TInt4, PrimaryKey: true},
		{Name: "name", Type: types.TVarchar(10), Default: "'x'", Encoding: "zstd"},
		{Name: "day", Type: types.TDate, NotNull: true},
	}, SortKey: []Ident{{Name: "day"}}})
	return create(t, s, Table{Name: Name{Schema: "s", Name: "child"}, Columns: []Column{
		{Name: "p", Type: types.TInt4, References: &Reference{Table: Name{Schema: "public", Name: "parent"}}},
	}})
}

func apply(t *testing.T, c *state.Catalog, cmd state.Command) *state.Catalog {
	t.Helper()
	next, res := c.Apply(&cmd)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	return next
}

func create(t *testing.T, s Scope, in Table) Scope {
	t.Helper()
	p, err := CreateTable(s, in)
	if err != nil {
		t.Fatal(err)
	}
	s.Catalog = apply(t, s.Catalog, p.Command)
	return s
}

func ids(names ...string) (out []Ident) {
	for _, n := range names {
		out = append(out, Ident{Name: n})
	}
	return out
}

func style(s state.DistStyle) *state.DistStyle  { return &s }
func sorted(s state.SortStyle) *state.SortStyle { return &s }

// What every attribute leaves in the catalog.
func TestCreateTable(t *testing.T) {
	s := create(t, scope(t), Table{Name: Name{Name: "movies", Schema: "s"}, BackupNo: true,
		Columns: []Column{
			{Name: "id", Type: types.TInt8, Identity: &state.Identity{Seed: 1, Step: 2}},
			{Name: "title", Type: types.TVarchar(200), Encoding: "text255"},
			{Name: "year", Type: types.TInt4, DistKey: true},
			{Name: "gross", Type: types.TFloat8, Default: "0"},
			{Name: "rated", Type: types.TChar(5), Encoding: "none", Unique: true},
		},
		DistStyle: style(state.DistKey), SortStyle: sorted(state.SortInterleaved), SortKey: ids("year", "id"),
		Constraints: []Constraint{{Kind: "p", Columns: ids("id", "year")}, {Kind: "u", Columns: ids("title"), Name: "t_u"}},
	})
	m := s.Catalog.Table("dev", "s", "movies")
	if m.DistStyle != state.DistKey || m.Effective != state.DistKey || m.DistPlace() != 2 || m.Backup || m.EncodeAuto {
		t.Errorf("attributes: %+v", m)
	}
	if m.SortStyle != state.SortInterleaved || fmt.Sprint(m.SortPlaces()) != "[2 0]" {
		t.Errorf("sort key: %v %v", m.SortStyle, m.SortKey)
	}
	var encodings, constraints []string
	for _, c := range m.Columns {
		encodings = append(encodings, c.Encoding)
	}
	for _, k := range m.Constraints {
		constraints = append(constraints, k.Name+k.Kind+fmt.Sprint(m.Places(k.Columns)))
	}
	if got := strings.Join(encodings, " "); got != "raw text255 raw raw raw" {
		t.Errorf("encodings %s", got)
	}
	if got := strings.Join(constraints, " "); got != "movies_rated_keyu[4] movies_pkeyp[0 2] t_uu[1]" {
		t.Errorf("constraints %s", got)
	}
	if !m.Columns[0].NotNull || !m.Columns[2].NotNull || m.Columns[1].NotNull {
		t.Error("NOT NULL of keys")
	}
}

// DISTSTYLE as written and as it is.
func TestDistribution(t *testing.T) {
	cols := []Column{{Name: "a", Type: types.TInt4}, {Name: "b", Type: types.TInt4}}
	for _, x := range []struct {
		name      string
		in        Table
		declared  state.DistStyle
		effective state.DistStyle
		key       int
	}{
		{"nothing", Table{}, state.DistAuto, state.DistEven, -1},
		{"auto", Table{DistStyle: style(state.DistAuto)}, state.DistAuto, state.DistEven, -1},
		{"primary key", Table{Constraints: []Constraint{{Kind: "p", Columns: ids("b")}}}, state.DistAuto, state.DistKey, 1},
		{"wide primary key", Table{Constraints: []Constraint{{Kind: "p", Columns: ids("b", "a")}}}, state.DistAuto,
			state.DistEven, -1},
		{"even", Table{DistStyle: style(state.DistEven)}, state.DistEven, state.DistEven, -1},
		{"all", Table{DistStyle: style(state.DistAll)}, state.DistAll, state.DistAll, -1},
		{"key", Table{DistKey: ids("b")}, state.DistKey, state.DistKey, 1},
	} {
		x.in.Name, x.in.Columns = Name{Name: "t"}, cols
		tab := create(t, scope(t), x.in).Catalog.Table("dev", "public", "t")
		if tab.DistStyle != x.declared || tab.Effective != x.effective || tab.DistPlace() != x.key {
			t.Errorf("%s: %v %v %v", x.name, tab.DistStyle, tab.Effective, tab.DistPlace())
		}
		if !tab.EncodeAuto || tab.SortStyle != state.SortAuto {
			t.Errorf("%s: not automatic", x.name)
		}
	}
}

// LIKE takes columns and attributes, keys never, defaults when asked for.
func TestLike(t *testing.T) {
	s := create(t, scope(t), Table{Name: Name{Name: "t"}, Like: []Like{{Table: Name{Name: "parent"}, Before: 1}},
		Columns: []Column{{Name: "z", Type: types.TBool}, {Name: "y", Type: types.TBool}}})
	tab := s.Catalog.Table("dev", "public", "t")
	var names []string
	for _, c := range tab.Columns {
		names = append(names, c.Name)
	}
	if strings.Join(names, " ") != "z id name day y" {
		t.Errorf("columns %v", names)
	}
	if tab.DistStyle != state.DistAuto || tab.DistPlace() != 1 || fmt.Sprint(tab.SortPlaces()) != "[3]" ||
		tab.Constraints != nil {
		t.Errorf("inherited: %+v", tab)
	}
	if !tab.Columns[1].NotNull || tab.Columns[2].Default != "" || tab.Columns[2].Encoding != "zstd" {
		t.Errorf("columns: %+v", tab.Columns)
	}
	s = create(t, s, Table{Name: Name{Name: "u"}, Like: []Like{{Table: Name{Name: "parent"}, Defaults: true}}})
	if s.Catalog.Table("dev", "public", "u").Columns[1].Default != "'x'" {
		t.Error("default not inherited")
	}
}

// What CREATE TABLE refuses, and in which words.
func TestCreateTableErrors(t *testing.T) {
	s := scope(t)
	a := Column{Name: "a", Type: types.TInt4, Position: 17}
	b := Column{Name: "b", Type: types.TInt4}
	with := func(c Column, f func(*Column)) Column { f(&c); return c }
	many := make([]Column, 1601)
	for i := range many {
		many[i] = Column{Name: fmt.Sprintf("c%d", i), Type: types.TInt4}
	}
	for _, x := range []struct {
		in   Table
		code sqlerr.Code
		text string
	}{
		{Table{Name: Name{Name: "parent"}, Columns: []Column{a}}, "42P07", `Relation "parent" already exists`},
		{Table{Name: Name{Schema: "no", Name: "t"}, Columns: []Column{a}}, "3F000", `schema "no" does not exist`},
		{Table{Name: Name{Schema: "pg_catalog", Name: "t"}, Columns: []Column{a}}, "42501", `permission denied for schema pg_catalog`},
		{Table{Name: Name{Database: "x", Schema: "y", Name: "t"}, Columns: []Column{a}}, "0A000", `cross-database reference to relation "x.y.t"`},
		{Table{}, "42P16", "has no columns"},
		{Table{Columns: many}, "54011", "at most 1600 columns"},
		{Table{Columns: []Column{a, a}}, "42701", `column "a" specified more than once`},
		{Table{Columns: []Column{{Name: "xmin", Type: types.TInt4}}}, "42701", `conflicts with a system column name`},
		{Table{Columns: []Column{{Name: "a", TypeName: "serial"}}}, "0A000", `Column "t.a" has unsupported type "serial".`},
		{Table{Columns: []Column{{Name: "a", Type: types.TInterval}}}, "0A000", `Column "t.a" has unsupported type "interval".`},
		{Table{Columns: []Column{{Name: "a", Type: types.TVarchar(65536)}}}, "22023", `length for type character varying cannot exceed 65535`},
		{Table{Columns: []Column{{Name: "a", Type: types.TDecimal(39, 0)}}}, "22023", `precision`},
		{Table{Columns: []Column{with(a, func(c *Column) { c.Encoding = "text255" })}}, "42P16", `encoding`},
		{Table{Columns: []Column{with(a, func(c *Column) { c.Identity = &state.Identity{Seed: 1} })}}, "22023", `must not be zero`},
		{Table{Columns: []Column{{Name: "a", Type: types.TText, Identity: &state.Identity{Seed: 1, Step: 1}}}}, "42P16", `must be of type INT or BIGINT`},
		{Table{Columns: []Column{with(a, func(c *Column) { c.Identity, c.Default = &state.Identity{Step: 1}, "1" })}}, "42601", `both default and identity`},
		{Table{Columns: []Column{with(a, func(c *Column) { c.Null, c.NotNull = true, true })}}, "42601", `conflicting NULL/NOT NULL`},
		{Table{Columns: []Column{with(a, func(c *Column) { c.Null = true })}, Constraints: []Constraint{{Kind: "p", Columns: ids("a")}}}, "42601", `conflicting NULL/NOT NULL`},
		{Table{Columns: []Column{a}, DistKey: ids("x")}, "42703", `column "x" named in DISTKEY does not exist`},
		{Table{Columns: []Column{with(a, func(c *Column) { c.DistKey = true }), b}, DistKey: ids("b")}, "42P16", `multiple DISTKEY`},
		{Table{Columns: []Column{a}, DistKey: ids("a"), DistStyle: style(state.DistAll)}, "42P16", `cannot specify DISTKEY for a table with DISTSTYLE ALL`},
		{Table{Columns: []Column{a}, DistStyle: style(state.DistKey)}, "42P16", `needs a DISTKEY column`},
		{Table{Columns: []Column{a}, SortKey: ids("x")}, "42703", `column "x" named in SORTKEY does not exist`},
		{Table{Columns: []Column{a}, SortKey: ids("a", "a")}, "42701", `appears twice`},
		{Table{Columns: []Column{with(a, func(c *Column) { c.SortKey = true }), b}, SortKey: ids("b")}, "42P16", `multiple SORTKEY`},
		{Table{Columns: many[:9], SortStyle: sorted(state.SortInterleaved), SortKey: ids("c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8")}, "54011", `at most 8 columns`},
		{Table{Columns: []Column{a}, SortStyle: sorted(state.SortAuto), SortKey: ids("a")}, "42P16", `SORTKEY AUTO`},
		{Table{Columns: []Column{a}, Constraints: []Constraint{{Kind: "p", Columns: ids("x")}}}, "42703", `column "x" named in key does not exist`},
		{Table{Columns: []Column{with(a, func(c *Column) { c.PrimaryKey = true }), with(b, func(c *Column) { c.PrimaryKey = true })}}, "42P16", `multiple primary keys`},
		{Table{Columns: []Column{a}, Constraints: []Constraint{{Kind: "u", Columns: ids("a"), Name: "k"}, {Kind: "u", Columns: ids("a"), Name: "k"}}}, "42710", `already exists`},
		{Table{Columns: []Column{a}, Constraints: []Constraint{{Kind: "f", Columns: ids("a"), Ref: &Reference{Table: Name{Name: "no"}}}}}, "42P01", `relation "no" does not exist`},
		{Table{Columns: []Column{a}, Constraints: []Constraint{{Kind: "f", Columns: ids("a"), Ref: &Reference{Table: Name{Schema: "s", Name: "child"}}}}}, "42704", `no primary key for referenced table`},
		{Table{Columns: []Column{a}, Constraints: []Constraint{{Kind: "f", Columns: ids("a"), Ref: &Reference{Table: Name{Name: "parent"}, Columns: []string{"x"}}}}}, "42703", `referenced in foreign key constraint does not exist`},
		{Table{Columns: []Column{a}, Constraints: []Constraint{{Kind: "f", Columns: ids("a"), Ref: &Reference{Table: Name{Name: "parent"}, Columns: []string{"day"}}}}}, "42804", `cannot be implemented`},
		{Table{Columns: []Column{a, b}, Constraints: []Constraint{{Kind: "f", Columns: ids("a", "b"), Ref: &Reference{Table: Name{Name: "parent"}}}}}, "42830", `disagree`},
		{Table{Like: []Like{{Table: Name{Name: "no"}}}}, "42P01", `relation "no" does not exist`},
	} {
		if x.in.Name.Name == "" {
			x.in.Name.Name = "t"
		}
		_, err := CreateTable(s, x.in)
		if err == nil {
			t.Errorf("accepted, want %q", x.text)
			continue
		}
		if e := sqlerr.From(err); e.Code != x.code || !strings.Contains(e.Message, x.text) {
			t.Errorf("got %s %q, want %s %q", e.Code, e.Message, x.code, x.text)
		}
	}
	if _, err := CreateTable(s, Table{Name: Name{Name: "t"}, Columns: []Column{a, a}}); sqlerr.From(err).Position != 17 {
		t.Error("no position")
	}
}

// A foreign key may name the table itself; long names are cut with a notice.
func TestNames(t *testing.T) {
	s := create(t, scope(t), Table{Name: Name{Name: "tree"},
		Columns: []Column{{Name: "id", Type: types.TInt4, PrimaryKey: true},
			{Name: "up", Type: types.TInt4, References: &Reference{Table: Name{Name: "tree"}}}}})
	k := s.Catalog.Table("dev", "public", "tree").Constraints[1]
	if k.Name != "tree_up_fkey" || k.RefSchema != "public" || k.RefColumns[0] != "id" {
		t.Errorf("%+v", k)
	}
	long := strings.Repeat("é", 100)
	p, err := CreateTable(s, Table{Name: Name{Name: long},
		Columns: []Column{{Name: long, Type: types.TInt4, PrimaryKey: true}}})
	if err != nil || len(p.Notices) != 2 || p.Notices[0].Code != sqlerr.NameTooLong {
		t.Fatalf("%v %v", err, p)
	}
	tab := p.Command.Ops[0].(*state.CreateTable).Table
	if tab.Name != strings.Repeat("é", 63) || len(tab.Constraints[0].Name) > 127 {
		t.Errorf("cut to %d and %d bytes", len(tab.Name), len(tab.Constraints[0].Name))
	}
	apply(t, s.Catalog, p.Command)
}

// IF [NOT] EXISTS gives notices and nothing to propose.
func TestSkipping(t *testing.T) {
	s := scope(t)
	for _, x := range []struct {
		text string
		plan func() (*Plan, error)
	}{
		{`relation "parent" already exists, skipping`, func() (*Plan, error) {
			return CreateTable(s, Table{Name: Name{Name: "parent"}, IfNotExists: true})
		}},
		{`schema "s" already exists, skipping`, func() (*Plan, error) {
			return CreateSchema(s, Schema{Name: "s", IfNotExists: true})
		}},
		{`schema "no" does not exist, skipping`, func() (*Plan, error) {
			return DropSchema(s, Drop{Names: []Name{{Name: "no"}}, IfExists: true})
		}},
		{`table "no" does not exist, skipping`, func() (*Plan, error) {
			return DropTable(s, Drop{Names: []Name{{Name: "no"}}, IfExists: true})
		}},
	} {
		p, err := x.plan()
		if err != nil || len(p.Command.Ops) != 0 || len(p.Notices) != 1 || p.Notices[0].Message != x.text {
			t.Errorf("%q: %v %+v", x.text, err, p)
		}
	}
}

// Dropping and creating what contains tables.
func TestContainers(t *testing.T) {
	s := scope(t)
	s.Connections = func(db string) int { return map[string]int{"busy": 1}[db] }
	p, err := CreateDatabase(s, Database{Name: "busy",
		Options: map[string]string{"connection": "5", "isolation": "SERIALIZABLE"}})
	if err != nil {
		t.Fatal(err)
	}
	s.Catalog = apply(t, s.Catalog, p.Command)
	if d := s.Catalog.Database("busy"); d.ConnLimit != 5 || d.Isolation != "serializable" || d.Owner != "dev" {
		t.Errorf("%+v", d)
	}
	for _, x := range []struct {
		code sqlerr.Code
		text string
		plan func() (*Plan, error)
	}{
		{"42P04", `database "busy" already exists`, func() (*Plan, error) { return CreateDatabase(s, Database{Name: "busy"}) }},
		{"42704", `user "x" does not exist`, func() (*Plan, error) {
			return CreateDatabase(s, Database{Name: "d", Options: map[string]string{"owner": "x"}})
		}},
		{"42704", `collation "x" does not exist`, func() (*Plan, error) {
			return CreateDatabase(s, Database{Name: "d", Options: map[string]string{"collate": "x"}})
		}},
		{"55006", "currently open", func() (*Plan, error) { return DropDatabase(s, "dev", 1) }},
		{"55006", "other users", func() (*Plan, error) { return DropDatabase(s, "busy", 1) }},
		{"55006", "template", func() (*Plan, error) { return DropDatabase(s, "template0", 1) }},
		{"3D000", `database "x" does not exist`, func() (*Plan, error) { return DropDatabase(s, "x", 1) }},
		{"42939", `unacceptable schema name "pg_x"`, func() (*Plan, error) { return CreateSchema(s, Schema{Name: "pg_x"}) }},
		{"42P06", `schema "pg_catalog" already exists`, func() (*Plan, error) { return CreateSchema(s, Schema{Name: "pg_catalog"}) }},
		{"3F000", `schema "no" does not exist`, func() (*Plan, error) { return DropSchema(s, Drop{Names: []Name{{Name: "no"}}}) }},
		{"42P01", `table "s.no" does not exist`, func() (*Plan, error) { return DropTable(s, Drop{Names: []Name{{Schema: "s", Name: "no"}}}) }},
		{"42501", `"pg_class" is a system catalog`, func() (*Plan, error) {
			return DropTable(s, Drop{Names: []Name{{Schema: "pg_catalog", Name: "pg_class"}}})
		}},
	} {
		_, err := x.plan()
		if err == nil {
			t.Errorf("accepted, want %q", x.text)
		} else if e := sqlerr.From(err); e.Code != x.code || !strings.Contains(e.Message, x.text) {
			t.Errorf("got %s %q, want %s %q", e.Code, e.Message, x.code, x.text)
		}
	}
}

// RESTRICT looks at foreign keys, but not between tables that go together.
func TestDropReferenced(t *testing.T) {
	s := scope(t)
	parent, child := Name{Name: "parent"}, Name{Schema: "s", Name: "child"}
	for _, x := range []struct {
		in Drop
		ok bool
	}{
		{Drop{Names: []Name{parent}}, false},
		{Drop{Names: []Name{parent}, Cascade: true}, true},
		{Drop{Names: []Name{parent, child, parent}}, true},
		{Drop{Names: []Name{child}}, true},
	} {
		p, err := DropTable(s, x.in)
		if err != nil {
			t.Fatal(err)
		}
		_, res := s.Catalog.Apply(&p.Command)
		if (res.Err == nil) != x.ok {
			t.Errorf("%v: %v", x.in, res.Err)
		}
	}
}

// A column has the collation that is written, else its database's.
func TestColumnCollation(t *testing.T) {
	s := scope(t)
	columns := []Column{{Name: "a", Type: types.TText}, {Name: "b", Type: types.TText, Collation: types.CaseSensitive},
		{Name: "c", Type: types.TChar(3), Collation: types.CaseInsensitive}, {Name: "d", Type: types.TInt4}}
	plan, err := CreateDatabase(s, Database{Name: "any", Options: map[string]string{"collate": "ci"}})
	if err != nil {
		t.Fatal(err)
	}
	c, res := s.Catalog.Apply(&plan.Command)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	s.Catalog = c
	for _, collation := range []string{types.CaseSensitive, types.CaseInsensitive} { // as long as it is empty
		if plan, err = CollateDatabase(s, "any", collation, 0); err != nil {
			t.Fatal(err)
		}
		if s.Catalog, res = s.Catalog.Apply(&plan.Command); res.Err != nil {
			t.Fatal(res.Err)
		}
		if got := s.Catalog.Database("any").CaseFold; got != (collation == types.CaseInsensitive) {
			t.Errorf("%s: %v", collation, got)
		}
	}
	if plan, err = CollateDatabase(s, "dev", types.CaseInsensitive, 0); err != nil {
		t.Fatal(err)
	}
	if _, res = s.Catalog.Apply(&plan.Command); res.Err == nil || res.Err.Code != sqlerr.ObjectInUse {
		t.Errorf("a database with tables: %v", res.Err)
	}
	if _, err = CollateDatabase(s, "no", types.CaseInsensitive, 0); err == nil {
		t.Error("no such database")
	}
	for database, want := range map[string][4]bool{"dev": {false, false, true, false}, "any": {true, false, true, false}} {
		s.Database = database
		after := create(t, s, Table{Name: Name{Name: "collated"}, Columns: columns})
		tab := after.Catalog.Table(database, "public", "collated")
		for i, fold := range want {
			if tab.Columns[i].Type.Fold != fold {
				t.Errorf("%s: column %s is %v", database, tab.Columns[i].Name, tab.Columns[i].Type.Fold)
			}
		}
	}
	for _, typ := range []types.Type{types.TInt4, types.TSuper} {
		in := Table{Name: Name{Name: "bad"}, Columns: []Column{{Name: "a", Type: typ, Collation: types.CaseSensitive}}}
		if _, err := CreateTable(s, in); err == nil {
			t.Errorf("COLLATE of %v is taken", typ)
		}
	}
}
