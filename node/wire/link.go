package wire

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/hashicorp/yamux"

	"slipher/catalog/fault"
	"slipher/catalog/sqlerr"
)

// Stream kinds: the first byte of a yamux stream.
const (
	streamControl = 1
	streamData    = 2
	streamRaft    = 3
	streamSQL     = 4
)

// linkWindow is yamux's window of one stream: the product of bandwidth and
// delay of a good local network, with room.
const linkWindow = 4 << 20

func yamuxConfig() *yamux.Config {
	c := yamux.DefaultConfig()
	c.AcceptBacklog = 1024
	c.EnableKeepAlive = false // see heard.watch
	c.ConnectionWriteTimeout = 20 * time.Second
	c.StreamCloseTimeout = time.Minute
	c.MaxStreamWindowSize = linkWindow
	c.LogOutput = io.Discard // broken links are told by Handler.Gone
	return c
}

// link is a session with another process.
type link struct {
	mux     *Mux
	id      string
	addr    string
	process string
	sess    *yamux.Session
	conn    *heard
	ctx     context.Context // ends with the link
	stop    context.CancelFunc

	mu    sync.Mutex
	queue []*Data       // guarded by mu; bounded by the exchanges' credits
	some  chan struct{} // 1: the queue may hold something
	dead  bool          // guarded by mu: nothing is sent any more
}

func newLink(m *Mux, info peerInfo, s *yamux.Session, c *heard) *link {
	ctx, stop := context.WithCancel(context.Background())
	return &link{mux: m, id: info.id, addr: info.addr, process: info.process, sess: s, conn: c, ctx: ctx, stop: stop,
		some: make(chan struct{}, 1)}
}

func (l *link) Peer() string          { return l.id }
func (l *link) Local() bool           { return false }
func (l *link) Done() <-chan struct{} { return l.sess.CloseChan() }

// run serves the session's streams until it breaks, tells gone that it did, and
// waits for what still serves.
func (l *link) run(gone func()) {
	var wg sync.WaitGroup
	for _, f := range []func(){l.sendData, func() { l.conn.watch(l.sess) }} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			f()
		}()
	}
	for {
		s, err := l.sess.AcceptStream()
		if err != nil {
			break
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			l.serve(s)
		}()
	}
	_ = l.sess.Close()
	l.stop()
	gone() // before what serves has ended: a call may take its time to notice
	wg.Wait()
	l.mu.Lock()
	l.dead = true
	left := l.queue
	l.queue = nil
	l.mu.Unlock()
	for _, d := range left {
		d.Free()
	}
}

func (l *link) serve(s *yamux.Stream) {
	var kind [1]byte
	if _, err := io.ReadFull(s, kind[:]); err != nil {
		_ = s.Close()
		return
	}
	switch kind[0] {
	case streamControl:
		defer s.Close()
		l.serveCall(s)
	case streamData:
		defer s.Close()
		err := l.readData(s)
		if !errors.Is(err, io.EOF) && !errors.Is(err, yamux.ErrSessionShutdown) && l.ctx.Err() == nil {
			l.mux.log.Warn("data from peer", "peer", l.id, "err", err)
		}
		_ = l.sess.Close() // rows may be missing: whatever used them must fail
	case streamRaft:
		l.mux.raft.offer(stream{s, PeerAddr(l.addr)})
	case streamSQL:
		l.mux.sql.offer(stream{s, PeerAddr(l.addr)})
	default:
		_ = s.Close()
	}
}

func (l *link) serveCall(s *yamux.Stream) {
	req, term, err := readMessage(s)
	l.mux.fence.see(term)
	if err == nil {
		err = l.mux.fence.check(req, term)
	}
	if err != nil {
		_ = writeMessage(s, FromError(err), l.mux.Term())
		return
	}
	ctx, cancel := context.WithCancel(l.ctx)
	defer cancel()
	go func() { // the caller writes nothing more: a read ends when it gives up
		var b [1]byte
		_, _ = s.Read(b[:])
		cancel()
	}()
	reply, err := l.mux.handler.Call(ctx, l, req)
	if err != nil {
		reply = FromError(err)
	}
	if fault.Point("wire.reply") != nil { // done, and nobody hears of it
		_ = l.sess.Close()
		return
	}
	// not begun
	if err := writeMessage(s, reply, l.mux.Term()); err != nil && sqlerr.From(err).Code == sqlerr.ProgramLimitExceeded {
		_ = writeMessage(s, FromError(err), l.mux.Term())
	}
}

