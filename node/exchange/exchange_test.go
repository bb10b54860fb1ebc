package exchange

import (
	"context"
	"testing"

	"slipher/catalog/types"
	"slipher/node/wire"
	"slipher/runtime/mem"
	"slipher/runtime/page"
	"slipher/runtime/program"
)

// peer is the other end: it gives what comes in to an inbox and credits to an outbox.
type peer struct {
	in   *Inbox
	out  *Outbox
	none bool // nobody wants more of out
	l    *wire.Local
	t    *testing.T
}

func (p *peer) Call(context.Context, wire.Conn, wire.Message) (wire.Message, error) {
	return &wire.OK{}, nil
}
func (p *peer) Data(from wire.Conn, d *wire.Data) {
	if d.Kind == wire.DataCredit {
		p.out.Grant(d.Dest, int(d.N), d.Turn)
		return
	}
	if d.Kind == wire.DataEnough {
		p.none = p.out.Enough(d.Dest, d.Turn)
		return
	}
	if err := p.in.Put(from, d); err != nil {
		p.t.Error(err)
	}
}
func (p *peer) Gone(wire.Conn) {}

var layout = &program.TableShape{EntrySize: 16, SortKeyOff: -1,
	Fields: []program.Field{{Type: types.TInt8, NullOff: -1}}}

