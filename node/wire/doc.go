// Package wire is how processes of a cluster talk: the messages and two ways
// to carry them.
//
//	leader/schedule, node/worker ──Conn.Call(Message)──► Handler.Call ──► Message
//	node/exchange                ──Conn.Send(*Data)────► Handler.Data
//
//	between processes: Mux  one yamux session per pair of peers over TCP, after a
//	                        handshake that proves knowledge of the cluster's secret
//	in one process:    Local Go values handed over, nothing copied
//
// A session carries four kinds of streams, told apart by their first byte:
// control (one request and its reply, msgp), data (one a direction: frames of
// a msgp header and raw bytes, in order), raft (raw, for catalog/replica) and SQL (raw, clients
// that a standby leader passes on).
//
// Invariants: data of one sender to one peer arrives in order; Handler.Data
// never blocks (credits bound what is under way), so that no exchange can hold up
// another; a broken link is told to the handler once, by Gone.
//
// Start reading at conn.go, then mux.go.
package wire
