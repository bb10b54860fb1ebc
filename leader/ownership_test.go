package leader

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"slipher/catalog/replica"
	"slipher/leader/claim"
	"slipher/leader/datadir"
	"slipher/node/rms"
)

// try starts a server in dir, of one process unless change says otherwise, and waits until it serves.
func try(t *testing.T, dir string, change func(*Options)) (*Server, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	o := Options{Dir: dir, ID: "l1", Listen: "127.0.0.1:0", Bootstrap: true, Slices: 4, Embedded: true, Workers: 1,
		Housekeeping: eager, Log: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&o)
	}
	s, err := Start(ctx, o)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { s.Close(context.Background()) })
	return s, s.WaitReady(ctx)
}

func must(t *testing.T, s *Server, err error) *Server {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// refused makes sure that dir does not start, and why.
func refused(t *testing.T, dir, why string, change func(*Options)) {
	t.Helper()
	if _, err := try(t, dir, change); err == nil || !strings.Contains(err.Error(), why) {
		t.Errorf("%s: want a refusal with %q, got %v", dir, why, err)
	}
}

func run(t *testing.T, s *Server, sql string) (n int64) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), "postgres://dev@"+s.SQLAddr()+"/dev?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if strings.HasPrefix(sql, "SELECT") {
		err = c.QueryRow(t.Context(), sql).Scan(&n)
	} else {
		_, err = c.Exec(t.Context(), sql)
	}
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// filled is a stopped server's directory with a table of one object a slice.
func filled(t *testing.T, change func(*Options)) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	s, err := try(t, dir, change)
	must(t, s, err)
	for _, q := range []string{"CREATE TABLE t (a int)", "INSERT INTO t VALUES (1), (2), (3)", "VACUUM t", "ANALYZE t"} {
		run(t, s, q)
	}
	stopServer(t, s)
	return dir
}

func stopServer(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// copied is a copy as `cp -r` makes it.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// objects lists the files of tables below a directory.
func objects(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "t*", "*.obj"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func someObject(t *testing.T, dir string) string {
	t.Helper()
	found := objects(t, dir)
	if len(found) == 0 {
		t.Fatalf("no objects in %s", dir)
	}
	return found[0]
}

// A copy of a stopped server's directory is a server of its own: what is dropped there, and collected, is not
// dropped at the original. Nor do the two take each other for the same cluster.
func TestCopyBesideOriginal(t *testing.T) {
	dir := filled(t, nil)
	other := copied(t, dir)
	s, err := try(t, dir, nil)
	original := must(t, s, err)
	s, err = try(t, other, nil)
	twin := must(t, s, err)
	run(t, twin, "DROP TABLE t")
	for end := time.Now().Add(time.Minute); len(objects(t,
		filepath.Join(other, "storage"))) > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the copy's objects are not collected")
		}
	}
	run(t, original, "INSERT INTO t VALUES (4)")
	if n := run(t, original, "SELECT sum(a) FROM t"); n != 10 {
		t.Errorf("the original has %d", n)
	}
	if a, b := original.replica.Catalog().Cluster().ID, twin.replica.Catalog().Cluster().ID; a == b {
		t.Errorf("both are cluster %s", a)
	}
	stopServer(t, original)
	s, err = try(t, dir, nil)
	if n := run(t, must(t, s, err), "SELECT sum(a) FROM t"); n != 10 {
		t.Errorf("started again, the original has %d", n)
	}
}

