package crash

import (
	"context"
	"fmt"
	"syscall"
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
	if err := r.retry(ctx, again, func() (err error) {
		rows, _,
			err = again.exec(ctx, "SELECT count(*) FROM t")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if n := fmt.Sprint(rows); n != "[[0]]" && n != "[[1]]" {
		t.Errorf("%s rows", n)
	}
}

// Leaders and nodes that are told to stop while the network takes what they say and lets nothing out, or in, stop in
// order; what they have acknowledged is there afterwards.
func TestStopCutOff(t *testing.T) {
	if n, err := newNetwork(2); err != nil {
		t.Skip("no partitions by network namespaces here: ", err)
	} else {
		n.close()
	}
	t.Parallel()
	g, err := newRig(cluster.Binary(), t.TempDir(), shape{leaders: 3, nodes: 2}, true)
	defer g.close()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	r := newRun(g, ingredients{shape: g.shape, parts: true}, t.Logf)
	rd := &round{run: r}
	c := r.client("client", 1)
	defer c.close()
	c.patience = settle
	exec := func(sql string) [][]string {
		t.Helper()
		var rows [][]string
		if err := r.retry(ctx, c, func() (err error) { rows, _, err = c.exec(ctx, "%s", sql); return err }); err != nil {
			for _, p := range append(append([]*proc{}, g.leaders...), g.nodes...) {
				logged := p.tail()
				p.signal(syscall.SIGQUIT) // its stacks
				time.Sleep(time.Second)
				t.Logf("%s logged:\n%s\nand was at\n%s", p.name, logged, p.stacks())
			}
			t.Fatalf("%s: %s", sql, errorText(err))
		}
		return rows
	}
	exec("CREATE TABLE t(v INT)")
	written := 0
	for _, oneway := range []bool{false, true} {
		for _, who := range []string{"active", "standby", "node"} {
			exec(fmt.Sprintf("INSERT INTO t VALUES (%d)", written))
			written++
			if err := rd.findActive(ctx, c); err != nil {
				t.Fatal(err)
			}
			victim := g.leaders[rd.active]
			switch who {
			case "standby":
				victim = g.leaders[(rd.active+1)%3]
			case "node":
				victim = g.nodes[0]
			}
			busy := r.client("busy", 2)
			busy.leader = rd.active
			asked := make(chan struct{})
			go func() { // may end in any way
				_, _, _ = busy.exec(ctx, "SELECT count(*) FROM t a CROSS JOIN t b CROSS JOIN stl_query")
				close(asked)
			}()
			cut := map[[2]int]bool{}
			rd.cuts(cut, step{oneway: oneway}, []*proc{victim})
			if err := g.net.set(cut); err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
			began := time.Now()
			if err := victim.stop(); err != nil {
				t.Error(err)
			}
			t.Logf("%s, one way %v: %s stopped after %v", who, oneway, victim.name, time.Since(began).Round(time.Millisecond))
			<-asked
			busy.close()
			if err := g.heal(); err != nil {
				t.Fatal(err)
			}
			if err := victim.waitReady(readyPatience); err != nil {
				t.Fatal(err)
			}
			if rows := fmt.Sprint(exec("SELECT count(*) FROM t")); rows != fmt.Sprintf("[[%d]]", written) {
				t.Errorf("%s rows of %d", rows, written)
			}
		}
	}
}
