package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func list(v ...int64) []int64 { return v }

// Histories made by hand: legal ones have no violation, illegal ones the one that is named.
func TestCheck(t *testing.T) {
	a, r, s, m := Append, ReadList, Add, ReadSet
	for _, c := range []struct {
		name string
		txns []Txn
		want string // kinds, "" legal
	}{
		{"nothing", nil, ""},
		{"one after the other", []Txn{
			{Begin: 1, End: 2, Ops: []Op{a("x", 1)}},
			{Begin: 3, End: 4, Ops: []Op{r("x", list(1)), a("x", 2), r("x", list(1, 2))}},
			{Begin: 5, End: 6, Ops: []Op{r("x", list(1, 2))}},
		}, ""},
		{"a concurrent snapshot is older", []Txn{
			{Begin: 1, End: 5, Ops: []Op{a("x", 1), a("y", 1)}},
			{Begin: 2, End: 9, Ops: []Op{r("x", nil), r("y", nil)}},
		}, ""},
		{"stale read", []Txn{
			{Begin: 1, End: 2, Ops: []Op{a("x", 1)}},
			{Begin: 3, End: 4, Ops: []Op{r("x", nil)}},
		}, "G-single-realtime"},
		{"acknowledged add that is gone", []Txn{
			{Begin: 1, End: 2, Ops: []Op{s("x", 1)}},
			{Begin: 1, End: 2, Ops: []Op{s("x", 2)}},
			{Begin: 3, End: 4, Ops: []Op{m("x", list(2))}},
		}, "G-single-realtime"},
		{"unknown that is gone", []Txn{
			{Begin: 1, End: 2, Outcome: Unknown, Ops: []Op{s("x", 1)}},
			{Begin: 3, End: 4, Ops: []Op{m("x", nil)}},
		}, ""},
		{"unknown that came late", []Txn{
			{Begin: 1, End: 2, Outcome: Unknown, Ops: []Op{s("x", 1), s("y", 1)}},
			{Begin: 3, End: 4, Ops: []Op{m("x", nil)}},
			{Begin: 5, End: 6, Ops: []Op{m("x", list(1)), m("y", list(1))}},
		}, ""},
		{"unknown that is half there", []Txn{
			{Begin: 1, End: 2, Outcome: Unknown, Ops: []Op{s("x", 1), s("y", 1)}},
			{Begin: 5, End: 6, Ops: []Op{m("x", list(1)), m("y", nil)}},
		}, "G-single"},
		{"aborted read", []Txn{
			{Begin: 1, End: 2, Outcome: Failed, Ops: []Op{s("x", 1)}},
			{Begin: 1, End: 2, Ops: []Op{m("x", list(1))}},
		}, "G1a"},
		{"intermediate read", []Txn{
			{Begin: 1, End: 9, Ops: []Op{a("x", 1), a("x", 2)}},
			{Begin: 1, End: 9, Ops: []Op{r("x", list(1))}},
		}, "G1b"},
		{"torn set", []Txn{
			{Begin: 1, End: 9, Ops: []Op{s("x", 1), s("x", 2)}},
			{Begin: 1, End: 9, Ops: []Op{m("x", list(2))}},
		}, "G-single"},
		{"doubled", []Txn{
			{Begin: 1, End: 2, Ops: []Op{s("x", 1)}},
			{Begin: 3, End: 4, Ops: []Op{m("x", list(1, 1))}},
		}, "doubled"},
		{"from nowhere", []Txn{{Begin: 1, End: 2, Ops: []Op{m("x", list(7))}}}, "never written"},
		{"own write not seen", []Txn{{Begin: 1, End: 2, Ops: []Op{a("x", 1), r("x", nil)}}}, "internal"},
		{"own set write not seen", []Txn{{Begin: 1, End: 2, Ops: []Op{s("x", 1), m("x", nil)}}}, "internal"},
		{"unrepeatable", []Txn{
			{Begin: 1, End: 9, Ops: []Op{a("x", 1)}},
			{Begin: 1, End: 9, Ops: []Op{r("x", nil), r("x", list(1))}},
		}, "unrepeatable read"},
		{"two orders", []Txn{
			{Begin: 1, End: 9, Ops: []Op{a("x", 1)}},
			{Begin: 1, End: 9, Ops: []Op{a("x", 2)}},
			{Begin: 1, End: 9, Ops: []Op{r("x", list(1, 2))}},
			{Begin: 1, End: 9, Ops: []Op{r("x", list(2))}},
		}, "incompatible order"},
		{"lost update", []Txn{
			{Begin: 1, End: 9, Ops: []Op{r("x", nil), a("x", 1)}},
			{Begin: 1, End: 9, Ops: []Op{r("x", nil), a("x", 2)}},
			{Begin: 10, End: 11, Ops: []Op{r("x", list(1, 2))}},
		}, "lost update (G-single)"},
		{"G0", []Txn{
			{Begin: 1, End: 9, Ops: []Op{a("x", 1), a("y", 1)}},
			{Begin: 1, End: 9, Ops: []Op{a("x", 2), a("y", 2)}},
			{Begin: 10, End: 11, Ops: []Op{r("x", list(1, 2)), r("y", list(2, 1))}},
		}, "G0"},
		{"G1c", []Txn{
			{Begin: 1, End: 9, Ops: []Op{a("x", 1), r("y", list(2))}},
			{Begin: 1, End: 9, Ops: []Op{a("y", 2), r("x", list(1))}},
		}, "G1c"},
		{"read skew", []Txn{
			{Begin: 1, End: 9, Ops: []Op{a("x", 1), a("y", 1)}},
			{Begin: 1, End: 9, Ops: []Op{r("x", nil), r("y", list(1))}},
		}, "G-single"},
		{"long fork", []Txn{
			{Begin: 1, End: 9, Ops: []Op{a("x", 1)}},
			{Begin: 1, End: 9, Ops: []Op{a("y", 1)}},
			{Begin: 1, End: 9, Ops: []Op{r("x", list(1)), r("y", nil)}},
			{Begin: 1, End: 9, Ops: []Op{r("x", nil), r("y", list(1))}},
		}, "G-nonadjacent"},
		{"write skew under snapshot isolation", []Txn{
			{Begin: 1, End: 9, Ops: []Op{r("x", nil), a("y", 1)}},
			{Begin: 1, End: 9, Ops: []Op{r("y", nil), a("x", 1)}},
		}, ""},
		{"write skew, one serializable", []Txn{
			{Begin: 1, End: 9, Serializable: true, Ops: []Op{r("x", nil), a("y", 1)}},
			{Begin: 1, End: 9, Ops: []Op{r("y", nil), a("x", 1)}},
		}, ""},
		{"write skew, serializable", []Txn{
			{Begin: 1, End: 9, Serializable: true, Ops: []Op{r("x", nil), a("y", 1)}},
			{Begin: 1, End: 9, Serializable: true, Ops: []Op{r("y", nil), a("x", 1)}},
		}, "G2"},
		{"read-only serializable", []Txn{
			{Begin: 1, End: 9, Serializable: true, Ops: []Op{r("x", nil), r("y", nil)}},
			{Begin: 1, End: 9, Serializable: true, Ops: []Op{a("x", 1), a("y", 1)}},
		}, ""},
		{"reads of a failed transaction", []Txn{
			{Begin: 1, End: 9, Ops: []Op{a("x", 1), a("y", 1)}},
			{Begin: 1, End: 9, Outcome: Failed, Ops: []Op{r("x", nil), r("y", list(1)), a("z", 1)}},
		}, "G-single"},
		{"append nobody saw", []Txn{
			{Begin: 1, End: 2, Ops: []Op{a("x", 1)}},
			{Begin: 1, End: 2, Ops: []Op{a("x", 2)}},
			{Begin: 3, End: 4, Ops: []Op{r("x", list(2))}},
		}, "G-single-realtime"},
		{"no times, no time", []Txn{{Ops: []Op{a("x", 1)}}, {Ops: []Op{r("x", nil)}}}, ""},
	} {
		var kinds []string
		for i := range c.txns {
			c.txns[i].Name = fmt.Sprintf("T%d", i)
		}
		found := Check(c.txns)
		for _, v := range found {
			kinds = append(kinds, v.Kind)
		}
		if got := strings.Join(kinds, ", "); got != c.want {
			t.Errorf("%s: %q, want %q\n%v", c.name, got, c.want, found)
		}
	}
}

