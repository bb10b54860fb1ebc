package llvm

import (
	"errors"
	"fmt"
	"os"
)

// LibraryVariable is the environment variable that names the library: a path,
// or "off" to do as if there was none.
const LibraryVariable = "SLIPHER_LLVM"

// Version is the libLLVM this package is written against (major.minor); the
// C API and the IR dialect are pinned to it.
const Version = "19.1"

// ErrNoLLVM says that there is no libLLVM to compile with.
var ErrNoLLVM = errors.New("libLLVM " + Version + " is not available")

// usualPaths is where packages put the library (Debian's libllvm19, apt.llvm.org, Fedora).
var usualPaths = []string{
	"/usr/lib/x86_64-linux-gnu/libLLVM.so.19.1",
	"/usr/lib/aarch64-linux-gnu/libLLVM.so.19.1",
	"/usr/lib/llvm-19/lib/libLLVM.so.19.1",
	"/usr/lib64/libLLVM.so.19.1",
	"/usr/lib/libLLVM.so.19.1",
	"/usr/local/lib/libLLVM.so.19.1",
}

// FindLibrary is the path of libLLVM. setting is a path, "off", or empty for
// the environment's SLIPHER_LLVM and then the usual places. Error: ErrNoLLVM.
func FindLibrary(setting string) (string, error) {
	if setting == "" {
		setting = os.Getenv(LibraryVariable)
	}
	if setting == "off" {
		return "", fmt.Errorf("%w: switched off", ErrNoLLVM)
	}
	if setting != "" {
		if _, err := os.Stat(setting); err != nil {
			return "", fmt.Errorf("%w: %w", ErrNoLLVM, err)
		}
		return setting, nil
	}
	for _, p := range usualPaths {
		if _, err := os.Stat(p); err == nil {
			return p, nil
		}
	}
	return "", fmt.Errorf("%w: install package libllvm19 or set %s", ErrNoLLVM, LibraryVariable)
}
