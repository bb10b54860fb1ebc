package sql

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"slipher/catalog/types"
	"slipher/tests/cluster"
)

func TestMain(m *testing.M) { cluster.Main(m) }

// Every script gives the expected text under every configuration.
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	configs := cluster.Configs()
	if flag.Lookup("rewrite").Value.String() == "true" {
		configs = configs[:1]
	}
	var group cluster.Group
	for _, cfg := range configs {
		c := group.For(t, cfg)
		t.Run(cfg.String(), func(t *testing.T) {
			for _, path := range scripts {
				t.Run(filepath.Base(path), func(t *testing.T) {
					s := newScript(t, c, cfg, filepath.Base(path))
					datadriven.RunTest(t, path, s.run)
				})
			}
		})
	}
}

// script is one run of a script.
type script struct {
	conn *cluster.Conn
	open func(t *testing.T) *cluster.Conn // another session
	as   map[string]*cluster.Conn
	runs map[string]*cluster.Pending // by session: what waits for a lock
	look *cluster.Conn               // sees who waits
	dir  string                      // of the files it writes
}

func newScript(t *testing.T, c *cluster.Cluster, cfg cluster.Config, name string) *script {
	db := cluster.DatabaseName("s", name, cfg.String())
	admin := c.Connect(t, "dev")
	create := "CREATE DATABASE " + db
	if strings.HasSuffix(name, "_ci") {
		create += " COLLATE CASE_INSENSITIVE"
	}
	admin.Exec(t, create)
	s := &script{dir: t.TempDir(), as: map[string]*cluster.Conn{}, runs: map[string]*cluster.Pending{}}
	s.open = func(t *testing.T) *cluster.Conn {
		conn := c.Connect(t, db)
		conn.Exec(t, cfg.Settings())
		return conn
	}
	s.conn = s.open(t)
	s.look = c.Connect(t, "dev")
	t.Cleanup(func() {
		s.conn.Close()
		for _, conn := range s.as {
			conn.Close()
		}
		dropDatabase(t, admin, db)
	})
	return s
}

// dropDatabase waits until the server has seen the end of the last connection.
func dropDatabase(t *testing.T, admin *cluster.Conn, db string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		_, err := admin.Try("DROP DATABASE " + db)
		if err == nil {
			return
		}
		if cluster.Code(err) != "55006" || time.Now().After(end) {
			t.Error(err)
			return
		}
	}
}

func (s *script) run(t *testing.T, d *datadriven.TestData) string {
	switch d.Cmd {
	case "sql":
		name, conn := s.session(t, d)
		run := conn.Go(s.expand(d.Input))
		if d.HasArg("waits") && run.Blocked(t, conn, s.look) {
			s.runs[name] = run
			return "waits\n"
		}
		rs, err := run.Wait()
		return s.hide(show(d, rs, conn.Notices(), err))
	case "ends", "cancel":
		name, conn := s.session(t, d)
		run := s.runs[name]
		if run == nil {
			return "it does not wait\n"
		}
		delete(s.runs, name)
		if d.Cmd == "cancel" {
			conn.Cancel(t)
		}
		rs, err := run.Wait()
		return s.hide(show(d, rs, conn.Notices(), err))
	case "copy":
		stmt, data, _ := strings.Cut(d.Input, "\n")
		if data != "" {
			data += "\n"
		}
		tag, err := s.conn.CopyIn(s.expand(stmt), strings.NewReader(data))
		rs := []cluster.Result{}
		if err == nil {
			rs = append(rs, cluster.Result{Tag: tag})
		}
		return show(d, rs, s.conn.Notices(), err)
	case "file":
		s.file(t, d)
		return ""
	default:
		t.Fatalf("%s: no directive %q", d.Pos, d.Cmd)
		return ""
	}
}

// session is the one that a directive names.
func (s *script) session(t *testing.T, d *datadriven.TestData) (string, *cluster.Conn) {
	if !d.HasArg("as") {
		return "", s.conn
	}
	var name string
	d.ScanArgs(t, "as", &name)
	if s.as[name] == nil {
		s.as[name] = s.open(t)
	}
	return name, s.as[name]
}

// file writes the input as it is, with a final newline unless "cut" is given, behind what is there if "append" is.
func (s *script) file(t *testing.T, d *datadriven.TestData) {
	var name string
	d.ScanArgs(t, "name", &name)
	data := []byte(d.Input)
	if !d.HasArg("cut") {
		data = append(data, '\n')
	}
	if d.HasArg("gzip") {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(data)
		z.Close()
		data = b.Bytes()
	}
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	flags := os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	if d.HasArg("append") {
		flags = os.O_APPEND | os.O_WRONLY
	}
	f, err := os.OpenFile(path, flags, 0o644)
	if err == nil {
		_, err = f.Write(data)
		f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// expand writes @name@ out as the path of a file and @data@ as that of tests/data.
func (s *script) expand(sql string) string {
	sql = strings.ReplaceAll(sql, "@data@", cluster.Data())
	parts := strings.Split(sql, "@")
	if len(parts)%2 == 0 { // one of them is an operator
		return sql
	}
	for i := 1; i+1 < len(parts); i += 2 {
		if strings.ContainsAny(parts[i], " \n'") {
			return sql
		}
		parts[i] = filepath.Join(s.dir, parts[i])
	}
	return strings.Join(parts, "")
}

// hide takes the temporary directory out of a text.
func (s *script) hide(text string) string {
	return strings.ReplaceAll(text, s.dir+string(filepath.Separator), "DIR/")
}

// show writes results as scripts expect them.
func show(d *datadriven.TestData, results []cluster.Result, notices []string, err error) string {
	var b strings.Builder
	for _, n := range notices {
		fmt.Fprintln(&b, n)
	}
	for _, r := range results {
		if r.Columns == nil {
			fmt.Fprintln(&b, r.Tag)
			continue
		}
		if d.HasArg("types") {
			for i, name := range r.Columns {
				if i > 0 {
					b.WriteByte('|')
				}
				fmt.Fprintf(&b, "%s %s", name, typeName(r.Types[i]))
			}
			b.WriteByte('\n')
		}
		lines := make([]string, len(r.Rows))
		for i, row := range r.Rows {
			fields := make([]string, len(row))
			for j, v := range row {
				fields[j] = v.String()
			}
			lines[i] = strings.Join(fields, "|")
		}
		if d.HasArg("sort") {
			sort.Strings(lines)
		}
		for _, l := range lines {
			fmt.Fprintln(&b, l)
		}
		if len(lines) == 0 {
			fmt.Fprintln(&b, "(no rows)")
		}
	}
	if err != nil {
		text := cluster.ErrorText(err)
		if d.HasArg("brief") {
			text, _, _ = strings.Cut(text, "\n")
		}
		fmt.Fprintln(&b, text)
	}
	return b.String()
}

// typeName is the name of a wire type.
func typeName(oid uint32) string {
	for _, t := range types.PgTypes() {
		if t.OID == oid {
			return t.Name
		}
	}
	return fmt.Sprint(oid)
}
