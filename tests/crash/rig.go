package crash

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"slipher/tests/cluster"
)

// shape is what processes a rig has. Without leaders it is one `slipher start`. An eager one merges
// and collects all the time.
type shape struct {
	leaders, nodes int
	eager          bool
}

// String names a shape.
func (s shape) String() string {
	if s.leaders == 0 {
		return "one process"
	}
	return fmt.Sprintf("%d leaders, %d nodes", s.leaders, s.nodes)
}

// keeping are the flags for leaders' housekeeping.
func (s shape) keeping() []string {
	if s.eager {
		return []string{"--keep-every", "100ms"}
	}
	return nil
}

// sliceCount is the slices of any rig.
const sliceCount = 4

// flushAfter makes rows of small writes move while a round lasts.
const flushAfter = "60ms"

// rig is a cluster under test.
type rig struct {
	shape   shape
	dir     string
	net     *network         // nil: all processes are on the loopback and cannot be parted
	spawner *cluster.Spawner // for a rig without network
	leaders []*proc          // of one process: that one
	nodes   []*proc
	sql     []string // addresses by leader
	began   time.Time
}

// readyPatience is long: the machine may be busy.
const readyPatience = 60 * time.Second

// newRig makes a cluster below dir and waits until it is ready. parts says whether its
// processes get networks of their own. close it in any case.
func newRig(binary, dir string, s shape, parts bool) (*rig, error) {
	r := &rig{shape: s, dir: dir, began: time.Now()}
	spawn := func(int) func(func()) { return r.spawner.Do }
	address := func(int) (string, error) { return cluster.FreeAddress() }
	if parts {
		var err error
		if r.net, err = newNetwork(s.leaders + s.nodes); err != nil {
			return r, err
		}
		spawn = func(host int) func(func()) { return r.net.hosts[host].do }
		address = func(host int) (string, error) { return hostIP(host) + ":7000", nil }
	} else {
		r.spawner = cluster.NewSpawner()
	}
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte(strings.Repeat("0123456789abcdef", 4)), 0o600); err != nil {
		return r, err
	}
	storage := "file://" + filepath.Join(dir, "storage")
	// Clients sit beside their leader: without a password it serves its own host only.
	sqlAddress := func() (string, error) {
		if parts {
			return "127.0.0.1:5439", nil
		}
		return cluster.FreeAddress()
	}
	if s.leaders == 0 {
		p := newProc(binary, dir, "one", 0, spawn(0))
		sql, err := sqlAddress()
		if err != nil {
			return r, err
		}
		p.args = []string{"start", "--data", p.dir, "--listen", sql, "--slices", fmt.Sprint(sliceCount), "--storage", storage,
			"--flush-after", flushAfter}
		r.leaders, r.sql = []*proc{p}, []string{sql}
		if err := p.start(); err != nil {
			return r, err
		}
		return r, p.waitReady(readyPatience)
	}
	var leaders []string
	for i := range s.leaders {
		host := i
		p := newProc(binary, dir, fmt.Sprintf("l%d", i+1), host, spawn(host))
		sql, err := sqlAddress()
		if err != nil {
			return r, err
		}
		addr, err := address(host)
		if err != nil {
			return r, err
		}
		p.args = []string{"leader", "--data", p.dir, "--id", p.name, "--listen", sql, "--cluster", addr, "--secret-file",
			secret, "--flush-after", flushAfter,
			"--log-kept", "100"} // a leader that was down for a round needs a snapshot
		if i == 0 {
			p.args = append(p.args, "--bootstrap", "--slices", fmt.Sprint(sliceCount), "--storage", storage)
		} else {
			p.args = append(p.args, "--join", strings.Join(leaders, ","))
		}
		p.args = append(p.args, s.keeping()...)
		leaders = append(leaders, addr)
		r.leaders, r.sql = append(r.leaders, p), append(r.sql, sql)
		if err := p.start(); err != nil {
			return r, err
		}
		if err := p.waitReady(readyPatience); err != nil {
			return r, err
		}
	}
	for i := range s.nodes {
		host := s.leaders + i
		p := newProc(binary, dir, fmt.Sprintf("n%d", i+1), host, spawn(host))
		addr, err := address(host)
		if err != nil {
			return r, err
		}
		p.args = []string{"node", "--data", p.dir, "--id", p.name, "--leader", strings.Join(leaders, ","), "--cluster", addr,
			"--workers", "2", "--secret-file", secret}
		r.nodes = append(r.nodes, p)
		if err := p.start(); err != nil {
			return r, err
		}
	}
	for _, p := range r.nodes {
		if err := p.waitReady(readyPatience); err != nil {
			return r, err
		}
	}
	return r, nil
}

// procs are all processes, leaders first.
func (r *rig) procs() []*proc { return append(r.leaders[:len(r.leaders):len(r.leaders)], r.nodes...) }

// proc finds a process by its name.
func (r *rig) proc(name string) *proc {
	for _, p := range r.procs() {
		if p.name == name {
			return p
		}
	}
	return nil
}

// now is the time on the rig's clock.
func (r *rig) now() time.Duration { return time.Since(r.began) }

// dial connects to a leader's SQL as a client on its host would.
func (r *rig) dial(ctx context.Context, leader int) (net.Conn, error) {
	if r.net != nil {
		return r.net.dial(ctx, r.leaders[leader].host, r.sql[leader])
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp4", r.sql[leader])
}

// heal makes everything whole: no cuts, no faults, every process runs. It does not wait
// until they are ready.
func (r *rig) heal() error {
	if r.net != nil {
		if err := r.net.set(nil); err != nil {
			return err
		}
	}
	for _, p := range r.procs() {
		if err := p.disarm(); err != nil {
			return err
		}
		p.resume()
	}
	for _, p := range r.procs() {
		if !p.running() {
			if err := p.start(); err != nil {
				return err
			}
		}
	}
	return nil
}

// start runs all processes again.
func (r *rig) start() error {
	for _, p := range r.procs() {
		if err := p.start(); err != nil {
			return err
		}
	}
	for _, p := range r.procs() {
		if err := p.waitReady(readyPatience); err != nil {
			return err
		}
	}
	return nil
}

// stop ends all processes cleanly, nodes first.
func (r *rig) stop() error {
	errs := make(chan error)
	n := 0
	for _, p := range r.procs() {
		n++
		go func() { errs <- p.stop() }()
	}
	var all error
	for range n {
		all = errors.Join(all, <-errs)
	}
	return all
}

// close ends everything, cleanly or not.
func (r *rig) close() {
	for _, p := range r.procs() {
		p.kill()
	}
	if r.net != nil {
		r.net.close()
	}
	if r.spawner != nil {
		r.spawner.Close()
	}
}
