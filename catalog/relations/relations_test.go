package relations

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"slipher/catalog/ddl"
	"slipher/catalog/fn"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/runtime/block"
)

// world is a session over four slices on two nodes with three tables.
func world(t *testing.T) *Env {
	t.Helper()
	c := state.New()
	apply := func(cmd state.Command) *state.Result {
		next, res := c.Apply(&cmd)
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		c = next
		return res
	}
	create := func(in ddl.Table) state.TableID {
		p, err := ddl.CreateTable(ddl.Scope{Catalog: c, Database: "dev", User: "dev", SearchPath: []string{"public"}}, in)
		if err != nil {
			t.Fatal(err)
		}
		return state.TableID(apply(p.Command).Ops[0].ID)
	}
	apply(state.Command{Micros: 5, Ops: []state.Op{&state.Bootstrap{Cluster: state.Cluster{Slices: 4}},
		&state.RegisterNode{Node: state.Node{ID: "n1", Workers: 1}},
		&state.RegisterNode{Node: state.Node{ID: "n2", Workers: 1}}}})
	apply(state.Command{Ops: []state.Op{&state.AssignSlices{Nodes: []string{"n1", "n1", "n2", "n2"}},
		&state.CreateSchema{Schema: state.Schema{Database: "dev", Name: "s", Owner: "dev"}}}})
	movies := create(ddl.Table{Name: ddl.Name{Name: "movies"}, Columns: []ddl.Column{
		{Name: "title", Type: types.TVarchar(100)}, {Name: "year", Type: types.TInt4, SortKey: true},
		{Name: "rating", Type: types.TFloat8}, {Name: "gross", Type: types.TDecimal(12, 2), DistKey: true},
		{Name: "id", Type: types.TInt8, Identity: &state.Identity{Seed: 1, Step: 1}}},
		Constraints: []ddl.Constraint{{Kind: "p", Columns: []ddl.Ident{{Name: "id"}, {Name: "year"}}}}})
	create(ddl.Table{Name: ddl.Name{Schema: "s", Name: "movies"}, Columns: []ddl.Column{{Name: "m", Type: types.TInt8},
		{Name: "Odd name", Type: types.TInt4, Default: "7"}},
		Constraints: []ddl.Constraint{{Kind: "f", Columns: []ddl.Ident{{Name: "m"}, {Name: "Odd name"}},
			Ref: &ddl.Reference{Table: ddl.Name{Schema: "public", Name: "movies"}}}}})
	var adds []state.ObjectRef
	for s := range 4 {
		adds = append(adds, state.ObjectRef{Name: fmt.Sprint("o", s), Slice: state.SliceID(s), Rows: int64(10 + s)})
	}
	apply(state.Command{Ops: []state.Op{&state.Delta{Table: movies, Adds: adds}}})
	return &Env{Catalog: c, Database: "dev", User: "dev", SearchPath: []string{"dev", "public"}, PID: 7, NowMicros: 100,
		Functions: fn.Default(), Footer: footer,
		Settings: func() []Setting { return []Setting{{"search_path", "$user, public", "Schemas."}} },
		Sessions: func() []Session {
			return []Session{{PID: 7, User: "dev", Database: "dev", StartMicros: 1, Query: "select 1"},
				{PID: 8, User: "dev", Database: "dev"}}
		},
		LoadErrors: func() []LoadError {
			return []LoadError{{Query: 3, Table: movies, Column: "year", Code: 1207, Reason: "Invalid digit",
				RawLine: strings.Repeat("é", 2000)}}
		},
		Loads:    func() []Load { return []Load{{Query: 3, File: "f", Table: "movies"}} },
		Compiles: func() []Compile { return []Compile{{Query: 1, Compiled: true}} },
		Queries: func() []Query {
			return []Query{{ID: 1, PID: 7, User: "dev", Database: "dev", Text: strings.Repeat("é", 150), StartMicros: 1,
				EndMicros: 3},
				{ID: 2, Kind: KindDDL, Text: "create table", StartMicros: 1, EndMicros: 2},
				{ID: 3, Kind: KindUtility, Text: "copy", StartMicros: 1, EndMicros: 2, Aborted: true},
				{ID: 4, Text: "select 2", StartMicros: 90}}
		},
	}
}

