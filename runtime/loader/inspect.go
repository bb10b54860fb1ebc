package loader

import "sort"

// Info is what an object holds, without loading it: for envelopes and `--emit sizes`.
type Info struct {
	Imports   []string   // symbols it leaves undefined, sorted
	Functions []Function // in address order
	// Bytes of code, constants and writable data, and the number of relocations.
	Text, Const, Data, Relocations int
}

// Function is one function of an object.
type Function struct {
	Name string
	Size int // bytes of code
}

// Inspect reads an object's tables. Errors: ErrCorruptObject.
func Inspect(b []byte) (Info, error) {
	o, err := parse(b)
	if err != nil {
		return Info{}, err
	}
	var info Info
	for i := range o.sections {
		s := &o.sections[i]
		switch {
		case s.typ == shtRela:
			if uint64(s.info) < uint64(len(o.sections)) && o.sections[s.info].flags&shfAlloc != 0 &&
				!o.sections[s.info].skipped() {
				info.Relocations += int(s.size / relSize)
			}
		case s.flags&shfAlloc == 0 || s.skipped():
		case s.flags&shfExec != 0:
			info.Text += int(s.size)
		case s.flags&shfWrite != 0 && !relro(s.name):
			info.Data += int(s.size)
		default:
			info.Const += int(s.size)
		}
	}
	type place struct {
		section uint16
		value   uint64
	}
	at := map[string]place{}
	for i := range o.symbols {
		switch sym := &o.symbols[i]; {
		case sym.shndx == shnUndef && sym.name != "":
			info.Imports = append(info.Imports, sym.name)
		case sym.typ == sttFunc && sym.shndx < shnLoReserve:
			info.Functions = append(info.Functions, Function{sym.name, int(sym.size)})
			at[sym.name] = place{sym.shndx, sym.value}
		}
	}
	sort.Strings(info.Imports)
	sort.SliceStable(info.Functions, func(i, j int) bool {
		a, b := at[info.Functions[i].Name], at[info.Functions[j].Name]
		return a.section < b.section || a.section == b.section && a.value < b.value
	})
	return info, nil
}
