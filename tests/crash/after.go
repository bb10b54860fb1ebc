package crash

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/raft"
	wal "github.com/hashicorp/raft-wal"
	"github.com/hashicorp/raft-wal/metadb"

	"slipher/catalog/state"
)

// afterwards ends a run: the tables are emptied, storage is cleaned up, all replicas of the
// catalog are the same, and storage holds what the catalog names and nothing else.
func (r *run) afterwards(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	if err := r.tables(ctx); err != nil {
		t.Errorf("tables: %v", err)
	}
	if err := errors.Join(r.rig.stop(), r.rig.start()); err != nil {
		t.Error(err)
	}
	time.Sleep(cleaning)
	if err := r.rig.stop(); err != nil {
		t.Error(err)
	}
	for _, p := range r.rig.procs() {
		for _, c := range p.takeCrashes() {
			t.Error(c)
		}
	}
	cat, err := r.rig.catalogs()
	if err != nil {
		t.Error(err)
	}
	if cat == nil {
		return
	}
	lost, orphans, err := r.rig.storage(cat)
	if err != nil {
		t.Error(err)
	}
	if len(lost) > 0 {
		t.Errorf("%d objects are lost: %v", len(lost), lost[:min(len(lost), 10)])
	}
	if len(orphans) > 0 {
		t.Errorf("%d objects belong to nobody: %v", len(orphans), orphans[:min(len(orphans), 10)])
	}
}

// cleaning is how long the garbage collector has at the end. It looks for orphans when a leader
// has become active, so the cluster is started once more for it.
const cleaning = 4 * time.Second

// journal is what a leader has on disk: a catalog and what came after it.
type journal struct {
	name    string
	index   uint64 // of base
	base    *state.Catalog
	entries []raft.Log
}

// readJournal reads a stopped leader's directory.
func readJournal(name, dir string) (_ *journal, err error) {
	j := &journal{name: name, base: state.New()}
	snaps, err := raft.NewFileSnapshotStore(dir, 2, io.Discard)
	if err != nil {
		return nil, err
	}
	list, err := snaps.List()
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		_, from, err := snaps.Open(list[0].ID)
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(from)
		from.Close()
		if err != nil {
			return nil, err
		}
		if j.base, err = state.Decode(data); err != nil {
			return nil, err
		}
		j.index = list[0].Index
	}
	meta := &metadb.BoltMetaDB{}
	log, err := wal.Open(filepath.Join(dir, "log"), wal.WithMetaStore(meta))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, log.Close(), meta.Close()) }()
	first, err := log.FirstIndex()
	if err != nil {
		return nil, err
	}
	last, err := log.LastIndex()
	if err != nil {
		return nil, err
	}
	for i := max(first, j.index+1); i <= last && last > 0; i++ {
		var l raft.Log
		if err := log.GetLog(i, &l); err != nil {
			return nil, err
		}
		j.entries = append(j.entries, l)
	}
	return j, nil
}

// last is the index of the last entry.
func (j *journal) last() uint64 { return j.index + uint64(len(j.entries)) }

// term is an entry's, 0 if the entry is in the base.
func (j *journal) term(index uint64) uint64 {
	if index <= j.index {
		return 0
	}
	return j.entries[index-j.index-1].Term
}

// at is the catalog after an entry.
func (j *journal) at(index uint64) (*state.Catalog, error) {
	c := j.base
	for _, l := range j.entries[:index-j.index] {
		if l.Type != raft.LogCommand {
			continue
		}
		cmds, err := state.DecodeEntry(l.Data)
		if err != nil {
			return nil, fmt.Errorf("%s: entry %d: %w", j.name, l.Index, err)
		}
		for _, cmd := range cmds {
			c, _ = c.Apply(cmd)
		}
	}
	return c, nil
}

// catalogs compares the catalogs of all leaders, which are stopped, at the last entry that
// all have, however each came to it. It gives the newest.
func (r *rig) catalogs() (*state.Catalog, error) {
	var all []*journal
	for _, p := range r.leaders {
		j, err := readJournal(p.name, r.catalogDir(p))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		all = append(all, j)
	}
	newest := slices.MaxFunc(all, func(a, b *journal) int { return int(a.last()) - int(b.last()) })
	cat, err := newest.at(newest.last())
	if err != nil {
		return nil, err
	}
	common := newest.last()
	for _, j := range all {
		common = min(common, j.last())
	}
	for ; common > 0; common-- {
		terms := map[uint64]bool{}
		for _, j := range all {
			terms[j.term(common)] = true
		}
		if len(terms) == 1 {
			break
		}
	}
	var want []byte
	for _, j := range all {
		if common < j.index {
			return cat, fmt.Errorf("%s has a snapshot of %d, others nothing newer than %d", j.name, j.index, common)
		}
		c, err := j.at(common)
		if err != nil {
			return cat, err
		}
		got, err := c.Encode()
		if err != nil {
			return cat, err
		}
		if want == nil {
			want = got
		}
		if !bytes.Equal(got, want) {
			return cat, fmt.Errorf("after entry %d the catalog of %s is another than that of %s", common, j.name, all[0].name)
		}
	}
	return cat, nil
}

func (r *rig) catalogDir(p *proc) string { return filepath.Join(p.dir, "catalog") }

// tableObject is the name of an object of a table: others are caches of code.
var tableObject = regexp.MustCompile(`^t[0-9]+/`)

// storage compares managed storage with what a catalog names.
func (r *rig) storage(cat *state.Catalog) (lost, orphans []string, err error) {
	root := filepath.Join(r.dir, "storage")
	there := map[string]bool{}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))
		there[name] = true
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	named := map[string]bool{}
	for _, t := range cat.AllTables() {
		for _, o := range t.Version.Objects.All() {
			if o.Data != nil {
				continue
			}
			named[o.Name] = true
			if !there[o.Name] {
				lost = append(lost, o.Name)
			}
		}
		if t.Version.Stats != "" {
			named[t.Version.Stats] = true
		}
	}
	for name := range cat.Garbage() {
		named[name] = true
	}
	for name := range there {
		if tableObject.MatchString(name) && !named[name] {
			orphans = append(orphans, name)
		}
	}
	slices.Sort(lost)
	slices.Sort(orphans)
	return lost, orphans, nil
}
