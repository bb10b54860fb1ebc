package loader

import (
	"bufio"
	"fmt"
	"os"
	"sync"
)

// perfMap is where names of loaded code go, for the profiler `perf`; off unless
// WritePerfMap was called.
var perfMap struct {
	mu   sync.Mutex
	file *os.File // guarded by mu
}

// WritePerfMap makes the process say what it loads from now on, in the file in
// which `perf` looks for code that no file on disk holds. Names of code unloaded
// again stay: a profile may still have its addresses.
//
// Source: Linux, tools/perf/Documentation/jit-interface.txt: START SIZE NAME, in hexadecimal.
func WritePerfMap() error {
	f, err := os.Create(fmt.Sprintf("/tmp/perf-%d.map", os.Getpid()))
	if err != nil {
		return err
	}
	perfMap.mu.Lock()
	defer perfMap.mu.Unlock()
	perfMap.file = f
	return nil
}

// name tells perf the symbols of a loaded image.
func (im *image) name() {
	perfMap.mu.Lock()
	defer perfMap.mu.Unlock()
	if perfMap.file == nil {
		return
	}
	w := bufio.NewWriter(perfMap.file)
	for i := range im.object.symbols {
		sym := &im.object.symbols[i]
		if sym.name == "" || int(sym.shndx) >= len(im.object.sections) {
			continue
		}
		s := &im.object.sections[sym.shndx]
		a, err := im.address(i)
		if err != nil || !s.loaded || s.flags&shfExec == 0 {
			continue
		}
		size := sym.size
		if size == 0 { // hand-written code: to the end of the section
			size = s.size - min(sym.value, s.size)
		}
		fmt.Fprintf(w, "%x %x %s\n", a, size, sym.name)
	}
	w.Flush() // a profile without names is no reason to fail a query
}
