package rms

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"golang.org/x/sys/unix"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// Store keeps immutable objects. Safe for concurrent use. A missing object is 58P01,
// a full disk is 53100, other failures are 58030. Points of catalog/fault named "rms.…" are in every method.
type Store interface {
	// Put stores data under name, whole or not at all, durable on return.
	Put(ctx context.Context, name string, data []byte) error
	// Create stores what is written until Commit.
	Create(ctx context.Context, name string) (ObjectWriter, error)
	Get(ctx context.Context, name string) ([]byte, error)
	// GetRange returns exactly n bytes from off on.
	GetRange(ctx context.Context, name string, off, n int64) ([]byte, error)
	// Delete removes an object, or what Leftovers has named; a missing one is no error. It may come
	// back if the machine dies: whoever must be rid of it lists again.
	Delete(ctx context.Context, name string) error
	// List returns the names that begin with prefix, sorted.
	List(ctx context.Context, prefix string) ([]string, error)
	// Leftovers returns what writers that have not ended, or died, have left, sorted: no
	// objects, but names for Delete. LeftoverOf says of which object.
	Leftovers(ctx context.Context) ([]string, error)
}

// ObjectWriter writes one object. Exactly one of Commit and Abort ends it.
type ObjectWriter interface {
	io.Writer
	Commit() error // whole and durable on return
	Abort()
}

// mapper is what a store can do whose objects are files of this machine.
type mapper interface {
	localPath(name string) string
}

// schemes is the table of stores by URL scheme.
var schemes = map[string]func(u *url.URL) (Store, error){
	"file": openFileStore,
	"mem":  openMemStore,
}

// Prefix begins the names of the objects a transaction writes for a table. What wrote an object is in
// its name, so that garbage collection can tell objects of unfinished transactions.
func Prefix(table state.TableID, term, txn uint64) string {
	return fmt.Sprintf("t%d/%08x-%012x", table, term, txn)
}

// Name is an object's name: no two writers ever use one name.
func Name(prefix string, slice state.SliceID, seq uint64) string {
	return fmt.Sprintf("%s-s%d-%d.obj", prefix, slice, seq)
}

// RowsName is the name of the object that says where the rows of another come
// from: for each its old address, int64, little endian.
func RowsName(object string) string { return object + ".rows" }

// checkName refuses names that could leave the store.
func checkName(name string) error {
	bad := name == "" || strings.HasPrefix(name, "/") || strings.ContainsAny(name, "\\\x00")
	for _, part := range strings.Split(name, "/") {
		bad = bad || part == "" || strings.HasPrefix(part, ".")
	}
	if bad {
		return sqlerr.New(sqlerr.InternalError, "bad object name %q", name)
	}
	return nil
}

func missing(name string) error {
	return sqlerr.New(sqlerr.UndefinedFile, "object %q does not exist in managed storage", name)
}

func failed(what, name string, err error) error {
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) {
		return sqlerr.Wrap(fmt.Errorf("managed storage: %s %q: %w", what, name, err), sqlerr.DiskFull)
	}
	return sqlerr.Wrap(fmt.Errorf("managed storage: %s %q: %w", what, name, err), sqlerr.IOError)
}
