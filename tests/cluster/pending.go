package cluster

import (
	"fmt"
	"testing"
	"time"
)

// Pending is a text whose statements are under way.
type Pending struct {
	done    chan struct{}
	results []Result
	err     error
}

// Go is Try that does not wait for the answer. Until it has come the connection is used for nothing else.
func (c *Conn) Go(sql string) *Pending {
	p := &Pending{done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.results, p.err = c.Try(sql)
	}()
	return p
}

// Wait is the answer, as Try gives it.
func (p *Pending) Wait() ([]Result, error) {
	<-p.done
	return p.results, p.err
}

// Blocked waits until what c runs waits for a lock, as other sees it; false: it has ended instead.
func (p *Pending) Blocked(t testing.TB, c, other *Conn) bool {
	t.Helper()
	query := fmt.Sprintf(
		"SELECT count(*) FROM stv_locks WHERE lock_owner_pid = %d AND lock_status = 'Waiting for write lock'", c.pg.PID())
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		select {
		case <-p.done:
			return false
		default:
		}
		if other.One(t, query) == "1" {
			return true
		}
	}
	t.Fatal("it neither ends nor waits for a lock")
	return false
}
