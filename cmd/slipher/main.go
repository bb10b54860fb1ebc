package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"slipher/catalog/fault"
	"slipher/codegen/llvm"
	"slipher/runtime/loader"
)

// cli is the command line. Names of flags are an interface for scripts.
type cli struct {
	Version kong.VersionFlag `help:"Show what source the binary is of." short:"V" env:"-"`
	Config  kong.ConfigFlag  `help:"File of 'name = value' lines, by the names of flags." placeholder:"FILE" env:"SLIPHER_CONFIG"`
	Log     string           `help:"Least level of log lines: debug, info, warn, error." enum:"debug,info,warn,error" default:"info"`
	LLVM    string           `name:"llvm" help:"Path of libLLVM; 'off' hides it: queries then run on primitives only." placeholder:"PATH"`
	Grace   interval         `help:"Time an orderly stop may take: after that, or at a second signal, the process writes what it waits for to its log and ends with status 3." default:"25s" min:"1s" max:"24h"`
	Perf    bool             `name:"perf-map" help:"Name generated code for the profiler perf, in its file under /tmp."`

	Start         startCmd         `cmd:"" help:"Run a leader and one node in this process."`
	Leader        leaderCmd        `cmd:"" help:"Run a leader."`
	Node          nodeCmd          `cmd:"" help:"Run a compute node."`
	Relocate      relocateCmd      `cmd:"" help:"Point the catalog of a stopped server at managed storage that was moved."`
	Recover       recoverCmd       `cmd:"" help:"Make a leader the only one, when a majority is lost for good."`
	Compile       compileCmd       `cmd:"" help:"Show how a query is compiled."`
	Demo          demoCmd          `cmd:"" help:"Load the movies table into a temporary server and query it."`
	Help          helpCmd          `cmd:"" help:"Show the flags of a command."`
	VersionCmd    versionCmd       `cmd:"" name:"version" help:"Show what source the binary is of."`
	CompileWorker compileWorkerCmd `cmd:"" name:"compile-worker" hidden:"" help:"Compile IR read from standard input (started by leaders)."`
}

func main() {
	var c cli
	k := commandLine(&c, os.Args[1:])
	// Compile workers are children of this process: they read the variable.
	if c.LLVM != "" {
		os.Setenv("SLIPHER_LLVM", c.LLVM)
	}
	var level slog.Level
	level.UnmarshalText([]byte(c.Log))
	logged := logFile()
	log := slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: level}))
	slog.SetDefault(log)
	if c.Perf {
		if err := loader.WritePerfMap(); err != nil {
			log.Warn("generated code has no names", "err", err)
		}
	}
	k.FatalIfErrorf(fault.Setup())
	g, ctx := newGrace(time.Duration(c.Grace), logged)
	k.BindTo(ctx, (*context.Context)(nil))
	k.FatalIfErrorf(k.Run(log, g))
}

// logFile is standard error under a descriptor of its own: the SQL parser's C
// library points descriptor 2 at a pipe while it works, and a line written then
// would be lost or end the process by SIGPIPE.
func logFile() *os.File {
	fd, err := syscall.Dup(2)
	if err != nil {
		return os.Stderr
	}
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), os.Stderr.Name())
}

// compileWorkerCmd is the process in which libLLVM lives.
type compileWorkerCmd struct{}

func (compileWorkerCmd) Run() error {
	// A terminal's interrupt reaches the whole process group; the worker ends when its
	// leader closes the pipe.
	signal.Ignore(syscall.SIGINT)
	return llvm.WorkerMain(os.Stdin, os.Stdout)
}