// Two servers with one storage: the second is refused while the first lives, and after it has lived, in either
// order. A flag takes the storage over, and the server that had it stops.
func TestSharedStorage(t *testing.T) {
	storage := filepath.Join(t.TempDir(), "shared")
	shared := func(o *Options) { o.Storage = "file://" + storage }
	dir := filled(t, shared)
	older := copied(t, dir)
	s, err := try(t, dir, shared)
	original := must(t, s, err)
	younger := copied(t, dir) // of a server that runs: its log knows the present owner
	refused(t, older, "has had another owner", shared)
	refused(t, younger, "in use by its owner", shared)
	run(t, original, "INSERT INTO t VALUES (4)")
	stopServer(t, original)
	refused(t, older, "has had another owner", nil)
	take := func(o *Options) { o.Take = true }
	object := someObject(t, storage)
	if err := os.Rename(object, object+".away"); err != nil { // as if the original had dropped it
		t.Fatal(err)
	}
	refused(t, older, "is not that of this catalog", take)
	if err := os.Rename(object+".away", object); err != nil {
		t.Fatal(err)
	}
	s, err = try(t, younger, nil)
	twin := must(t, s, err)
	refused(t, dir, "has had another owner", nil)
	mark := filepath.Join(storage, rms.OwnerName)
	if err := os.WriteFile(mark, []byte(`{"clu`), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, dir, "is damaged", nil)
	s, err = try(t, dir, take)
	original = must(t, s, err)
	select {
	case <-twin.Done():
	case <-time.After(time.Minute):
		t.Fatal("the server that lost its storage goes on")
	}
	if err := twin.Err(); err == nil || !strings.Contains(err.Error(), "has another owner") {
		t.Errorf("it ended with %v", err)
	}
	if n := run(t, original, "SELECT sum(a) FROM t"); n != 10 {
		t.Errorf("%d", n)
	}
}

// A directory that is moved starts where it is; one whose storage is elsewhere, or that an older version has made with
// an absolute URL, is told where its objects are, if they are there.
func TestMoved(t *testing.T) {
	dir := filled(t, nil)
	before := filepath.Join(filepath.Dir(dir), "elsewhere")
	if err := os.Rename(dir, before); err != nil {
		t.Fatal(err)
	}
	s, err := try(t, before, nil)
	moved := must(t, s, err)
	id := moved.replica.Catalog().Cluster().ID
	if n := run(t, moved, "SELECT sum(a) FROM t"); n != 6 {
		t.Errorf("moved: %d", n)
	}
	stopServer(t, moved)

	log := slog.New(slog.DiscardHandler)
	out := filepath.Join(t.TempDir(), "out")
	if err := os.Rename(filepath.Join(before, "storage"), out); err != nil {
		t.Fatal(err)
	}
	refused(t, before, "does not exist", nil)
	refused(t, before, "as --storage says", func(o *Options) { o.Storage = out })
	found := objects(t, out)
	object := someObject(t, out)
	if err := os.Rename(object, object+".away"); err != nil {
		t.Fatal(err)
	}
	if _, err := claim.Relocate(t.Context(), before, out, false, log); err == nil || !strings.Contains(err.Error(), `table "t"`) {
		t.Errorf("relocated to storage that lacks an object: %v", err)
	}
	if err := os.Rename(object+".away", object); err != nil {
		t.Fatal(err)
	}
	r, err := claim.Relocate(t.Context(), before, out, false, log)
	if err != nil {
		t.Fatal(err)
	}
	if r.Is != rms.FileURL(out) || r.Objects != len(found)+1 || r.Cluster != id {
		t.Errorf("%+v, %d objects and a statistics object, cluster %s", r, len(found), id)
	}
	s, err = try(t, before, func(o *Options) { o.Storage = out })
	moved = must(t, s, err)
	if n := run(t, moved, "SELECT sum(a) FROM t"); n != 6 {
		t.Errorf("relocated: %d", n)
	}
	stopServer(t, moved)
	// A copy with the copied storage.
	other, store := copied(t, before), copied(t, out)
	if r, err = claim.Relocate(t.Context(), other, store, false, log); err != nil || r.Cluster == id {
		t.Fatalf("%+v, %v", r, err)
	}
	s, err = try(t, other, nil)
	if n := run(t, must(t, s, err), "SELECT sum(a) FROM t"); n != 6 {
		t.Errorf("copied with its storage: %d", n)
	}
}

