package llvm

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/ebitengine/purego"
)

// ref is an LLVM-C handle (LLVMContextRef, LLVMModuleRef, …).
type ref uintptr

// capi is the part of LLVM's C API in use, bound by name from the library.
type capi struct {
	GetVersion              func(major, minor, patch *uint32)                                                     `c:"LLVMGetVersion"`
	ParseCommandLineOptions func(argc int32, argv **byte, overview *byte)                                         `c:"LLVMParseCommandLineOptions"`
	ContextCreate           func() ref                                                                            `c:"LLVMContextCreate"`
	ContextDispose          func(ctx ref)                                                                         `c:"LLVMContextDispose"`
	ContextSetDiagnostics   func(ctx ref, handler, arg uintptr)                                                   `c:"LLVMContextSetDiagnosticHandler"`
	DiagSeverity            func(diag ref) uint32                                                                 `c:"LLVMGetDiagInfoSeverity"`
	DiagDescription         func(diag ref) ref                                                                    `c:"LLVMGetDiagInfoDescription"`
	BufferFromMemory        func(data unsafe.Pointer, size uintptr, name string) ref                              `c:"LLVMCreateMemoryBufferWithMemoryRangeCopy"`
	BufferStart             func(buf ref) ref                                                                     `c:"LLVMGetBufferStart"`
	BufferSize              func(buf ref) uintptr                                                                 `c:"LLVMGetBufferSize"`
	BufferDispose           func(buf ref)                                                                         `c:"LLVMDisposeMemoryBuffer"`
	ParseIR                 func(ctx, buf ref, mod *ref, msg *ref) int32                                          `c:"LLVMParseIRInContext"`
	ModuleDispose           func(mod ref)                                                                         `c:"LLVMDisposeModule"`
	ModuleClone             func(mod ref) ref                                                                     `c:"LLVMCloneModule"`
	ModulePrint             func(mod ref) ref                                                                     `c:"LLVMPrintModuleToString"`
	ModuleVerify            func(mod ref, action uint32, msg *ref) int32                                          `c:"LLVMVerifyModule"`
	MessageDispose          func(msg ref)                                                                         `c:"LLVMDisposeMessage"`
	TargetFromTriple        func(triple string, target *ref, msg *ref) int32                                      `c:"LLVMGetTargetFromTriple"`
	MachineCreate           func(target ref, triple, cpu, features string, l, reloc, model uint32) ref            `c:"LLVMCreateTargetMachine"`
	MachineLayout           func(tm ref) ref                                                                      `c:"LLVMCreateTargetDataLayout"`
	LayoutText              func(layout ref) ref                                                                  `c:"LLVMCopyStringRepOfTargetData"`
	LayoutDispose           func(layout ref)                                                                      `c:"LLVMDisposeTargetData"`
	MachineVerbose          func(tm ref, on int32)                                                                `c:"LLVMSetTargetMachineAsmVerbosity"`
	MachineEmit             func(tm, mod ref, kind uint32, msg *ref, buf *ref) int32                              `c:"LLVMTargetMachineEmitToMemoryBuffer"`
	PassOptionsCreate       func() ref                                                                            `c:"LLVMCreatePassBuilderOptions"`
	PassOptionsDispose      func(o ref)                                                                           `c:"LLVMDisposePassBuilderOptions"`
	PassInterleave          func(o ref, on int32)                                                                 `c:"LLVMPassBuilderOptionsSetLoopInterleaving"`
	PassUnroll              func(o ref, on int32)                                                                 `c:"LLVMPassBuilderOptionsSetLoopUnrolling"`
	RunPasses               func(mod ref, passes string, tm, o ref) ref                                           `c:"LLVMRunPasses"`
	ErrorMessage            func(err ref) ref                                                                     `c:"LLVMGetErrorMessage"`
	ErrorMessageDispose     func(msg ref)                                                                         `c:"LLVMDisposeErrorMessage"`
	DisasmCreate            func(triple, cpu, features string, info ref, tag int32, op, look uintptr) ref         `c:"LLVMCreateDisasmCPUFeatures"`
	DisasmOptions           func(d ref, options uint64) int32                                                     `c:"LLVMSetDisasmOptions"`
	DisasmInstruction       func(d ref, b unsafe.Pointer, n, pc uint64, out unsafe.Pointer, outN uintptr) uintptr `c:"LLVMDisasmInstruction"`
	DisasmDispose           func(d ref)                                                                           `c:"LLVMDisasmDispose"`
}

