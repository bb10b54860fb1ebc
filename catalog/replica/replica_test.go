package replica

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
)

func open(t *testing.T, dir string) *Replica {
	t.Helper()
	r, err := Open(Options{Dir: dir, ID: "l1", Bootstrap: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Shutdown(context.Background()) })
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := r.WaitActive(ctx); err != nil {
		t.Fatal(err)
	}
	if err := r.EnsureCluster(ctx, 4, "file:///nowhere", 1); err != nil {
		t.Fatal(err)
	}
	return r
}

func propose(t *testing.T, r *Replica, ops ...state.Op) *state.Result {
	t.Helper()
	res, err := r.Propose(context.Background(), &state.Command{Ops: ops})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func table(name string) state.Op {
	return &state.CreateTable{Table: state.Table{Database: "dev", Schema: "public",
		Name: name, Columns: []state.Column{{Name: "a", Type: types.TInt4}}}}
}

// A new replica is active in well under a second.
func TestStartIsFast(t *testing.T) {
	start := time.Now()
	open(t, t.TempDir())
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("active after %v", took)
	} else {
		t.Logf("active after %v", took)
	}
}

// tcp is a stream layer over plain connections.
type tcp struct{ net.Listener }

func (tcp) DialAddr(addr string, timeout time.Duration) (net.Conn, error) {
	return net.DialTimeout("tcp", addr, timeout)
}

// A lone voter with a transport for leaders to come is as fast, also when its
// address has changed between two starts.
func TestStreams(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		r, err := Open(Options{Dir: dir, ID: "l1", Bootstrap: true, Streams: tcp{l}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		if err := r.WaitActive(ctx); err != nil {
			t.Fatal(err)
		}
		cancel()
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("active after %v", took)
		} else {
			t.Logf("active after %v", took)
		}
		if id, _ := r.Leader(); id != "l1" {
			t.Errorf("leader is %q", id)
		}
		if err := r.Shutdown(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// A directory of another leader's id is refused by name.
func TestOtherID(t *testing.T) {
	dir := t.TempDir()
	open(t, dir).Shutdown(context.Background())
	if _, err := Open(Options{Dir: dir, ID: "l2", Bootstrap: true}); err == nil || !strings.Contains(err.Error(), `belongs to leader "l1"`) {
		t.Errorf("took another leader's directory: %v", err)
	}
}

// BenchmarkPropose is what a command costs with its fsync, alone and in company.
func BenchmarkPropose(b *testing.B) {
	r, err := Open(Options{Dir: b.TempDir(), ID: "l1", Bootstrap: true})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Shutdown(context.Background())
	ctx := context.Background()
	if err := r.WaitActive(ctx); err != nil {
		b.Fatal(err)
	}
	pin := &state.Command{Ops: []state.Op{&state.Pin{Version: 1}}}
	for _, sessions := range []int{1, 8} {
		b.Run(fmt.Sprintf("sessions=%d", sessions), func(b *testing.B) {
			b.SetParallelism(sessions)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := r.Propose(ctx, pin); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// A stopped replica comes back with everything, from the log alone, from a
// snapshot and from both; the cluster's id and key stay.
func TestRestartKeepsEverything(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	id := state.TableID(propose(t, r, table("t0")).Ops[0].ID)
	for round := range 4 {
		propose(t, r, table(fmt.Sprintf("r%d", round)))
		if round == 1 || round == 2 {
			if err := r.Snapshot(); err != nil {
				t.Fatal(err)
			}
		}
		if round == 2 {
			propose(t, r, &state.Delta{Table: id, Adds: []state.ObjectRef{{Name: "o", Rows: 3}}})
		}
		before, term := r.Catalog(), r.Term()
		if err := r.Shutdown(context.Background()); err != nil {
			t.Fatal(err)
		}
		r = open(t, dir)
		after := r.Catalog()
		if r.Term() <= term || after.Version() != before.Version()+1 {
			t.Fatalf("term %d after %d, version %d after %d", r.Term(), term, after.Version(), before.Version())
		}
		if after.Cluster().ID != before.Cluster().ID || !bytes.Equal(after.Cluster().SigningKey,
			before.Cluster().SigningKey) {
			t.Fatal("another cluster")
		}
		if len(after.Tables("dev")) != round+2 {
			t.Fatalf("%d tables, want %d", len(after.Tables("dev")), round+2)
		}
	}
	if r.Catalog().TableByID(id).Version.Rows != 3 {
		t.Error("rows lost")
	}
}

// Sessions propose at once; each command counts once, retries change nothing,
// and the results of ended transactions do not pile up.
func TestConcurrentTransactions(t *testing.T) {
	r := open(t, t.TempDir())
	id := state.TableID(propose(t, r, table("t")).Ops[0].ID)
	ctx := context.Background()
	const sessions, each = 8, 20
	var wg sync.WaitGroup
	for s := range sessions {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range each {
				txn, err := r.Begin(ctx)
				if err != nil {
					t.Error(err)
					return
				}
				cmd := &state.Command{Txn: txn, Ops: []state.Op{&state.Delta{Table: id,
					Adds: []state.ObjectRef{{Name: fmt.Sprintf("%d-%d", s, i), Rows: 1}}}}}
				for range 2 {
					if _, err := r.Propose(ctx, cmd); err != nil {
						t.Error(err)
					}
				}
				r.End(txn)
			}
		}()
	}
	wg.Wait()
	if rows := r.Catalog().TableByID(id).Version.Rows; rows != sessions*each {
		t.Errorf("%d rows, want %d", rows, sessions*each)
	}
	propose(t, r, &state.Pin{Version: 1})
	next, _ := r.Begin(ctx)
	if s := r.Catalog().Settled(); s != next {
		t.Errorf("settled %d, want %d", s, next)
	}
}

// Errors of a command come back with their SQLSTATE; the kept result is not
// shared with whoever decorates the error.
func TestErrors(t *testing.T) {
	r := open(t, t.TempDir())
	propose(t, r, table("t"))
	res, err := r.Propose(context.Background(), &state.Command{Ops: []state.Op{table("t")}})
	if e := sqlerr.From(err); e.Code != sqlerr.DuplicateTable || e == res.Err {
		t.Errorf("%v", err)
	}
	if err := r.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := r.Propose(context.Background(), &state.Command{Ops: []state.Op{table("u")}}); err == nil {
			t.Error("a stopped replica took a command")
		}
	}
}

// Commands under way at shutdown are answered, one way or the other.
func TestShutdownAnswersEveryone(t *testing.T) {
	r := open(t, t.TempDir())
	var wg sync.WaitGroup
	for range 16 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				if _, err := r.Propose(context.Background(), &state.Command{Ops: []state.Op{&state.Pin{Version: 1}}}); err != nil {
					return
				}
			}
		}()
	}
	time.Sleep(50 * time.Millisecond)
	if err := r.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	wg.Wait()
}

// A directory is used by one replica at a time.
func TestLock(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	if _, err := Open(Options{Dir: dir, ID: "l1", Bootstrap: true}); err == nil {
		t.Fatal("opened twice")
	}
	r.Shutdown(context.Background())
	open(t, dir)
}

// Changed wakes whoever waits for a new version.
func TestChanged(t *testing.T) {
	r := open(t, t.TempDir())
	ch := r.Changed()
	go r.Propose(context.Background(), &state.Command{Ops: []state.Op{table("t")}})
	select {
	case <-ch:
	case <-time.After(5 * time.Second):
		t.Fatal("nobody woke us")
	}
	if r.Catalog().Table("dev", "public", "t") == nil {
		t.Error("no table")
	}
}
