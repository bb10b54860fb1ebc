package crash

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"slipher/tests/cluster"
)

// proc is one process of a cluster: it can be run again on the same directory and addresses.
type proc struct {
	name   string // l1, n2, …
	binary string
	args   []string
	env    []string
	dir    string // of its data
	host   int    // in the network
	spawn  func(f func())
	faults string // file of faults

	mu      sync.Mutex
	cmd     *exec.Cmd     // guarded by mu; nil: never started
	done    chan struct{} // guarded by mu; closed when cmd has ended
	ready   chan struct{} // guarded by mu; closed at the ready line
	wanted  bool          // guarded by mu: its end is wanted
	stopped bool          // guarded by mu: SIGSTOP was sent
	armed   int           // guarded by mu; plans written so far
	rules   bool          // guarded by mu: the last plan has some
	crashes []string      // guarded by mu: ends that nobody wanted
}

// start runs the process; it must not be running.
func (p *proc) start() error {
	log, err := os.OpenFile(p.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(p.binary, append([]string{"--log", "info"}, p.args...)...)
	cmd.Env = append(os.Environ(), append([]string{"SLIPHER_FAULTS_FILE=" + p.faults, "SLIPHER_LLVM=off",
		"GOTRACEBACK=all"}, p.env...)...)
	cmd.Stderr = log
	// The thread that starts it lives as long as the harness: nothing is left behind a killed test.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	os.Remove(p.faults + ".seen") // of the process before
	fmt.Fprintf(log, "--- start %s\n", time.Now().UTC().Format("15:04:05.000"))
	p.spawn(func() { err = cmd.Start() })
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd, p.wanted, p.stopped = cmd, false, false
	done, ready := make(chan struct{}), make(chan struct{})
	p.done, p.ready = done, ready
	go func() {
		r := bufio.NewReader(out)
		for {
			line, err := r.ReadString('\n')
			if strings.HasPrefix(line, "slipher: ready ") {
				close(ready)
			}
			if err != nil {
				break
			}
		}
		err := cmd.Wait()
		p.mu.Lock()
		defer p.mu.Unlock()
		var exit *exec.ExitError
		killed := errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
		if !p.wanted && !killed && !p.injected() {
			p.crashes = append(p.crashes, fmt.Sprintf("%s ended by itself: %v; the end of its log:\n%s", p.name,
				cmd.ProcessState, p.tail()))
		}
		close(done)
	}()
	return nil
}

func (p *proc) log() string { return p.dir + ".log" }

// stacks is what the log says from the stacks of all goroutines on, which the process writes when it gives up an
// orderly stop or is told to by SIGQUIT; what holds it may be the last of them. "" if there are none.
func (p *proc) stacks() string {
	text, err := os.ReadFile(p.log())
	if err != nil {
		return err.Error()
	}
	s := string(text)
	from := strings.LastIndex(s, "\n--- start ")
	s = s[max(from, 0):]
	for _, sign := range []string{"ending at once; all goroutines:", "\nSIGQUIT"} {
		if i := strings.Index(s, sign); i >= 0 {
			return s[strings.LastIndexByte(s[:i], '\n')+1:]
		}
	}
	return ""
}

// tail is the end of the log; of a panic its beginning.
func (p *proc) tail() string {
	text, err := os.ReadFile(p.log())
	if err != nil {
		return err.Error()
	}
	s := string(text)
	const most = 6000
	for _, sign := range []string{"\npanic: ", "\nfatal error: ", "\nSIGSEGV", "\nSIGQUIT"} {
		if i := strings.LastIndex(s, sign); i >= 0 {
			return s[i:min(len(s), i+most)]
		}
	}
	return s[max(0, len(s)-most):]
}

// injected reports whether the process ended because of an error that was injected: it says so
// at the end of its log, or as the reason of its panic.
func (p *proc) injected() bool {
	end := p.tail()
	if strings.Contains(end, "panic: ") {
		end, _, _ = strings.Cut(strings.TrimPrefix(end, "\n"), "\n")
	} else if lines := strings.Split(strings.TrimSpace(end), "\n"); len(lines) > 5 {
		end = strings.Join(lines[len(lines)-5:], "\n")
	}
	return strings.Contains(end, "injected at ")
}

// running reports whether the process lives (it may be stopped).
func (p *proc) running() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return false
	}
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// waitReady waits for the ready line of the process that runs.
func (p *proc) waitReady(patience time.Duration) error {
	p.mu.Lock()
	ready, done := p.ready, p.done
	p.mu.Unlock()
	select {
	case <-ready:
		return nil
	case <-done:
		return fmt.Errorf("%s ended before it was ready; the end of its log:\n%s", p.name, p.tail())
	case <-time.After(patience):
		return fmt.Errorf("%s is not ready after %s; the end of its log:\n%s", p.name, patience, p.tail())
	}
}

