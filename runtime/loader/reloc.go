package loader

import (
	"encoding/binary"
	"fmt"
	"math"
)

// arch is what differs between machines.
type arch struct {
	stubSize uint64
	// stub writes a jump through the address table; slot is the slot's offset from the stub.
	stub  func(dst []byte, slot int64)
	needs func(kind uint32) (need, bool) // false: unknown relocation
	apply func(im *image, r reloc) error
	name  func(kind uint32) string
}

// need is what a relocation kind wants for its symbol.
type need uint8

const (
	needNothing need = iota
	needSlot         // an address table slot
	needStub         // a stub, if the symbol is imported
)

// arches by ELF machine. arm64 (183) takes its place here: a stub is
// `adrp x16; ldr x16; br x16`, kinds CALL26, ADR_PREL_PG_HI21, ADD_ABS_LO12_NC, LDST*.
var arches = map[uint16]arch{machineX86: amd64}

// readReloc decodes and checks one row of the relocations of s.
func (im *image) readReloc(s *section, row []byte) (reloc, error) {
	le := binary.LittleEndian
	info := le.Uint64(row[8:])
	r := reloc{section: s, off: le.Uint64(row), kind: uint32(info), addend: int64(le.Uint64(row[16:]))}
	if info>>32 >= uint64(len(im.object.symbols)) {
		return r, corrupt("relocation of %q: symbol %d", s.name, info>>32)
	}
	r.sym = int(info >> 32)
	sym := &im.object.symbols[r.sym]
	if sym.typ == sttTLS || sym.typ == sttIFunc {
		return r, fmt.Errorf("%w: symbol %q of type %d", ErrUnsupported, sym.name, sym.typ)
	}
	what, ok := im.arch.needs(r.kind)
	if !ok {
		return r, fmt.Errorf("%w: %s of %q in %q", ErrUnknownRelocation, im.arch.name(r.kind), sym.name, s.name)
	}
	imported := sym.shndx == shnUndef
	if imported {
		if _, ok := im.imports[sym.name]; !ok {
			return r, fmt.Errorf("%w %q", ErrUnknownSymbol, sym.name)
		}
	}
	if what == needSlot || what == needStub && imported {
		im.slots[r.sym] = 0
	}
	if what == needStub && imported {
		im.stubs[r.sym] = 0
	}
	return r, nil
}

// Relocation kinds of x86-64, from its System V ABI supplement.
const (
	rNone          = 0
	r64            = 1
	rPC32          = 2
	rPLT32         = 4
	rGOTPCREL      = 9
	r32            = 10
	r32S           = 11
	rPC64          = 24
	rGOTPCRELX     = 41
	rREXGOTPCRELX  = 42
	amd64RelocKind = "R_X86_64"
)

var amd64 = arch{
	stubSize: 8,
	// jmp *disp(%rip); the displacement counts from the instruction's end.
	stub: func(dst []byte, slot int64) {
		dst[0], dst[1], dst[6], dst[7] = 0xff, 0x25, 0xcc, 0xcc
		binary.LittleEndian.PutUint32(dst[2:], uint32(int32(slot-6)))
	},
	needs: func(kind uint32) (need, bool) {
		switch kind {
		case rNone, r64, r32, r32S, rPC64:
			return needNothing, true
		case rPC32, rPLT32:
			// All imports are functions: a stub serves calls and address-taking alike.
			return needStub, true
		case rGOTPCREL, rGOTPCRELX, rREXGOTPCRELX:
			return needSlot, true
		}
		return 0, false
	},
	apply: applyAMD64,
	name:  func(kind uint32) string { return fmt.Sprintf("%s(%d)", amd64RelocKind, kind) },
}

// applyAMD64 computes one relocation: S symbol, A addend, P place.
func applyAMD64(im *image, r reloc) error {
	if r.kind == rNone {
		return nil
	}
	width := uint64(4)
	if r.kind == r64 || r.kind == rPC64 {
		width = 8
	}
	s := r.section
	if r.off > s.size || s.size-r.off < width {
		return corrupt("relocation outside section %q", s.name)
	}
	at := s.off + r.off
	target, err := im.relocTarget(r)
	if err != nil {
		return err
	}
	v := int64(target) + r.addend // wraps like the hardware does
	dst := im.mem[at:]
	switch r.kind {
	case r64:
		putWord(dst, uint64(v))
		return nil
	case rPC64:
		putWord(dst, uint64(v)-(im.base+at))
		return nil
	case r32:
		if uint64(v) > math.MaxUint32 {
			return im.outOfReach(r)
		}
	case r32S:
		if v != int64(int32(v)) {
			return im.outOfReach(r)
		}
	default:
		v -= int64(im.base + at)
		if v != int64(int32(v)) {
			return im.outOfReach(r)
		}
	}
	binary.LittleEndian.PutUint32(dst, uint32(v))
	return nil
}

// relocTarget is the address a relocation is about: the symbol, its stub or its slot.
func (im *image) relocTarget(r reloc) (uint64, error) {
	switch r.kind {
	case rPC32, rPLT32:
		if off, ok := im.stubs[r.sym]; ok {
			return im.base + off, nil
		}
	case rGOTPCREL, rGOTPCRELX, rREXGOTPCRELX:
		return im.base + im.slots[r.sym], nil
	}
	return im.address(r.sym)
}

func (im *image) outOfReach(r reloc) error {
	return fmt.Errorf("%w: %s of %q in %q does not reach (code must be position independent)", ErrUnsupported,
		im.arch.name(r.kind), im.object.symbols[r.sym].name, r.section.name)
}

func putWord(dst []byte, v uint64) { binary.LittleEndian.PutUint64(dst, v) }
