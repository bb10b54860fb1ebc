package random

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"slipher/tests/cluster"

	"github.com/jackc/pgx/v5/pgconn"
)

// postgres is a server.
type postgres struct{ address string }

// connect opens a connection that lasts as long as the test.
func (p *postgres) connect(t *testing.T) *pgconn.PgConn {
	t.Helper()
	c, err := p.try()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		c.Close(ctx)
	})
	return c
}

func (p *postgres) try() (*pgconn.PgConn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return pgconn.Connect(ctx, fmt.Sprintf("postgres://oracle@%s/postgres?sslmode=disable", p.address))
}

// startPostgres runs a PostgreSQL of its own, on loopback, until the test ends.
//
// Collation is C as in Slipher; letters are Unicode's, so that upper and lower
// agree. It runs as postgres or nobody where the test runs as root, which
// PostgreSQL refuses.
func startPostgres(t *testing.T) *postgres {
	t.Helper()
	bin := postgresBin(t)
	dir, err := os.MkdirTemp("", "slipher-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	as := ordinaryUser(t, dir)
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "oracle", "-A", "trust", "-E", "UTF8",
		"--lc-collate=C", "--lc-ctype=C.UTF-8", "-N")
	initdb.SysProcAttr, initdb.Dir = as, dir
	var said bytes.Buffer
	initdb.Stderr = &said
	if err := initdb.Run(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, &said)
	}
	address, err := cluster.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(address)
	server := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-p", port, "-c", "listen_addresses="+host,
		"-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "TimeZone=UTC", "-c", "jit=off", "-c",
		"statement_timeout=5s")
	var log bytes.Buffer
	server.SysProcAttr, server.Dir, server.Stderr = as, dir, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { server.Wait(); close(ended) }()
	t.Cleanup(func() {
		server.Process.Signal(syscall.SIGINT) // a fast shutdown
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			server.Process.Signal(syscall.SIGQUIT)
			<-ended
		}
	})
	for deadline := time.Now().Add(time.Minute); ; {
		p := &postgres{address}
		c, err := p.try()
		if err == nil {
			c.Close(context.Background())
			return p
		}
		select {
		case <-ended:
			t.Fatalf("PostgreSQL ended while starting:\n%s", log.String())
		case <-time.After(100 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("PostgreSQL does not answer: %v", err)
		}
	}
}

// postgresBin is the directory of the newest PostgreSQL server installed.
func postgresBin(t *testing.T) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	best, newest := "", 0
	for _, f := range found {
		bin := filepath.Dir(f)
		if v, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin))); v > newest {
			best, newest = bin, v
		}
	}
	if best != "" {
		return best
	}
	if f, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(f)
	}
	t.Fatal(
		"no PostgreSQL server on this machine: the random queries are checked against one (./build.sh test installs the " +
			"Debian package postgresql)")
	return ""
}

// ordinaryUser gives dir to a user that is not root, and how to run as it.
func ordinaryUser(t *testing.T, dir string) *syscall.SysProcAttr {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	t.Fatal("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")
	return nil
}
