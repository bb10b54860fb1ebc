package worker

import (
	"math"
	"slices"
	"sync"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/node/wire"
	"slipher/runtime/abi"
	"slipher/runtime/block"
	"slipher/runtime/program"
)

// scanRule is a filter of a scan that may rule out whole row groups and sections, before their rows are looked at.
type scanRule struct {
	by wire.SkipKind
	no int // wire.Skip.No
	// group and section report whether there may be rows that the query wants: in a row group, and in its rows [from, to),
	// section sec.
	group   func(it *fetchItem, meta *block.RowGroupMeta) bool
	section func(rg *block.RowGroup, dead deadRows, sec, from, to int) bool
}

// makeRules makes the scan's rules, in the order in which they are asked: the first that rules something out is the
// one that counts.
func (s *scanSource) makeRules() error {
	s.rules = append(s.rules, scanRule{by: wire.SkipDeleted,
		group: func(it *fetchItem, meta *block.RowGroupMeta) bool {
			return it.dead == nil || !it.dead.all(0, int(meta.Rows))
		},
		section: func(_ *block.RowGroup, dead deadRows, _, from, to int) bool {
			return dead == nil || !dead.all(from, to)
		},
	})
	g := s.g
	for i, z := range g.zone {
		if z.Col >= len(g.prog.Source.Cols) || z.Param >= len(g.q.start.Params) {
			return sqlerr.New(sqlerr.ProtocolViolation, "segment %d has a malformed zone predicate", g.id)
		}
		c := g.prog.Source.Cols[z.Col]
		if c.ColNo >= len(s.scan.Columns) { // not stored, or there are no objects
			continue
		}
		v, typ := g.q.start.Params[z.Param].Value, s.scan.Columns[c.ColNo].Type
		s.rules = append(s.rules, scanRule{by: wire.SkipZone, no: i,
			group: func(_ *fetchItem, meta *block.RowGroupMeta) bool {
				return c.ColNo >= len(meta.Cols) || block.MayMatch(&meta.Cols[c.ColNo], int(meta.Rows), typ, z.Op, v)
			},
			section: func(rg *block.RowGroup, _ deadRows, sec, _, _ int) bool {
				return rg.SectionMayMatch(c.ColNo, sec, z.Op, v)
			},
		})
	}
	if g.headed {
		s.rules = append(s.rules, scanRule{by: wire.SkipHeads,
			group:   func(it *fetchItem, meta *block.RowGroupMeta) bool { return !s.headed(it, meta) },
			section: func(*block.RowGroup, deadRows, int, int, int) bool { return true },
		})
	}
	if err := s.makeKeyRules(); err != nil {
		return err
	}
	s.makeTopRule()
	return nil
}

// makeTopRule makes the rule of a sort of which only the first rows are wanted.
func (s *scanSource) makeTopRule() {
	s.cut.Store(math.MaxUint64)
	s.top = -1
	t := &s.g.prog.Sink.Top
	if !t.Is || t.Col < 0 || t.Col >= len(s.g.prog.Source.Cols) {
		return
	}
	c := s.g.prog.Source.Cols[t.Col]
	if c.ColNo >= len(s.scan.Columns) {
		return
	}
	wanted := func(r block.Range) bool {
		first := r.Lo
		if t.Desc {
			first = r.Hi
		}
		cut := s.cut.Load()
		return r.Nulls && uint64(t.NullByte)<<56 <= cut || r.Lo <= r.Hi && t.Prefix(c.Type.Phys(), first) <= cut
	}
	s.top = len(s.rules)
	s.rules = append(s.rules, rangeRule(wire.SkipTop, 0, c, wanted))
}

// rangeRule is a rule that goes by the integers or strings of a column: wanted says whether a stretch of rows with such
// values may have rows that the query wants.
func rangeRule(by wire.SkipKind, no int, c program.SourceCol, wanted func(block.Range) bool) scanRule {
	return scanRule{by: by, no: no,
		group: func(_ *fetchItem, meta *block.RowGroupMeta) bool {
			return c.ColNo >= len(meta.Cols) || wanted(meta.Cols[c.ColNo].Range(c.Type.Phys()))
		},
		section: func(rg *block.RowGroup, _ deadRows, sec, _, _ int) bool {
			r, ok := rg.SectionRange(c.ColNo, sec)
			return !ok || wanted(r)
		},
	}
}

// dropCut drops morsels that nobody wants any more. Called with the lock held.
func (s *scanSource) dropCut() {
	if s.top < 0 || s.cut.Load() == math.MaxUint64 {
		return
	}
	rule := &s.rules[s.top]
	for i := 0; i < len(s.ready); {
		m := s.ready[i]
		wanted := false
		for at := m.from; at < m.to && !wanted; at += abi.VectorRows {
			wanted = rule.section(m.rg.RowGroup, nil, at/abi.VectorRows, at, min(at+abi.VectorRows, m.to))
		}
		if wanted {
			i++
			continue
		}
		s.ready = slices.Delete(s.ready, i, i+1)
		s.left1(!s.waiting(m.rg))
		s.count(m.slice, s.top, 0, int64(m.to-m.from))
		_ = m.rg.done()
	}
}

// makeKeyRules makes the rules of joins. Their tables are looked at when a row group is to be read, not before.
func (s *scanSource) makeKeyRules() error {
	g := s.g
	for i, z := range g.keys {
		if z.Col < 0 || z.Col >= len(g.prog.Source.Cols) {
			return sqlerr.New(sqlerr.ProtocolViolation, "segment %d has a malformed join to skip rows by", g.id)
		}
		c := g.prog.Source.Cols[z.Col]
		if c.ColNo >= len(s.scan.Columns) {
			continue
		}
		keys := g.q.x.JoinKeys
		if z.Sieve {
			keys = g.q.x.SieveKeys
		}
		within := sync.OnceValue(func() func(block.Range) bool { return keys(z.Table, z.Key) })
		s.rules = append(s.rules, rangeRule(wire.SkipKeys, i, c, func(r block.Range) bool { return within()(r) }))
	}
	return nil
}

// groupRuledOut is the rule by which a row group has no rows that the query wants, -1: it may have some.
func (s *scanSource) groupRuledOut(it *fetchItem, meta *block.RowGroupMeta) int {
	for i := range s.rules {
		if !s.rules[i].group(it, meta) {
			return i
		}
	}
	return -1
}

// sectionRuledOut is groupRuledOut of a section.
func (s *scanSource) sectionRuledOut(rg *block.RowGroup, dead deadRows, sec, from, to int) int {
	for i := range s.rules {
		if !s.rules[i].section(rg, dead, sec, from, to) {
			return i
		}
	}
	return -1
}

// skip counts what a rule has ruled out.
func (s *scanSource) skip(slice state.SliceID, rule int, groups, rows int64) {
	sch := s.g.q.ex.sched
	sch.mu.Lock()
	defer sch.mu.Unlock()
	s.count(slice, rule, groups, rows)
}

// count is skip with the lock held.
func (s *scanSource) count(slice state.SliceID, rule int, groups, rows int64) {
	r := &s.rules[rule]
	st := s.g.q.sliceStats(s.g.id, int(slice))
	for i := range st.Skips {
		if k := &st.Skips[i]; k.By == r.by && k.No == r.no {
			k.Groups, k.Rows = k.Groups+groups, k.Rows+rows
			return
		}
	}
	st.Skips = append(st.Skips, wire.Skip{By: r.by, No: r.no, Groups: groups, Rows: rows})
}
