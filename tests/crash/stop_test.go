package crash

import (
	"context"
	"fmt"
	"testing"
	"time"

	"slipher/tests/cluster"
	"slipher/tests/history"
)

// An active leader that is told to stop while a commit hangs, because no majority answers, stops soon; the
// client knows that it knows nothing, and the row is there once or not at all.
func TestStopWithoutMajority(t *testing.T) {
	t.Parallel()
	g, err := newRig(cluster.Binary(), t.TempDir(), shape{leaders: 3, nodes: 1}, false)
	defer g.close()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	r := newRun(g, ingredients{shape: g.shape}, t.Logf)
	rd := &round{run: r}
	c := r.client("client", 1)
	defer c.close()
	if err := rd.findActive(ctx, c); err != nil {
		t.Fatal(err)
	}
	c.close()
	c.leader, c.patience = rd.active, 20*time.Second
	if _, _, err := c.exec(ctx, "CREATE TABLE t(v INT)"); err != nil {
		t.Fatal(err)
	}
	for i, p := range g.leaders {
		if i != rd.active {
			p.pause()
		}
	}
	answer := make(chan error)
	go func() {
		_, _, err := c.exec(ctx, "INSERT INTO t VALUES (1)")
		answer <- err
	}()
	time.Sleep(100 * time.Millisecond)
	begin := time.Now()
	if err := g.leaders[rd.active].stop(); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(begin); d > 20*time.Second {
		t.Errorf("the leader stopped after %v", d)
	} else {
		t.Logf("stopped after %v", d)
	}
	err = <-answer
	if outcome(err) != history.Unknown {
		t.Errorf("the client heard %v", err)
	}
	for i, p := range g.leaders {
		if i != rd.active {
			p.resume()
		}
	}
	if err := g.leaders[rd.active].start(); err != nil {
		t.Fatal(err)
	}
	again := r.client("again", 2)
	defer again.close()
	var rows [][]string
	if err := r.retry(ctx, again, func() (err error) { rows, _, err = again.exec(ctx, "SELECT count(*) FROM t"); return err }); err != nil {
		t.Fatal(err)
	}
	if n := fmt.Sprint(rows); n != "[[0]]" && n != "[[1]]" {
		t.Errorf("%s rows", n)
	}
}
