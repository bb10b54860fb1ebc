package prim

import (
	"errors"
	"fmt"

	"golang.org/x/sys/cpu"
)

// Level is a CPU level that code is generated for; codegen/target has the same names.
type Level string

// The levels, weakest first.
const (
	V3      Level = "x86-64-v3"
	V4      Level = "x86-64-v4"
	V4VBMI2 Level = "x86-64-v4-vbmi2"
)

// Levels lists them, weakest first. The slice is the caller's.
func Levels() []Level { return []Level{V3, V4, V4VBMI2} }

// ErrOldCPU says that this machine cannot run generated code.
var ErrOldCPU = errors.New("this CPU is too old: x86-64-v3 (AVX2, BMI2, FMA; Haswell, Zen or newer) is needed")

// HostLevel is the best level this machine can run, by CPUID and what the
// operating system saves of the registers. Error: ErrOldCPU.
func HostLevel() (Level, error) { return levelOf(features()) }

// feature is one CPU feature with the level that needs it.
type feature struct {
	name  string
	level Level
	has   bool
}

// features are those x/sys/cpu tells; LZCNT, MOVBE and F16C come with AVX2 on every CPU made.
func features() []feature {
	x := &cpu.X86
	return []feature{
		{"avx2", V3, x.HasAVX2}, {"bmi1", V3, x.HasBMI1}, {"bmi2", V3, x.HasBMI2}, {"fma", V3, x.HasFMA},
		{"popcnt", V3, x.HasPOPCNT}, {"sse4.2", V3, x.HasSSE42}, {"osxsave", V3, x.HasOSXSAVE},
		{"avx512f", V4, x.HasAVX512F}, {"avx512bw", V4, x.HasAVX512BW}, {"avx512cd", V4, x.HasAVX512CD},
		{"avx512dq", V4, x.HasAVX512DQ}, {"avx512vl", V4, x.HasAVX512VL},
		{"avx512vbmi", V4VBMI2, x.HasAVX512VBMI}, {"avx512vbmi2", V4VBMI2, x.HasAVX512VBMI2},
	}
}

// levelOf is the best level of which, and below which, no feature is missing.
func levelOf(list []feature) (Level, error) {
	best := Level("")
	for _, level := range Levels() {
		for _, f := range list {
			if f.level == level && !f.has {
				if best == "" {
					return "", fmt.Errorf("%w: it lacks %s", ErrOldCPU, f.name)
				}
				return best, nil
			}
		}
		best = level
	}
	return best, nil
}

// rank orders levels; -1: not one.
func (l Level) rank() int {
	for i, x := range Levels() {
		if x == l {
			return i
		}
	}
	return -1
}
