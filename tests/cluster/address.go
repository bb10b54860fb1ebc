package cluster

import (
	"fmt"
	"net"
	"os"
	"sync/atomic"
)

var addresses atomic.Uint32

// FreeAddress is a loopback address for a server that has to know it before it listens, or that is started there again.
// It is of an IP of its own (127.0.0.0/8 is loopback): of 127.0.0.1 any connection may get its port before the server.
func FreeAddress() (string, error) {
	pid := os.Getpid()
	ip := fmt.Sprintf("127.%d.%d.%d", 1+pid>>8%254, pid%256, 1+addresses.Add(1)%254)
	l, err := net.Listen("tcp4", ip+":0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
