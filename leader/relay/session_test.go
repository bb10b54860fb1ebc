package relay

import (
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/leader/pgwire"
)

// endingConn is a connection during whose writes the session ends.
type endingConn struct {
	net.Conn
	s *session
}

func (c endingConn) Write([]byte) (int, error) {
	c.s.end()
	time.Sleep(20 * time.Millisecond) // ended has told all that wait
	return 0, net.ErrClosed
}

// A session that ends while its reader sends what waits, before it waits for the answer to what came before, does not
// wait for one.
func TestEndsWhileSending(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	s := newSession(&Relay{}, server, &pgwire.Hello{})
	s.link.Store(&link{conn: endingConn{server, s}, out: []byte{0}})
	s.x = &exchange{closed: true}
	done := make(chan bool)
	go func() {
		_, ok := s.accept(encode(&pgproto3.Query{}), true)
		done <- ok
	}()
	select {
	case ok := <-done:
		if ok {
			t.Error("a session that has ended takes a message")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the reader waits for an answer in a session that has ended")
	}
}
