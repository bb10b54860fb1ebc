package crash

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"slipher/tests/cluster"
	"slipher/tests/history"
)

// An answer to a commit that is lost, on its way through the log or with its server, does no harm: the
// server finds out by itself what became of the commit, or the client asks and
// tries again. Every row is there once.
func TestLostReplies(t *testing.T) {
	g, err := newRig(cluster.Binary(), t.TempDir(), shape{}, false)
	defer g.close()
	if err != nil {
		t.Fatal(err)
	}
	p, c, ctx := g.leaders[0], g.client("client", 1), context.Background()
	defer c.close()
	exec := func(format string, args ...any) string {
		t.Helper()
		rows, tag, err := c.exec(ctx, format, args...)
		if err != nil {
			t.Fatal(errorText(err))
		}
		if rows != nil {
			return fmt.Sprint(rows)
		}
		return tag
	}
	exec("CREATE TABLE s(way INT, v BIGINT, pad VARCHAR(2000))")
	exec("CREATE TABLE counter(v BIGINT)")
	exec("INSERT INTO counter VALUES (0)")
	way, bumps := 0, 0
	ways := []struct {
		name string
		do   func() (history.Outcome, error)
		rows int
	}{
		{"INSERT", func() (history.Outcome, error) {
			_, _, err := c.exec(ctx, "INSERT INTO s VALUES (%d, 1, 'x')", way)
			return outcome(err), err
		}, 1},
		{"COPY", func() (history.Outcome, error) {
			err := c.copyIn(ctx, "COPY s FROM STDIN DELIMITER '|'",
				strings.NewReader(strings.Repeat(fmt.Sprintf("%d|1|%s\n", way, strings.Repeat("p", 1500)), 60)))
			return outcome(err), err
		}, 60},
		{"transaction", func() (history.Outcome, error) {
			return c.transaction(ctx, false, func() error {
				if _, _, err := c.exec(ctx, "INSERT INTO s VALUES (%d, 1, 'x')", way); err != nil {
					return err
				}
				_, _, err := c.exec(ctx, "UPDATE counter SET v = v + 1")
				return err
			})
		}, 1},
	}
	for _, l := range []struct {
		rule   string
		answer string // what the client hears
	}{
		{"replica.proposed=error@1", "ok"},
		{"txn.commit.after=error@1", "08007"},
		{"txn.commit.before=kill@1", ""},
		{"log.store=kill@1", ""},
		{"log.stored=kill@1", ""},
		{"replica.proposed=kill@1", ""},
		{"txn.commit.after=kill@1", ""},
	} {
		for _, w := range ways {
			way++
			c.exec(ctx, "SELECT 1") // connected before the point is armed
			if err := p.arm(l.rule); err != nil {
				t.Fatal(err)
			}
			o, err := w.do()
			answer := code(err)
			if err == nil {
				answer = "ok"
			}
			if answer != l.answer {
				t.Errorf("%s, %s: the client heard %q (%v), want %q", l.rule, w.name, answer, err, l.answer)
			}
			if err := p.disarm(); err != nil {
				t.Fatal(err)
			}
			if answer == "" {
				for deadline := time.Now().Add(10 * time.Second); p.running() && time.Now().Before(deadline); {
					time.Sleep(time.Millisecond)
				}
				if err := p.start(); err != nil {
					t.Fatal(l.rule, w.name, err)
				}
				if err := p.waitReady(readyPatience); err != nil {
					t.Fatal(err)
				}
			}
			count := func() string { return exec("SELECT count(*) FROM s WHERE way = %d", way) }
			// Nothing counts if the fault met a command before the commit (ids, housekeeping), too.
			if n := count(); n == "[[0]]" && o != history.Committed {
				if o, err = w.do(); o != history.Committed {
					t.Fatalf("%s, %s: again: %v %v", l.rule, w.name, o, err)
				}
			}
			if n, want := count(), fmt.Sprintf("[[%d]]", w.rows); n != want {
				t.Errorf("%s, %s (%v): %s rows, want %s", l.rule, w.name, o, n, want)
			}
			if w.name == "transaction" {
				bumps++
			}
		}
	}
	if n, want := exec("SELECT v FROM counter"), fmt.Sprintf("[[%d]]", bumps); n != want {
		t.Errorf("the counter is %s, want %s", n, want)
	}
}
