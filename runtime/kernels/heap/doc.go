// Package heap is memory outside the Go heap: aligned blocks and string arenas.
// runtime/mem accounts for the former; arenas report their bytes.
package heap
