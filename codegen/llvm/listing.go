package llvm

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"sort"
	"strings"
)

// instruction is one machine instruction of a function.
type instruction struct {
	off    uint64 // in the section
	text   string // "mnemonic\toperands"
	target int64  // section offset a branch goes to, -1: no branch
	note   string // symbol the instruction refers to
}

// list disassembles the functions of an object, in address order, Intel syntax.
// Blocks are labelled with the names of their IR blocks where blocks has them, branches go
// to labels, references outside a function are symbols: no addresses, so
// that the same code gives the same text.
func (k *compiler) list(object []byte, blocks map[string]*functionBlocks, q *request) (string, error) {
	f, err := elf.NewFile(bytes.NewReader(object))
	if err != nil {
		return "", err
	}
	symbols, err := f.Symbols()
	if err != nil {
		return "", err
	}
	d := k.c.DisasmCreate(q.Triple, q.CPU, q.Features, 0, 0, 0, 0)
	if d == 0 {
		return "", fmt.Errorf("no disassembler for %q", q.Triple)
	}
	defer k.c.DisasmDispose(d)
	k.c.DisasmOptions(d, asmVariantIntel)

	var out strings.Builder
	for si, s := range f.Sections {
		if s.Flags&elf.SHF_EXECINSTR == 0 || s.Size == 0 {
			continue
		}
		code, err := s.Data()
		if err != nil {
			return "", err
		}
		notes, err := relocationNotes(f, si, symbols)
		if err != nil {
			return "", err
		}
		var functions []elf.Symbol
		for _, sym := range symbols {
			if int(sym.Section) == si && elf.ST_TYPE(sym.Info) == elf.STT_FUNC && sym.Value+sym.Size <= uint64(len(code)) {
				functions = append(functions, sym)
			}
		}
		sort.SliceStable(functions, func(i, j int) bool { return functions[i].Value < functions[j].Value })
		for _, fn := range functions {
			ins := k.decode(d, code[:fn.Value+fn.Size], fn.Value, notes)
			if out.Len() > 0 {
				out.WriteByte('\n')
			}
			printFunction(&out, fn, ins, blocks[fn.Name], functions)
		}
	}
	return out.String(), nil
}

// decode disassembles code from offset from to its end.
func (k *compiler) decode(d ref, code []byte, from uint64, notes map[uint64]string) []instruction {
	var list []instruction
	for off := from; off < uint64(len(code)); {
		text, n := k.c.instruction(d, code[off:], off)
		if n == 0 {
			text, n = fmt.Sprintf(".byte\t%#x", code[off]), 1
		}
		in := instruction{off: off, text: strings.TrimSpace(text), target: branchTarget(code[off:off+uint64(n)], off)}
		for b := off; b < off+uint64(n); b++ {
			if note, ok := notes[b]; ok {
				in.note = note
			}
		}
		list = append(list, in)
		off += uint64(n)
	}
	return list
}

// branchTarget decodes the destination of a relative jump or call; -1 for other instructions.
func branchTarget(b []byte, off uint64) int64 {
	next := int64(off) + int64(len(b))
	switch {
	case len(b) == 2 && (b[0]&0xf0 == 0x70 || b[0] == 0xeb || b[0]&0xfc == 0xe0):
		return next + int64(int8(b[1]))
	case len(b) == 5 && (b[0] == 0xe8 || b[0] == 0xe9):
		return next + int64(int32(binary.LittleEndian.Uint32(b[1:])))
	case len(b) == 6 && b[0] == 0x0f && b[1]&0xf0 == 0x80:
		return next + int64(int32(binary.LittleEndian.Uint32(b[2:])))
	}
	return -1
}

