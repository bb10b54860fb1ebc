package cluster

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// readyTimeout is long: the machine may be busy with other tests.
const readyTimeout = 90 * time.Second

// Process is one running `slipher`.
type Process struct {
	Args    []string
	SQL     string // address of the ready line, "-" for a node
	Cluster string
	ID      string

	cmd   *exec.Cmd
	log   tail
	first chan string   // the first line of its output
	done  chan struct{} // closed when the process has ended
	err   error         // how, set before done is closed

	mu       sync.Mutex
	stopping bool // guarded by mu: an end is wanted
}

// servers starts the processes under test.
var servers = NewSpawner()

// StartProcess runs the binary and waits for nothing: see WaitReady.
func StartProcess(t testing.TB, env []string, args ...string) *Process {
	t.Helper()
	p := &Process{Args: args, first: make(chan string, 1), done: make(chan struct{})}
	p.cmd = exec.Command(binary, append([]string{"--log", "warn"}, args...)...)
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = &p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := servers.Start(p.cmd); err != nil {
		t.Fatal(err)
	}
	go func() {
		r := bufio.NewReader(out)
		line, _ := r.ReadString('\n')
		p.first <- line
		io.Copy(io.Discard, r)
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.Stop(t)
		if t.Failed() {
			t.Logf("log of slipher %s:\n%s", strings.Join(p.Args, " "), p.log.String())
		}
	})
	return p
}

// Log is the end of what the process has logged, warnings and errors.
func (p *Process) Log() string { return p.log.String() }

// WaitReady reads `slipher: ready sql=ADDR cluster=ADDR id=ID`.
func (p *Process) WaitReady(t testing.TB) {
	t.Helper()
	select {
	case line := <-p.first:
		if err := p.parseReady(line); err != nil {
			t.Fatalf("slipher %s: %v; log:\n%s", strings.Join(p.Args, " "), err, p.log.String())
		}
	case <-time.After(readyTimeout):
		t.Fatalf("slipher %s: not ready after %s; log:\n%s", strings.Join(p.Args, " "), readyTimeout, p.log.String())
	}
}

func (p *Process) parseReady(line string) error {
	rest, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "slipher: ready ")
	if !ok {
		return fmt.Errorf("ready line %q", line)
	}
	for _, f := range strings.Fields(rest) {
		name, value, _ := strings.Cut(f, "=")
		switch name {
		case "sql":
			p.SQL = value
		case "cluster":
			p.Cluster = value
		case "id":
			p.ID = value
		default:
			return fmt.Errorf("ready line %q has %q", line, name)
		}
	}
	if p.SQL == "" || p.Cluster == "" || p.ID == "" {
		return fmt.Errorf("ready line %q lacks a part", line)
	}
	return nil
}

// Pid is the process's id.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Running reports whether the process has not ended.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Alive reports whether the process runs and is not about to be stopped.
func (p *Process) Alive() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.done:
		return false
	default:
		return !p.stopping
	}
}

// Stop asks for a clean stop by SIGTERM and checks that it was one.
func (p *Process) Stop(t testing.TB) {
	t.Helper()
	p.end(t, syscall.SIGTERM)
}

// ExpectEnd says that the process is about to end by itself.
func (p *Process) ExpectEnd() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopping = true
}

// AskToStop asks for a clean stop and does not wait for it.
func (p *Process) AskToStop() {
	p.ExpectEnd()
	p.cmd.Process.Signal(syscall.SIGTERM)
}

// WaitEnd waits for the end of a process that ExpectEnd was called for.
func (p *Process) WaitEnd(t testing.TB) {
	t.Helper()
	select {
	case <-p.done:
	case <-time.After(readyTimeout):
		p.cmd.Process.Kill()
		t.Fatalf("slipher %s goes on; log:\n%s", strings.Join(p.Args, " "), p.log.String())
	}
}

// Status is how a process that has ended did: its exit status, -1 if a signal ended it.
func (p *Process) Status() int {
	<-p.done
	return p.cmd.ProcessState.ExitCode()
}

// Kill ends the process as a crash would.
func (p *Process) Kill(t testing.TB) {
	t.Helper()
	p.end(t, syscall.SIGKILL)
}

func (p *Process) end(t testing.TB, sig syscall.Signal) {
	t.Helper()
	p.mu.Lock()
	first := !p.stopping
	p.stopping = true
	p.mu.Unlock()
	if !first {
		<-p.done
		return
	}
	select {
	case <-p.done:
		t.Errorf("slipher %s ended by itself: %v; log:\n%s", strings.Join(p.Args, " "), p.err, p.log.String())
		return
	default:
	}
	p.cmd.Process.Signal(sig)
	p.cmd.Process.Signal(syscall.SIGCONT) // a test may have failed while it was paused
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		p.cmd.Process.Signal(syscall.SIGQUIT) // goroutine stacks into the log
		select {
		case <-p.done:
		case <-time.After(5 * time.Second):
			p.cmd.Process.Kill()
			<-p.done
		}
		t.Errorf("slipher %s did not stop within 30 s; log:\n%s", strings.Join(p.Args, " "), p.log.String())
		return
	}
	var exit *exec.ExitError
	if sig == syscall.SIGTERM && p.err != nil && errors.As(p.err, &exit) {
		t.Errorf("slipher %s: unclean stop: %v; log:\n%s", strings.Join(p.Args, " "), p.err, p.log.String())
	}
}

// Children are the ids of the process's children: its compile workers.
func (p *Process) Children(t testing.TB) []int {
	t.Helper()
	var ids []int
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", p.Pid()))
	if err != nil {
		t.Error(err)
	}
	for _, task := range tasks {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", p.Pid(), task.Name()))
		if err != nil {
			continue // the thread has ended meanwhile
		}
		for _, f := range strings.Fields(string(text)) {
			if id, err := strconv.Atoi(f); err == nil {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// PeakMemory is the largest resident size of the process so far, in bytes.
func (p *Process) PeakMemory(t testing.TB) int64 {
	t.Helper()
	return statusKB(t, p.Pid(), "VmHWM:") << 10
}

func statusKB(t testing.TB, pid int, field string) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, field); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kb
		}
	}
	t.Fatalf("no %s in the status of process %d", field, pid)
	return 0
}

// tail keeps the last part of a log.
type tail struct {
	mu   sync.Mutex
	text []byte // guarded by mu
}

// tailSize holds the stacks of all goroutines of a process that does not stop.
const tailSize = 512 << 10

// Write implements io.Writer.
func (l *tail) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, b...)
	if n := len(l.text) - tailSize; n > tailSize {
		l.text = append(l.text[:0], l.text[n:]...)
	}
	return len(b), nil
}

// String is what is kept.
func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text[max(0, len(l.text)-tailSize):])
}
