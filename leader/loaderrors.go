package leader

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"

	"slipher/catalog/relations"
)

// loadErrors keeps what COPY refused. It stands outside transactions: the rows
// survive the failure of the COPY that made them, and a restart.
type loadErrors struct {
	mu   sync.Mutex
	path string
	rows []relations.LoadError // oldest first; guarded by mu
}

// loadErrorsKept bounds the rows; the file is cut when it holds twice as many.
const loadErrorsKept = 10_000

// openLoadErrors reads the rows of earlier runs. Lines that cannot be read are passed over.
func openLoadErrors(dir string) (*loadErrors, error) {
	l := &loadErrors{path: filepath.Join(dir, "load_errors.jsonl")}
	f, err := os.Open(l.path)
	if os.IsNotExist(err) {
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	lines := 0
	for sc.Scan() {
		var e relations.LoadError
		if json.Unmarshal(sc.Bytes(), &e) == nil {
			l.rows = append(l.rows, e)
		}
		lines++
	}
	l.trim()
	if lines > 2*loadErrorsKept {
		return l, l.rewrite()
	}
	return l, sc.Err()
}

// add keeps the refusals of one COPY.
func (l *loadErrors) add(rows []relations.LoadError) error {
	if len(rows) == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = append(l.rows, rows...)
	l.trim()
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	enc := json.NewEncoder(w)
	for _, r := range rows {
		if err := enc.Encode(r); err != nil {
			break
		}
	}
	err = w.Flush()
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// all returns the rows, oldest first.
func (l *loadErrors) all() []relations.LoadError {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rows[:len(l.rows):len(l.rows)]
}

func (l *loadErrors) trim() {
	if n := len(l.rows); n > loadErrorsKept {
		l.rows = append([]relations.LoadError(nil), l.rows[n-loadErrorsKept:]...)
	}
}

func (l *loadErrors) rewrite() error {
	var b []byte
	for _, r := range l.rows {
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		b = append(append(b, line...), '\n')
	}
	return os.WriteFile(l.path, b, 0o600)
}
