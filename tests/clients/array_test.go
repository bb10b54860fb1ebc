package clients

import (
	"net"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/lib/pq"

	"slipher/tests/warehouse"
)

// Arrays in both formats, as parameters and as results.
func TestArrays(t *testing.T) {
	w := warehouse.Start(t, warehouse.Options{})
	c := w.Connect(t)
	warehouse.Exec(t, c, `CREATE TABLE n (i INTEGER, b BIGINT, s VARCHAR(10), f FLOAT8, d DATE)`)
	warehouse.Exec(t, c, `INSERT INTO n VALUES (1, 10, 'a', 0.5, '2024-01-01'), (2, 20, 'b c', 1.5, '2024-01-02'),
		(3, NULL, NULL, NULL, NULL)`)
	for _, x := range []struct {
		where string
		arg   any
		want  int
	}{
		{"i = ANY($1)", []int32{1, 3, 7}, 2}, {"i = ANY($1)", []int32{}, 0}, {"i = ANY($1)", []int32(nil), 0},
		{"i <> ALL($1)", []int32{1, 3, 7}, 1}, {"b = ANY($1)", []int64{10, 20}, 2}, {"b = ANY($1::bigint[])", []int64{20}, 1},
		{"s = ANY($1)", []string{"b c", "", `x"\,{}`}, 1}, {"s <> ALL($1)", []string{"a"}, 1},
		{"f > ANY($1)", []float64{1, 9}, 1}, {"i <= ALL($1)", []*int32{ptr(int32(5)), nil}, 0},
		{"i = ANY($1)", []*int32{ptr(int32(2)), nil}, 1},
		{"NOT (i = ANY($1))", []*int32{ptr(int32(2)), nil}, 0}, {"i = cardinality($1::text[])", []string{"x", "y"}, 1},
	} {
		var n int
		if err := c.QueryRow(ctx, "SELECT COUNT(*) FROM n WHERE "+x.where, x.arg).Scan(&n); err != nil || n != x.want {
			t.Errorf("%s with %v: %d rows (%v), want %d", x.where, x.arg, n, err, x.want)
		}
	}
	var ints []*int32
	var longs []*int64
	var texts []*string
	var floats []float64
	err := c.QueryRow(ctx, `SELECT array_agg(i ORDER BY i DESC), array_agg(b ORDER BY i), ARRAY(SELECT s FROM n ORDER BY i),
		ARRAY(SELECT f FROM n WHERE f IS NOT NULL ORDER BY f) FROM n`).Scan(&ints, &longs, &texts, &floats)
	if err != nil || len(ints) != 3 || *ints[0] != 3 || *longs[1] != 20 || longs[2] != nil || *texts[1] != "b c" ||
		texts[2] != nil || !reflect.DeepEqual(floats, []float64{0.5, 1.5}) {
		t.Errorf("%v %v %v %v %v", ints, longs, texts, floats, err)
	}
	var keys []int16
	var oids []uint32
	warehouse.Exec(t, c, `CREATE TABLE k (a INTEGER, b INTEGER, PRIMARY KEY (b, a))`)
	err = c.QueryRow(ctx, `SELECT conkey, ARRAY[conrelid, 'k'::regclass::oid] FROM pg_constraint WHERE conname = 'k_pkey'`).
		Scan(&keys, &oids)
	if err != nil || !reflect.DeepEqual(keys, []int16{2, 1}) || len(oids) != 2 || oids[0] != oids[1] {
		t.Errorf("%v %v %v", keys, oids, err)
	}
	db := open(t, w)
	var n int
	var got pq.StringArray
	if err := db.QueryRow("SELECT COUNT(*) FROM n WHERE s = ANY($1)", pq.Array([]string{"a", "b c"})).
		Scan(&n); err != nil || n != 2 {
		t.Errorf("%d %v", n, err)
	}
	if err := db.QueryRow("SELECT ARRAY['', 'NULL', s || '\"'] FROM n WHERE i = $1", 2).Scan(&got); err != nil ||
		!reflect.DeepEqual([]string(got), []string{"", "NULL", `b c"`}) {
		t.Errorf("%q %v", got, err)
	}
}

func ptr[T any](v T) *T { return &v }

// What psql asks about relations, roles and functions.
func TestPsqlDescribes(t *testing.T) {
	if _, err := exec.LookPath("psql"); err != nil {
		t.Fatal("psql is not installed: ./build.sh test installs it")
	}
	w := warehouse.Start(t, warehouse.Options{})
	c := w.Connect(t)
	warehouse.Exec(t, c, `CREATE TABLE m (id INTEGER PRIMARY KEY, b VARCHAR(10) NOT NULL, c INTEGER DEFAULT 3, UNIQUE (b, c))`)
	warehouse.Exec(t, c, `CREATE VIEW vv AS SELECT * FROM m`)
	host, port, _ := net.SplitHostPort(w.Addr)
	for _, x := range []struct{ command, want string }{
		{`\d`, "public|m|table|dev"}, {`\d m`, "b|character varying(10)||not null|"},
		{`\d+ m`, `"m_b_c_key" UNIQUE CONSTRAINT, btree (b, c)`}, {`\d vv`, "id|integer|"}, {`\d+ vv`, "SELECT * FROM m"},
		{`\d m_pkey`, `primary key, btree, for table "public.m"`}, {`\d pg_class`, "relacl|character varying[]"},
		{`\d+ pg_index`, "indkey|int2vector|"}, {`\d+`, "public|m|table|dev|permanent"}, {`\dt+`, "bytes|"}, {`\dv+`, "vv"},
		{`\du`, "dev|"}, {`\du+`, "dev|"}, {`\dn+`, "public|rdsdb|"}, {`\dp`, "public|m|table|"}, {`\z vv`, "public|vv|view|"},
		{`\df lower`, "pg_catalog|lower|character varying|"}, {`\df+ array_agg`, "agg"}, {`\l`, "dev|"}, {`\di+`, "m_pkey"},
		{`\dT`, ""}, {`\dT+ int4`, "integer"}, {`\db`, "pg_default"}, {`\dg`, "dev|"}, {`\ds`, ""}, {`\dm`, ""}, {`\dE`, ""},
	} {
		psql := exec.Command("psql", "-X", "-h", host, "-p", port, "-U", "dev", "-d", "dev", "-A", "-c", x.command)
		var out, said strings.Builder
		psql.Stdout, psql.Stderr = &out, &said
		err := psql.Run()
		if err != nil || strings.Contains(said.String(), "ERROR") || !strings.Contains(out.String(), x.want) {
			t.Errorf("%s: %v, without %q:\n%s%s", x.command, err, x.want, out.String(), said.String())
		}
	}
}