// footer is an object of one row group of five blocks.
func footer(_ context.Context, ref state.ObjectRef) (*block.Footer, error) {
	rg := block.RowGroupMeta{Rows: int32(ref.Rows)}
	for c := range 5 {
		m := block.BlockMeta{Len: int64(100 * (c + 1)), Min: types.Int(int64(c)), Max: types.Int(int64(c * 10))}
		switch c {
		case 0:
			m.Min, m.Max = types.String("a"), types.String("z")
		case 2:
			m.Min, m.Max = types.Float(1.5), types.NullDatum
		}
		rg.Cols = append(rg.Cols, m)
	}
	return &block.Footer{RowGroups: []block.RowGroupMeta{rg}}, nil
}

func rows(t *testing.T, env *Env, schema, name string) []map[string]types.Datum {
	t.Helper()
	r := Find(schema, name)
	if r == nil {
		t.Fatalf("no relation %s", name)
	}
	data, err := r.Rows(context.Background(), env)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]map[string]types.Datum, len(data))
	for i, row := range data {
		out[i] = map[string]types.Datum{}
		for c, d := range row {
			if t := r.Columns[c].Type; t.IsArray() && !d.Null {
				d.S = types.FormatText(t, d)
			}
			out[i][r.Columns[c].Name] = d
		}
	}
	return out
}

// Every relation gives rows that fit its columns, with everything known and
// with nothing known, and documents itself.
func TestEveryRelation(t *testing.T) {
	full := world(t)
	empty := &Env{Catalog: full.Catalog, Database: "dev", User: "dev"}
	oids := map[uint32]string{}
	for _, r := range All() {
		if r.Doc == "" || oids[r.OID] != "" || r.OID >= state.FirstUserOID {
			t.Errorf("%s: oid %d is also %s's, or no documentation", r.Name, r.OID, oids[r.OID])
		}
		oids[r.OID] = r.Name
		names := map[string]bool{}
		for _, c := range r.Columns {
			if names[c.Name] {
				t.Errorf("%s: column %s stands twice", r.Name, c.Name)
			}
			names[c.Name] = true
		}
		for _, env := range []*Env{full, empty} {
			data, err := r.Rows(context.Background(), env)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range data {
				for i, d := range row {
					check(t, r, r.Columns[i], d)
				}
			}
		}
	}
	t.Logf("%d relations", len(All()))
}

func check(t *testing.T, r *Relation, c Column, d types.Datum) {
	t.Helper()
	switch {
	case d.Null:
		if !c.Nullable {
			t.Errorf("%s.%s is NULL", r.Name, c.Name)
		}
	case c.Type.IsString():
		if d.Lo != 0 || c.Type.Len > 0 && len(d.S) > int(c.Type.Len) {
			t.Errorf("%s.%s is no string of its length: %+v", r.Name, c.Name, d)
		}
	case c.Type.IsArray():
		elem, _ := c.Type.Element()
		if _, err := types.Elements(d.S, elem); err != nil {
			t.Errorf("%s.%s is no array: %v", r.Name, c.Name, err)
		}
	case d.S != "":
		t.Errorf("%s.%s is a string: %q", r.Name, c.Name, d.S)
	case c.Type.Phys().IsFloat():
		if f := d.Float(); f != f || f < 0 || f > 1e15 || f != 0 && f < 1e-3 {
			t.Errorf("%s.%s is no float: %v", r.Name, c.Name, f)
		}
	case c.Type.Phys().IsInt():
		width := uint(c.Type.Phys().Width()) * 8
		if width < 64 && (d.Lo >= 1<<(width-1) || d.Lo < -1<<(width-1)) {
			t.Errorf("%s.%s does not fit %s: %d", r.Name, c.Name, c.Type, d.Lo)
		}
	}
}

