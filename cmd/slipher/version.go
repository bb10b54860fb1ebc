package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is what --version prints: of what source the binary is, as the Go tool has stamped it, and for what machine.
func version() string {
	of := "of unknown source"
	if b, ok := debug.ReadBuildInfo(); ok {
		if v := b.Main.Version; v != "" && v != "(devel)" {
			of = v
		}
	}
	return fmt.Sprintf("slipher %s (%s, %s/%s)", of, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

type versionCmd struct{}

// Run prints.
func (versionCmd) Run() error {
	fmt.Println(version())
	return nil
}
