package inline

import (
	"container/list"
	"crypto/sha256"
	"sync"

	"slipher/catalog/state"
)

// Cache keeps groups that were read last, by their objects' names: the queries between two small writes
// share them. The zero Cache is ready. Safe for concurrent use.
type Cache struct {
	mu     sync.Mutex
	groups map[[32]byte]*list.Element // guarded by mu
	recent list.List                  // of *kept, used last in front; guarded by mu
}

type kept struct {
	key   [32]byte
	group *Group
}

// What a Cache keeps at most: groups, and bytes in all.
const (
	maxGroups = 256
	maxBytes  = 64 << 20
)

// Get gives the group of objs, in that order. The caller releases it.
func (c *Cache) Get(objs []*state.ObjectRef) (*Group, error) {
	h := sha256.New()
	for _, o := range objs {
		h.Write([]byte(o.Name))
		h.Write([]byte{0})
	}
	key := [32]byte(h.Sum(nil))
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.groups[key]; e != nil {
		c.recent.MoveToFront(e)
		return e.Value.(*kept).group.use(), nil
	}
	g, err := New(objs) // some microseconds: done under the lock, so that it is done once
	if err != nil {
		return nil, err
	}
	if c.groups == nil {
		c.groups = map[[32]byte]*list.Element{}
	}
	c.groups[key] = c.recent.PushFront(&kept{key, g})
	g.use()
	c.shrink()
	return g, nil
}

// use is one more user of g.
func (g *Group) use() *Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.users++
	return g
}

func (g *Group) held() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.size + g.bytes
}

// shrink forgets what was used longest ago. Called with mu held.
func (c *Cache) shrink() {
	total, n := int64(0), 0
	for e := c.recent.Front(); e != nil; {
		k := e.Value.(*kept)
		total += k.group.held()
		n++
		next := e.Next()
		if n > 1 && (n > maxGroups || total > maxBytes) {
			c.drop(e)
		}
		e = next
	}
}

func (c *Cache) drop(e *list.Element) {
	k := e.Value.(*kept)
	c.recent.Remove(e)
	delete(c.groups, k.key)
	k.group.Release()
}

// Close forgets all groups; those in use are freed by their last user.
func (c *Cache) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.recent.Len() > 0 {
		c.drop(c.recent.Front())
	}
}
