package wire

import "context"

// Conn is a link to one peer, as seen by the one who sends.
type Conn interface {
	// Peer is the peer's id.
	Peer() string
	// Local reports whether the peer is in this process: then rows are handed
	// over as they are.
	Local() bool
	// Call sends a request and waits for the reply. An *Error reply comes as err;
	// a broken link as ErrLinkLost.
	Call(ctx context.Context, req Message) (Message, error)
	// Send takes over d and never waits. After ErrLinkLost the link is lost; any other error (54000) is of d alone.
	Send(d *Data) error
	// Done is closed when the link is lost.
	Done() <-chan struct{}
}

// Handler serves what peers send.
type Handler interface {
	// Call serves a request; it may take as long as it needs. ctx ends with the link or
	// when the caller gives up.
	Call(ctx context.Context, from Conn, req Message) (Message, error)
	// Data takes d over. It must not block.
	Data(from Conn, d *Data)
	// Gone tells that the link to a peer is lost.
	Gone(peer Conn)
}

// Peers finds links by the peers' ids.
type Peers interface {
	// Conn gives a link to a peer, at addr if there is none yet. addr "" means an existing one.
	Conn(ctx context.Context, id, addr string) (Conn, error)
}
