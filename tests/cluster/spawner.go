package cluster

import (
	"os/exec"
	"runtime"
	"syscall"
)

// Spawner is a thread that starts processes. What it starts by Start dies with it, and
// it dies with its process: nothing is left behind a test that was killed or timed out.
type Spawner struct{ work chan func() }

// NewSpawner starts the thread; Close ends it.
func NewSpawner() *Spawner {
	s := &Spawner{work: make(chan func())}
	go func() {
		runtime.LockOSThread()
		for f := range s.work {
			f()
		}
	}()
	return s
}

// Do runs f on the thread and waits for it.
func (s *Spawner) Do(f func()) {
	done := make(chan struct{})
	s.work <- func() { defer close(done); f() }
	<-done
}

// Start starts the command as one that ends with the thread.
func (s *Spawner) Start(cmd *exec.Cmd) (err error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	s.Do(func() { err = cmd.Start() })
	return err
}

// Close ends the thread, and with it what it started.
func (s *Spawner) Close() { close(s.work) }
