package exec

import (
	"slipher/runtime/chunk"
)

// Reset gives the query other values of its parameters: a program of literal rows (SetValues) can be
// run again and again. It is for queries of this one instance, whose input is consumed, and which fill
// no table. After an error the query is of no use any more.
func (in *Instance) Reset(params []Param) error {
	q := in.q
	for i := range q.lists {
		q.lists[i].Free()
	}
	q.lists, q.params = q.lists[:0], q.params[:0]
	freeArena(q.arena()) // of parameters and constants: both are written anew
	if err := q.setParams(params); err != nil {
		return err
	}
	for _, s := range in.states {
		if s != nil {
			if err := in.fill(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// Take shows f the rows that wait for each destination, and takes them out. The chunks stay the instance's.
func (in *Instance) Take(f func(dest int, c *chunk.Chunk) error) error {
	for i, c := range in.outlet.(*chunkOutlet).chunks {
		if c == nil || c.Rows() == 0 {
			continue
		}
		if err := f(i, c); err != nil {
			return err
		}
		c.Reset()
	}
	return nil
}
