package faults

import (
	"fmt"
	"testing"
	"time"

	"slipher/tests/cluster"
)

// The active leader is paused in the middle of a load, for longer than every timeout: another
// one takes over with the nodes, the load that the first one goes on with afterwards is all there or
// not at all, and both leaders answer alike.
func TestPausedLeader(t *testing.T) {
	c := cluster.StartLeaders(t, 3, cluster.WithLLVM)
	conn := c.Connect(t, "dev")
	numbers(t, conn, 4)
	waitStates(t, conn, "n1 connected 2, n2 connected 2")
	for round := range 3 {
		at := c.Active(t)
		old, other := c.Leaders[at], c.Leaders[(at+1)%3]
		loading, err := old.TryConnect("dev")
		if err != nil {
			t.Fatal(err)
		}
		sum := loading.One(t, "SELECT count(*) FROM n")
		done := make(chan error, 1)
		go func() {
			_,
				err := loading.Try(
				fmt.Sprintf("INSERT INTO n SELECT a.i + 100000 * (%d + b.d), a.s FROM n a CROSS JOIN digit b WHERE a.i < 10000",
					round+1))
			done <- err
		}()
		time.Sleep(time.Duration(10+15*round) * time.Millisecond)
		old.Pause(t)
		began := time.Now()
		count := ""
		for {
			now, err := other.TryConnect("dev")
			if err == nil {
				rs, err := now.Try("SELECT count(*) FROM n")
				now.Close()
				if err == nil {
					count = rs[0].Rows[0][0].Text
					break
				}
			}
			if time.Since(began) > 30*time.Second {
				t.Fatalf("no answer under another leader: %v", err)
			}
			time.Sleep(20 * time.Millisecond)
		}
		took := time.Since(began)
		t.Logf("round %d: %s rows after %s", round, count, took)
		if took > recovery {
			t.Errorf("queries ran again after %s", took)
		}
		now, err := other.TryConnect("dev")
		if err != nil {
			t.Fatal(err)
		}
		waitStates(t, now, "n1 connected 2, n2 connected 2")
		time.Sleep(time.Until(began.Add(6 * time.Second)))
		old.Resume(t)
		if err := <-done; err != nil {
			t.Logf("the interrupted load: %s", cluster.ErrorText(err))
		} else if count == sum {
			// It was not there while the leader was paused: it must have come afterwards, by the new leader's hand.
			count = now.One(t, "SELECT count(*) FROM n")
			if count == sum {
				t.Error("an acknowledged load is lost")
			}
		}
		loading.Close()
		waitStates(t, now, "n1 connected 2, n2 connected 2")
		again, err := old.TryConnect("dev")
		if err != nil {
			t.Fatal(err)
		}
		for _, conn := range []*cluster.Conn{now, again} {
			if n := conn.One(t, "SELECT count(*) FROM n"); n != count {
				t.Errorf("%s rows, before %s", n, count)
			}
			if bad := conn.One(t,
				"SELECT count(*) FROM (SELECT i / 100000 g, count(*) n FROM n GROUP BY 1 HAVING count(*) <> 10000) q"); bad != "0" {
				t.Errorf("%s loads are there in part", bad)
			}
		}
		again.Close()
		now.Close()
		admin := c.Leaders[c.Active(t)]
		a, err := admin.TryConnect("dev")
		if err != nil {
			t.Fatal(err)
		}
		a.Exec(t, "DELETE FROM n WHERE i >= 100000")
		a.Close()
	}
}
