package loader

import (
	"bytes"
	"encoding/binary"
)

// objectBuilder writes ELF objects for tests: sections, symbols, relocations by name.
type objectBuilder struct {
	machine  uint16
	sections []builtSection
	symbols  []builtSymbol
}

type builtSection struct {
	name   string
	typ    uint32
	flags  uint64
	align  uint64
	data   []byte
	size   uint64 // nobits
	relocs []builtReloc
}

type builtSymbol struct {
	name    string
	section int // index into sections, -1 undefined
	value   uint64
	typ     uint8
	local   bool
}

type builtReloc struct {
	off    uint64
	kind   uint32
	symbol string
	addend int64
}

const (
	ax = shfAlloc | shfExec
	aw = shfAlloc | shfWrite
)

func (b *objectBuilder) bytes() []byte {
	le := binary.LittleEndian
	var strs, names, file bytes.Buffer
	strs.WriteByte(0)
	names.WriteByte(0)
	intern := func(buf *bytes.Buffer, s string) uint32 {
		off := uint32(buf.Len())
		buf.WriteString(s)
		buf.WriteByte(0)
		return off
	}
	file.Write(make([]byte, ehSize))
	var headers [][]byte
	add := func(name string, typ uint32, flags uint64, data []byte, size uint64, link, info uint32, align, esize uint64) {
		h := make([]byte, shSize)
		le.PutUint32(h, intern(&names, name))
		le.PutUint32(h[4:], typ)
		le.PutUint64(h[8:], flags)
		le.PutUint64(h[24:], uint64(file.Len()))
		le.PutUint64(h[32:], size)
		le.PutUint32(h[40:], link)
		le.PutUint32(h[44:], info)
		le.PutUint64(h[48:], align)
		le.PutUint64(h[56:], esize)
		file.Write(data)
		headers = append(headers, h)
	}
	add("", 0, 0, nil, 0, 0, 0, 0, 0)
	for _, s := range b.sections {
		size := s.size
		if s.typ != shtNobits {
			size = uint64(len(s.data))
		}
		add(s.name, s.typ, s.flags, s.data, size, 0, 0, s.align, 0)
	}
	index := map[string]uint64{}
	table := make([]byte, symSize)
	for i, s := range b.symbols {
		row := make([]byte, symSize)
		le.PutUint32(row, intern(&strs, s.name))
		row[4] = s.typ | 1<<4
		if s.local {
			row[4] = s.typ
		}
		if s.section >= 0 {
			le.PutUint16(row[6:], uint16(s.section+1))
		}
		le.PutUint64(row[8:], s.value)
		index[s.name] = uint64(i + 1)
		table = append(table, row...)
	}
	symtab := uint32(len(headers))
	add(".symtab", shtSymtab, 0, table, uint64(len(table)), symtab+1, 0, 8, symSize)
	add(".strtab", 3, 0, strs.Bytes(), uint64(strs.Len()), 0, 0, 1, 0)
	for i, s := range b.sections {
		var rows []byte
		for _, r := range s.relocs {
			row := make([]byte, relSize)
			le.PutUint64(row, r.off)
			le.PutUint64(row[8:], index[r.symbol]<<32|uint64(r.kind))
			le.PutUint64(row[16:], uint64(r.addend))
			rows = append(rows, row...)
		}
		if rows != nil {
			add(".rela"+s.name, shtRela, 0, rows, uint64(len(rows)), symtab, uint32(i+1), 8, relSize)
		}
	}
	shstr := len(headers)
	nameOff := uint32(names.Len())
	names.WriteString(".shstrtab\x00")
	h := make([]byte, shSize)
	le.PutUint32(h, nameOff)
	le.PutUint32(h[4:], 3)
	le.PutUint64(h[24:], uint64(file.Len()))
	le.PutUint64(h[32:], uint64(names.Len()))
	headers = append(headers, h)
	file.Write(names.Bytes())
	shoff := file.Len()
	for _, h := range headers {
		file.Write(h)
	}
	out := file.Bytes()
	copy(out, "\x7fELF\x02\x01\x01")
	le.PutUint16(out[16:], etRel)
	le.PutUint16(out[18:], b.machine)
	le.PutUint64(out[40:], uint64(shoff))
	le.PutUint16(out[58:], shSize)
	le.PutUint16(out[60:], uint16(len(headers)))
	le.PutUint16(out[62:], uint16(shstr))
	return out
}

// everyKind is an object with each relocation kind, whose function `answer` returns
// 40 + constant 2 read by PC32, after going through the kernel rt.add by PLT32.
func everyKind() *objectBuilder {
	code := []byte{
		0x8b, 0x3d, 0, 0, 0, 0, // 0: mov edi, [rip+constant]      PC32
		0xe8, 0, 0, 0, 0, // 6: call rt.add                   PLT32
		0x48, 0x8b, 0x0d, 0, 0, 0, 0, // 11: mov rcx, [rip+rt.add@GOT]  REX_GOTPCRELX
		0x48, 0x8b, 0x15, 0, 0, 0, 0, // 18: mov rdx, [rip+table]       PC32 to .data.rel.ro: address of rt.add
		0x48, 0x39, 0xd1, // 25: cmp rcx, rdx
		0x74, 0x02, // 28: je +2
		0x0f, 0x0b, // 30: ud2
		0xff, 0x05, 0, 0, 0, 0, // 32: inc dword [rip+counter]     PC32 to .bss
		0x03, 0x05, 0, 0, 0, 0, // 38: add eax, [rip+counter]      PC32
		0xc3, // 44: ret
	}
	return &objectBuilder{machine: machineX86,
		sections: []builtSection{
			{name: ".text", typ: shtProgbits, flags: ax, align: 16, data: code, relocs: []builtReloc{
				{2, rPC32, "constants", 0 /* 4 - 4 */}, {7, rPLT32, "rt.add", -4}, {14, rREXGOTPCRELX, "rt.add", -4},
				{21, rPC32, "table", -4}, {34, rPC32, "counter", -4}, {40, rPC32, "counter", -4}}},
			{name: ".rodata.cst4", typ: shtProgbits, flags: shfAlloc, align: 4,
				data: []byte{0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0}},
			{name: ".data.rel.ro", typ: shtProgbits, flags: aw, align: 8, data: make([]byte, 24), relocs: []builtReloc{
				{0, r64, "rt.add", 0}, {8, rPC64, "answer", 0}, {16, rNone, "answer", 0}}},
			{name: ".bss", typ: shtNobits, flags: aw, align: 16, size: 64},
			{name: ".eh_frame", typ: shtUnwind, flags: shfAlloc, align: 8, data: make([]byte, 16),
				relocs: []builtReloc{{0, 99, "answer", 0}}},
			{name: ".comment", typ: shtProgbits, data: []byte("text")},
		},
		symbols: []builtSymbol{
			{name: "answer", section: 0, typ: 2}, {name: "rt.add", section: -1},
			{name: "constants", section: 1, typ: 3, local: true},
			{name: "table", section: 2, local: true}, {name: "counter", section: 3},
		}}
}
