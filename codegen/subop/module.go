package subop

import (
	"sort"

	"github.com/llir/llvm/ir"
	lt "github.com/llir/llvm/ir/types"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/codegen/target"
)

// module is one LLVM module under construction: functions, the kernels and
// intrinsics they call.
type module struct {
	m     *ir.Module
	fns   *fn.Table
	decls map[string]*ir.Func
	own   map[string]*fn.Kernel
	// target decides between forms of an emitter; most have one.
	target target.Target
}

func newModule(fns *fn.Table, tg target.Target) *module {
	m := &module{m: ir.NewModule(), fns: fns, target: tg, decls: map[string]*ir.Func{}, own: map[string]*fn.Kernel{}}
	m.m.TargetTriple = tg.Triple
	m.m.DataLayout = tg.DataLayout
	for _, k := range ownKernels {
		m.own[k.Name] = k
	}
	return m
}

// text prints the module; equal programs give equal bytes: declarations come sorted.
func (m *module) text() string {
	sort.SliceStable(m.m.Funcs, func(i, j int) bool {
		a, b := m.m.Funcs[i], m.m.Funcs[j]
		if (len(a.Blocks) == 0) != (len(b.Blocks) == 0) {
			return len(a.Blocks) == 0
		}
		return len(a.Blocks) == 0 && a.Name() < b.Name()
	})
	return m.m.String()
}

func (m *module) declare(name string, ret lt.Type, args ...lt.Type) *ir.Func {
	if f := m.decls[name]; f != nil {
		return f
	}
	ps := make([]*ir.Param, len(args))
	for i, a := range args {
		ps[i] = ir.NewParam("", a)
	}
	f := m.m.NewFunc(name, ret, ps...)
	m.decls[name] = f
	return f
}

func (m *module) overflow(op string, p types.Phys) *ir.Func {
	t := irType(p)
	return m.declare("llvm."+op+".with.overflow.i"+itoa(p.Width()*8), lt.NewStruct(t, i1), t, t)
}

func (m *module) kernel(name string) *fn.Kernel {
	if k := m.own[name]; k != nil {
		return k
	}
	if k := m.fns.Kernel(name); k != nil {
		return k
	}
	panic("BUG: no kernel " + name)
}

func (m *module) kernelFunc(k *fn.Kernel) *ir.Func {
	if f := m.decls[k.Name]; f != nil {
		return f
	}
	var args []lt.Type
	hidden := k.Err || k.Result == types.Str || k.Result == types.I128
	if hidden {
		args = append(args, bytePtr)
	}
	if k.Arena {
		args = append(args, bytePtr)
	}
	for _, p := range k.Args {
		switch p {
		case types.NoPhys:
			args = append(args, bytePtr)
		case types.Str, types.I128:
			args = append(args, i64, i64)
		default:
			args = append(args, irType(p))
		}
	}
	var ret lt.Type = lt.Void
	switch {
	case k.Err:
		ret = i32
	case !hidden && k.Result != types.NoPhys:
		ret = irType(k.Result)
	}
	return m.declare(k.Name, ret, args...)
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}
