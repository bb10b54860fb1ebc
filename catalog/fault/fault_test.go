package fault

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

func arm(t *testing.T, text string) {
	t.Helper()
	release, err := Arm(text, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
}

// A rule acts at the hits its WHEN names.
func TestWhen(t *testing.T) {
	for _, c := range []struct {
		rule string
		want string // of ten hits, x where it acted
	}{
		{"a=error", "xxxxxxxxxx"},
		{"a=error@3", "..x......."},
		{"a=error@8+", ".......xxx"},
		{"a=error@%4", "...x...x.."},
		{"a=error@p1", "xxxxxxxxxx"},
		{"b=error", ".........."},
		{"a*=error@2;b=error", ".x........"},
		{"*=error", "xxxxxxxxxx"},
		{"aa=error", ".........."},
	} {
		arm(t, c.rule)
		got := ""
		for range 10 {
			if Point("a") != nil {
				got += "x"
			} else {
				got += "."
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.rule, got, c.want)
		}
	}
}

// Chances are about right and the same for the same seed.
func TestChance(t *testing.T) {
	run := func() string {
		arm(t, "a=error@p0.25")
		s := ""
		for range 1000 {
			if Point("a") != nil {
				s += "x"
			} else {
				s += "."
			}
		}
		return s
	}
	first := run()
	if n := strings.Count(first, "x"); n < 180 || n > 320 {
		t.Errorf("%d of 1000 hits acted, want about 250", n)
	}
	if run() != first {
		t.Error("the same seed gave another order")
	}
}

// Errors are the system's, and name their point.
func TestErrors(t *testing.T) {
	arm(t, "rms.commit=error:ENOSPC; x=error")
	err := Point("rms.commit")
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "rms.commit") {
		t.Errorf("got %v", err)
	}
	if err := Point("x"); !errors.Is(err, ErrInjected) {
		t.Errorf("got %v", err)
	}
	if got := Names(); !reflect.DeepEqual(got, []string{"rms.commit", "x"}) {
		t.Errorf("names %v", got)
	}
}

// A delay holds the point up.
func TestDelay(t *testing.T) {
	arm(t, "a=delay:30ms")
	begin := time.Now()
	if err := Point("a"); err != nil || time.Since(begin) < 30*time.Millisecond {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
}

// What is no plan is refused with the part that is wrong.
func TestSyntax(t *testing.T) {
	for _, text := range []string{"a", "=kill", "a=", "a=boom", "a=kill:9", "a=error:EWHAT", "a=delay", "a=delay:x",
		"a=kill@0", "a=kill@x",
		"a=kill@p2", "a=kill@p0", "a=kill@%0", "a=kill@%2+", "a*b=kill", "a b=kill", "a=kill@"} {
		err := Check("ok.point=kill@3;" + text)
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := Check("# remark\n a=kill@3 ;\n b=stop;;"); err != nil {
		t.Error(err)
	}
}

// Unarmed points do nothing and remember nothing.
func TestUnarmed(t *testing.T) {
	if err := Point("never"); err != nil {
		t.Error(err)
	}
	arm(t, "")
	if err := Point("now"); err != nil {
		t.Error(err)
	}
	if got := Names(); !reflect.DeepEqual(got, []string{"now"}) {
		t.Errorf("names %v", got)
	}
}

// A file's content comes into force in a running process and is acknowledged.
func TestFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "faults")
	t.Setenv(fileVar, file)
	t.Cleanup(func() { table.set(nil); table.on.Store(false) })
	w := &watcher{file: file, seed: 1}
	look := func(want string) {
		t.Helper()
		err := w.look()
		seen, _ := os.ReadFile(file + ".seen")
		if err != nil || string(seen) != want {
			t.Errorf("seen %q, want %q (%v)", seen, want, err)
		}
	}
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	look("\n\n")
	write("a=error@2\n")
	look("a=error@2\n\n")
	if Point("a") != nil || Point("a") == nil {
		t.Error("the plan of the file is not in force")
	}
	look("a=error@2\n\na 2\n")
	write("a=wrong\n")
	look("error: fault \"a=wrong\": unknown action \"wrong\": want error[:NAME], kill, stop or delay:DURATION\n\na 2\n")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	look("\n\n")
	if Point("a") != nil {
		t.Error("the plan is still in force")
	}
}

const childVar = "SLIPHER_FAULT_TEST_CHILD"

// The environment steers a process: killed, stopped, or refused at its start.
func TestEnvironment(t *testing.T) {
	if os.Getenv(childVar) != "" {
		if err := Setup(); err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(3)
		}
		for range 3 {
			_ = Point("here")
		}
		os.Exit(0)
	}
	run := func(plan string) (*exec.Cmd, *strings.Builder) {
		c := exec.Command(os.Args[0], "-test.run=^TestEnvironment$")
		c.Env = append(os.Environ(), childVar+"=1", planVar+"="+plan)
		var out strings.Builder
		c.Stderr = &out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c, &out
	}
	c, _ := run("here=kill@3")
	_ = c.Wait()
	if s := c.ProcessState.Sys().(syscall.WaitStatus); !s.Signaled() || s.Signal() != syscall.SIGKILL {
		t.Errorf("kill: %v", c.ProcessState)
	}
	c, out := run("here=nonsense")
	_ = c.Wait()
	if c.ProcessState.ExitCode() != 3 || !strings.HasPrefix(out.String(), planVar+": fault \"here=nonsense\"") {
		t.Errorf("%v %q", c.ProcessState, out)
	}
	c, _ = run("here=stop@2")
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(c.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Errorf("stop: %v %v", status, err)
	}
	_ = c.Process.Signal(syscall.SIGCONT)
	if err := c.Wait(); err != nil {
		t.Errorf("after SIGCONT: %v", err)
	}
}

func BenchmarkUnarmed(b *testing.B) {
	for b.Loop() {
		_ = Point("bench")
	}
}
