package worker

import (
	"container/list"
	"crypto/sha256"
	"errors"
	"sync"

	"slipher/runtime/program"
)

// codeCacheSize is how many artifacts a node keeps opened. They are small
// (programs and objects of some 10 KB), and a warehouse's dashboards repeat themselves.
const codeCacheSize = 4096

// codeCache is a node's memory of checked artifacts, by hash of the envelope:
// the first of the three cache levels. Loaded code is unmapped when it has not been
// used for long and no query holds it.
type codeCache struct {
	arts Artifacts

	mu       sync.Mutex
	programs map[[32]byte]*program.Segment // guarded by mu
	loaded   map[[32]byte]*held            // guarded by mu
	recent   *list.List                    // of *held, most recently used in front; guarded by mu
}

// held is loaded code that some queries hold.
type held struct {
	Loaded
	hash  [32]byte
	users int // guarded by codeCache.mu
	elem  *list.Element
}

func newCodeCache(a Artifacts) *codeCache {
	return &codeCache{arts: a, programs: map[[32]byte]*program.Segment{}, loaded: map[[32]byte]*held{}, recent: list.New()}
}

// Errors of the code cache.
var (
	errNoArtifacts = errors.New("this process takes no artifacts")
	errNotHere     = errors.New("the artifact is not in this node's memory")
)

// program opens an envelope with a program.
func (c *codeCache) program(env []byte) (*program.Segment, error) {
	h := sha256.Sum256(env)
	c.mu.Lock()
	p := c.programs[h]
	c.mu.Unlock()
	if p != nil {
		return p, nil
	}
	if c.arts == nil {
		return nil, errNoArtifacts
	}
	p, err := c.arts.Program(env)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.programs) >= codeCacheSize {
		clear(c.programs)
	}
	c.programs[h] = p
	return p, nil
}

// acquire gives the code of an envelope, or, if env is empty, of the one with
// that hash (else errNotHere). The caller releases it.
func (c *codeCache) acquire(env, hash []byte) (*held, error) {
	var h [32]byte
	switch {
	case len(env) > 0:
		h = sha256.Sum256(env)
	case len(hash) == len(h):
		h = [32]byte(hash)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.loaded[h]; l != nil {
		return c.use(l), nil
	}
	if len(env) == 0 {
		return nil, errNotHere
	}
	if c.arts == nil {
		return nil, errNoArtifacts
	}
	l := &held{hash: h} // loading takes some 40 µs: done under the lock, so that it is done once
	var err error
	if l.Loaded, err = c.arts.Load(env); err != nil {
		return nil, err
	}
	c.loaded[h] = l
	l.elem = c.recent.PushFront(l)
	c.shrink()
	return c.use(l), nil
}

func (c *codeCache) use(l *held) *held {
	l.users++
	c.recent.MoveToFront(l.elem)
	return l
}

// release gives back what acquire gave.
func (c *codeCache) release(l *held) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l.users--
}

// shrink unmaps what was used longest ago, if nobody is in it. Called with mu held.
func (c *codeCache) shrink() {
	for e := c.recent.Back(); e != nil && c.recent.Len() > codeCacheSize; {
		l := e.Value.(*held)
		e = e.Prev()
		if l.users > 0 || l.elem == c.recent.Front() {
			continue
		}
		c.recent.Remove(l.elem)
		delete(c.loaded, l.hash)
		if l.Fn != nil && l.Fn.Code != nil {
			_ = l.Fn.Code.Close()
		}
	}
}
