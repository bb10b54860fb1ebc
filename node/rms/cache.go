package rms

import (
	"container/list"
	"context"
	"fmt"
	"sync"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/node/inline"
	"slipher/runtime/block"
	"slipher/runtime/mem"
)

// Cache is a node's cache of opened blocks. Blocks of objects that are files (or that it has
// copied to its own folder) are mapped, others held in memory. Safe for concurrent use.
type Cache struct {
	store Store
	local *disk // nil: objects are not copied to a local disk
	limit int64 // bytes of memory for blocks nobody uses
	acct  *mem.Cache

	mu      sync.Mutex
	objects map[string]*object  // guarded by mu
	blocks  map[blockKey]*entry // guarded by mu
	heat    *list.List          // guarded by mu; unpinned *entry, coldest in front
	used    int64               // guarded by mu; bytes of all loaded blocks
	stats   CacheStats          // guarded by mu
	clock   uint64              // guarded by mu; counts requests for objects
	closed  bool                // guarded by mu

	stop, watched chan struct{} // of watchGone, nil if the store's objects are no files
}

// CacheStats counts what a cache did and holds.
type CacheStats struct {
	Hits, Misses, Evictions int64
	Blocks, Objects         int
	UsedBytes               int64
}

type blockKey struct {
	object string
	group  int32
	col    int32
	class  types.Phys
}

// entry is a block in the cache. Fields but pins and elem are set before ready is closed.
type entry struct {
	key   blockKey
	ready chan struct{}
	err   error
	blk   *block.Block
	obj   *object
	data  []byte // off-heap, owned; nil if the block lies in the object's mapping
	size  int64

	pins int           // guarded by Cache.mu
	elem *list.Element // guarded by Cache.mu; nil while pinned
}

// entryOverhead is what an opened block costs besides its bytes.
const entryOverhead = 1 << 10

// NewCache makes a cache over a store. memLimit bounds the bytes kept for blocks that are not in use, mapped ones
// counted by what they own besides the mapping. dir is a folder of this node for copies of remote objects; "" for none.
func NewCache(store Store, dir string, memLimit int64) *Cache {
	c := &Cache{store: store, limit: memLimit, objects: map[string]*object{}, blocks: map[blockKey]*entry{},
		heat: list.New()}
	c.acct = mem.NewCache("the block cache", c.reclaim)
	if m, ok := store.(mapper); ok {
		c.stop, c.watched = make(chan struct{}), make(chan struct{})
		go c.watchGone(m)
	} else if dir != "" {
		c.local = newDisk(dir)
	}
	return c
}

// Stats is a snapshot.
func (c *Cache) Stats() CacheStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Blocks, s.Objects, s.UsedBytes = len(c.blocks), len(c.objects), c.used
	return s
}

// Footer returns an object's footer, shared: not to be changed.
// Small objects, which have Data, are in no store and not cached here; see node/inline.
func (c *Cache) Footer(ctx context.Context, ref state.ObjectRef) (*block.Footer, error) {
	if ref.Data != nil {
		return inline.Footer(&ref)
	}
	o, err := c.object(ctx, ref)
	if err != nil {
		return nil, err
	}
	defer c.unref(o)
	return o.footer, nil
}

// RowGroup opens columns cols, numbers in table, of the object's row group idx. All of their blocks are loaded and
// pinned until Release; other columns cannot be used. It may wait for the store. A small object has one.
func (c *Cache) RowGroup(ctx context.Context, ref state.ObjectRef, idx int, cols []int,
	table []types.Column) (*block.RowGroup, error) {
	if ref.Data != nil {
		g, err := inline.New([]*state.ObjectRef{&ref})
		if err != nil {
			return nil, err
		}
		defer g.Release()
		return g.RowGroup(cols, table)
	}
	o, err := c.object(ctx, ref)
	if err != nil {
		return nil, err
	}
	defer c.unref(o)
	if idx < 0 || idx >= len(o.footer.RowGroups) {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "object %s has no row group %d", ref.Name, idx)
	}
	places := o.footer.Places(table)
	meta := &o.footer.RowGroups[idx]
	if places != nil {
		meta = &(&block.Footer{Columns: o.footer.Columns,
			RowGroups: o.footer.RowGroups[idx : idx+1]}).View(table).RowGroups[0]
	}
	pinned := make([]*entry, len(table))
	young := make([]*block.Block, len(table)) // owned: initial values
	release := func() {
		for _, e := range pinned {
			if e != nil {
				c.unpin(e)
			}
		}
		for _, b := range young {
			if b != nil {
				b.Close()
			}
		}
	}
	rg := block.NewRowGroup(meta, fmt.Sprintf("row group %d of object %s", idx, ref.Name),
		func(col int) (*block.Block, error) {
			if e := pinned[col]; e != nil {
				return e.blk, nil
			}
			if b := young[col]; b != nil {
				return b, nil
			}
			return nil, fmt.Errorf("column %d was not asked for", col+1)
		}, release)
	for _, col := range cols {
		if col < 0 || col >= len(table) {
			release()
			return nil, sqlerr.New(sqlerr.DataCorrupted, "object %s has no column %d", ref.Name, col+1)
		}
		if pinned[col] != nil || young[col] != nil {
			continue
		}
		at := col
		if places != nil {
			at = places[col]
		}
		if at < 0 {
			if young[col], err = block.ConstBlock(table[col].Type, table[col].Value(), int(meta.Rows)); err != nil {
				release()
				return nil, err
			}
			continue
		}
		e, err := c.pin(ctx, o, int32(idx), int32(at), table[col].Type)
		if err != nil {
			release()
			e := sqlerr.From(err)
			if e.Code != sqlerr.InternalError {
				return nil, err
			}
			return nil, sqlerr.New(sqlerr.DataCorrupted, "block of column %d in row group %d of object %s is damaged", col+1,
				idx, ref.Name).
				WithDetail("%s.", e.Message)
		}
		pinned[col] = e
		if _, err := rg.Block(col); err != nil {
			release()
			return nil, err
		}
	}
	return rg, nil
}

