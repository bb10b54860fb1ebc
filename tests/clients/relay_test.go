package clients

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"slipher/leader/pgwire"
	"slipher/leader/relay"
	"slipher/tests/warehouse"
)

// behind puts a relay before the leader at *to and returns its address.
func behind(t *testing.T, to *atomic.Pointer[string]) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := relay.New(relay.Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Active: func(context.Context) (string, error) {
			if a := to.Load(); a != nil {
				return *a, nil
			}
			return "", errors.New("none yet")
		}})
	go func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer nc.Close()
				if h, err := pgwire.ReadHello(nc); err == nil {
					r.Handle(nc, h)
				}
			}()
		}
	}()
	t.Cleanup(func() {
		ln.Close()
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		r.Close(ctx)
	})
	return ln.Addr().String()
}

// Clients behind a standby's relay keep their sessions when the leader's process
// is another: here one that is stopped and started again on the same directory.
func TestRelay(t *testing.T) {
	dir := t.TempDir()
	var at atomic.Pointer[string]
	w := warehouse.Start(t, warehouse.Options{Dir: dir})
	at.Store(&w.Addr)
	addr := behind(t, &at)
	restart := func() {
		at.Store(nil)
		stop, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		if err := w.Leader.Close(stop); err != nil {
			t.Fatal(err)
		}
		w = warehouse.Start(t, warehouse.Options{Dir: dir})
		at.Store(&w.Addr)
	}
	connect := func(mode string) *pgx.Conn {
		c, err := pgx.Connect(ctx, "postgres://dev@"+addr+"/dev?default_query_exec_mode="+mode)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close(ctx) })
		return c
	}
	c, block, slow := connect("cache_statement"), connect("exec"), connect("exec")
	warehouse.Exec(t, c, everything)
	for _, r := range rows() {
		if _, err := c.Exec(ctx, "INSERT INTO everything VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)",
			r.values...); err != nil {
			t.Fatal(err)
		}
	}
	checkText(t, c)
	warehouse.Exec(t, c,
		"SET search_path TO 'nowhere, public'; SET application_name TO 'it''s'; SET my.own TO 'x'; SET timezone TO "+
			"'asia/tokyo'; PREPARE two(int) AS SELECT $1 + 2")
	// What was read under one setting is not read anew under another.
	warehouse.Exec(t, c, `SET standard_conforming_strings TO off; SET my.path TO 'C:\\new\\''s'; PREPARE tabs AS SELECT len('a\tb')`)
	if _, err := c.Prepare(ctx, "tabbed", `SELECT len('a\tb')`); err != nil {
		t.Fatal(err)
	}
	warehouse.Exec(t, c, "SET standard_conforming_strings TO on")
	warehouse.Exec(t, c, "BEGIN; SET search_path TO 'other'; ROLLBACK")
	warehouse.Exec(t, block, "BEGIN")
	if _, err := slow.Prepare(ctx, "st", "SELECT $1::int + 1"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		restart()
		for _, q := range []struct{ sql, want string }{
			{"SHOW search_path", "nowhere, public"}, {"SHOW application_name", "it's"}, {"SHOW my.own", "x"},
			{"SHOW timezone", "Asia/Tokyo"}, {"EXECUTE two(3)", "5"},
			{"SHOW my.path", `C:\new\'s`}, {"EXECUTE tabs", "3"}, {`SELECT len('a\tb')`, "4"},
			{"SELECT count(*) FROM everything", "3"},
		} {
			r, err := warehouse.Query(c, q.sql)
			if err != nil || len(r.Rows) != 1 || r.Rows[0][0] != q.want {
				t.Errorf("%s: %v %v, want %s", q.sql, r, err, q.want)
			}
		}
		var n int
		if err := slow.QueryRow(ctx, "st", 41).Scan(&n); err != nil || n != 42 {
			t.Errorf("prepared: %d %v", n, err)
		}
		if err := c.QueryRow(ctx, "tabbed").Scan(&n); err != nil || n != 3 {
			t.Errorf("prepared under another setting: %d %v", n, err)
		}
		if err := c.QueryRow(ctx, "SELECT count(*) FROM everything WHERE id > $1", 1).Scan(&n); err != nil || n != 2 {
			t.Errorf("cached: %d %v", n, err)
		}
	}
	var pe *pgconn.PgError
	if _, err := warehouse.Query(block, "SELECT 1"); !errors.As(err, &pe) || pe.Code != "57P01" ||
		block.PgConn().TxStatus() != 'E' {
		t.Errorf("block: %v %c", err, block.PgConn().TxStatus())
	}
	if r, err := warehouse.Query(block, "COMMIT"); err != nil || r.Tag != "ROLLBACK" {
		t.Errorf("block: %v %v", r, err)
	}
	host, port, _ := net.SplitHostPort(addr)
	db, err := sql.Open("postgres", fmt.Sprintf("host=%s port=%s user=dev dbname=dev sslmode=disable", host, port))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int
	if err := db.QueryRow("SELECT id FROM everything WHERE v = $1", "héllo").Scan(&n); err != nil || n != 1 {
		t.Errorf("lib/pq: %d %v", n, err)
	}
	psql, err := exec.LookPath("psql")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(psql, "-X", "-At", "-h", host, "-p", port, "-U", "dev", "dev")
	cmd.Stdin = strings.NewReader(
		"CREATE TABLE c (i int, v varchar(10));\nCOPY c FROM STDIN;\n1\tone\n2\ttwo\n\\.\nSELECT sum(i), count(v) FROM " +
			"c;\nnonsense;\nSELECT 1;\n")
	var rows, said strings.Builder
	cmd.Stdout, cmd.Stderr = &rows, &said
	if err := cmd.Run(); err != nil || !strings.HasSuffix(rows.String(), "COPY 2\n3|2\n1\n") ||
		!strings.Contains(said.String(), "syntax error") {
		t.Errorf("psql: %v\n%s\n%s", err, rows.String(), said.String())
	}
}
