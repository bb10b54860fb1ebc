package state

import "github.com/tinylib/msgp/msgp"

// refs is a list of a snapshot, of whatever length: what msgp would write out for each field.
type refs[T any, P interface {
	*T
	msgp.Marshaler
	msgp.Unmarshaler
	Msgsize() int
}] []P

// The lists of image.
type (
	databaseRefs = refs[Database, *Database]
	schemaRefs   = refs[Schema, *Schema]
	tableRefs    = refs[Table, *Table]
	userRefs     = refs[User, *User]
	nodeRefs     = refs[Node, *Node]
	leaderRefs   = refs[Leader, *Leader]
	identityRefs = refs[identityImage, *identityImage]
	doneRefs     = refs[doneImage, *doneImage]
	functionRefs = refs[Function, *Function]
	garbageRefs  = refs[garbageImage, *garbageImage]
)

// MarshalMsg implements msgp.Marshaler.
func (l refs[T, P]) MarshalMsg(b []byte) ([]byte, error) {
	b = msgp.AppendArrayHeader(b, uint32(len(l)))
	for i, x := range l {
		var err error
		if b, err = x.MarshalMsg(b); err != nil {
			return b, msgp.WrapError(err, i)
		}
	}
	return b, nil
}

// UnmarshalMsg implements msgp.Unmarshaler. A forged length allocates nothing.
func (l *refs[T, P]) UnmarshalMsg(b []byte) ([]byte, error) {
	n, b, err := msgp.ReadArrayHeaderBytes(b)
	*l = make(refs[T, P], 0, min(n, 1<<10))
	for i := 0; err == nil && i < int(n); i++ {
		x := P(new(T))
		if b, err = x.UnmarshalMsg(b); err != nil {
			return b, msgp.WrapError(err, i)
		}
		*l = append(*l, x)
	}
	return b, err
}

// Msgsize is an upper bound of the size in bytes.
func (l refs[T, P]) Msgsize() int {
	n := msgp.ArrayHeaderSize
	for _, x := range l {
		n += x.Msgsize()
	}
	return n
}
