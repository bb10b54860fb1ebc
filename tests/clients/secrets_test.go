package clients

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"slipher/tests/warehouse"
)

// sink is a log that many write.
type sink struct {
	mu  sync.Mutex
	buf bytes.Buffer // guarded by mu
}

func (s *sink) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(b)
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// Passwords, keys and tokens are in no log, message or catalog relation, whatever became of their statement, also
// when it came by way of a standby.
func TestSecrets(t *testing.T) {
	var log sink
	w := warehouse.Start(t, warehouse.Options{Log: &log})
	var at atomic.Pointer[string]
	at.Store(&w.Addr)
	relayed := behind(t, &at)
	c := w.Connect(t)
	warehouse.Exec(t, c, "CREATE TABLE t (a INTEGER, v VARCHAR(100))")

	r := rand.New(rand.NewPCG(7, 7))
	var secrets []string
	plant := func(template string) string {
		s := fmt.Sprintf("zq%016x", r.Uint64())
		secrets = append(secrets, s)
		return strings.ReplaceAll(template, "%", s)
	}
	leaks := func(where, text string) {
		for _, s := range secrets {
			if i := strings.Index(text, s); i >= 0 {
				t.Errorf("%s: …%s…", where, text[max(0, i-200):min(len(text), i+40)])
			}
		}
	}
	templates := []string{
		"COPY t FROM '/nonexistent' CREDENTIALS 'aws_access_key_id=%;aws_secret_access_key=%'",
		"COPY nothing FROM '/x' ACCESS_KEY_ID '%' SECRET_ACCESS_KEY '%' SESSION_TOKEN '%'",
		"COPY t FROM 's3://%:%@bucket/x' CSV", "COPY t FROM 's3://bucket/x?X-Amz-Signature=%' CSV",
		"COPY t FROM 's3://a:%/b@bucket/x'", "COPY t FROM '/x' CREDENTIALS '%' NONSENSE '%'",
		"UNLOAD ('SELECT 1') TO 's3://b' CREDENTIALS '%'", "CREATE USER u PASSWORD '%'", "CREATE USER u PASSWORD %",
		"CREATE USER u PASSWORD \"%\"", "CREATE USER u PASSWORD '%",
		"ALTER USER u PASSWORD 'md5%'", "ALTER ROLE u WITH PASSWORD '%' LOGIN", "ALTER USER u PASSWRD '%'",
		"SELECT 1; CREATE USER u PASSWORD '%'; SELECT 2",
		"CREATE EXTERNAL SCHEMA s FROM POSTGRES URI 'postgres://u:%@h/d' SECRET_ARN '%'", "SET my.secret TO '%'",
		"SET my_secret TO '%'", "SELECT set_config('my.token', '%', false)",
		"SELECT set_config('my.token', '%', 17)", "PREPARE p% AS SELECT 1; SELECT set_config('my.token', '%' FRM",
		"EXPLAIN SELECT set_config('my.token', '%', false)",
		"BEGIN; SET LOCAL my.password = '%'; SELECT 1/0", "COPY t FROM '/x' ACCESS_KEY_ID = '%'",
		"WITH CREDENTIALS '%' SELECT 1",
	}
	for _, addr := range []string{w.Addr, relayed} {
		c, err := pgx.Connect(ctx, "postgres://dev@"+addr+"/dev?sslmode=disable")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(ctx)
		told := func(sql string, err error) {
			var pe *pgconn.PgError
			if errors.As(err, &pe) {
				leaks(sql, fmt.Sprint(pe.Message, pe.Detail, pe.Hint, pe.Where, pe.InternalQuery))
			} else if err != nil {
				t.Errorf("%s: %v", sql, err)
			}
		}
		for _, template := range templates {
			template = strings.ReplaceAll(template, "p%", "p")
			sql := plant(template)
			_, err := c.PgConn().Exec(ctx, sql).ReadAll()
			told(sql, err)
			c.PgConn().Exec(ctx, "ROLLBACK").ReadAll()
			sql = plant(template)
			told(sql, c.PgConn().ExecParams(ctx, sql, nil, nil, nil, nil).Read().Err)
		}
		_, err = c.PgConn().ExecParams(ctx, "SELECT set_config('my.token', $1, false)", [][]byte{[]byte(plant("%"))}, nil,
			nil, nil).Close()
		told("a parameter", err)
	}

	// Every relation of the catalog, asked while a statement with a secret runs.
	names,
		err := warehouse.Query(c,
		"SELECT nspname, relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('pg_catalog', "+
			"'information_schema') ORDER BY 1, 2")
	if err != nil || len(names.Rows) < 50 {
		t.Fatalf("%v %v", names, err)
	}
	for _, n := range names.Rows {
		sql := fmt.Sprintf("SELECT * FROM %s.\"%s\" WHERE '1' <> set_config('my.token', '%s', false)", n[0], n[1], plant("%"))
		rows, err := warehouse.Query(c, sql)
		if err != nil {
			t.Errorf("%s: %v", n, err)
			continue
		}
		leaks(fmt.Sprint(n), fmt.Sprint(rows.Rows))
	}
	logged := log.String()
	leaks("log", logged)
	if !strings.Contains(logged, "CREDENTIALS '***'") || !strings.Contains(logged, "CREATE USER u ***") {
		t.Error("the log does not hold the statements:", logged)
	}
	for _, x := range []struct{ sql, want string }{
		{"SELECT count(*) > 1 FROM stl_query WHERE querytxt LIKE 'COPY%CREDENTIALS ''***'''", "t"},
		{"SELECT count(*) FROM stl_query WHERE querytxt LIKE '%zq0%' AND NOT querytxt LIKE '%stl_query%'", "0"},
	} {
		if r, err := warehouse.Query(c, x.sql); err != nil || r.Rows[0][0] != x.want {
			t.Errorf("%s: %v %v", x.sql, r, err)
		}
	}
}
