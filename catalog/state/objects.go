package state

import (
	"iter"

	"github.com/tinylib/msgp/msgp"
)

// Live is how many of the object's rows are not deleted.
func (r *ObjectRef) Live() int64 { return r.Rows - r.Dead }

// Inline reports whether the object's rows are in the catalog itself.
func (r *ObjectRef) Inline() bool { return len(r.Data) > 0 }

// Objects are a table version's objects in the order of their names: a
// persistent set, so that a commit costs the paths it changes. The zero Objects is empty.
type Objects struct{ byName tree[string, *ObjectRef] }

// MakeObjects is the set of refs.
func MakeObjects(refs ...ObjectRef) Objects {
	var o Objects
	for i := range refs {
		o = o.With(&refs[i])
	}
	return o
}

// Len is the number of objects.
func (o Objects) Len() int { return o.byName.size }

// All yields the objects in order, with their index. They must not be changed.
func (o Objects) All() iter.Seq2[int, *ObjectRef] {
	return func(yield func(int, *ObjectRef) bool) {
		i := 0
		o.byName.from("", func(_ string, r *ObjectRef) bool {
			i++
			return yield(i-1, r)
		})
	}
}

// List is the objects in order: index i is the i of row addresses.
func (o Objects) List() []ObjectRef {
	out := make([]ObjectRef, 0, o.Len())
	for _, r := range o.All() {
		out = append(out, *r)
	}
	return out
}

// Find is the object of that name, nil if there is none.
func (o Objects) Find(name string) *ObjectRef {
	r, _ := o.byName.get(name)
	return r
}

// With is o and r, which it keeps: r is frozen from here on.
func (o Objects) With(r *ObjectRef) Objects { return Objects{o.byName.set(r.Name, r)} }

// Without is o but for the object of that name.
func (o Objects) Without(name string) Objects { return Objects{o.byName.delete(name)} }

// MarshalMsg implements msgp.Marshaler: an array of ObjectRef.
func (o Objects) MarshalMsg(b []byte) ([]byte, error) {
	b = msgp.AppendArrayHeader(b, uint32(o.Len()))
	for _, r := range o.All() {
		var err error
		if b, err = r.MarshalMsg(b); err != nil {
			return b, err
		}
	}
	return b, nil
}

// UnmarshalMsg implements msgp.Unmarshaler.
func (o *Objects) UnmarshalMsg(b []byte) ([]byte, error) {
	n, b, err := msgp.ReadArrayHeaderBytes(b)
	*o = Objects{}
	for ; n > 0 && err == nil; n-- {
		r := new(ObjectRef)
		if b, err = r.UnmarshalMsg(b); err == nil {
			*o = o.With(r)
		}
	}
	return b, err
}

// Msgsize is an upper bound of the size in bytes.
func (o Objects) Msgsize() int {
	n := msgp.ArrayHeaderSize
	for _, r := range o.All() {
		n += r.Msgsize()
	}
	return n
}
