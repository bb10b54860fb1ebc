package loader

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// ELF numbers that occur, from the System V ABI.
const (
	ehSize  = 64
	shSize  = 64
	symSize = 24
	relSize = 24

	etRel       = 1
	machineX86  = 62
	machineARM  = 183
	shtProgbits = 1
	shtSymtab   = 2
	shtRela     = 4
	shtNobits   = 8
	shtRel      = 9
	shtInit     = 14
	shtFini     = 15
	shtPreinit  = 16
	shtUnwind   = 0x70000001 // .eh_frame on x86-64

	shfWrite = 1
	shfAlloc = 2
	shfExec  = 4
	shfTLS   = 0x400

	shnUndef     = 0
	shnLoReserve = 0xff00
	shnAbs       = 0xfff1

	sttFunc  = 2
	sttTLS   = 6
	sttIFunc = 10
)

// section is one section header with its place in the image.
type section struct {
	name  string
	typ   uint32
	flags uint64
	data  []byte // borrowed from the object; nil for nobits
	size  uint64
	align uint64
	link  uint32
	info  uint32
	esize uint64

	loaded bool
	off    uint64 // byte offset in the image, if loaded
}

// symbol is one row of the symbol table.
type symbol struct {
	name  string
	typ   uint8
	bind  uint8
	shndx uint16
	value uint64
	size  uint64
}

// object is a parsed ELF file. It borrows the file's bytes.
type object struct {
	machine  uint16
	sections []section
	symbols  []symbol
}

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrCorruptObject}, args...)...)
}

// parse reads headers, section table and symbol table, checking every bound.
func parse(b []byte) (*object, error) {
	le := binary.LittleEndian
	if len(b) < ehSize || string(b[:4]) != "\x7fELF" {
		return nil, corrupt("no ELF header")
	}
	if b[4] != 2 || b[5] != 1 {
		return nil, corrupt("not a 64-bit little-endian file")
	}
	if t := le.Uint16(b[16:]); t != etRel {
		return nil, corrupt("file type %d is not a relocatable object", t)
	}
	o := &object{machine: le.Uint16(b[18:])}
	shoff, entsize, count, strndx := le.Uint64(b[40:]), le.Uint16(b[58:]), uint64(le.Uint16(b[60:])),
		uint32(le.Uint16(b[62:]))
	if entsize != shSize {
		return nil, corrupt("section header size %d", entsize)
	}
	if shoff > uint64(len(b)) || uint64(len(b))-shoff < shSize {
		return nil, corrupt("section table outside the file")
	}
	// More than 65,279 sections: the counts stand in section 0.
	if count == 0 {
		count = le.Uint64(b[shoff+32:])
	}
	if strndx == 0xffff {
		strndx = le.Uint32(b[shoff+40:])
	}
	if count > (uint64(len(b))-shoff)/shSize {
		return nil, corrupt("section table outside the file")
	}
	o.sections = make([]section, count)
	names := make([]uint32, count)
	for i := range o.sections {
		h := b[shoff+uint64(i)*shSize:]
		s := &o.sections[i]
		names[i] = le.Uint32(h)
		s.typ, s.flags = le.Uint32(h[4:]), le.Uint64(h[8:])
		off := le.Uint64(h[24:])
		s.size, s.link, s.info, s.align, s.esize = le.Uint64(h[32:]), le.Uint32(h[40:]), le.Uint32(h[44:]), le.Uint64(h[48:]),
			le.Uint64(h[56:])
		if s.align == 0 {
			s.align = 1
		}
		if s.typ == shtNobits || s.typ == 0 {
			continue
		}
		if off > uint64(len(b)) || s.size > uint64(len(b))-off {
			return nil, corrupt("section %d outside the file", i)
		}
		s.data = b[off : off+s.size]
	}
	if uint64(strndx) >= count {
		return nil, corrupt("no section names")
	}
	for i := range o.sections {
		name, err := cstring(o.sections[strndx].data, names[i])
		if err != nil {
			return nil, err
		}
		o.sections[i].name = name
	}
	return o, o.parseSymbols()
}

func (o *object) parseSymbols() error {
	le := binary.LittleEndian
	for i := range o.sections {
		s := &o.sections[i]
		if s.typ != shtSymtab {
			continue
		}
		if o.symbols != nil {
			return corrupt("two symbol tables")
		}
		if s.esize != symSize || s.size%symSize != 0 || uint64(s.link) >= uint64(len(o.sections)) {
			return corrupt("bad symbol table")
		}
		strs := o.sections[s.link].data
		o.symbols = make([]symbol, s.size/symSize)
		for j := range o.symbols {
			row := s.data[j*symSize:]
			name, err := cstring(strs, le.Uint32(row))
			if err != nil {
				return err
			}
			o.symbols[j] = symbol{name: name, typ: row[4] & 15, bind: row[4] >> 4, shndx: le.Uint16(row[6:]),
				value: le.Uint64(row[8:]), size: le.Uint64(row[16:])}
		}
	}
	return nil
}

// cstring is the zero-terminated string at off of a string table.
func cstring(table []byte, off uint32) (string, error) {
	if off == 0 && len(table) == 0 {
		return "", nil
	}
	if uint64(off) >= uint64(len(table)) {
		return "", corrupt("string outside its table")
	}
	end := off
	for uint64(end) < uint64(len(table)) && table[end] != 0 {
		if end == math.MaxUint32 {
			break
		}
		end++
	}
	return string(table[off:end]), nil
}

// skipped reports allocated sections that running code never reads: unwind
// tables (generated code never unwinds) and notes.
func (s *section) skipped() bool {
	return s.typ == shtUnwind || s.name == ".eh_frame" || strings.HasPrefix(s.name, ".note")
}