// Five columns on four slices are twenty blocks; the tables of slices agree.
func TestStorage(t *testing.T) {
	env := world(t)
	blocks := rows(t, env, "", "stv_blocklist")
	if len(blocks) != 20 {
		t.Errorf("%d blocks, want 20", len(blocks))
	}
	if b := blocks[1]; b["col"].Lo != 1 || b["minvalue"].Lo != 1 || b["maxvalue"].Lo != 10 || b["num_values"].Lo != 10 {
		t.Errorf("block %v", b)
	}
	if s := rows(t, env, "", "stv_slices"); len(s) != 4 || s[3]["node"].Lo != 1 || s[3]["localslice"].Lo != 1 {
		t.Errorf("slices %v", s)
	}
	perm := rows(t, env, "pg_catalog", "stv_tbl_perm")
	if len(perm) != 8 || perm[3]["rows"].Lo != 13 || perm[3]["block_count"].Lo != 5 {
		t.Errorf("stv_tbl_perm: %v", perm)
	}
	info := rows(t, env, "", "svv_table_info")
	if len(info) != 1 {
		t.Fatalf("%d tables with rows", len(info))
	}
	for column, want := range map[string]string{"diststyle": "KEY(gross)", "sortkey1": "year",
		"encoded": "Y, AUTO(ENCODE)", "table": "movies"} {
		if got := info[0][column].S; got != want {
			t.Errorf("svv_table_info.%s is %q, want %q", column, got, want)
		}
	}
	for column, want := range map[string]int64{"tbl_rows": 46, "estimated_visible_rows": 46, "size": 20,
		"skew_rows": 130, "stats_off": 10000,
		"skew_sortkey1": 250, "max_varchar": 100, "unsorted": 0} {
		if got := info[0][column].Lo; got != want {
			t.Errorf("svv_table_info.%s is %d, want %d", column, got, want)
		}
	}
	env.Footer = func(context.Context, state.ObjectRef) (*block.Footer, error) { return nil, errors.New("gone") }
	if _, err := Find("", "stv_blocklist").Rows(context.Background(), env); err == nil {
		t.Error("a missing object went unnoticed")
	}
}

// What tools read of tables, columns and keys.
func TestDefinitions(t *testing.T) {
	env := world(t)
	find := func(name, column, value string) map[string]types.Datum {
		for _, r := range rows(t, env, "", name) {
			if r[column].S == value {
				return r
			}
		}
		t.Fatalf("%s has no %s %q", name, column, value)
		return nil
	}
	if c := find("pg_class", "relname", "movies"); c["reldiststyle"].Lo != 1 || c["relkind"].S != "r" ||
		c["relhasindex"].Lo != 1 || c["relnatts"].Lo != 5 {
		t.Errorf("pg_class: %v", c)
	}
	if c := find("pg_class", "relname", "svv_table_info"); c["relkind"].S != "v" {
		t.Error("a view that is none")
	}
	if d := find("pg_table_def", "column", "year"); d["type"].S != "integer" || d["encoding"].S != "none" ||
		d["sortkey"].Lo != 1 || d["notnull"].Lo != 1 {
		t.Errorf("pg_table_def: %v", d)
	}
	if n := len(rows(t, env, "", "pg_table_def")); n != 5 {
		t.Errorf("pg_table_def shows %d columns, want those of one table in the path", n)
	}
	if k := find("pg_constraint", "contype", "f"); k["conkey"].S != "{1,2}" || k["confkey"].S != "{5,2}" ||
		k["conname"].S != "movies_m_Odd name_fkey" {
		t.Errorf("pg_constraint: %v", k)
	}
	if k := find("pg_index", "indkey", "5 2"); k["indisprimary"].Lo != 1 {
		t.Errorf("pg_index: %v", k)
	}
	if d := find("pg_attrdef", "adsrc", "7"); d["adnum"].Lo != 2 {
		t.Errorf("pg_attrdef: %v", d)
	}
	if c := rows(t, env, "information_schema", "columns"); len(c) < 500 {
		t.Errorf("information_schema.columns shows %d columns", len(c))
	}
	if u := rows(t, env, "information_schema", "referential_constraints"); len(u) != 1 ||
		u[0]["unique_constraint_name"].S != "movies_pkey" {
		t.Errorf("referential_constraints: %v", u)
	}
	if e := rows(t, env, "", "stl_load_errors")[0]; len(e["raw_line"].S) != 1024 || e["err_code"].Lo != 1207 {
		t.Errorf("stl_load_errors: %v", e)
	}
	if p := rows(t, env, "", "stl_querytext"); len(p) != 2 || p[0]["text"].S+p[1]["text"].S != strings.Repeat("é", 150) {
		t.Errorf("stl_querytext: %v", p)
	}
}