// A model database with snapshot isolation: random histories of it are legal,
// also with serializable transactions and unknown outcomes.
type model struct {
	lists   map[string][]int64 // committed
	written map[string]int     // commit number of the last write, by key
	commits int
	broken  string // a fault of the model
}

type open struct {
	txn    Txn
	at     int
	snap   map[string][]int64
	writes map[string][]int64
	reads  map[string]bool
}

func (m *model) begin(serializable bool, clock int64) *open {
	o := &open{at: m.commits, snap: map[string][]int64{}, writes: map[string][]int64{}, reads: map[string]bool{}}
	for k, v := range m.lists {
		o.snap[k] = slices.Clone(v)
	}
	o.txn.Serializable, o.txn.Begin = serializable, clock
	return o
}

func (m *model) commit(o *open) bool {
	if m.broken != "conflicts" {
		for k := range o.writes {
			if m.written[k] > o.at && strings.HasPrefix(k, "l") {
				return false
			}
		}
	}
	if o.txn.Serializable && len(o.writes) > 0 && m.broken != "validation" {
		for k := range o.reads {
			if m.written[k] > o.at {
				return false
			}
		}
	}
	m.commits++
	for k, v := range o.writes {
		if m.broken == "tear" && m.commits%20 == 0 && k[0] == 's' {
			continue
		}
		m.lists[k] = append(slices.Clone(m.lists[k]), v...)
		m.written[k] = m.commits
	}
	return true
}

