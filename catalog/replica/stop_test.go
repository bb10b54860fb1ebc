package replica

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"slipher/catalog/fault"
	"slipher/catalog/state"
)

// soon is within what things end that must not wait for others: far less than rpcTimeout.
const soon = 3 * time.Second

// pair is two leaders' transports without raft: the second one's requests are the test's to answer.
func pair(t *testing.T) (from, to *transport, at raft.ServerAddress) {
	t.Helper()
	n := &network{place: map[string]string{}, cut: map[string]bool{}, conns: map[string][]net.Conn{}}
	log := newLogger(slog.New(slog.DiscardHandler))
	for _, id := range []string{"l1", "l2"} {
		tr := newTransport(Options{ID: id, Streams: n.streams(t, id)}, log)
		t.Cleanup(func() { tr.Close() })
		from, to = to, tr
	}
	return from, to, to.LocalAddr()
}

// entries is a message as a leader pipelines it.
func entries(term uint64) *raft.AppendEntriesRequest {
	return &raft.AppendEntriesRequest{RPCHeader: raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax}, Term: term,
		PrevLogEntry: 1, PrevLogTerm: 1}
}

// within fails the test if f takes long, and gives what it returned.
func within(t *testing.T, what string, f func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-time.After(soon):
		t.Fatalf("%s is held", what)
		return nil
	}
}

// A follower refuses what is pipelined to it. raft takes answers until then; whoever sends on fails
// then, for nobody would take the answers to what comes.
func TestRefusedPipeline(t *testing.T) {
	for name, answer := range map[string]*raft.AppendEntriesResponse{
		"another log": {Term: 1}, "a newer term": {Term: 2}, "a newer term, accepted": {Term: 2, Success: true},
		"an error": nil,
	} {
		t.Run(name, func(t *testing.T) {
			from, to, at := pair(t)
			stop := make(chan struct{})
			defer close(stop)
			go func() {
				for {
					select {
					case rpc := <-to.Consumer():
						if answer == nil {
							rpc.Respond(&raft.AppendEntriesResponse{}, errors.New("no"))
						} else {
							rpc.Respond(answer, nil)
						}
					case <-stop:
						return
					}
				}
			}()
			p, err := from.AppendEntriesPipeline("l2", at)
			if err != nil {
				t.Fatal(err)
			}
			taken := make(chan struct{})
			go func() {
				<-p.Consumer() // and no more: raft's pipelineDecode
				close(taken)
			}()
			err = within(t, "sending", func() error {
				for n := 0; n < 1000; n++ {
					if _, err := p.AppendEntries(entries(1), new(raft.AppendEntriesResponse)); err != nil {
						return err
					}
				}
				return nil
			})
			if err == nil {
				t.Error("a thousand messages were sent behind a refusal")
			}
			<-taken
			within(t, "closing", p.Close)
		})
	}
}

