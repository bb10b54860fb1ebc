// Package heap is memory outside the Go heap: aligned blocks, string arenas, and the accounts on which both are
// counted where they are allocated, in C, so that generated code cannot outgrow a limit. runtime/mem is the Go side.
package heap
