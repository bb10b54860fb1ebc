package facts

import "sync"

// memo remembers answers, and is emptied when it has most of them. Safe for concurrent use; the zero value is ready.
type memo[K comparable, V any] struct {
	mu    sync.Mutex
	known map[K]V // guarded by mu
}

func (m *memo[K, V]) find(k K) (v V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok = m.known[k]
	return v, ok
}

func (m *memo[K, V]) keep(k K, v V, most int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= most {
		m.known = map[K]V{}
	}
	m.known[k] = v
}

func (m *memo[K, V]) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known = nil
}
