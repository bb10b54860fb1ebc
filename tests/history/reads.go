package history

import (
	"fmt"
	"slices"
)

// write is who wrote a value of a key.
type write struct {
	txn  int
	last bool // the last value the transaction wrote to the key
	seen bool // by another transaction
}

// key is what all transactions say of one key.
type key struct {
	name   string
	writes map[int64]*write
	reads  []read
	order  []int64 // the longest list read, without the reader's own values
	by     int     // who read it
}

// read is one transaction's view of a key, without its own writes.
type read struct {
	txn    int
	list   bool
	values []int64
}

type checker struct {
	txns  []Txn
	keys  map[string]*key
	names []string // of keys, in order of appearance
	seen  []bool   // by transaction: one of its writes was seen
	found []Violation
	graph graph
}

func newChecker(txns []Txn) *checker {
	return &checker{txns: txns, keys: map[string]*key{}, seen: make([]bool, len(txns))}
}

func (c *checker) report(kind, format string, args ...any) {
	c.found = append(c.found, Violation{Kind: kind, Text: fmt.Sprintf(format, args...)})
}

func (c *checker) key(name string) *key {
	k := c.keys[name]
	if k == nil {
		k = &key{name: name, writes: map[int64]*write{}, by: -1}
		c.keys[name] = k
		c.names = append(c.names, name)
	}
	return k
}

// index notes who wrote what.
func (c *checker) index() {
	for i := range c.txns {
		last := map[string]*write{}
		for _, o := range c.txns[i].Ops {
			if !o.writes() {
				continue
			}
			k := c.key(o.Key)
			if w := k.writes[o.Value]; w != nil {
				c.report("bad history", "%s and %s write value %d to %s", c.txns[w.txn].Name, c.txns[i].Name, o.Value, o.Key)
				continue
			}
			w := &write{txn: i, last: true}
			if l := last[o.Key]; l != nil && o.kind == appendTo {
				l.last = false
			}
			k.writes[o.Value], last[o.Key] = w, w
		}
	}
}

// checkReads looks at each read of a transaction by itself and keeps what it
// says of others.
func (c *checker) checkReads(i int) {
	t := &c.txns[i]
	own := map[string][]int64{} // written so far
	first := map[string][]int64{}
	for _, o := range t.Ops {
		k := c.key(o.Key)
		if o.writes() {
			own[o.Key] = append(own[o.Key], o.Value)
			continue
		}
		if !c.known(t, k, o) {
			continue
		}
		values, ok := without(o, own[o.Key])
		if !ok {
			c.report("internal", "%s wrote %v to %s, then read %s", t, own[o.Key], o.Key, short(o.Values))
			continue
		}
		if before, again := first[o.Key]; !again {
			first[o.Key] = values
		} else if !slices.Equal(before, values) {
			c.report("unrepeatable read", "%s read %s of %s, then %s", t, short(before), o.Key, short(values))
			continue
		}
		c.others(i, k, o.kind == readList, values)
	}
}

// known reports values that nobody wrote, or that are there twice.
func (c *checker) known(t *Txn, k *key, o Op) bool {
	there := make(map[int64]bool, len(o.Values))
	for _, v := range o.Values {
		if there[v] {
			c.report("doubled", "%s read value %d twice in %s", t, v, o.Key)
			return false
		}
		there[v] = true
		if k.writes[v] == nil {
			c.report("never written", "%s read value %d in %s", t, v, o.Key)
			return false
		}
	}
	return true
}

// without takes a transaction's own writes out of what it read: the end of a
// list, members of a set. It is false if they are not there. Sets come out sorted.
func without(o Op, own []int64) ([]int64, bool) {
	if o.kind == readList {
		n := len(o.Values) - len(own)
		if n < 0 || !slices.Equal(o.Values[n:], own) {
			return nil, false
		}
		return o.Values[:n], true
	}
	mine := make(map[int64]bool, len(own))
	for _, v := range own {
		mine[v] = true
	}
	var rest []int64
	for _, v := range o.Values {
		if !mine[v] {
			rest = append(rest, v)
		}
	}
	slices.Sort(rest)
	return rest, len(o.Values)-len(rest) == len(own)
}

// others keeps what transaction i saw of others in k.
func (c *checker) others(i int, k *key, list bool, values []int64) {
	t := &c.txns[i]
	for _, v := range values {
		w := k.writes[v]
		from := &c.txns[w.txn]
		switch {
		case w.txn == i:
			c.report("internal", "%s read its own %d in %s out of order", t, v, k.name)
			return
		case from.Outcome == Failed:
			c.report("G1a", "%s read value %d of %s in %s, which failed", t, v, from, k.name)
			return
		}
		w.seen, c.seen[w.txn] = true, true
	}
	if list {
		if n := len(values); n > 0 && !k.writes[values[n-1]].last {
			c.report("G1b", "%s read %s in %s, in the middle of %s", t, short(values), k.name,
				&c.txns[k.writes[values[n-1]].txn])
			return
		}
		n := min(len(values), len(k.order))
		if !slices.Equal(values[:n], k.order[:n]) {
			c.report("incompatible order", "%s read %s in %s, %s read %s", t, short(values), k.name, c.txns[k.by].Name,
				short(k.order))
			return
		}
		if len(values) > len(k.order) {
			k.order, k.by = values, i
		}
	}
	k.reads = append(k.reads, read{txn: i, list: list, values: values})
}
