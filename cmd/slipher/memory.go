package main

import (
	"fmt"
	"log/slog"

	"slipher/runtime/mem"
)

// memoryShare is the part of what there is that a process takes unless it is told.
const memoryShare = "80%"

// leastMemory is what a process needs to do anything.
const leastMemory = 64 << 20

// memoryFlag bounds a server's memory.
type memoryFlag struct {
	Memory string `help:"Memory this process may use: a size (8GB) or a part of the machine's or cgroup's (50%). 0: no limit." default:"80%" placeholder:"SIZE"`
}

// bytes is the limit, 0: none.
func (f memoryFlag) bytes() (int64, error) {
	there := mem.Available()
	if there == 0 && f.Memory == memoryShare {
		return 0, nil // nobody knows of how much
	}
	n, err := mem.ParseSize(f.Memory, there)
	if err != nil {
		return 0, fmt.Errorf("--memory: %w", err)
	}
	if n != 0 && n < leastMemory {
		return 0, fmt.Errorf("--memory %s: a server needs %d MB", f.Memory, leastMemory>>20)
	}
	return n, nil
}

// Validate implements kong.Validatable, for the commands that this is part of.
func (f memoryFlag) Validate() error {
	_, err := f.bytes()
	return err
}

// watch makes the limit hold until stop.
func (f memoryFlag) watch(log *slog.Logger) (stop func(), err error) {
	n, err := f.bytes()
	if err != nil {
		return nil, err
	}
	log.Info("memory", "limit", n, "available", mem.Available())
	return mem.Watch(n, "--memory is what the process may use."), nil
}
