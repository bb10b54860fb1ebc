package state

import "cmp"

// tree is a persistent ordered map: an AVL tree whose set and delete copy the
// path they change and return a new tree. The zero tree is empty. In-order
// iteration is what makes snapshots deterministic.
type tree[K cmp.Ordered, V any] struct {
	root *treeNode[K, V]
	size int
}

// treeNode is frozen once it can be reached from a tree.
type treeNode[K cmp.Ordered, V any] struct {
	left, right *treeNode[K, V]
	height      int
	key         K
	value       V
}

func (t tree[K, V]) get(key K) (V, bool) {
	for n := t.root; n != nil; {
		switch {
		case key < n.key:
			n = n.left
		case key > n.key:
			n = n.right
		default:
			return n.value, true
		}
	}
	var none V
	return none, false
}

func (t tree[K, V]) set(key K, value V) tree[K, V] {
	root, added := t.root.set(key, value)
	if added {
		t.size++
	}
	t.root = root
	return t
}

func (t tree[K, V]) delete(key K) tree[K, V] {
	if _, ok := t.get(key); !ok {
		return t
	}
	return tree[K, V]{root: t.root.delete(key), size: t.size - 1}
}

// from calls f for the entries with keys >= low, in order, until f says false.
func (t tree[K, V]) from(low K, f func(K, V) bool) { t.root.from(low, f) }

// all calls f for every entry in order.
func (t tree[K, V]) all(f func(K, V)) { t.root.all(f) }

// values are all values, in the order of their keys.
func (t tree[K, V]) values() []V {
	out := make([]V, 0, t.size)
	t.all(func(_ K, v V) { out = append(out, v) })
	return out
}

func (n *treeNode[K, V]) h() int {
	if n == nil {
		return 0
	}
	return n.height
}

func (n *treeNode[K, V]) set(key K, value V) (*treeNode[K, V], bool) {
	if n == nil {
		return &treeNode[K, V]{height: 1, key: key, value: value}, true
	}
	switch {
	case key < n.key:
		left, added := n.left.set(key, value)
		return n.with(left, n.right), added
	case key > n.key:
		right, added := n.right.set(key, value)
		return n.with(n.left, right), added
	}
	return &treeNode[K, V]{n.left, n.right, n.height, key, value}, false
}

// delete removes key, which is there.
func (n *treeNode[K, V]) delete(key K) *treeNode[K, V] {
	switch {
	case key < n.key:
		return n.with(n.left.delete(key), n.right)
	case key > n.key:
		return n.with(n.left, n.right.delete(key))
	case n.left == nil:
		return n.right
	case n.right == nil:
		return n.left
	}
	next := n.right
	for next.left != nil {
		next = next.left
	}
	return next.with(n.left, n.right.delete(next.key))
}

// with is a copy of n over other children, rebalanced. The children's heights
// differ by at most two.
func (n *treeNode[K, V]) with(left, right *treeNode[K, V]) *treeNode[K, V] {
	switch balance := left.h() - right.h(); {
	case balance > 1:
		if left.left.h() < left.right.h() {
			lr := left.right
			left = lr.join(left.join(left.left, lr.left), lr.right)
		}
		return left.join(left.left, n.join(left.right, right))
	case balance < -1:
		if right.right.h() < right.left.h() {
			rl := right.left
			right = rl.join(rl.left, right.join(rl.right, right.right))
		}
		return right.join(n.join(left, right.left), right.right)
	}
	return n.join(left, right)
}

// join is a copy of n over other children, no questions asked.
func (n *treeNode[K, V]) join(left, right *treeNode[K, V]) *treeNode[K, V] {
	return &treeNode[K, V]{left, right, 1 + max(left.h(), right.h()), n.key, n.value}
}

func (n *treeNode[K, V]) from(low K, f func(K, V) bool) bool {
	if n == nil {
		return true
	}
	if low <= n.key {
		return n.left.from(low, f) && f(n.key, n.value) && n.right.from(low, f)
	}
	return n.right.from(low, f)
}

func (n *treeNode[K, V]) all(f func(K, V)) {
	if n == nil {
		return
	}
	n.left.all(f)
	f(n.key, n.value)
	n.right.all(f)
}
