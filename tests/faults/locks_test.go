package faults

import (
	"fmt"
	"testing"

	"slipher/tests/cluster"
)

// A lock goes with its transaction when the leader changes, whether the old one hands over or is killed: clients of the
// others lock, wait and write there. A write that only waited is run by the new leader, if the old one could still say
// that it was not run.
func TestLockAcrossLeaders(t *testing.T) {
	c := cluster.StartLeaders(t, 3, cluster.WithoutLLVM)
	c.Connect(t, "dev").Exec(t, "CREATE TABLE k(i INTEGER)")
	for round, killed := range []bool{false, true} {
		a := c.Active(t)
		next, third := c.Leaders[(a+1)%3], c.Leaders[(a+2)%3]
		holder, writer, locker, look := next.Connect(t, "dev"), third.Connect(t, "dev"), next.Connect(t, "dev"),
			third.Connect(t, "dev")
		waiting := func(want string) {
			t.Helper()
			waitFor(t, "who waits", func() string {
				return look.One(t, "SELECT count(*) FROM stv_locks WHERE lock_status = 'Waiting for write lock'")
			}, want)
		}
		holder.Exec(t, "BEGIN; LOCK k; INSERT INTO k VALUES (-1)")
		write := writer.Go(fmt.Sprintf("INSERT INTO k VALUES (%d)", round))
		waiting("1")
		lock := locker.Go("BEGIN; LOCK k")
		waiting("2")
		if killed {
			c.Leaders[a].Kill(t)
		} else {
			look.Exec(t, fmt.Sprintf("SELECT slipher_transfer_leadership('%s')", next.ID))
		}
		_, err := write.Wait()
		switch {
		case !killed && err != nil:
			t.Errorf("a write that waited: %s", cluster.ErrorText(err))
		case killed && cluster.Code(err) != "08007":
			t.Errorf("a write that waited when its leader was killed: %s", cluster.ErrorText(err))
		}
		if _, err := lock.Wait(); err == nil {
			locker.Exec(t, "ROLLBACK") // BEGIN and LOCK were harmless: run again by the new leader
		} else {
			t.Logf("killed %v: BEGIN; LOCK: %s", killed, cluster.ErrorText(err))
			locker.Try("ROLLBACK")
		}
		if _, err := holder.Try("SELECT 1"); cluster.Code(err) != "57P01" {
			t.Errorf("the block of the one that had it locked: %s", cluster.ErrorText(err))
		}
		// Nobody has it locked, though its session is still in the failed block.
		locker.Exec(t, "BEGIN; LOCK k NOWAIT; INSERT INTO k VALUES (10); COMMIT")
		holder.Exec(t, "ROLLBACK")
		holder.Exec(t, "BEGIN; LOCK k NOWAIT; COMMIT")
		want := "10 2" // what waited, and this
		if killed {
			want = "20 3"
		}
		if n := look.One(t, "SELECT sum(i) || ' ' || count(*) FROM k"); n != want {
			t.Errorf("killed %v: %s, want %s", killed, n, want)
		}
		if n := look.One(t, "SELECT count(*) FROM stv_locks"); n != "0" {
			t.Errorf("killed %v: %s locks", killed, n)
		}
	}
}
