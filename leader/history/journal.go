package history

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"sync"
)

// Journal keeps the newest rows of a relation over restarts: those of one kind, T.
//
// Rows are appended to a file, a line of JSON each. When it is twice as long as what is kept it is written anew.
type Journal[T any] struct {
	mu    sync.Mutex
	path  string
	limit int64   // bytes of the rows kept, as lines
	rows  []T     // oldest first; guarded by mu
	sizes []int64 // of their lines; guarded by mu
	kept  int64   // sum of sizes; guarded by mu
	file  int64   // bytes of the file; guarded by mu
}

// openJournal reads the rows of earlier runs. Lines that cannot be read are passed over.
func openJournal[T any](path string, limit int64) (*Journal[T], error) {
	l := &Journal[T]{path: path, limit: limit}
	f, err := os.Open(l.path)
	if os.IsNotExist(err) {
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	whole := true
	for r := bufio.NewReader(f); ; {
		line, err := r.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return nil, err
		}
		l.file += int64(len(line))
		var e T
		if json.Unmarshal(line, &e) == nil && err == nil {
			l.keep(e, int64(len(line)))
		} else if len(line) > 0 {
			whole = false
		}
		if err == io.EOF {
			break
		}
	}
	if !whole { // it is written anew with the next rows
		l.file = 2*l.limit + 1
	}
	return l, nil
}

// keep takes a row in and the oldest ones out. Called with mu held.
func (l *Journal[T]) keep(e T, size int64) {
	l.rows, l.sizes, l.kept = append(l.rows, e), append(l.sizes, size), l.kept+size
	n := 0
	for ; l.kept > l.limit && n < len(l.rows); n++ {
		l.kept -= l.sizes[n]
	}
	l.rows, l.sizes = l.rows[n:], l.sizes[n:]
}

// Add keeps the rows of one statement, at most half of what is kept in all: the first ones.
func (l *Journal[T]) Add(rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var text []byte
	for _, e := range rows {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if size := int64(len(line) + 1); int64(len(text))+size <= l.limit/2 {
			text = append(append(text, line...), '\n')
			l.keep(e, size)
		}
	}
	if l.file+int64(len(text)) > 2*l.limit {
		return l.rewrite()
	}
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.Write(text); err != nil {
		f.Truncate(l.file) // half a line would spoil the next one
	} else {
		l.file += int64(len(text))
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// All returns the rows, oldest first.
func (l *Journal[T]) All() []T {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rows[:len(l.rows):len(l.rows)]
}

// rewrite writes a file of the rows kept and puts it in the old one's place. Called with mu held.
func (l *Journal[T]) rewrite() error {
	text := make([]byte, 0, l.kept)
	for _, r := range l.rows {
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		text = append(append(text, line...), '\n')
	}
	fresh := l.path + ".new"
	if err := os.WriteFile(fresh, text, 0o600); err != nil {
		os.Remove(fresh)
		return err
	}
	if err := os.Rename(fresh, l.path); err != nil {
		return err
	}
	l.file = int64(len(text))
	return nil
}
