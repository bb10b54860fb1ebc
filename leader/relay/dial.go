package relay

import (
	"context"
	"net"
	"syscall"
	"time"
)

// silence is how long a peer may leave what it is sent, or asked whether it is
// there, without a sign of life of its machine.
const silence = 4 * time.Second

// tcpUserTimeout is TCP_USER_TIMEOUT of Linux.
const tcpUserTimeout = 0x12

// dialTCP connects to a leader; a machine that has gone breaks the connection, idle or not.
func dialTCP(ctx context.Context, addr string) (net.Conn, error) {
	d := net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silence / 2, Interval: time.Second,
			Count: int(silence / 2 / time.Second)},
		Control: func(_, _ string, c syscall.RawConn) error {
			return c.Control(func(fd uintptr) {
				// without it keep-alive must do
				syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(silence/time.Millisecond))
			})
		},
	}
	return d.DialContext(ctx, "tcp", addr)
}