// pin returns the block's entry, loaded, with one more pin.
func (c *Cache) pin(ctx context.Context, o *object, group, col int32, t types.Type) (*entry, error) {
	key := blockKey{o.name, group, col, t.Phys()}
	c.mu.Lock()
	e := c.blocks[key]
	if e != nil {
		c.stats.Hits++
		e.pins++
		if e.elem != nil {
			c.heat.Remove(e.elem)
			e.elem = nil
		}
		c.mu.Unlock()
		select {
		case <-e.ready:
		case <-ctx.Done():
			c.unpin(e)
			return nil, sqlerr.Wrap(ctx.Err(), sqlerr.QueryCanceled)
		}
		if e.err != nil {
			c.unpin(e)
			return nil, e.err
		}
		return e, nil
	}
	c.stats.Misses++
	e = &entry{key: key, ready: make(chan struct{}), obj: o, pins: 1}
	c.blocks[key] = e
	o.refs++ // the entry's
	c.mu.Unlock()

	e.err = c.load(ctx, e, t)
	c.mu.Lock()
	c.used += e.size
	if e.err != nil && c.blocks[key] == e {
		delete(c.blocks, key) // the next one tries again
	}
	c.mu.Unlock()
	close(e.ready)
	if e.err != nil {
		c.unpin(e)
		return nil, e.err
	}
	return e, nil
}

// load fetches and opens a block.
func (c *Cache) load(ctx context.Context, e *entry, t types.Type) error {
	m := &e.obj.footer.RowGroups[e.key.group].Cols[e.key.col]
	data := e.obj.mapped
	if data != nil {
		data = data[m.Off : m.Off+m.Len : m.Off+m.Len] // in bounds: ReadFooter checked
	} else {
		got, err := c.store.GetRange(ctx, e.obj.name, m.Off, m.Len)
		if err != nil {
			return err
		}
		if e.data, err = offheapCopy(got); err != nil {
			return err
		}
		data = e.data[:m.Len]
	}
	blk, err := block.OpenBlock(m, t, data)
	if err != nil {
		offheapFree(e.data)
		e.data = nil
		return err
	}
	size := int64(blk.Size()+len(e.data)) + entryOverhead
	if err := c.acct.Reserve(size); err != nil {
		blk.Close()
		offheapFree(e.data)
		e.data = nil
		return err
	}
	e.blk, e.size = blk, size
	return nil
}

// reclaim evicts all blocks that are not in use: the process is short of memory.
func (c *Cache) reclaim() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shrinkTo(0)
}

// unpin gives a pin back. The last one of a failed or dropped block frees it.
func (c *Cache) unpin(e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.pins--
	if e.pins > 0 {
		return
	}
	if c.blocks[e.key] != e {
		c.freeLocked(e)
		return
	}
	e.elem = c.heat.PushBack(e)
	c.shrinkLocked()
}

// shrinkLocked evicts the coldest blocks while there is too much.
func (c *Cache) shrinkLocked() {
	c.shrinkTo(c.limit)
	c.shrinkObjectsLocked()
}

// shrinkTo evicts the coldest blocks until at most so many bytes are left, or all are in use. Called with mu held.
func (c *Cache) shrinkTo(limit int64) {
	for c.used > limit && c.heat.Len() > 0 {
		e := c.heat.Front().Value.(*entry)
		c.heat.Remove(e.elem)
		e.elem = nil
		delete(c.blocks, e.key)
		c.freeLocked(e)
		c.stats.Evictions++
	}
}

func (c *Cache) freeLocked(e *entry) {
	if e.blk != nil {
		e.blk.Close()
	}
	offheapFree(e.data)
	e.data = nil
	c.used -= e.size
	c.acct.Release(e.size)
	c.unrefLocked(e.obj)
}

// Drop forgets an object, for example one that was deleted. Blocks in use stay until released.
func (c *Cache) Drop(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropLocked(map[string]bool{name: true})
}

func (c *Cache) dropLocked(names map[string]bool) {
	for key, e := range c.blocks {
		if !names[key.object] {
			continue
		}
		delete(c.blocks, key)
		if e.elem != nil {
			c.heat.Remove(e.elem)
			e.elem = nil
			c.freeLocked(e)
		}
	}
	for name := range names {
		o := c.objects[name]
		if o == nil {
			continue
		}
		delete(c.objects, name)
		c.unrefLocked(o) // the table's
		if c.local != nil {
			c.local.remove(name)
		}
	}
}

// Close frees everything. No row group may be in use.
func (c *Cache) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	if c.stop != nil {
		close(c.stop)
		c.mu.Unlock()
		<-c.watched // it may be about to take mu
		c.mu.Lock()
	}
	c.acct.Forget()
	pinned := len(c.blocks) - c.heat.Len()
	for c.heat.Len() > 0 {
		e := c.heat.Front().Value.(*entry)
		c.heat.Remove(e.elem)
		delete(c.blocks, e.key)
		c.freeLocked(e)
	}
	if pinned > 0 {
		return fmt.Errorf("BUG: block cache closed with %d blocks in use", pinned)
	}
	for name, o := range c.objects {
		delete(c.objects, name)
		c.unrefLocked(o)
	}
	return nil
}
