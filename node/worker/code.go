package worker

import (
	"crypto/sha256"
	"errors"
	"sync"

	"slipher/runtime/program"
)

// codeCacheSize is how many artifacts a node keeps opened. They are small
// (programs and objects of some 10 KB), and a warehouse's dashboards repeat themselves.
const codeCacheSize = 4096

// codeCache is a node's memory of checked artifacts, by hash of the envelope:
// the first of the three cache levels. Loaded code stays mapped for good, since
// instances may be inside; what is forgotten is only the way to find it.
type codeCache struct {
	arts Artifacts

	mu       *sync.Mutex
	programs map[[32]byte]*program.Segment // guarded by mu
	loaded   map[[32]byte]Loaded           // guarded by mu
}

func newCodeCache(a Artifacts) codeCache {
	return codeCache{arts: a, mu: new(sync.Mutex), programs: map[[32]byte]*program.Segment{}, loaded: map[[32]byte]Loaded{}}
}

var errNoArtifacts = errors.New("this process takes no artifacts")

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

func (c *codeCache) get(hash []byte) (Loaded, bool) {
	if len(hash) != 32 {
		return Loaded{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	l, ok := c.loaded[[32]byte(hash)]
	return l, ok
}

func (c *codeCache) load(env []byte) (Loaded, error) {
	h := sha256.Sum256(env)
	if l, ok := c.get(h[:]); ok {
		return l, nil
	}
	if c.arts == nil {
		return Loaded{}, errNoArtifacts
	}
	l, err := c.arts.Load(env)
	if err != nil {
		return Loaded{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.loaded[h] = l
	return l, nil
}