// Functions of one oid answer for what there is.
func TestLookups(t *testing.T) {
	env := world(t)
	answer := func(name string, key int64) types.Datum {
		for _, a := range Answers(env, name) {
			if a.Key == key {
				return a.Value
			}
		}
		return env.Functions.Lookup(name).Lookup.Otherwise
	}
	public, other := env.Catalog.Table("dev", "public", "movies"), env.Catalog.Table("dev", "s", "movies")
	for _, x := range []struct {
		name string
		key  int64
		want types.Datum
	}{
		{"pg_get_userbyid", 100, types.String("dev")},
		{"pg_get_userbyid", 5, types.String("unknown")},
		{"pg_table_is_visible", int64(public.ID), types.BoolDatum(true)},
		{"pg_table_is_visible", int64(other.ID), types.BoolDatum(false)},
		{"pg_table_is_visible", 1259, types.BoolDatum(true)},
		{"pg_table_is_visible", 5, types.NullDatum},
		{"pg_get_constraintdef", int64(indexOID(public, 0)), types.String("PRIMARY KEY (id, year)")},
		{"pg_get_constraintdef", int64(indexOID(other, 0)), types.String(`FOREIGN KEY (m, "Odd name") REFERENCES public.movies(id, year)`)},
		{"pg_get_indexdef", int64(indexOID(public, 0)),
			types.String("CREATE UNIQUE INDEX movies_pkey ON public.movies USING btree (id, year)")},
		{"pg_encoding_to_char", 6, types.String("UTF8")},
		{"format_encoding", 2, types.String("az64")},
		{"format_encoding", 0, types.String("none")},
	} {
		if got := answer(x.name, x.key); got != x.want {
			t.Errorf("%s(%d) = %+v, want %+v", x.name, x.key, got, x.want)
		}
	}
	for name := range lookups {
		if env.Functions.Lookup(name) == nil {
			t.Errorf("%s has answers but no row", name)
		}
		last := int64(-1)
		for _, a := range Answers(env, name) {
			if a.Key <= last {
				t.Fatalf("%s: answers out of order at %d", name, a.Key)
			}
			last = a.Key
		}
	}
	for text, want := range map[string]state.TableID{"movies": public.ID, "public.movies": public.ID, `"s"."movies"`: other.ID, "pg_class": 1259, "PG_CATALOG.pg_class": 1259, "x.y": 0, "nothing": 0} {
		got, err := RegClass(env, text)
		if got != uint32(want) || (err != nil) != (want == 0) {
			t.Errorf("%s is %d (%v), want %d", text, got, err, want)
		}
	}
	names := map[int64]string{}
	for _, a := range ClassNames(env) {
		names[a.Key] = a.Value.S
	}
	if names[int64(public.ID)] != "movies" || names[int64(other.ID)] != "s.movies" {
		t.Errorf("class names %q %q", names[int64(public.ID)], names[int64(other.ID)])
	}
}
