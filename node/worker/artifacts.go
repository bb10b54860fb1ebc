package worker

import (
	"fmt"

	"slipher/codegen/artifact"
	"slipher/runtime/exec"
	"slipher/runtime/loader"
	"slipher/runtime/program"
)

// SignedArtifacts opens envelopes that carry the cluster's signature, and no others.
type SignedArtifacts struct {
	Key artifact.PublicKey
	// Symbols are the kernels that objects may call, by name.
	Symbols map[string]uintptr
	Crumbs  Breadcrumbs // nil: nothing is under quarantine
}

// Program implements Artifacts.
func (a *SignedArtifacts) Program(envelope []byte) (*program.Segment, error) {
	e, err := artifact.Open(envelope, a.Key)
	if err != nil {
		return nil, err
	}
	if e.Program == nil {
		return nil, fmt.Errorf("%w: it has no program", artifact.ErrCorrupt)
	}
	return e.Program, nil
}

// Load implements Artifacts.
func (a *SignedArtifacts) Load(envelope []byte) (Loaded, error) {
	e, err := artifact.Open(envelope, a.Key)
	if err != nil {
		return Loaded{}, err
	}
	if len(e.Object) == 0 {
		return Loaded{}, fmt.Errorf("%w: it has no object", artifact.ErrCorrupt)
	}
	if a.Crumbs != nil && a.Crumbs.Quarantined(e.Key) {
		return Loaded{}, fmt.Errorf("artifact %s is under quarantine: a process died in it", e.Key)
	}
	code, err := loader.Load(e.Object, a.Symbols)
	if err != nil {
		return Loaded{}, err
	}
	if len(e.Entries) != 1 {
		return Loaded{}, fmt.Errorf("%w: it has %d entry points", artifact.ErrCorrupt, len(e.Entries))
	}
	entry, ok := code.Symbol(e.Entries[0])
	if !ok {
		return Loaded{}, fmt.Errorf("%w: its entry point %s is missing", artifact.ErrCorrupt, e.Entries[0])
	}
	return Loaded{Fn: &exec.Fn{Entry: entry, Code: code, Key: e.Key}, Program: e.ProgramHash}, nil
}