// Call implements Conn: a stream a call.
func (l *link) Call(ctx context.Context, req Message) (Message, error) {
	return l.callAt(ctx, l.mux.fence.term(req), req)
}

func (l *link) callAt(ctx context.Context, term uint64, req Message) (Message, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if fault.Point("wire.call") != nil {
		_ = l.sess.Close()
		return nil, ErrLinkLost
	}
	s, err := l.sess.OpenStream()
	if err != nil {
		return nil, ErrLinkLost
	}
	defer s.Close()
	stop := context.AfterFunc(ctx, func() { _ = s.Close(); _ = s.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	w := bufio.NewWriter(s)
	_ = w.WriteByte(streamControl)
	if err = writeMessage(w, req, term); err == nil {
		err = w.Flush()
	}
	var m Message
	if err == nil {
		var theirs uint64
		m, theirs, err = readMessage(bufio.NewReader(s))
		if err == nil {
			l.mux.fence.see(theirs)
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err() // even with a reply: giving up may have brought it about
	}
	if err != nil {
		if l.ctx.Err() != nil || l.sess.IsClosed() {
			return nil, ErrLinkLost
		}
		return nil, fmt.Errorf("call to %s: %w", l.id, err)
	}
	if e, ok := m.(*Error); ok {
		return nil, e
	}
	return m, nil
}

// Send implements Conn.
//
// Rows are encoded here, on the sender's worker: the bytes are the work of
// the query, and its account is relieved at once.
func (l *link) Send(d *Data) error {
	size := len(d.Body)
	if d.Batch != nil {
		size = d.Batch.WireSize()
	}
	if err := checkBody(size); err != nil {
		d.Free()
		return err
	}
	if d.Batch != nil {
		d.Body = d.Batch.AppendWire(make([]byte, 0, d.Batch.WireSize()))
		d.Free()
	}
	l.mu.Lock()
	if l.dead || l.sess.IsClosed() {
		l.mu.Unlock()
		return ErrLinkLost
	}
	l.queue = append(l.queue, d)
	l.mu.Unlock()
	select {
	case l.some <- struct{}{}:
	default:
	}
	return nil
}

// sendData writes the queue to the link's one data stream.
func (l *link) sendData() {
	s, err := l.sess.OpenStream()
	if err != nil {
		return
	}
	defer s.Close()
	w := bufio.NewWriterSize(s, 256<<10)
	_ = w.WriteByte(streamData)
	var head []byte
	for {
		l.mu.Lock()
		batch := l.queue
		l.queue = nil
		l.mu.Unlock()
		for _, d := range batch {
			if head, err = d.MarshalMsg(head[:0]); err == nil {
				err = fault.Point("wire.data")
			}
			var n [dataHead]byte
			putDataHead(&n, len(head), len(d.Body), l.mux.Term())
			if err == nil {
				_, err = w.Write(n[:])
			}
			if err == nil {
				_, err = w.Write(head)
			}
			if err == nil {
				_, err = w.Write(d.Body)
			}
			if err != nil {
				_ = l.sess.Close()
				return
			}
		}
		if len(batch) > 0 {
			continue // more may have come; flush when there is no more
		}
		if err := w.Flush(); err != nil {
			_ = l.sess.Close()
			return
		}
		select {
		case <-l.some:
		case <-l.ctx.Done():
			return
		case <-l.sess.CloseChan():
			return
		}
	}
}

// readData hands over what the peer's sendData writes, until the stream ends.
func (l *link) readData(s io.Reader) error {
	r := bufio.NewReaderSize(s, 256<<10)
	var head, body []byte
	for {
		hn, bn, term, err := readDataHead(r)
		if err != nil {
			return err
		}
		l.mux.fence.see(term)
		if head, err = readBytes(r, head, hn, maxHeader); err != nil {
			return err
		}
		if body, err = readBytes(r, body, bn, MaxBody); err != nil {
			return err
		}
		d := new(Data)
		if _, err := d.UnmarshalMsg(head); err != nil {
			return err
		}
		d.Body = body
		l.mux.handler.Data(l, d)
		if cap(body) > 8<<20 {
			body = nil // one giant must not stay
		}
	}
}
