package leader

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"slipher/leader/member"
	"slipher/node/wire"
	"slipher/tests/cluster"
)

// leaders are a few leaders in this process.
type leaders struct {
	t   *testing.T
	dir string
	all []*Server
}

func (l *leaders) options(i int) Options {
	out := io.Discard
	if os.Getenv("SLIPHER_TEST_LOG") != "" {
		out = os.Stderr
	}
	o := Options{Dir: fmt.Sprintf("%s/l%d", l.dir, i+1), ID: fmt.Sprintf("l%d", i+1), Listen: "127.0.0.1:0",
		Cluster: "127.0.0.1:0", Bootstrap: i == 0,
		Slices: 2, Storage: "file://" + l.dir + "/storage", Log: slog.New(slog.NewTextHandler(out, nil))}
	for k, s := range l.all {
		if k != i && s != nil {
			o.Join, o.Bootstrap = append(o.Join, s.ClusterAddr()), false
		}
	}
	return o
}

func (l *leaders) start(i int) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := Start(ctx, l.options(i))
	if err == nil {
		err = s.WaitReady(ctx)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	if i == len(l.all) {
		l.all = append(l.all, nil)
	}
	l.all[i] = s
}

func (l *leaders) stop(i int) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := l.all[i].Close(ctx); err != nil {
		l.t.Error(err)
	}
	l.all[i] = nil
}

func startLeaders(t *testing.T, n int) *leaders {
	t.Setenv("SLIPHER_LLVM", "off")
	l := &leaders{t: t, dir: t.TempDir()}
	t.Cleanup(func() {
		for i, s := range l.all {
			if s != nil {
				l.stop(i)
			}
		}
	})
	for i := range n {
		l.start(i)
	}
	return l
}

func (l *leaders) active() int {
	l.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		for i, s := range l.all {
			if s != nil && s.life.active() != 0 {
				return i
			}
		}
	}
	l.t.Fatal("no leader is active")
	return -1
}

func connect(t *testing.T, addr string) *pgconn.PgConn {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgconn.Connect(ctx, "postgres://dev@"+addr+"/dev?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Leadership moves, leaders stop and come back, while sessions at all of them ask and
// change the catalog: what was acknowledged is there, and every leader can become active again.
func TestLeadershipMoves(t *testing.T) {
	l := startLeaders(t, 3)
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	var mu sync.Mutex // guards l.all and made
	made := map[string]bool{}
	var wg sync.WaitGroup
	for w := range 3 {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				mu.Lock()
				s := l.all[w]
				mu.Unlock()
				if s == nil {
					time.Sleep(10 * time.Millisecond)
					continue
				}
				short, cancel := context.WithTimeout(ctx, 20*time.Second)
				c, err := pgconn.Connect(short, "postgres://dev@"+s.SQLAddr()+"/dev?sslmode=disable")
				for k := 0; err == nil && k < 50; k++ {
					name := fmt.Sprintf("s_%d_%d_%d", w, i, k)
					if _, err = c.Exec(short, "SELECT count(*) FROM pg_namespace; CREATE SCHEMA "+name).ReadAll(); err == nil {
						mu.Lock()
						made[name] = true
						mu.Unlock()
					}
				}
				if c != nil {
					c.Close(short)
				}
				cancel()
			}
		})
	}
	for round := range 4 {
		time.Sleep(200 * time.Millisecond)
		a := l.active()
		term := l.all[a].replica.Term()
		if round%2 == 0 {
			if err := l.all[a].members.Transfer(ctx, ""); err != nil {
				t.Error(err)
			}
		} else {
			mu.Lock()
			s := l.all[a]
			l.all[a] = nil
			mu.Unlock()
			if err := s.Close(ctx); err != nil {
				t.Error(err)
			}
			mu.Lock()
			l.start(a)
			mu.Unlock()
		}
		for l.all[l.active()].replica.Term() == term && ctx.Err() == nil {
			time.Sleep(5 * time.Millisecond)
		}
	}
	stop()
	wg.Wait()
	for i := range l.all {
		c := connect(t, l.all[i].SQLAddr())
		res, err := c.Exec(context.Background(), "SELECT nspname FROM pg_namespace").ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		there := map[string]bool{}
		for _, r := range res[0].Rows {
			there[string(r[0])] = true
		}
		for name := range made {
			if !there[name] {
				t.Errorf("%s was acknowledged and is not there", name)
			}
		}
		c.Close(context.Background())
	}
	if len(made) == 0 {
		t.Error("nothing was made")
	}
	t.Logf("%d schemas", len(made))
}

// What a leader says of itself and the others; who may not join.
func TestLeaderStatus(t *testing.T) {
	l := startLeaders(t, 2)
	a := l.all[l.active()]
	rows := a.members.Status(context.Background())
	if len(rows) != 2 {
		t.Fatalf("%v", rows)
	}
	for _, r := range rows {
		if !r.Known || !r.Voter || r.Term != a.replica.Term() || r.SQL == "" || r.Cluster == "" ||
			(r.State == "leader") != (r.ID == a.opts.ID) {
			t.Errorf("%+v", r)
		}
	}
	o := l.options(2)
	o.Join = nil
	if _, err := Start(context.Background(), o); err == nil {
		t.Error("a leader without a cluster started")
	}
	if _, err := os.Stat(o.Dir); err == nil {
		t.Error("it left a directory")
	}
	o.Join, o.Bootstrap = []string{a.ClusterAddr()}, true
	if _, err := Start(context.Background(), o); err == nil {
		t.Error("--bootstrap with --join")
	}
}

// A leader that is told to join itself says so instead of asking itself for ever.
func TestJoinSelf(t *testing.T) {
	addr, err := cluster.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err = Start(ctx, Options{Dir: t.TempDir(), ID: "l1", Listen: "127.0.0.1:0", Cluster: addr, Join: []string{addr},
		Log: slog.New(slog.DiscardHandler)})
	if !errors.Is(err, member.ErrJoinSelf) {
		t.Error(err)
	}
}

// asker is a link to a leader that asks to join and does nothing else.
type asker struct{ wire.Conn }

func (asker) Peer() string { return "l9" }

// A new leader whose first answer was lost asks again before its replica is open: it gets no
// vote yet, for a majority that needs it would not be there.
func TestJoinAskedTwice(t *testing.T) {
	l := startLeaders(t, 1)
	s := l.all[l.active()]
	for range 3 {
		m, err := s.members.Handler(nil).Call(t.Context(), asker{},
			&wire.Join{ID: "l9", Addr: "127.0.0.1:1", SQL: "127.0.0.1:1", Add: true, Fresh: true})
		if err != nil {
			t.Fatal(err)
		}
		if j := m.(*wire.Joined); !j.Active || j.Refused != "" || j.Voter {
			t.Errorf("%+v", j)
		}
		if m, ok := s.replica.Member("l9"); !ok || m.Voter {
			t.Errorf("member %+v, %v", m, ok)
		}
	}
}
