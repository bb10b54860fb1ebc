package llvm

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
)

// process is a running worker, owned by one slot of the pool.
type process struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	pipe    io.Closer // under out
	stderr  *lastWords
	version string
	rss     int64 // at the start, bytes
	jobs    int
	waited  chan struct{} // closed when the process has been reaped
}

// start starts a worker and waits for its hello.
func start(self string, o Options) (*process, error) {
	cmd := exec.Command(self, o.Args...)
	cmd.Env = append(os.Environ(), WorkerVariable+"=1", LibraryVariable+"="+o.Library,
		fmt.Sprintf("%s=%d", memoryVariable, o.MaxBytes), "GOTRACEBACK=none", "GOMAXPROCS=2")
	// Not in the terminal's group: an interrupt is for the parent. A worker ends with its input.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p := &process{cmd: cmd, stderr: &lastWords{}, waited: make(chan struct{})}
	cmd.Stderr = p.stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	// An own pipe: cmd.Wait would close StdoutPipe's end under a reader.
	out, w, err := os.Pipe()
	if err != nil {
		in.Close()
		return nil, err
	}
	cmd.Stdout = w
	err = cmd.Start()
	w.Close()
	if err != nil {
		in.Close()
		out.Close()
		return nil, fmt.Errorf("start compile worker: %w", err)
	}
	p.in, p.out, p.pipe = in, bufio.NewReaderSize(out, 1<<16), out
	go func() { // ends with the process, which kill or its own end brings about
		cmd.Wait()
		close(p.waited)
	}()
	var h hello
	if err := readFrame(p.out, &h); err != nil {
		p.kill()
		return nil, fmt.Errorf("%w at its start: %s", ErrWorkerDied, p.stderr)
	}
	if h.Err != "" {
		p.kill()
		return nil, fmt.Errorf("%w: %s", ErrNoLLVM, h.Err)
	}
	p.version, p.rss = h.Version, h.RSS
	return p, nil
}

// ask sends a request and reads the answer; any error means the worker is of no use any more.
func (p *process) ask(q *request) (*reply, error) {
	if err := writeFrame(p.in, q); err != nil {
		return nil, err
	}
	r := &reply{}
	if err := readFrame(p.out, r); err != nil {
		return nil, err
	}
	p.jobs++
	return r, nil
}

// kill ends the process by its id and waits until it is gone.
func (p *process) kill() {
	p.in.Close()
	p.cmd.Process.Kill()
	<-p.waited
	p.pipe.Close()
}

// lastWords keeps the first bytes a worker wrote to standard error: LLVM's message
// stands in front of the runtime's dump.
type lastWords struct {
	mu sync.Mutex
	b  []byte // guarded by mu
}

const lastWordsBytes = 2048

func (t *lastWords) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, b[:min(len(b), lastWordsBytes-len(t.b))]...)
	return len(b), nil
}

func (t *lastWords) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	message, _, _ := strings.Cut(string(t.b), "SIGABRT")
	return strings.TrimSpace(message)
}
