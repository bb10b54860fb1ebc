package llvm

import (
	"bufio"
	"errors"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// WorkerVariable is set to 1 in the environment of worker processes, so that a
// binary without subcommands (a test's) can tell that it is one.
const WorkerVariable = "SLIPHER_COMPILE_WORKER"

// WorkerCommand is the hidden subcommand that the binary is started with as a worker.
const WorkerCommand = "compile-worker"

// memoryVariable tells a worker how many bytes of writable memory it may have.
const memoryVariable = "SLIPHER_COMPILE_MEMORY"

// workerMaxBytes bounds a worker's writable memory where nobody says otherwise: the whole primitive library at O3
// takes 0.5 GB.
const workerMaxBytes = 4 << 30

// maxBytes is what this worker may have.
func maxBytes() uint64 {
	if n, err := strconv.ParseUint(os.Getenv(memoryVariable), 10, 63); err == nil && n > 0 {
		return n
	}
	return workerMaxBytes
}

// WorkerMain answers compile requests from in on out until in ends, which also
// happens when the parent dies. The subcommand calls it with standard input and output.
func WorkerMain(in io.Reader, out io.Writer) error {
	// LLVM keeps per-thread state; one thread keeps the memory in one arena, too.
	runtime.LockOSThread()
	// A module that makes LLVM run away ends as an allocation failure of this process. Refusal is harmless.
	unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: maxBytes(), Max: maxBytes()})
	path, err := FindLibrary("")
	var k *compiler
	if err == nil {
		k, err = newCompiler(path)
	}
	if err != nil {
		return errors.Join(err, writeFrame(out, &hello{Err: err.Error()}))
	}
	if err := writeFrame(out, &hello{Version: k.version, RSS: residentBytes()}); err != nil {
		return err
	}
	r := bufio.NewReaderSize(in, 1<<16)
	for {
		var q request
		if err := readFrame(r, &q); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		answer := k.run(&q)
		answer.RSS = residentBytes()
		if err := writeFrame(out, answer); err != nil {
			return err
		}
	}
}

// WorkIfAsked turns this process into a worker if it was started as one by a
// Pool, and then does not return. TestMain of packages that compile calls it first.
func WorkIfAsked() {
	if os.Getenv(WorkerVariable) != "1" {
		return
	}
	if err := WorkerMain(os.Stdin, os.Stdout); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	os.Exit(0)
}

// residentBytes is this process's resident set, 0 if the system does not tell.
func residentBytes() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b))
	if len(f) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(f[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
