package leader

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"slipher/catalog/state"
)

// A user who is no superuser, which no statement makes: each statement asks before it does anything. What is the
// user's own, and what everybody may, goes.
func TestPrivileges(t *testing.T) {
	dir := t.TempDir()
	h := openHouse(t, dir, never)
	h.exec("create table mine (a int primary key, b int)")
	h.exec("create table theirs (a int primary key, b int)")
	h.exec("create schema his")
	h.exec("create schema theirs_too")
	h.exec("insert into mine values (1, 1)")
	h.exec("insert into theirs values (1, 1)")
	if err := h.replica.Snapshot(); err != nil {
		t.Fatal(err)
	}
	h.close()
	redefine(t, dir, func(tab *state.Table) {
		if tab.Name == "theirs" {
			tab.Owner = state.SystemUser
		}
	})
	rewriteSnapshot(t, dir, func(data []byte) []byte {
		for _, x := range [][2]string{
			{"\xa4name\xa3dev\xa5super\xc3\xa8createdb\xc3", "\xa4name\xa3dev\xa5super\xc2\xa8createdb\xc2"},
			{"\xa4name\xaatheirs_too\xa5owner\xa3dev", "\xa4name\xaatheirs_too\xa5owner\xa5rdsdb"},
			{"\xa4name\xa3dev\xa5owner\xa3dev", "\xa4name\xa3dev\xa5owner\xa5rdsdb"}, // the database
		} {
			if n := bytes.Count(data, []byte(x[0])); n != 1 {
				t.Fatalf("%q stands %d times", x[0], n)
			}
			data = bytes.ReplaceAll(data, []byte(x[0]), []byte(x[1]))
		}
		return data
	})

	h = openHouse(t, dir, never)
	bg := context.Background()
	var warnings []string
	conf := h.c.Config().Copy()
	conf.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { warnings = append(warnings, n.Message) }
	var err error
	if h.c, err = pgx.ConnectConfig(bg, conf); err != nil {
		t.Fatal(err)
	}
	defer h.c.Close(bg)
	refused := func(what string, err error) {
		t.Helper()
		var e *pgconn.PgError
		if !errors.As(err, &e) || e.Code != "42501" || e.Message != what {
			t.Errorf("%v, want %q", err, what)
		}
	}
	const denied = "permission denied for relation theirs"
	for _, c := range []struct{ sql, err string }{
		{"select a from theirs", denied},
		{"select m.a from mine m, theirs t where m.a = t.a", denied},
		{"with w as (select a from theirs) select 1 from w", denied},
		{"select a from (select a from theirs where false) x", denied},
		{"explain select a from theirs", denied},
		{"insert into theirs values (2, 2)", denied},
		{"insert into theirs(a, b) values (2, 1 + 1)", denied},
		{"insert into theirs select a, b from mine", denied},
		{"insert into mine select a, b from theirs", denied},
		{"update theirs set b = 2", denied},
		{"update mine set b = t.b from theirs t where t.a = mine.a", denied},
		{"delete from theirs", denied},
		{"delete from mine using theirs t where t.a = mine.a", denied},
		{"copy theirs from '/nowhere'", denied},
		{"lock theirs", denied},
		{"create table x as select a from theirs", denied},
		{"select a into x from theirs", denied},
		{"create table x (like theirs)", denied},
		{"create table x (a int references theirs)", denied},
		{"truncate theirs", "must be owner of relation theirs"},
		{"drop table mine, theirs", "must be owner of relation theirs"},
		{"vacuum theirs", "must be owner of relation theirs"},
		{"analyze theirs", "must be owner of relation theirs"},
		{"comment on column theirs.a is 'x'", "must be owner of relation theirs"},
		{"comment on schema theirs_too is 'x'", "must be owner of schema theirs_too"},
		{"drop schema theirs_too", "must be owner of schema theirs_too"},
		{"create table theirs_too.x (a int)", "permission denied for schema theirs_too"},
		{"create schema x", "permission denied for database dev"},
		{"create database x", "permission denied to create database"},
		{"drop database dev", "must be owner of database dev"},
		{"comment on database dev is 'x'", "must be owner of database dev"},
		{"select slipher_snapshot()", "permission denied for function slipher_snapshot"},
	} {
		_, err := h.c.PgConn().Exec(bg, c.sql).ReadAll()
		if refused(c.err, err); t.Failed() {
			t.Fatalf("%s: %v", c.sql, err)
		}
	}
	// The ways of prepared statements.
	_, err = h.c.Exec(bg, "insert into theirs values ($1, $2)", 3, 3)
	refused(denied, err)
	_, err = h.c.Exec(bg, "select b from theirs where a = $1", 3)
	refused(denied, err)
	_, err = h.c.PgConn().CopyFrom(bg, strings.NewReader("1|1\n"), "copy theirs from stdin delimiter '|'")
	refused(denied, err)
	h.exec("prepare p as insert into theirs values (4, 4)")
	_, err = h.c.Exec(bg, "execute p")
	refused(denied, err)

	for _, sql := range []string{
		"insert into mine values (2, 2)", "update mine set b = 3 where a = 2", "delete from mine where a = 1", "analyze mine",
		"vacuum mine", "comment on table mine is 'x'", "create table also (like mine)",
		"create table again as select a from mine",
		"create temp table passing (a int)", "insert into passing select a from mine",
		"create table his.x (a int references mine)",
		"truncate also", "drop table his.x, also, again", "drop schema his", "set timezone to 'utc'",
	} {
		h.exec(sql)
	}
	h.want("select sum(b) from mine", 3)
	// Of all tables those that are the user's.
	warnings = nil
	for _, verb := range []string{"analyze", "vacuum"} {
		res, err := h.c.PgConn().Exec(bg, verb).ReadAll()
		if err != nil || len(res) != 1 {
			t.Fatalf("%s: %v", verb, err)
		}
		want := "skipping \"theirs\" --- only table or database owner can " + verb + " it"
		if len(warnings) != 1 || warnings[0] != want {
			t.Errorf("%s warns %q, want %q", verb, warnings, want)
		}
		warnings = nil
	}
	h.want("select count(*) from pg_class where relname = 'theirs'", 1)
}
