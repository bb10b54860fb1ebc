package wire

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
)

// newProcess is a text that no other process has.
func newProcess() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// ofProcess is a Conn that knows at which process it ends.
type ofProcess interface {
	theirProcess() string
	drop()
}

func (l *link) theirProcess() string { return l.process }
func (l *link) drop()                { _ = l.sess.Close() }

func (c *atTerm) theirProcess() string { return ProcessOf(c.termCarrier) }
func (c *atTerm) drop()                { c.termCarrier.(ofProcess).drop() }

// ProcessOf names the process at the other end of c, "" if it is this one or nobody knows.
func ProcessOf(c Conn) string {
	if p, ok := c.(ofProcess); ok {
		return p.theirProcess()
	}
	return ""
}

// ConnTo gives a link to the process that takes part in a query. While a link was cut, the process at its other end may
// have been followed by another one of the same id: what is sent there is lost, and whoever would have told of
// that is gone. Such a link is given up.
func ConnTo(ctx context.Context, peers Peers, p *Peer) (Conn, error) {
	for tries := 0; ; tries++ {
		c, err := peers.Conn(ctx, p.ID, p.Addr)
		if err != nil {
			return nil, err
		}
		is := ProcessOf(c)
		if is == p.Process || is == "" || p.Process == "" {
			return c, nil
		}
		c.(ofProcess).drop()
		if tries > 0 {
			return nil, fmt.Errorf("another process than that of the query has the id %s", p.ID)
		}
	}
}
