package rms

import (
	"io"
	"os"

	"golang.org/x/sys/unix"

	"slipher/runtime/mem"
	"slipher/runtime/offheap"
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

// offheapCopy copies b outside the Go heap, 64-byte aligned, for offheapFree. It fails with 53200.
func offheapCopy(b []byte) ([]byte, error) {
	p, err := mem.Raw(max(len(b), 1), "a block of managed storage")
	if err != nil {
		return nil, err
	}
	c := p.Bytes(0, max(len(b), 1))
	copy(c, b)
	return c, nil
}

func offheapFree(b []byte) {
	if len(b) > 0 {
		mem.FreeRaw(offheap.OfBytes(b))
	}
}
