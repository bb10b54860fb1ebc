package history

import (
	"math"
	"path/filepath"

	"slipher/catalog/relations"
	"slipher/leader/datadir"
)

// Loads keeps what is to be known of COPYs after them.
type Loads struct {
	// Errors are what COPY refused. They stand outside transactions: the rows survive the failure of the COPY that
	// made them.
	Errors *Journal[relations.LoadError]
	// Files are those that COPY loaded, once the transaction was committed.
	Files *Journal[relations.Load]
}

// LoadsLimit keeps some 40,000 rows of usual length, of each kind.
const LoadsLimit = 16 << 20

// OpenLoads reads what earlier runs have kept.
func OpenLoads(dir string, limit int64) (*Loads, error) {
	errors, err := openJournal[relations.LoadError](filepath.Join(dir, datadir.LoadErrors), limit)
	if err != nil {
		return nil, err
	}
	files, err := openJournal[relations.Load](filepath.Join(dir, datadir.LoadFiles), limit)
	if err != nil {
		return nil, err
	}
	return &Loads{Errors: errors, Files: files}, nil
}

// LastQuery is the highest number of a query that is kept, 0 if none is. Those that are no INTEGER were the scheduler's
// once, and do not count.
func (l *Loads) LastQuery() (last int64) {
	count := func(query int64) {
		if query <= math.MaxInt32 {
			last = max(last, query)
		}
	}
	for _, e := range l.Errors.All() {
		count(e.Query)
	}
	for _, f := range l.Files.All() {
		count(f.Query)
	}
	return last
}
