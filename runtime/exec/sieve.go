package exec

import (
	"slipher/catalog/sqlerr"
	"slipher/runtime/abi"
	"slipher/runtime/block"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
	"slipher/runtime/program"
)

// sieve is what is known of the keys of a join table on all nodes that fill it: a Bloom filter of the entries' hashes,
// and a set of values for each key that is an integer or a string. Nodes make one each of their own part and send it to
// those who ask; who has got all of them has put them together.
type sieve struct {
	buf  mem.Buf // head, words: abi.Sieve…
	bits int     // 1 << bits words
	keys []keySet
}

const (
	// A word of the filter is for up to so many entries: of rows with other keys 3 in 100 get through, 5 in 1,000 where it
	// is for half as many.
	sievedByWord = 8
	// At most 1 << mostSieveBits words, a megabyte, which a core's second cache holds: of entries by the million ever more
	// rows get through.
	mostSieveBits  = 17
	leastSieveBits = 3
	// mostSentValues is how many values of a key go to other nodes; of more only bounds do.
	mostSentValues = 1 << 12
	// mostSentTexts is that of strings: they take as many bytes.
	mostSentTexts = 1 << 10
)

// sieveBits is the size of a filter of so many entries.
func sieveBits(entries int) int {
	bits := leastSieveBits
	for bits < mostSieveBits && entries > sievedByWord<<bits {
		bits++
	}
	return bits
}

// OwnSieve is what a join table that has been sealed has to say to the other nodes, for AddSieve there and here. So
// many nodes have a part of it, about as large as this one.
func (q *Query) OwnSieve(table, nodes int) ([]byte, error) {
	q.mu.Lock()
	j := q.table(table).join
	q.mu.Unlock()
	slot := q.slotOf(table)
	if j == nil || slot == nil || slot.Shape.Kind != program.SinkHash {
		return nil, sqlerr.New(sqlerr.InternalError, "BUG: table %d is no sealed join table", table)
	}
	bits := sieveBits(j.Count() * max(nodes, 1))
	words := make([]uint64, 1<<bits)
	j.Sieve(slot.Shape.EntrySize, words, 64-bits)
	var keys []keySet
	for i := range slot.Shape.Fields {
		f := &slot.Shape.Fields[i]
		if f.Off >= slot.Shape.KeyOff+slot.Shape.KeySize { // keys stand in front
			break
		}
		keys = append(keys, keysAt(j, slot.Shape.EntrySize, f, mostSentValues, mostSentTexts))
	}
	return appendSieve(nil, words, keys), nil
}

// AddSieve puts what a node says of its part of a join table to what is known of the others.
func (q *Query) AddSieve(table int, said []byte) error {
	words, keys, err := parseSieve(said)
	if err != nil {
		return err
	}
	bits := 0
	for 8<<bits < len(words) {
		bits++
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed { // it comes from another process, which may not know yet
		return nil
	}
	s := q.sieves[table]
	if s == nil {
		s = &sieve{keys: make([]keySet, len(keys))}
		for i := range s.keys {
			s.keys[i] = nothing
		}
		q.sieves[table] = s
	}
	if len(keys) != len(s.keys) {
		return sqlerr.New(sqlerr.ProtocolViolation, "filters of %d and %d keys of table %d", len(keys), len(s.keys), table)
	}
	if err := s.widen(q.acct, max(bits, s.bits)); err != nil {
		return err
	}
	own := offheap.Slice[uint64](s.buf.View(), abi.SieveHeadSize, 1<<s.bits)
	for i := range own {
		own[i] |= word(words, i>>(s.bits-bits))
	}
	for i := range keys {
		s.keys[i] = s.keys[i].with(&keys[i])
	}
	return nil
}

// widen makes a filter one of 1 << bits words, at least as many as it has. A word is replaced by as many equal ones:
// hashes choose them by their upper bits.
func (s *sieve) widen(acct *mem.Account, bits int) error {
	if bits == s.bits && !s.buf.View().Nowhere() {
		return nil
	}
	buf, err := acct.Alloc(abi.SieveHeadSize + 8<<bits)
	if err != nil {
		return err
	}
	v := buf.View()
	v.SetView(abi.SieveWords, v.From(abi.SieveHeadSize))
	offheap.Set(v, abi.SieveShift, int64(64-bits))
	if !s.buf.View().Nowhere() {
		old := offheap.Slice[uint64](s.buf.View(), abi.SieveHeadSize, 1<<s.bits)
		words := offheap.Slice[uint64](v, abi.SieveHeadSize, 1<<bits)
		for i := range words {
			words[i] = old[i>>(bits-s.bits)]
		}
	}
	s.buf.Free()
	s.buf, s.bits = buf, bits
	return nil
}

// SieveKeys are the values of key number key of a join table on all nodes, as those of JoinKeys.
func (q *Query) SieveKeys(table, key int) func(block.Range) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if s := q.sieves[table]; s != nil && key >= 0 && key < len(s.keys) {
		return s.keys[key].within
	}
	return everything.within
}
