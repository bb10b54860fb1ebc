package fn

import "sync"

// known remembers what texts were read as, such as patterns and templates: a query uses few, for many rows. What was
// read is shared. Safe for concurrent use.
type known[K comparable, T any] struct {
	mu sync.RWMutex
	m  map[K]T // guarded by mu; emptied when it grows
}

const maxKnown = 256

// of is what k is read as, by read if it is not known.
func (s *known[K, T]) of(k K, read func(K) (T, error)) (T, error) {
	s.mu.RLock()
	v, ok := s.m[k]
	s.mu.RUnlock()
	if ok {
		return v, nil
	}
	v, err := read(k)
	if err != nil {
		return v, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m == nil || len(s.m) >= maxKnown {
		s.m = map[K]T{}
	}
	s.m[k] = v
	return v, nil
}
