package sim

import (
	"bytes"

	"slipher/catalog/state"
)

// fault is one thing that goes wrong, or is repaired.
func (s *Sim) fault() {
	n := s.nodes[s.rng.IntN(leaders)]
	switch k := s.rng.IntN(100); {
	case k < 22:
		s.election()
	case k < 50: // leaders learn that they lead no more, in two steps
		for _, n := range s.nodes {
			switch {
			case !n.alive || n.paused:
			case n.stale():
				s.trace("%s steps down", n.id)
				n.stepDown()
			case !n.leads && !n.told:
				n.deposed()
			default:
				continue
			}
			return
		}
	case k < 56:
		if n.alive && s.up() > 1 {
			s.trace("crash %s", n.id)
			n.crash()
		}
	case k < 66:
		for _, n := range s.nodes {
			if !n.alive {
				s.trace("start %s", n.id)
				n.start()
				return
			}
		}
	case k < 72:
		if n.alive && !n.paused && s.up() > 1 {
			s.trace("pause %s", n.id)
			n.paused = true
		}
	case k < 84:
		for _, n := range s.nodes {
			if n.paused {
				s.trace("resume %s", n.id)
				n.paused = false
				return
			}
		}
	case k < 92: // a snapshot, and sometimes the replica goes on from it
		if n.alive && !n.paused && n.applied > 0 {
			s.snapshot(n)
		}
	case k < 96: // much time passes: a paused leader does not notice
		s.now += int64(s.rng.IntN(40)) * 1_000_000
	default: // raft's leader loses its place to nobody, for the time being
		if l := s.elected; l != nil && l.alive && !l.paused && l.leads {
			s.trace("%s loses the lead", l.id)
			l.stepDown()
		}
	}
}

// up is how many leaders do their work.
func (s *Sim) up() int {
	n := 0
	for _, o := range s.nodes {
		if o.alive && !o.paused {
			n++
		}
	}
	return n
}

func (s *Sim) snapshot(n *node) {
	data, err := n.cat.Encode()
	if err != nil {
		s.fail("snapshot of %s: %v", n.id, err)
		return
	}
	n.snapshot, n.snapped = data, n.applied
	if s.rng.IntN(2) == 0 {
		return
	}
	cat, err := state.Decode(data)
	if err != nil {
		s.fail("restore of %s: %v", n.id, err)
		return
	}
	again, err := cat.Encode()
	if err != nil || !bytes.Equal(data, again) {
		s.fail("a restored snapshot differs: %v", err)
	}
	n.cat = cat
	close(n.changed)
	n.changed = make(chan struct{})
	s.trace("%s goes on from a snapshot at %d", n.id, n.applied)
}