func (p *proc) signal(sig syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		_ = p.cmd.Process.Signal(sig) // it may have ended
	}
}

// kill ends the process as a crash would, stopped or not.
func (p *proc) kill() {
	if !p.running() {
		return
	}
	p.signal(syscall.SIGKILL)
	<-p.done
}

// stopTimeout is longer than the time of grace after which a process gives up (--grace).
const stopTimeout = 30 * time.Second

// stop asks for a clean end. One that takes too long is an error, with the stacks of all goroutines.
func (p *proc) stop() error {
	if !p.running() {
		return nil
	}
	p.resume()
	p.mu.Lock()
	p.wanted = true
	cmd, done := p.cmd, p.done
	p.mu.Unlock()
	p.signal(syscall.SIGTERM)
	select {
	case <-done:
		if stacks := p.stacks(); stacks != "" {
			return fmt.Errorf("%s did not stop in order: %v:\n%s", p.name, cmd.ProcessState, stacks)
		}
		return nil
	case <-time.After(stopTimeout):
		p.signal(syscall.SIGQUIT)
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			p.kill()
		}
		return fmt.Errorf("%s did not stop within %s:\n%s\n%s", p.name, stopTimeout, p.stacks(), p.tail())
	}
}

// pause and resume are SIGSTOP and SIGCONT.
// pause stops the process without ending it, and returns when it stands: on a busy machine a signal takes its time.
func (p *proc) pause() {
	p.signal(syscall.SIGSTOP)
	for end := time.Now().Add(5 * time.Second); p.running() && !p.frozen() && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

func (p *proc) resume() { p.signal(syscall.SIGCONT) }

// frozen reports whether the process is stopped, by us or at a point.
func (p *proc) frozen() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return false
	}
	return cluster.Stands(p.cmd.Process.Pid)
}

// armWait is how long a process may take to read its faults.
const armWait = 300 * time.Millisecond

// arm sets the process's faults and waits until it knows them. A process that is stopped
// or just starting may not answer: it reads them when it can.
func (p *proc) arm(plan string) error {
	p.mu.Lock()
	p.armed++
	p.rules = plan != ""
	text := fmt.Sprintf("# %d\n%s", p.armed, plan)
	p.mu.Unlock()
	next := p.faults + ".next"
	if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
		return err
	}
	if err := os.Rename(next, p.faults); err != nil {
		return err
	}
	for deadline := time.Now().Add(armWait); p.running() && time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		seen, _ := os.ReadFile(p.faults + ".seen")
		if strings.HasPrefix(string(seen), "error: ") {
			return fmt.Errorf("%s: %s", p.name, seen)
		}
		if strings.HasPrefix(string(seen), strings.TrimSpace(text)+"\n\n") {
			break
		}
	}
	return nil
}

// disarm removes the process's faults. It waits only if there were any.
func (p *proc) disarm() error {
	p.mu.Lock()
	armed := p.rules
	p.mu.Unlock()
	if !armed {
		return nil
	}
	return p.arm("")
}

// points are the fault points that the process passed since it was armed.
func (p *proc) points() map[string]bool {
	seen, _ := os.ReadFile(p.faults + ".seen")
	_, list, _ := strings.Cut(string(seen), "\n\n")
	points := map[string]bool{}
	for _, line := range strings.Split(list, "\n") {
		if name, _, ok := strings.Cut(line, " "); ok {
			points[name] = true
		}
	}
	return points
}

// takeCrashes gives the ends that nobody wanted, once.
func (p *proc) takeCrashes() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.crashes
	p.crashes = nil
	return c
}

// newProc describes a process whose files lie below dir.
func newProc(binary, dir, name string, host int, spawn func(func())) *proc {
	return &proc{name: name, binary: binary, dir: filepath.Join(dir, name), host: host, spawn: spawn,
		faults: filepath.Join(dir, name+".faults")}
}
