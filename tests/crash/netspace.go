package crash

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// space is a network namespace without a name: it is gone when its thread and
// the processes in it are.
type space struct {
	work chan func()
	file *os.File // the namespace
}

// newSpace makes a namespace. The goroutine keeps its thread to itself: the thread lives in the
// namespace and dies with the goroutine.
func newSpace() (*space, error) {
	s := &space{work: make(chan func())}
	ready := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := syscall.Unshare(syscall.CLONE_NEWNET)
		if err == nil {
			s.file, err = os.Open("/proc/thread-self/ns/net")
		}
		ready <- err
		if err != nil {
			return
		}
		for f := range s.work {
			f()
		}
		s.file.Close()
	}()
	if err := <-ready; err != nil {
		return nil, err
	}
	return s, s.ip("link set lo up")
}

// do runs f on the namespace's thread: sockets it makes and processes it starts
// are in the namespace. f must not wait long.
func (s *space) do(f func()) {
	done := make(chan struct{})
	s.work <- func() { defer close(done); f() }
	<-done
}

func (s *space) close() { close(s.work) }

// ip runs lines of ip(8)'s batch language in the namespace.
func (s *space) ip(lines ...string) (err error) {
	s.do(func() {
		c := exec.Command("ip", "-batch", "-")
		c.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
		var said strings.Builder
		c.Stderr = &said
		if e := c.Run(); e != nil {
			err = fmt.Errorf("ip %s: %w: %s", strings.Join(lines, "; "), e, said.String())
		}
	})
	return err
}

// path names the namespace for ip(8).
func (s *space) path() string { return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), s.file.Fd()) }

// network is hosts at one bridge, one for each process. A host knows the others by fixed
// neighbour entries; a wrong entry sends what it says into the void, as a broken
// switch would: nobody is told.
type network struct {
	hub   *space
	hosts []*space
	cut   map[[2]int]bool // from, to
}

func newNetwork(hosts int) (_ *network, err error) {
	n := &network{cut: map[[2]int]bool{}}
	defer func() {
		if err != nil {
			n.close()
		}
	}()
	if n.hub, err = newSpace(); err != nil {
		return nil, err
	}
	if err = n.hub.ip("link add br0 type bridge", "link set br0 up"); err != nil {
		return nil, err
	}
	for i := range hosts {
		s, err := newSpace()
		if err != nil {
			return nil, err
		}
		n.hosts = append(n.hosts, s)
		if err := n.hub.ip(
			fmt.Sprintf("link add p%d type veth peer name eth0 address %s netns %s", i, mac(i), s.path()),
			fmt.Sprintf("link set p%d master br0 up", i)); err != nil {
			return nil, err
		}
		lines := []string{fmt.Sprintf("addr add %s/24 dev eth0", hostIP(i)), "link set eth0 up"}
		for j := range hosts {
			if j != i {
				lines = append(lines, neighbour(j, mac(j)))
			}
		}
		if err := s.ip(lines...); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (n *network) close() {
	for _, s := range n.hosts {
		s.close()
	}
	if n.hub != nil {
		n.hub.close()
	}
}

func hostIP(i int) string { return fmt.Sprintf("10.99.0.%d", i+1) }
func mac(i int) string    { return fmt.Sprintf("02:00:00:00:01:%02x", i) }

const nowhere = "02:00:00:00:02:00"

func neighbour(host int, mac string) string {
	return fmt.Sprintf("neigh replace %s lladdr %s dev eth0 nud permanent", hostIP(host), mac)
}

// set makes the pairs (from, to) the ones that are cut; all others are whole.
func (n *network) set(cut map[[2]int]bool) error {
	for i, s := range n.hosts {
		var lines []string
		for j := range n.hosts {
			if pair := [2]int{i, j}; cut[pair] != n.cut[pair] {
				to := mac(j)
				if cut[pair] {
					to = nowhere
				}
				lines = append(lines, neighbour(j, to))
			}
		}
		if len(lines) == 0 {
			continue
		}
		if err := s.ip(lines...); err != nil {
			return err
		}
	}
	n.cut = cut
	return nil
}

// dial connects from a host. Its thread only makes the socket: that fixes the namespace.
func (n *network) dial(ctx context.Context, host int, address string) (net.Conn, error) {
	var conn net.Conn
	var err error
	var fd int
	n.hosts[host].do(func() {
		fd, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	})
	if err != nil {
		return nil, err
	}
	if conn, err = connect(ctx, fd, address); err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	return conn, nil
}

// connect connects a fresh socket, which it owns.
func connect(ctx context.Context, fd int, address string) (net.Conn, error) {
	to, err := net.ResolveTCPAddr("tcp4", address)
	if err != nil {
		syscall.Close(fd)
		return nil, err
	}
	sa := &syscall.SockaddrInet4{Port: to.Port}
	copy(sa.Addr[:], to.IP.To4())
	err = syscall.Connect(fd, sa)
	for err == syscall.EINPROGRESS || err == syscall.EALREADY {
		if ctx.Err() != nil {
			syscall.Close(fd)
			return nil, ctx.Err()
		}
		time.Sleep(time.Millisecond)
		if e, _ := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ERROR); e != 0 {
			err = syscall.Errno(e)
			break
		}
		if err = syscall.Connect(fd, sa); err == syscall.EISCONN {
			err = nil
		}
	}
	if err != nil {
		syscall.Close(fd)
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "client")
	defer f.Close()
	return net.FileConn(f)
}
