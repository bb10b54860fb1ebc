package schedule

import (
	"context"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/node/wire"
	"slipher/runtime/mem"
)

// A node fails in one of two streams that run at the same time. What the other node says when it is stopped for that,
// in the stream beside, is not the query's error, however late the first stream ends.
func TestErrorOfStoppedStream(t *testing.T) {
	r := &run{a: &assignment{peers: []wire.Peer{{ID: "a"}, {ID: "b"}}, conns: map[string]wire.Conn{}},
		returns: NewReturns(1, nil, mem.NewAccount("test", 0), nil)}
	r.ctx, r.cancel = context.WithCancelCause(context.Background())
	why := sqlerr.New(sqlerr.DivisionByZero, "division by zero")
	stopped, over := make(chan struct{}), make(chan struct{})
	first := make(chan error)
	go func() {
		first <- r.all(func(ctx context.Context, p wire.Peer, _ wire.Conn) error {
			if p.ID == "a" {
				return why
			}
			<-ctx.Done()
			close(stopped)
			<-over
			return ctx.Err()
		})
	}()
	r.fail(r.all(func(ctx context.Context, p wire.Peer, _ wire.Conn) error {
		if p.ID == "a" {
			<-ctx.Done()
			return ctx.Err()
		}
		<-stopped
		return sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request")
	}))
	close(over)
	r.fail(<-first)
	if err := r.failure(); sqlerr.From(err).Code != sqlerr.DivisionByZero {
		t.Error(err)
	}
}
