package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// How clients send their INSERTs.
const (
	text     = "INSERT as text"
	prepared = "INSERT prepared, with parameters"
	unnamed  = "INSERT with parameters, prepared each time"
)

// server is the processes of a cluster.
type server struct {
	sql  []string // addresses; of several leaders, all
	cmds []*exec.Cmd
	next atomic.Int64
}

// start runs one process, or leaders and a node, on fresh directories.
func start(ctx context.Context, s settings, dir string) (*server, error) {
	srv := &server{}
	storage := "file://" + filepath.Join(dir, "storage")
	if s.leaders == 1 {
		_, err := srv.run(s, dir, "start", "start", "--data", filepath.Join(dir, "data"), "--listen", "127.0.0.1:0",
			"--slices", "4", "--storage", storage)
		return srv, err
	}
	first := ""
	for i := range s.leaders {
		id := fmt.Sprintf("l%d", i+1)
		args := []string{"leader", "--data", filepath.Join(dir, id), "--id", id, "--listen", "127.0.0.1:0", "--cluster",
			"127.0.0.1:0"}
		if i == 0 {
			args = append(args, "--bootstrap", "--slices", "4", "--storage", storage)
		} else {
			args = append(args, "--join", first)
		}
		ready, err := srv.run(s, dir, id, args...)
		if err != nil {
			srv.stop()
			return nil, err
		}
		if i == 0 {
			first = ready["cluster"]
		}
	}
	_, err := srv.run(s, dir, "n1", "node", "--data", filepath.Join(dir, "n1"), "--id", "n1", "--leader", first,
		"--cluster", "127.0.0.1:0")
	if err != nil {
		srv.stop()
		return nil, err
	}
	return srv, nil
}

// run starts a process, whose log goes to a file of the directory, and reads its ready line.
func (srv *server) run(s settings, dir, name string, args ...string) (map[string]string, error) {
	log, err := os.Create(filepath.Join(dir, name+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close() // the process has its own
	cmd := exec.Command(s.binary, args...)
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	srv.cmds = append(srv.cmds, cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, name+".log"))
		return nil, fmt.Errorf("%s does not start: %w\n%s", name, err, log)
	}
	ready := map[string]string{}
	for _, f := range strings.Fields(line) {
		k, v, _ := strings.Cut(f, "=")
		ready[k] = v
	}
	if a := ready["sql"]; a != "" && a != "-" {
		srv.sql = append(srv.sql, a)
	}
	return ready, nil
}

func (srv *server) stop() {
	for _, c := range slices.Backward(srv.cmds) {
		c.Process.Signal(syscall.SIGTERM)
		c.Wait()
	}
}

// connect opens a session at leader i.
func (srv *server) connect(ctx context.Context, i int) (*pgconn.PgConn, error) {
	return pgconn.Connect(ctx, fmt.Sprintf("postgres://dev@%s/dev?sslmode=disable", srv.sql[i%len(srv.sql)]))
}

func (srv *server) exec(ctx context.Context, sql string) error {
	c, err := srv.connect(ctx, 0)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, sql).ReadAll()
	return err
}

// inserts is how many rows a second n sessions insert, one a statement.
func (srv *server) inserts(ctx context.Context, how string, n int, d time.Duration) (figure, error) {
	var done atomic.Int64
	errs := make(chan error, n)
	var wg sync.WaitGroup
	begin := make(chan struct{})
	stop := time.Time{}
	for i := range n {
		c, err := srv.connect(ctx, i)
		if err != nil {
			return figure{}, err
		}
		defer c.Close(ctx)
		insert, err := srv.inserter(ctx, c, how)
		if err != nil {
			return figure{}, err
		}
		wg.Go(func() {
			<-begin
			for time.Now().Before(stop) {
				if err := insert(srv.next.Add(1)); err != nil {
					errs <- err
					return
				}
				done.Add(1)
			}
		})
	}
	servers, own := srv.cpu(), cpuOf(os.Getpid())
	began := time.Now()
	stop = began.Add(d)
	close(begin)
	wg.Wait()
	took := time.Since(began)
	servers, own = srv.cpu()-servers, cpuOf(os.Getpid())-own
	close(errs)
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	rows := float64(done.Load())
	return figure{rows / took.Seconds(), servers / rows, own / rows}, errors.Join(all...)
}

// cpu is the processor time of the server's processes so far, in microseconds.
func (srv *server) cpu() float64 {
	sum := 0.0
	for _, c := range srv.cmds {
		sum += cpuOf(c.Process.Pid)
	}
	return sum
}

// cpuOf is a process's processor time in microseconds, of the system's clock ticks: 10 ms.
func cpuOf(pid int) float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), ") ") // the name may hold blanks
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.ParseFloat(f[11], 64)
	system, _ := strconv.ParseFloat(f[12], 64)
	return (user + system) * 10000
}

// inserter is a function that inserts one row.
func (srv *server) inserter(ctx context.Context, c *pgconn.PgConn, how string) (func(id int64) error, error) {
	if how == text {
		return func(id int64) error {
			_,
				err := c.Exec(ctx,
				fmt.Sprintf("insert into events values (%d, %d, 'event number %d', %d.25, '2026-11-20 17:00:%02d')", id, id%7, id,
					id%1000, id%60)).ReadAll()
			return err
		}, nil
	}
	const sql = "insert into events values ($1, $2, $3, $4, $5)"
	args := func(id int64) [][]byte {
		return [][]byte{fmt.Append(nil, id), fmt.Append(nil, id%7), fmt.Appendf(nil, "event number %d", id),
			fmt.Appendf(nil, "%d.25", id%1000),
			fmt.Appendf(nil, "2026-11-20 17:00:%02d", id%60)}
	}
	if how == unnamed {
		return func(id int64) error { return c.ExecParams(ctx, sql, args(id), nil, nil, nil).Read().Err }, nil
	}
	_, err := c.Prepare(ctx, "ins", sql, nil)
	return func(id int64) error { return c.ExecPrepared(ctx, "ins", args(id), nil, nil).Read().Err }, err
}

func median(list []float64) float64 {
	s := slices.Sorted(slices.Values(list))
	return s[len(s)/2]
}
