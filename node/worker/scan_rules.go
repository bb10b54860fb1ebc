package worker

import (
	"sync"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/node/wire"
	"slipher/runtime/block"
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
		v := g.q.start.Params[z.Param].Value
		s.rules = append(s.rules, scanRule{by: wire.SkipZone, no: i,
			group: func(_ *fetchItem, meta *block.RowGroupMeta) bool {
				return c.ColNo >= len(meta.Cols) || block.MayMatch(&meta.Cols[c.ColNo], int(meta.Rows), c.Type, z.Op, v)
			},
			section: func(rg *block.RowGroup, _ deadRows, sec, _, _ int) bool {
				return rg.SectionMayMatch(c.ColNo, sec, z.Op, v)
			},
		})
	}
	return s.makeKeyRules()
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
		within := sync.OnceValue(func() func(lo, hi int64) bool { return g.q.x.JoinKeys(z.Table, z.Key) })
		s.rules = append(s.rules, scanRule{by: wire.SkipKeys, no: i,
			group: func(_ *fetchItem, meta *block.RowGroupMeta) bool {
				return c.ColNo >= len(meta.Cols) || block.MayHold(&meta.Cols[c.ColNo], within())
			},
			section: func(rg *block.RowGroup, _ deadRows, sec, _, _ int) bool {
				return rg.SectionMayHold(c.ColNo, sec, within())
			},
		})
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
	r := &s.rules[rule]
	sch := s.g.q.ex.sched
	sch.mu.Lock()
	defer sch.mu.Unlock()
	st := s.g.q.sliceStats(s.g.id, int(slice))
	for i := range st.Skips {
		if k := &st.Skips[i]; k.By == r.by && k.No == r.no {
			k.Groups, k.Rows = k.Groups+groups, k.Rows+rows
			return
		}
	}
	st.Skips = append(st.Skips, wire.Skip{By: r.by, No: r.no, Groups: groups, Rows: rows})
}