func run(seed uint64, n int, broken string, serializable bool) []Txn {
	rnd := rand.New(rand.NewPCG(seed, 1))
	m := &model{lists: map[string][]int64{}, written: map[string]int{}, broken: broken}
	var txns []Txn
	var active []*open
	var clock, value int64
	for len(txns) < n {
		clock++
		if len(active) < 5 {
			active = append(active, m.begin(serializable || rnd.IntN(4) == 0, clock))
			continue
		}
		i := rnd.IntN(len(active))
		o := active[i]
		if len(o.txn.Ops) < 1+rnd.IntN(5) {
			key := fmt.Sprintf("%c%d", "ls"[rnd.IntN(2)], rnd.IntN(3)+len(txns)/100)
			value++
			set := key[0] == 's'
			switch write := rnd.IntN(2) == 0; {
			case write && set:
				o.txn.Ops = append(o.txn.Ops, Add(key, value))
			case write:
				o.txn.Ops = append(o.txn.Ops, Append(key, value))
			default:
				values := append(slices.Clone(o.snap[key]), o.writes[key]...)
				o.reads[key] = true
				if set {
					rnd.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
					o.txn.Ops = append(o.txn.Ops, ReadSet(key, values))
				} else {
					o.txn.Ops = append(o.txn.Ops, ReadList(key, values))
				}
				continue
			}
			o.writes[key] = append(o.writes[key], value)
			continue
		}
		active = slices.Delete(active, i, i+1)
		clock++
		o.txn.Name, o.txn.End = fmt.Sprintf("T%d", len(txns)), clock
		switch ok := m.commit(o); {
		case rnd.IntN(10) == 0:
			o.txn.Outcome = Unknown
		case !ok:
			o.txn.Outcome = Failed
		}
		txns = append(txns, o.txn)
	}
	// A look at everything at the end.
	clock++
	last := m.begin(false, clock)
	for k, v := range last.snap {
		if k[0] == 's' {
			last.txn.Ops = append(last.txn.Ops, ReadSet(k, v))
		} else {
			last.txn.Ops = append(last.txn.Ops, ReadList(k, v))
		}
	}
	last.txn.Name, last.txn.End = "last", clock+1
	return append(txns, last.txn)
}

// Nothing legal is reported.
func TestLegalHistories(t *testing.T) {
	for seed := range uint64(60) {
		if found := Check(run(seed, 400, "", seed%2 == 0)); len(found) > 0 {
			t.Fatalf("seed %d: %v", seed, found[0])
		}
	}
}

// A model without first-committer-wins, without validation of reads, or with torn
// commits is found out.
func TestIllegalHistories(t *testing.T) {
	for _, c := range []struct {
		broken, want string
		serializable bool
	}{{"conflicts", "G-single", false}, {"validation", "G2", true}, {"tear", "", false}} {
		for seed := range uint64(10) {
			found := Check(run(seed, 400, c.broken, c.serializable))
			if len(found) == 0 {
				t.Errorf("%s, seed %d: nothing found", c.broken, seed)
			} else if !slices.ContainsFunc(found, func(v Violation) bool { return strings.Contains(v.Kind, c.want) }) {
				t.Errorf("%s, seed %d: %v", c.broken, seed, found)
			}
		}
	}
}

// Thousands of transactions are checked in well under a second.
func TestLargeHistory(t *testing.T) {
	txns := run(1, 10000, "", false)
	begin := time.Now()
	if found := Check(txns); len(found) > 0 {
		t.Error(found[0])
	}
	t.Logf("%d transactions in %v", len(txns), time.Since(begin))
}