// Answers that accept all come through, in their order.
func TestAcceptedPipeline(t *testing.T) {
	from, to, at := pair(t)
	p, err := from.AppendEntriesPipeline("l2", at)
	if err != nil {
		t.Fatal(err)
	}
	const messages = 500
	go func() {
		for i := range messages {
			rpc := <-to.Consumer()
			rpc.Respond(&raft.AppendEntriesResponse{Term: 1, Success: true, LastLog: uint64(i)}, nil)
		}
	}()
	go func() {
		for range messages {
			if _, err := p.AppendEntries(entries(1), new(raft.AppendEntriesResponse)); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	for i := range messages {
		if f := <-p.Consumer(); f.Response().LastLog != uint64(i) {
			t.Fatalf("answer %d is %+v", i, f.Response())
		}
	}
	within(t, "closing", p.Close)
}

// What waits for a leader that does not answer ends when the transport halts, and nothing new begins.
func TestHalt(t *testing.T) {
	from, to, at := pair(t) // nobody answers
	ask := func() error {
		return from.AppendEntries("l2", at, entries(1), new(raft.AppendEntriesResponse))
	}
	asked := make(chan error, 1)
	go func() { asked <- ask() }()
	rpc := <-to.Consumer()
	p, err := from.AppendEntriesPipeline("l2", at)
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() {
		for {
			if _, err := p.AppendEntries(entries(1), new(raft.AppendEntriesResponse)); err != nil {
				sent <- err
				return
			}
		}
	}()
	<-to.Consumer()
	began := time.Now()
	from.halt()
	if err := within(t, "a question", func() error { return <-asked }); err == nil {
		t.Error("it was answered")
	}
	go func() { // as pipelineDecode
		for range 2 {
			select {
			case <-p.Consumer():
			case <-time.After(soon):
			}
		}
	}()
	if err := within(t, "a pipeline", func() error { return <-sent }); err == nil {
		t.Error("it was answered")
	}
	if err := within(t, "a new question", ask); err == nil {
		t.Error("it was answered")
	}
	rpc.Respond(nil, errors.New("late"))
	t.Logf("ended after %v", time.Since(began))
}

// A connection that is being opened does not hold what halts, nor one that is taken afterwards.
func TestHaltWhileDialling(t *testing.T) {
	s := &slowStreams{begun: make(chan struct{}), end: make(chan struct{})}
	c := newConns(s)
	dialled := make(chan error, 1)
	go func() {
		_, err := c.Dial("somewhere", time.Minute)
		dialled <- err
	}()
	<-s.begun
	c.halt()
	if err := within(t, "dialling", func() error { return <-dialled }); !errors.Is(err, raft.ErrTransportShutdown) {
		t.Error(err)
	}
	mine, theirs := net.Pipe()
	s.conn = mine
	close(s.end)
	// The connection that nobody wants any more is closed.
	_ = theirs.SetReadDeadline(time.Now().Add(soon))
	var b [1]byte
	if _, err := theirs.Read(b[:]); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Error("it stays open")
	}
}

// slowStreams dials until it is told to end.
type slowStreams struct {
	net.Listener
	begun, end chan struct{}
	conn       net.Conn
}

func (s *slowStreams) DialAddr(string, time.Duration) (net.Conn, error) {
	close(s.begun)
	<-s.end
	return s.conn, nil
}

// No deadline that raft sets holds after halt.
func TestDeadlineAfterHalt(t *testing.T) {
	mine, theirs := net.Pipe()
	defer theirs.Close()
	c := newConns(nil)
	k, err := c.add(mine)
	if err != nil {
		t.Fatal(err)
	}
	c.halt()
	for _, set := range []func(time.Time) error{k.SetDeadline, k.SetReadDeadline, k.SetWriteDeadline} {
		if err := set(time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if err := within(t, "reading", func() error { _, err := k.Read(make([]byte, 1)); return err }); err == nil {
		t.Error("something was read")
	}
	if err := within(t, "writing", func() error { _, err := k.Write(make([]byte, 1)); return err }); err == nil {
		t.Error("something was written")
	}
}

// A replica whose disk hangs stops within the time it is given; what it has acknowledged is there.
func TestShutdownWithHangingDisk(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	tid := state.TableID(propose(t, r, table("t")).Ops[0].ID)
	const hang = time.Second
	disarm, err := fault.Arm(fmt.Sprintf("log.store=delay:%s", hang), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer disarm()
	asked := make(chan error, 1)
	go func() {
		_, err := r.Propose(context.Background(), &state.Command{Ops: []state.Op{&state.Delta{Table: tid}}})
		asked <- err
	}()
	time.Sleep(50 * time.Millisecond)
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	err = within(t, "the shutdown", func() error { return r.Shutdown(ctx) })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	done := within(t, "the command", func() error { return <-asked })
	t.Logf("the command: %v", done)
	time.Sleep(hang / 2)              // raft has got what it waited for and ends
	if err := r.close(); err != nil { // as the process's end does
		t.Fatal(err)
	}
	again := open(t, dir)
	if again.Catalog().TableByID(tid) == nil {
		t.Error("the table is lost")
	}
}