// relocationNotes maps section offsets to the symbols that relocations there are about.
func relocationNotes(f *elf.File, section int, symbols []elf.Symbol) (map[uint64]string, error) {
	notes := map[uint64]string{}
	for _, s := range f.Sections {
		if s.Type != elf.SHT_RELA || int(s.Info) != section {
			continue
		}
		rows, err := s.Data()
		if err != nil {
			return nil, err
		}
		for ; len(rows) >= 24; rows = rows[24:] {
			off, info := binary.LittleEndian.Uint64(rows), binary.LittleEndian.Uint64(rows[8:])
			addend := int64(binary.LittleEndian.Uint64(rows[16:]))
			i := int(info>>32) - 1 // debug/elf leaves out symbol 0
			if i < 0 || i >= len(symbols) {
				continue
			}
			name := symbols[i].Name
			if elf.ST_TYPE(symbols[i].Info) == elf.STT_SECTION && int(symbols[i].Section) < len(f.Sections) {
				name = f.Sections[symbols[i].Section].Name
			}
			switch elf.R_X86_64(info & 0xffffffff) {
			case elf.R_X86_64_PC32, elf.R_X86_64_PLT32, elf.R_X86_64_GOTPCREL, elf.R_X86_64_GOTPCRELX,
				elf.R_X86_64_REX_GOTPCRELX:
				addend += 4 // relative to the end of the field
			}
			if addend != 0 {
				name = fmt.Sprintf("%s%+d", name, addend)
			}
			notes[off] = name
		}
	}
	return notes, nil
}

// printFunction writes one function. Lines are "label:", or a tab, mnemonic, operands.
func printFunction(out *strings.Builder, fn elf.Symbol, ins []instruction, blocks *functionBlocks,
	functions []elf.Symbol) {
	fmt.Fprintf(out, "%s:\n", fn.Name)
	labels := nameBlocks(&ins, blocks)
	for _, in := range ins {
		if in.target >= int64(fn.Value) && in.target < int64(fn.Value+fn.Size) && in.note == "" {
			if _, ok := labels[uint64(in.target)]; !ok {
				labels[uint64(in.target)] = ""
			}
		}
	}
	unnamed := 0
	for _, in := range ins {
		if name, ok := labels[in.off]; ok && name == "" {
			unnamed++
			labels[in.off] = fmt.Sprintf(".L%d", unnamed)
		}
	}
	for _, in := range ins {
		if name, ok := labels[in.off]; ok {
			fmt.Fprintf(out, "%s:\n", name)
		}
		mnemonic, operands, _ := strings.Cut(in.text, "\t")
		note := ""
		if in.target >= 0 {
			operands = branchOperand(in, labels, functions)
		} else if in.note != "" {
			note = in.note
		}
		line := "\t" + mnemonic
		if operands != "" {
			line += "\t" + operands
		}
		if note != "" {
			line += "\t# " + note
		}
		out.WriteString(line + "\n")
	}
}

// branchOperand is what a branch goes to: a relocation's symbol, a block, or a function.
func branchOperand(in instruction, labels map[uint64]string, functions []elf.Symbol) string {
	if in.note != "" {
		return in.note
	}
	if name, ok := labels[uint64(in.target)]; ok {
		return name
	}
	for _, f := range functions {
		if f.Value == uint64(in.target) {
			return f.Name
		}
	}
	return "?"
}

// nameBlocks carries block names over to section offsets and drops alignment padding.
// A name that occurs again gets a number.
func nameBlocks(ins *[]instruction, blocks *functionBlocks) map[uint64]string {
	labels := map[uint64]string{}
	if blocks == nil {
		return labels
	}
	starts := map[int]blockMark{}
	for _, m := range blocks.marks {
		if old, ok := starts[m.before]; ok { // an empty block in front of another
			m.align = m.align || old.align
			if m.name == "" {
				m.name = old.name
			}
		}
		starts[m.before] = m
	}
	var kept []instruction
	seen := map[string]int{}
	for i := 0; i < len(*ins); i++ {
		mark, starting := starts[len(kept)]
		if starting && mark.align {
			for i < len(*ins)-1 && padding((*ins)[i].text) {
				i++
			}
		}
		in := (*ins)[i]
		if starting && mark.name != "" {
			name := mark.name
			if seen[name]++; seen[name] > 1 {
				name = fmt.Sprintf("%s.%d", name, seen[name])
			}
			labels[in.off] = name
		}
		kept = append(kept, in)
	}
	if len(kept) != blocks.instructions {
		return map[uint64]string{} // the streams do not match: no names rather than wrong ones
	}
	*ins = kept
	return labels
}

// padding reports the no-operations that fill up to an alignment.
func padding(text string) bool {
	return strings.HasPrefix(text, "nop") || strings.HasPrefix(text, "data16") || strings.HasPrefix(text, "cs\tnop") ||
		strings.HasPrefix(text, "cs nop")
}
