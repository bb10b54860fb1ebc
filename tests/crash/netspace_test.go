package crash

import (
	"context"
	"net"
	"testing"
	"time"
)

// A network carries connections, a cut stops them silently, in one direction
// or both, and healing brings them back.
func TestNetwork(t *testing.T) {
	n, err := newNetwork(3)
	if err != nil {
		t.Skip("no network namespaces here: ", err)
	}
	defer n.close()
	var ln net.Listener
	n.hosts[2].do(func() { ln, err = net.Listen("tcp4", hostIP(2)+":7000") })
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				b := make([]byte, 1)
				for {
					if _, err := c.Read(b); err != nil {
						return
					}
					c.Write(b)
				}
			}()
		}
	}()
	// A first packet may be lost while the links come up: it is sent again after a second.
	dial := func(patience time.Duration) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		return n.dial(ctx, 0, hostIP(2)+":7000")
	}
	c, err := dial(10 * time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	sent := byte(0)
	echo := func(patience time.Duration) error { // its own answer: those of before come late
		c.SetDeadline(time.Now().Add(patience))
		sent++
		if _, err := c.Write([]byte{sent}); err != nil {
			return err
		}
		for got := make([]byte, 1); ; {
			if _, err := c.Read(got); err != nil || got[0] == sent {
				return err
			}
		}
	}
	if err := echo(10 * time.Second); err != nil {
		t.Fatal(err)
	}
	for _, cut := range []map[[2]int]bool{{{0, 2}: true}, {{2, 0}: true}, {{0, 2}: true, {2, 0}: true}} {
		if err := n.set(cut); err != nil {
			t.Fatal(err)
		}
		if err := echo(300 * time.Millisecond); err == nil {
			t.Error(cut, "an answer came through")
		}
		if d, err := dial(300 * time.Millisecond); err == nil {
			d.Close()
			t.Error(cut, "a connection was made")
		}
		if err := n.set(nil); err != nil {
			t.Fatal(err)
		}
		if d, err := dial(10 * time.Second); err != nil {
			t.Error("after healing", cut, err)
		} else {
			d.Close()
		}
	}
	c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := c.Read(make([]byte, 1)); err != nil {
		t.Error("the old connection did not live on:", err)
	}
}
