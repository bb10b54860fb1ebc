package crash

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/anishathalye/porcupine"

	"slipher/tests/history"
)

// registersInRound is how many single rows clients read and overwrite.
const registersInRound = 2

// registerWork reads, overwrites, and compares and overwrites single rows by single statements:
// checked for linearizability.
var registerWork = &workload{
	name:    "register",
	clients: 2,
	create:  []string{"CREATE TABLE register(k BIGINT, v BIGINT)"},
	setup: func(ctx context.Context, r *round, c *client) error {
		for i := range int64(registersInRound) {
			if err := r.ensure(ctx, c, "register", "k", r.register(i), fmt.Sprintf("(%d, 0)", r.register(i))); err != nil {
				return err
			}
		}
		return nil
	},
	step: func(ctx context.Context, r *round, c *client) {
		in := access{key: r.register(c.rnd.Int64N(registersInRound)), kind: c.rnd.IntN(3)}
		if in.kind != readRegister {
			in.to = r.id()
		}
		if in.kind == swapRegister {
			in.from = r.someValue(c, in.key)
		}
		err := r.access(ctx, c, in)
		r.refuse(err)
	},
	check: func(ctx context.Context, r *round, c *client) error {
		for i := range int64(registersInRound) {
			if err := r.access(ctx, c, access{key: r.register(i), kind: readRegister}); err != nil {
				return err
			}
		}
		return nil
	},
}

func (r *round) register(i int64) int64 { return int64(r.n)*registersInRound + i }

// Kinds of access.
const (
	readRegister = iota
	writeRegister
	swapRegister // write if the value is the one expected
)

// access is one operation on a register.
type access struct {
	key      int64
	kind     int
	from, to int64
}

// answer is what it gave: a value, or whether the row was written.
type answer struct {
	value   int64
	written bool
	unknown bool
}

// someValue is a value that the register had lately, as far as clients know.
func (r *round) someValue(c *client, key int64) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := len(r.registers) - 1; i >= 0; i-- {
		if in, out := r.registers[i].Input.(access), r.registers[i].Output.(answer); in.key == key && !out.unknown {
			if in.kind == readRegister {
				return out.value
			} else if out.written {
				return in.to
			}
		}
	}
	return 0
}

// access carries out and records one operation.
func (r *round) access(ctx context.Context, c *client, in access) error {
	begin := r.rig.now()
	var out answer
	var err error
	var tag string
	var rows [][]string
	switch in.kind {
	case readRegister:
		if rows, _, err = c.exec(ctx, "SELECT v FROM register WHERE k = %d", in.key); err == nil {
			if len(rows) != 1 {
				r.fail("%s: register %d has %d rows: %v", c.name, in.key, len(rows), rows)
				return nil
			}
			out.value, _ = strconv.ParseInt(rows[0][0], 10, 64)
		}
	case writeRegister:
		_, tag, err = c.exec(ctx, "UPDATE register SET v = %d WHERE k = %d", in.to, in.key)
	case swapRegister:
		_, tag, err = c.exec(ctx, "UPDATE register SET v = %d WHERE k = %d AND v = %d", in.to, in.key, in.from)
	}
	if out.written = tag == "UPDATE 1"; err == nil && in.kind == writeRegister && !out.written {
		r.fail("%s: a write to register %d: %s, want UPDATE 1", c.name, in.key, tag)
	}
	end := r.rig.now()
	switch o := outcome(err); {
	case o == history.Failed, o == history.Unknown && in.kind == readRegister:
		return err
	case o == history.Unknown:
		out.unknown, end = true, math.MaxInt64
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.registers = append(r.registers, porcupine.Operation{Input: in, Output: out, Call: int64(begin), Return: int64(end)})
	switch {
	case out.unknown:
		r.unknown++
	case in.kind != readRegister:
		r.committed++
	}
	return err
}

// registerModel is a register that starts at 0.
var registerModel = porcupine.NondeterministicModel{
	Init: func() []any { return []any{int64(0)} },
	Step: func(s, input, output any) []any {
		state, in, out := s.(int64), input.(access), output.(answer)
		hit := in.kind == writeRegister || state == in.from
		switch {
		case in.kind == readRegister:
			if state == out.value {
				return []any{state}
			}
			return nil
		case out.unknown && hit:
			return []any{in.to, state} // carried out, or never
		case out.unknown:
			return []any{state}
		case out.written != hit:
			return nil
		case hit:
			return []any{in.to}
		}
		return []any{state}
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
}

// checkRegisters asks porcupine, register by register.
func (r *round) checkRegisters(all []porcupine.Operation) {
	model := registerModel.ToModel()
	for i := range int64(registersInRound) {
		var ops []porcupine.Operation
		for n, o := range all {
			if o.Input.(access).key == r.register(i) {
				o.ClientId = n // unknown operations overlap everything, also of their own client
				ops = append(ops, o)
			}
		}
		res, info := porcupine.CheckOperationsVerbose(model, ops, 20*time.Second)
		switch res {
		case porcupine.Illegal:
			text := ""
			longest := 0
			for _, p := range info.PartialLinearizations() {
				for _, l := range p {
					longest = max(longest, len(l))
				}
			}
			for _, o := range ops {
				end := fmt.Sprint(time.Duration(o.Return))
				if o.Return == math.MaxInt64 {
					end = "?"
				}
				text += fmt.Sprintf("\n  %v–%s %+v → %+v", time.Duration(o.Call), end, o.Input, o.Output)
			}
			r.fail("register %d is not linearizable (%d of %d operations can be ordered):%s", r.register(i), longest, len(ops),
				text)
		case porcupine.Unknown:
			r.fail("register %d: porcupine came to no end with %d operations", r.register(i), len(ops))
		}
	}
}
