package rms

import (
	"context"
	"fmt"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/runtime/block"
)

// object is an object the cache knows: its footer and, if it is a file, its mapping.
type object struct {
	name   string
	footer *block.Footer
	mapped []byte // nil: not mapped; unmapped with the last reference
	refs   int    // guarded by Cache.mu: one of the table, one a block entry, one a caller
	last   uint64 // guarded by Cache.mu: clock value when it was last asked for
}

// maxObjects is how many footers and mappings are kept when nobody uses them.
const maxObjects = 4096

// object returns an object with one more reference, for unref.
func (c *Cache) object(ctx context.Context, ref state.ObjectRef) (*object, error) {
	c.mu.Lock()
	if o := c.objects[ref.Name]; o != nil {
		o.refs++
		c.touchLocked(o)
		c.mu.Unlock()
		return o, nil
	}
	c.mu.Unlock()
	o, err := c.openObject(ctx, ref)
	if err != nil {
		if e := sqlerr.From(err); e.Code == sqlerr.DataCorrupted {
			return nil, sqlerr.New(sqlerr.DataCorrupted, "%s: object %s", e.Message, ref.Name).WithDetail("%s", e.Detail)
		}
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if other := c.objects[ref.Name]; other != nil { // opened twice at once: keep the first
		o.close()
		other.refs++
		return other, nil
	}
	o.refs = 2 // the table's and the caller's
	c.objects[ref.Name] = o
	c.touchLocked(o)
	c.shrinkObjectsLocked()
	return o, nil
}

func (c *Cache) openObject(ctx context.Context, ref state.ObjectRef) (*object, error) {
	o := &object{name: ref.Name}
	if err := checkName(ref.Name); err != nil {
		return nil, err
	}
	path := ""
	if m, ok := c.store.(mapper); ok {
		path = m.localPath(ref.Name)
	} else if c.local != nil {
		p, err := c.local.fetch(ctx, c.store, ref)
		if err != nil {
			return nil, err
		}
		path = p
	}
	if path != "" {
		data, err := mapFile(path)
		if err != nil {
			return nil, fileErr("mapping", ref.Name, err)
		}
		o.mapped = data
		o.footer, err = block.ReadFooter(data, int64(len(data)))
		if err != nil {
			o.close()
			return nil, err
		}
		return o, nil
	}
	const trailer = 16
	if ref.Bytes < trailer {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "object of %d bytes", ref.Bytes)
	}
	end := min(ref.Bytes, 64<<10) // most footers fit
	data, err := c.store.GetRange(ctx, ref.Name, ref.Bytes-end, end)
	if err != nil {
		return nil, err
	}
	n, err := block.FooterSize(data[len(data)-trailer:])
	if err == nil && int64(n) > ref.Bytes {
		err = sqlerr.New(sqlerr.DataCorrupted, "footer of %d bytes", n)
	}
	if err != nil {
		return nil, err
	}
	if n > len(data) {
		if data, err = c.store.GetRange(ctx, ref.Name, ref.Bytes-int64(n), int64(n)); err != nil {
			return nil, err
		}
	}
	o.footer, err = block.ReadFooter(data, ref.Bytes)
	return o, err
}

func (o *object) close() {
	if o.mapped != nil {
		unmapFile(o.mapped)
		o.mapped = nil
	}
}

func (c *Cache) touchLocked(o *object) {
	c.clock++
	o.last = c.clock
}

func (c *Cache) unref(o *object) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unrefLocked(o)
}

func (c *Cache) unrefLocked(o *object) {
	o.refs--
	if o.refs < 0 {
		panic(fmt.Sprintf("BUG: object %s has %d references", o.name, o.refs))
	}
	if o.refs == 0 {
		o.close()
	}
}

// shrinkObjectsLocked forgets unused objects, the longest unused first, a tenth at a time.
func (c *Cache) shrinkObjectsLocked() {
	if len(c.objects) <= maxObjects {
		return
	}
	// Ages spread evenly over the objects, more or less: cut below a tenth of the clock's span.
	oldest := c.clock
	for _, o := range c.objects {
		oldest = min(oldest, o.last)
	}
	cut := oldest + (c.clock-oldest)/10
	for name, o := range c.objects {
		if o.refs == 1 && o.last <= cut {
			delete(c.objects, name)
			c.unrefLocked(o)
		}
	}
}