// initialisers make LLVM's back ends known. Workers compile for x86-64 only so far.
var initialisers = []string{"LLVMInitializeX86TargetInfo", "LLVMInitializeX86Target", "LLVMInitializeX86TargetMC",
	"LLVMInitializeX86AsmPrinter", "LLVMInitializeX86AsmParser", "LLVMInitializeX86Disassembler"}

// load opens the library and binds every function, or says which one is missing.
func load(path string) (*capi, string, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrNoLLVM, err)
	}
	c := &capi{}
	for _, b := range c.bindings() {
		addr, err := purego.Dlsym(handle, b.symbol)
		if err != nil {
			return nil, "", fmt.Errorf("%w: %s: %w", ErrNoLLVM, path, err)
		}
		purego.RegisterFunc(b.function, addr)
	}
	var major, minor, patch uint32
	c.GetVersion(&major, &minor, &patch)
	version := fmt.Sprintf("%d.%d.%d", major, minor, patch)
	if !strings.HasPrefix(version, Version+".") {
		return nil, "", fmt.Errorf("%w: %s is version %s", ErrNoLLVM, path, version)
	}
	for _, name := range initialisers {
		addr, err := purego.Dlsym(handle, name)
		if err != nil {
			return nil, "", fmt.Errorf("%w: %s: %w", ErrNoLLVM, path, err)
		}
		purego.SyscallN(addr)
	}
	c.options(commandLine)
	return c, version, nil
}

// options hands LLVM its command line. LLVM keeps the strings: they are never freed.
func (c *capi) options(args []string) {
	argv := make([]*byte, len(args)+1)
	for i, a := range args {
		argv[i] = &append([]byte(a), 0)[0]
	}
	keptArgs = append(keptArgs, argv)
	c.ParseCommandLineOptions(int32(len(args)), &argv[0], nil)
}

var keptArgs [][]*byte // keeps commandLine's C strings reachable

// text copies a zero-terminated C string. In bounds: LLVM's messages are terminated.
func text(s ref) string {
	if s == 0 {
		return ""
	}
	p := *(**byte)(unsafe.Pointer(&s))
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(p, n))
}

// message copies a message LLVM allocated and disposes it.
func (c *capi) message(s ref) string {
	if s == 0 {
		return ""
	}
	defer c.MessageDispose(s)
	return text(s)
}

// take copies a memory buffer's bytes and disposes it. In bounds: size is the buffer's own.
func (c *capi) take(buf ref) []byte {
	defer c.BufferDispose(buf)
	start, n := c.BufferStart(buf), c.BufferSize(buf)
	if n == 0 {
		return nil
	}
	return append([]byte(nil), unsafe.Slice(*(**byte)(unsafe.Pointer(&start)), n)...)
}

// buffer copies text into a memory buffer of LLVM's.
func (c *capi) buffer(s string) ref {
	return c.BufferFromMemory(unsafe.Pointer(unsafe.StringData(s)), uintptr(len(s)), "module")
}

// instruction disassembles the instruction at the start of code (not empty), which
// stands at offset pc. n == 0: none starts here.
func (c *capi) instruction(d ref, code []byte, pc uint64) (s string, n int) {
	var out [256]byte
	size := c.DisasmInstruction(d, unsafe.Pointer(&code[0]), uint64(len(code)), pc, unsafe.Pointer(&out[0]),
		uintptr(len(out)))
	end := 0
	for end < len(out) && out[end] != 0 {
		end++
	}
	return string(out[:end]), int(size)
}
