package fault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Variables of the environment.
const (
	planVar = "SLIPHER_FAULTS"
	fileVar = "SLIPHER_FAULTS_FILE"
	seedVar = "SLIPHER_FAULTS_SEED"
)

// lookInterval is how often the file is looked at: one stat.
const lookInterval = 5 * time.Millisecond

// Setup arms what the environment asks for; a process calls it once at its start. The
// error names the variable and what is wrong with it. A file that becomes wrong later
// is told in FILE.seen and changes nothing. The goroutine that watches the file lives as long as the process.
func Setup() error {
	text, file := os.Getenv(planVar), os.Getenv(fileVar)
	var seed uint64
	if s := os.Getenv(seedVar); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			return fmt.Errorf("%s: %q is no number", seedVar, s)
		}
	}
	if text == "" && file == "" {
		return nil
	}
	if text != "" && file != "" {
		return fmt.Errorf("%s and %s exclude each other", planVar, fileVar)
	}
	if file == "" {
		p, err := parse(text, seed)
		if err != nil {
			return fmt.Errorf("%s: %w", planVar, err)
		}
		table.set(p)
		return nil
	}
	w := &watcher{file: file, seed: seed}
	if err := w.look(); err != nil {
		return fmt.Errorf("%s: %w", fileVar, err)
	}
	go func() {
		for {
			time.Sleep(lookInterval)
			_ = w.look() // told in FILE.seen
		}
	}()
	return nil
}

// watcher follows a file of faults.
type watcher struct {
	file string
	seed uint64

	last  time.Time // of the file read last
	size  int64
	begun bool
	text  string // the plan in force, or what was wrong with it
	told  string // content of FILE.seen
}

// look reads the file if it has changed, and tells what has happened since.
func (w *watcher) look() error {
	var last time.Time
	var size int64
	info, err := os.Stat(w.file)
	switch {
	case err == nil:
		last, size = info.ModTime(), info.Size()
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if !w.begun || !last.Equal(w.last) || size != w.size {
		if err := w.read(size > 0); err != nil {
			w.text = "error: " + err.Error()
			if !w.begun {
				return err
			}
		}
		w.begun, w.last, w.size = true, last, size
	}
	return w.tell()
}

func (w *watcher) read(exists bool) error {
	var text []byte
	if exists {
		var err error
		if text, err = os.ReadFile(w.file); err != nil {
			return err
		}
	}
	p, err := parse(string(text), w.seed)
	if err != nil {
		return err
	}
	w.text = strings.TrimSpace(string(text))
	table.set(p)
	return nil
}

// tell writes FILE.seen: the plan, an empty line, then "point count" lines.
func (w *watcher) tell() error {
	var b strings.Builder
	b.WriteString(w.text + "\n\n")
	counts := Counts()
	names := Names()
	sort.Strings(names)
	for _, n := range names {
		fmt.Fprintf(&b, "%s %d\n", n, counts[n])
	}
	text := b.String()
	if text == w.told {
		return nil
	}
	seen := w.file + ".seen"
	if err := os.WriteFile(seen+".new", []byte(text), 0o600); err != nil {
		return err
	}
	if err := os.Rename(seen+".new", seen); err != nil {
		return err
	}
	w.told = text
	return nil
}
