//go:build invariants

package offheap

import "testing"

// With the tag, whatever lies beyond the end of a view is a panic.
func TestBounds(t *testing.T) {
	v := room(t, 16)
	for name, f := range map[string]func(){
		"behind":  func() { At[int64](v, 9) },
		"before":  func() { Set[byte](v, -1, 0) },
		"slice":   func() { Slice[int32](v, 8, 3) },
		"part":    func() { At[byte](v.From(16), 0) },
		"from":    func() { v.From(17) },
		"word":    func() { Word[int64](v, 12) },
		"nowhere": func() { At[byte](View{}, 0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
	At[int64](v, 8)
	Slice[int32](v.From(4), 0, 3)
}
