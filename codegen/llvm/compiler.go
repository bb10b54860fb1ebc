package llvm

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ebitengine/purego"
)

// LLVM-C enumeration values in use.
const (
	relocPIC         = 2
	codeModelSmall   = 3
	emitAssembly     = 0
	emitObject       = 1
	verifyReturn     = 2
	severityError    = 0
	asmVariantIntel  = 4 // LLVMDisassembler_Option_AsmPrinterVariant
	asmImmediatesHex = 2 // LLVMDisassembler_Option_PrintImmHex
)

// compiler is the library at work, in a worker process. Not safe for concurrent use.
type compiler struct {
	c        *capi
	version  string
	machines map[machineKey]ref // never disposed: a handful of levels, 0.35 ms each
	diag     uintptr            // C address of the diagnostic handler
	errors   []string           // collected by the handler during one job
}

// machineKey is what a target machine depends on.
type machineKey struct {
	triple, cpu, features string
	level                 uint32
}

func newCompiler(path string) (*compiler, error) {
	c, version, err := load(path)
	if err != nil {
		return nil, err
	}
	k := &compiler{c: c, version: version, machines: map[machineKey]ref{}}
	// Without a handler LLVM prints the error and exits the process.
	k.diag = purego.NewCallback(func(diag, _ ref) {
		if c.DiagSeverity(diag) == severityError {
			k.errors = append(k.errors, c.message(c.DiagDescription(diag)))
		}
	})
	return k, nil
}

// run answers one request. It never fails as a whole: errors are in the reply.
func (k *compiler) run(q *request) *reply {
	r := &reply{}
	k.errors = nil
	var err error
	if len(q.Object) > 0 {
		r.Stage = "disassemble"
		r.Asm, err = k.list(q.Object, nil, q)
	} else {
		err = k.compile(q, r)
	}
	if err == nil && len(k.errors) > 0 {
		err = errors.New(strings.Join(k.errors, "; "))
	}
	if err != nil {
		r.Err = err.Error()
		if len(k.errors) > 0 && !strings.Contains(r.Err, k.errors[0]) {
			r.Err += ": " + strings.Join(k.errors, "; ")
		}
	}
	return r
}

func (k *compiler) compile(q *request, r *reply) error {
	r.Stage = "setup"
	list, err := Passes(q.Passes).list()
	if err != nil {
		return err
	}
	tm, err := k.machine(machineKey{q.Triple, q.CPU, q.Features, list.level})
	if err != nil {
		return err
	}
	ctx := k.c.ContextCreate()
	defer k.c.ContextDispose(ctx)
	k.c.ContextSetDiagnostics(ctx, k.diag, 0)

	r.Stage = "parse"
	start := time.Now()
	var mod, msg ref
	failed := k.c.ParseIR(ctx, k.c.buffer(q.IR), &mod, &msg)
	r.ParseNs = time.Since(start).Nanoseconds()
	if failed != 0 {
		return errors.New(k.c.message(msg))
	}
	defer k.c.ModuleDispose(mod)
	if q.Verify {
		r.Stage = "verify"
		if k.c.ModuleVerify(mod, verifyReturn, &msg) != 0 {
			return errors.New(k.c.message(msg))
		}
		k.c.MessageDispose(msg)
	}

	r.Stage = "passes"
	start = time.Now()
	if err := k.passes(mod, tm, list); err != nil {
		return err
	}
	r.PassesNs = time.Since(start).Nanoseconds()
	if q.WantOpt {
		r.OptIR = k.c.message(k.c.ModulePrint(mod))
	}
	var assembly string
	if q.WantAsm {
		// Emission changes the module, so the text with block names comes from a copy.
		r.Stage = "assembly"
		if assembly, err = k.assembly(mod, tm); err != nil {
			return err
		}
	}

	r.Stage = "emit"
	start = time.Now()
	var buf ref
	if k.c.MachineEmit(tm, mod, emitObject, &msg, &buf) != 0 {
		return errors.New(k.c.message(msg))
	}
	r.Object = k.c.take(buf)
	r.EmitNs = time.Since(start).Nanoseconds()
	if q.WantAsm {
		r.Stage = "disassemble"
		start = time.Now()
		r.Asm, err = k.list(r.Object, parseBlocks(assembly), q)
		r.ListNs = time.Since(start).Nanoseconds()
	}
	return err
}

func (k *compiler) passes(mod, tm ref, list *passList) error {
	if list.text == "" {
		return nil
	}
	o := k.c.PassOptionsCreate()
	defer k.c.PassOptionsDispose(o)
	if !list.unroll {
		k.c.PassInterleave(o, 0)
		k.c.PassUnroll(o, 0)
	}
	if e := k.c.RunPasses(mod, list.text, tm, o); e != 0 {
		m := k.c.ErrorMessage(e)
		defer k.c.ErrorMessageDispose(m)
		return errors.New(text(m))
	}
	return nil
}

// assembly is the module as LLVM's assembly text, which names IR blocks in comments.
func (k *compiler) assembly(mod, tm ref) (string, error) {
	copied := k.c.ModuleClone(mod)
	defer k.c.ModuleDispose(copied)
	k.c.MachineVerbose(tm, 1)
	defer k.c.MachineVerbose(tm, 0)
	var msg, buf ref
	if k.c.MachineEmit(tm, copied, emitAssembly, &msg, &buf) != 0 {
		return "", errors.New(k.c.message(msg))
	}
	return string(k.c.take(buf)), nil
}

// machine is the pooled target machine of a key.
func (k *compiler) machine(key machineKey) (ref, error) {
	if tm, ok := k.machines[key]; ok {
		return tm, nil
	}
	var target, msg ref
	if k.c.TargetFromTriple(key.triple, &target, &msg) != 0 {
		return 0, fmt.Errorf("target %q: %s", key.triple, k.c.message(msg))
	}
	tm := k.c.MachineCreate(target, key.triple, key.cpu, key.features, key.level, relocPIC, codeModelSmall)
	if tm == 0 {
		return 0, fmt.Errorf("no target machine for %q", key.triple)
	}
	k.machines[key] = tm
	return tm, nil
}

// layout is the data layout LLVM states for a target; tests compare it with codegen/target.
func (k *compiler) layout(key machineKey) (string, error) {
	tm, err := k.machine(key)
	if err != nil {
		return "", err
	}
	l := k.c.MachineLayout(tm)
	defer k.c.LayoutDispose(l)
	return k.c.message(k.c.LayoutText(l)), nil
}
