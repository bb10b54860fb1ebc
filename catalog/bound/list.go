package bound

import "github.com/tinylib/msgp/msgp"

// List is a list of structs in a message. msgp would write out the same for each field; so it calls this. Fields are
// of an alias (`type peers = bound.List[Peer, *Peer]`) in a file that msgp is not run on, and take no omitempty.
type List[T any, P element[T]] []T

// element is what msgp generates for a struct T.
type element[T any] interface {
	*T
	msgp.Marshaler
	msgp.Unmarshaler
	Msgsize() int
}

// MarshalMsg implements msgp.Marshaler.
func (l List[T, P]) MarshalMsg(b []byte) ([]byte, error) {
	b = msgp.AppendArrayHeader(b, uint32(len(l)))
	for i := range l {
		var err error
		if b, err = P(&l[i]).MarshalMsg(b); err != nil {
			return b, msgp.WrapError(err, i)
		}
	}
	return b, nil
}

// UnmarshalMsg implements msgp.Unmarshaler. It refuses more than Elements.
func (l *List[T, P]) UnmarshalMsg(b []byte) ([]byte, error) {
	n, b, err := msgp.ReadArrayHeaderBytes(b)
	if err != nil {
		return b, err
	}
	if n > Elements {
		return b, msgp.ErrLimitExceeded
	}
	if cap(*l) >= int(n) {
		*l = (*l)[:n]
	} else {
		*l = make(List[T, P], n)
	}
	for i := range *l {
		if b, err = P(&(*l)[i]).UnmarshalMsg(b); err != nil {
			return b, msgp.WrapError(err, i)
		}
	}
	return b, nil
}

// Msgsize is an upper bound of the size in bytes.
func (l List[T, P]) Msgsize() int {
	n := msgp.ArrayHeaderSize
	for i := range l {
		n += P(&l[i]).Msgsize()
	}
	return n
}