// What an older version has made goes on: an absolute URL of the directory's own folder, and a mark without owner. From
// then on it can be copied and moved like a new one.
func TestOldDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "old")
	storage := filepath.Join(dir, "storage")
	r, err := replica.Open(replica.Options{Dir: filepath.Join(dir, datadir.Catalog), ID: "l1", Bootstrap: true,
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.WaitActive(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.EnsureCluster(t.Context(), 4, rms.FileURL(storage), distHashVersion); err != nil {
		t.Fatal(err)
	}
	id := r.Catalog().Cluster().ID
	if err := r.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(storage, 0o700); err != nil {
		t.Fatal(err)
	}
	mark := filepath.Join(storage, rms.OwnerName)
	if err := os.WriteFile(mark, []byte(id), 0o600); err != nil {
		t.Fatal(err)
	}
	other := copied(t, dir)
	s, err := try(t, dir, nil)
	old := must(t, s, err)
	if url := old.replica.Catalog().Cluster().StorageURL; url != datadir.DefaultStorage {
		t.Errorf("URL %s", url)
	}
	// The copy still names the original's storage.
	refused(t, other, "has had another owner", nil)
	moved, err := claim.Relocate(t.Context(), other, "", false, slog.New(slog.DiscardHandler))
	if err != nil || moved.Is != rms.FileURL(filepath.Join(other, "storage")) || moved.Cluster == id {
		t.Fatalf("%+v, %v", moved, err)
	}
	s, err = try(t, other, nil)
	must(t, s, err)
}

// A first start that fails leaves nothing behind but what the next one can use.
func TestFirstStart(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "data")
	file := filepath.Join(top, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(top, "foreign")
	if err := os.MkdirAll(filepath.Join(foreign, "photos"), 0o700); err != nil {
		t.Fatal(err)
	}
	storage := func(url string) func(*Options) { return func(o *Options) { o.Storage = url } }
	for url, why := range map[string]string{"s3://bucket/x": "no support", "file://": "names no folder",
		"file:../x": "file:FOLDER", file + "/x": "not a directory", file: "no folder",
		foreign: "photos", "/proc/nowhere": "no such file"} {
		refused(t, dir, why, storage(url))
	}
	for url, why := range map[string]string{"file:catalog": `"catalog" in the data directory is for something else`, "file:node/objects": `"node" in`, filepath.Join(dir, "artifacts"): `"artifacts" in`,
		dir: "holds the data directory", top: "holds the data directory", "/": "holds the data directory"} {
		refused(t, dir, why, storage(url))
	}
	refused(t, dir, "--slices", func(o *Options) { o.Slices = 0 })
	refused(t, dir, "listen", func(o *Options) { o.Listen = "127.0.0.1:nowhere" })
	if _, err := os.Stat(dir); err == nil {
		t.Error("a refused start has made the directory")
	}
	refused(t, foreign, "photos", nil)
	refused(t, file, "not a directory", nil)
	s, err := try(t, dir, storage(filepath.Join(top, "good")))
	good := must(t, s, err)
	run(t, good, "CREATE TABLE t (a int)")
	stopServer(t, good)
	refused(t, dir, "as --storage says", storage(filepath.Join(top, "other")))
	if _, err := os.Stat(filepath.Join(top, "other")); err == nil {
		t.Error("a refused start has made a storage")
	}
	refused(t, filepath.Join(top, "second"), "belongs to", storage(filepath.Join(top, "good")))
	empty := filepath.Join(top, "empty")
	s, err = try(t, empty, nil)
	stopServer(t, must(t, s, err))
	if _, err := claim.Relocate(t.Context(), empty, foreign, false, slog.New(slog.DiscardHandler)); err == nil ||
		!strings.Contains(err.Error(), "photos") {
		t.Errorf("a catalog without objects was pointed at a folder of somebody else's: %v", err)
	}
}

// A leader's directory is no node's, and the other way round; a leader with its storage in its directory stays alone.
func TestDirectoriesOfOthers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "node")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "breadcrumbs"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, dir, "caches of a compute node", nil)
	leader := func(o *Options) { o.Embedded, o.Cluster = false, "127.0.0.1:0" }
	refused(t, filepath.Join(dir, "x"), "other leaders would not find it",
		func(o *Options) { leader(o); o.Storage = "file:x" })
	s, err := try(t, filepath.Join(t.TempDir(), "l1"), leader)
	alone := must(t, s, err)
	refused(t, filepath.Join(t.TempDir(), "l2"), "lies in the directory of leader l1", func(o *Options) {
		leader(o)
		o.ID, o.Bootstrap, o.Join = "l2", false, []string{alone.ClusterAddr()}
	})
}
