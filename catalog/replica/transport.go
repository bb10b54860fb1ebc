package replica

import (
	"errors"
	"net"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// Streams carries raft's connections between leaders: node/wire's RaftStreams.
type Streams interface {
	net.Listener
	DialAddr(addr string, timeout time.Duration) (net.Conn, error)
}

// rpcTimeout bounds one message between leaders: many commands, on a slow network. A snapshot's grows with
// its size. That a peer is silent is noticed sooner, by its link.
const rpcTimeout = 10 * time.Second

// places says where leaders are now: a leader that came back elsewhere is found
// before the log says so. raft.ServerAddressProvider.
type places func(id string) string

func (p places) ServerAddr(id raft.ServerID) (raft.ServerAddress, error) {
	if a := p(string(id)); a != "" {
		return raft.ServerAddress(a), nil
	}
	return "", errUnknownPlace
}

// carrier is all that raft uses of a transport.
type carrier interface {
	raft.Transport
	raft.WithPreVote
	raft.WithClose
}

// transport lets this replica send itself a message: elect.
type transport struct {
	carrier
	conns *conns // nil without Streams
	acks  *acks  // of the messages that followers have accepted, but for pipelined ones (lease.go)
	rpcs  chan raft.RPC
	// Until deaf it votes for nobody: before it stopped it may have assured a leader that is active still,
	// which relies on that for a heartbeat timeout (lease.go).
	deaf time.Time
	stop chan struct{}
	once sync.Once
	wg   sync.WaitGroup
}

func newTransport(o Options, logger hclogger) *transport {
	t := &transport{acks: newAcks(), rpcs: make(chan raft.RPC), deaf: time.Now().Add(o.config().HeartbeatTimeout),
		stop: make(chan struct{})}
	if o.Streams == nil {
		_, t.carrier = raft.NewInmemTransport(raft.ServerAddress(o.ID))
	} else {
		t.conns = newConns(o.Streams)
		c := &raft.NetworkTransportConfig{Stream: t.conns, MaxPool: 3, Timeout: rpcTimeout, Logger: logger.Named("transport")}
		if o.Locate != nil {
			c.ServerAddressProvider = places(o.Locate)
		}
		t.carrier = raft.NewNetworkTransportWithConfig(c)
	}
	t.wg.Go(func() {
		for {
			select {
			case rpc := <-t.carrier.Consumer():
				if t.refuses(rpc) {
					rpc.Respond(nil, errStarting)
					continue
				}
				select {
				case t.rpcs <- rpc:
				case <-t.stop:
					return
				}
			case <-t.stop:
				return
			}
		}
	})
	return t
}

var errStarting = errors.New("this leader has just started and does not vote yet")

func (t *transport) refuses(rpc raft.RPC) bool {
	if time.Now().After(t.deaf) {
		return false
	}
	switch req := rpc.Command.(type) {
	case *raft.RequestPreVoteRequest:
		return true
	case *raft.RequestVoteRequest:
		return !req.LeadershipTransfer
	}
	return false
}

// Consumer implements raft.Transport.
func (t *transport) Consumer() <-chan raft.RPC { return t.rpcs }

// AppendEntries implements raft.Transport.
func (t *transport) AppendEntries(id raft.ServerID, at raft.ServerAddress, args *raft.AppendEntriesRequest,
	resp *raft.AppendEntriesResponse) error {
	began := time.Now()
	err := t.carrier.AppendEntries(id, at, args, resp)
	if err == nil && resp.Success {
		t.acks.note(string(id), args.Term, began)
	}
	return err
}

// AppendEntriesPipeline implements raft.Transport.
func (t *transport) AppendEntriesPipeline(id raft.ServerID, at raft.ServerAddress) (raft.AppendPipeline, error) {
	p, err := t.carrier.AppendEntriesPipeline(id, at)
	if err != nil {
		return nil, err
	}
	return newPipeline(p), nil
}

// elect tells our own raft to stand for election now: a lone voter needs not
// wait for a leader that cannot be. It is the message of a leadership transfer.
func (t *transport) elect() {
	answer := make(chan raft.RPCResponse, 1)
	select {
	case t.rpcs <- raft.RPC{
		Command:  &raft.TimeoutNowRequest{RPCHeader: raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax}},
		RespChan: answer,
	}:
	case <-t.stop:
	}
}

// halt ends what waits for other leaders: raft, told to shut down, does not wait for them then.
func (t *transport) halt() {
	if t.conns != nil {
		t.conns.halt()
	}
}

// Close implements raft.WithClose.
func (t *transport) Close() error {
	t.halt()
	t.once.Do(func() { close(t.stop) })
	err := t.carrier.Close()
	t.wg.Wait()
	return err
}
