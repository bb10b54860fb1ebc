package rms

import (
	"io"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"

	"slipher/runtime/kernels/heap"
)

// mapFile maps a file read-only. Objects never change, so that what was validated stays valid.
func mapFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if st.Size() == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return unix.Mmap(int(f.Fd()), 0, int(st.Size()), unix.PROT_READ, unix.MAP_SHARED)
}

func unmapFile(b []byte) {
	if err := unix.Munmap(b); err != nil {
		panic("BUG: " + err.Error())
	}
}

// offheapCopy copies b outside the Go heap, 64-byte aligned, for offheapFree.
func offheapCopy(b []byte) []byte {
	p := heap.Alloc(len(b))
	if p == nil {
		panic("out of memory") // as Go's own allocator does
	}
	c := unsafe.Slice((*byte)(p), max(len(b), 1)) // Alloc gives at least one byte
	copy(c, b)
	return c
}

func offheapFree(b []byte) {
	if len(b) > 0 {
		heap.Free(unsafe.Pointer(&b[0]))
	}
}
