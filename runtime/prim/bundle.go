package prim

import (
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

//go:generate go run github.com/tinylib/msgp -file bundle.go -o bundle_gen.go -io=false -tests=false

// Bundle is the contents of objects/LEVEL.zst before compression.
type Bundle struct {
	Level   string   `msg:"level"`
	LLVM    string   `msg:"llvm"`  // pass list and version, for people
	Stamp   string   `msg:"stamp"` // hash of what it was made from
	Names   []string `msg:"names"` // of the modules
	Objects [][]byte `msg:"objs"`  // ELF, for runtime/loader
}

// Suffix of bundle files.
const Suffix = ".zst"

// maxBundle bounds a bundle after decompression.
const maxBundle = 256 << 20

// Encode compresses a bundle.
func (b *Bundle) Encode() ([]byte, error) {
	raw, err := b.MarshalMsg(nil)
	if err != nil {
		return nil, err
	}
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBetterCompression))
	if err != nil {
		return nil, err
	}
	defer w.Close()
	return w.EncodeAll(raw, nil), nil
}

// errBundle says that an embedded file is damaged.
var errBundle = errors.New("damaged primitive library")

// DecodeBundle reads what Encode wrote.
func DecodeBundle(file []byte) (*Bundle, error) {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxBundle))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	raw, err := r.DecodeAll(file, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBundle, err)
	}
	b := &Bundle{}
	if _, err := b.UnmarshalMsg(raw); err != nil {
		return nil, fmt.Errorf("%w: %w", errBundle, err)
	}
	return b, nil
}