func newPage(t *testing.T, acct *mem.Account, v int64) *page.Page {
	t.Helper()
	p, err := page.OfDatums(acct, layout, 1, func(int, int) types.Datum { return types.Int(v) })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func value(it Item) int64 { return it.Batch.(*page.Page).Datum(0, 0).Lo }

func pair(t *testing.T, credits int, broadcast bool) (*peer, *peer, *mem.Account) {
	t.Helper()
	acct := mem.NewAccount("test", 0)
	l := wire.NewLocal()
	a, b := &peer{t: t, l: l}, &peer{t: t, l: l}
	l.Attach("a", a)
	l.Attach("b", b)
	to, err := l.As("a").Conn(context.Background(), "b", "")
	if err != nil {
		t.Fatal(err)
	}
	b.in = NewInbox(1, 0, nil, []int{0, 1}, []string{"a"}, credits)
	a.out = NewOutbox(1, 0, []wire.Conn{to, to}, broadcast, credits, func(err error) { t.Error(err) })
	return a, b, acct
}

// A sender stops at its credits, goes on when one comes back, and each destination has its own.
func TestCredits(t *testing.T) {
	a, b, acct := pair(t, 2, false)
	for i := range int64(2) {
		if !a.out.Send(0, newPage(t, acct, i), new(Count)) {
			t.Fatal("refused within the credits")
		}
	}
	c := newPage(t, acct, 2)
	if a.out.CanSend(0) || a.out.Send(0, c, new(Count)) {
		t.Fatal("sent beyond the credits")
	}
	if !a.out.Send(1, newPage(t, acct, 9), new(Count)) {
		t.Fatal("another destination's credits are not its own")
	}
	it, dest, ok := b.in.Take(0)
	if !ok || dest != 0 || value(it) != 0 {
		t.Fatal("first page")
	}
	it.Batch.Free()
	if a.out.CanSend(0) {
		t.Fatal("a credit came back before the page was consumed")
	}
	if err := b.in.Consumed(0, it.From); err != nil {
		t.Fatal(err)
	}
	if !a.out.Send(0, c, new(Count)) {
		t.Fatal("refused with a credit")
	}
	a.out.End()
	if b.in.Over(0) || b.in.Over(-1) {
		t.Error("over with pages waiting")
	}
	n := 0
	for {
		it, _, ok := b.in.Take(-1)
		if !ok {
			break
		}
		it.Batch.Free()
		n++
	}
	if n != 3 || !b.in.Over(0) || !b.in.Over(1) || !b.in.Over(-1) {
		t.Errorf("%d pages left", n)
	}
	if err := acct.Close(); err != nil {
		t.Error(err)
	}
}

// A broadcast page reaches every destination, and waits for the slowest.
func TestBroadcastCredits(t *testing.T) {
	a, b, acct := pair(t, 1, true)
	if a.out.Dests() != 1 || !a.out.Send(0, newPage(t, acct, 5), new(Count)) {
		t.Fatal("refused")
	}
	var shared *page.Page
	for d := range 2 {
		if a.out.CanSend(0) {
			t.Fatal("a destination without credit was forgotten")
		}
		it, _, ok := b.in.Take(d)
		if !ok || value(it) != 5 {
			t.Fatalf("destination %d has nothing", d)
		}
		if p := it.Batch.(*page.Page); shared == nil {
			shared = p
		} else if p != shared {
			t.Error("the page was copied within the process")
		}
		it.Batch.Free()
		_ = b.in.Consumed(d, it.From)
	}
	if !a.out.CanSend(0) {
		t.Error("credits did not come back")
	}
	if err := acct.Close(); err != nil {
		t.Error(err)
	}
}

// After Stop senders are not held up and nothing is kept.
func TestStop(t *testing.T) {
	a, b, acct := pair(t, 1, false)
	a.out.Send(0, newPage(t, acct, 1), new(Count))
	b.in.Stop()
	a.out.Send(1, newPage(t, acct, 1), new(Count)) // arrives at a stopped inbox
	a.out.Stop()
	for range 10 {
		if !a.out.Send(0, newPage(t, acct, 1), new(Count)) {
			t.Fatal("refused after Stop")
		}
	}
	if err := acct.Close(); err != nil {
		t.Error(err)
	}
}

// What a receiver does not want is dropped at the sender, which hears when nobody wants anything.
func TestEnough(t *testing.T) {
	for _, broadcast := range []bool{false, true} {
		a, b, acct := pair(t, 1, broadcast)
		if a.out.Enough(1, 0) {
			t.Error("one destination still wants rows")
		}
		if !a.out.Send(0, newPage(t, acct, 1), new(Count)) {
			t.Fatal("refused")
		}
		if !broadcast && (!a.out.CanSend(1) || !a.out.Send(1, newPage(t, acct, 2), new(Count)) ||
			!a.out.Send(1, newPage(t, acct, 2), new(Count))) {
			t.Error("rows that nobody wants wait for credit")
		}
		if _, _, ok := b.in.Take(1); ok {
			t.Error("rows came that are not wanted")
		}
		back, err := b.l.As("b").Conn(context.Background(), "a", "")
		if err != nil {
			t.Fatal(err)
		}
		if err := b.in.Enough([]wire.Conn{back}, 0); err != nil {
			t.Fatal(err)
		}
		if !a.none {
			t.Error("the sender was not told")
		}
		if !a.out.Send(0, newPage(t, acct, 3), new(Count)) {
			t.Error("refused what nobody wants")
		}
		if err := acct.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What is said of a turn of a loop that has ended does nothing to the next one: rows, their end, credits, and that
// there is enough.
func TestTurns(t *testing.T) {
	a, b, acct := pair(t, 1, false)
	back, err := b.l.As("b").Conn(context.Background(), "a", "")
	if err != nil {
		t.Fatal(err)
	}
	old, was := b.in.Turn(), a.out.turn
	if !a.out.Send(0, newPage(t, acct, 1), new(Count)) {
		t.Fatal("refused")
	}
	b.in.Renew() // what waits is dropped
	a.out.Renew(1)
	if !a.out.CanSend(0) {
		t.Error("no credit in a new turn")
	}
	late := &wire.Data{Kind: wire.DataRows, Turn: old, Batch: newPage(t, acct, 2)}
	if err := b.in.Put(back, late); err != nil {
		t.Error(err)
	}
	_ = b.in.Put(back, &wire.Data{Kind: wire.DataEnd, Turn: old})
	a.out.Grant(1, 5, was)
	if !a.out.Send(1, newPage(t, acct, 3), new(Count)) || a.out.CanSend(1) {
		t.Error("a credit of an old turn counts")
	}
	if err := b.in.Enough([]wire.Conn{back}, old); err != nil {
		t.Error(err)
	}
	if a.out.Enough(0, was) || a.out.Enough(1, was) || a.out.Unwanted() {
		t.Error("enough in an old turn is enough in the new one")
	}
	if it, _, ok := b.in.Take(-1); !ok || value(it) != 3 {
		t.Error("rows of the new turn are lost")
	} else {
		it.Batch.Free()
	}
	if _, _, ok := b.in.Take(-1); ok || b.in.Over(-1) {
		t.Error("rows or ends of the old turn have come")
	}
	a.out.End()
	if !b.in.Over(-1) {
		t.Error("the new turn has no end")
	}
	if err := acct.Close(); err != nil {
		t.Error(err)
	}
}
