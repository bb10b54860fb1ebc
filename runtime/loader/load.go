package loader

import (
	"errors"
	"fmt"
	"os"
	"sort"
	"sync"

	"golang.org/x/sys/unix"
)

// Errors of Load; each is wrapped with the name of what is wrong.
var (
	ErrCorruptObject     = errors.New("corrupt object")
	ErrUnknownSymbol     = errors.New("unknown symbol")
	ErrUnknownRelocation = errors.New("unknown relocation")
	ErrUnsupported       = errors.New("unsupported object")
)

// maxImage bounds an image, so that 32-bit relative relocations always reach
// and a corrupt header cannot ask for the whole address space.
const maxImage = 256 << 20

// Code is a loaded object. Addresses handed out stay valid until Close, which
// the owner may call only when no thread runs or will call the code. Safe for concurrent use.
type Code struct {
	base    uintptr
	image   []byte
	symbols map[string]uintptr

	closing sync.Once
	err     error
}

// Load maps object and resolves what it leaves undefined from symbols (name →
// address of a C function). object is borrowed for the call.
// Errors: ErrCorruptObject, ErrUnknownSymbol, ErrUnknownRelocation, ErrUnsupported.
func Load(object []byte, symbols map[string]uintptr) (*Code, error) {
	o, err := parse(object)
	if err != nil {
		return nil, err
	}
	arch, ok := arches[o.machine]
	if !ok {
		return nil, fmt.Errorf("%w: ELF machine %d", ErrUnsupported, o.machine)
	}
	im := &image{object: o, imports: symbols, arch: arch}
	if err := im.layout(); err != nil {
		return nil, err
	}
	return im.build()
}

// Symbol is the address of a global symbol.
func (c *Code) Symbol(name string) (uintptr, bool) {
	a, ok := c.symbols[name]
	return a, ok
}

// Symbols lists the global symbols, sorted.
func (c *Code) Symbols() []string {
	names := make([]string, 0, len(c.symbols))
	for n := range c.symbols {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Size is the number of bytes mapped.
func (c *Code) Size() int { return len(c.image) }

// Close unmaps the code. Later calls do nothing.
func (c *Code) Close() error {
	c.closing.Do(func() {
		if c.image != nil {
			c.err = unix.Munmap(c.image)
		}
	})
	return c.err
}

// image is an object on its way into memory.
type image struct {
	object  *object
	imports map[string]uintptr
	arch    arch

	relocs []reloc
	slots  map[int]uint64 // symbol index → offset of its address table slot
	stubs  map[int]uint64 // symbol index → offset of its import stub
	// Ends of the three runs of pages, byte offsets, page multiples.
	execEnd, constEnd, end uint64

	mem  []byte
	base uint64
}

// reloc is one relocation of a loaded section.
type reloc struct {
	section *section
	off     uint64 // within the section
	kind    uint32
	sym     int
	addend  int64
}

// layout gives each allocated section, stub and slot its offset in the image.
func (im *image) layout() error {
	page := uint64(os.Getpagesize())
	var runs [3][]*section // exec, const, data
	for i := range im.object.sections {
		s := &im.object.sections[i]
		if s.flags&shfAlloc == 0 || s.skipped() || s.size == 0 {
			continue
		}
		switch {
		case s.flags&shfTLS != 0:
			return fmt.Errorf("%w: thread-local section %q", ErrUnsupported, s.name)
		case s.typ == shtInit || s.typ == shtFini || s.typ == shtPreinit:
			return fmt.Errorf("%w: constructor section %q", ErrUnsupported, s.name)
		case s.typ != shtProgbits && s.typ != shtNobits:
			return fmt.Errorf("%w: section %q of type %#x", ErrUnsupported, s.name, s.typ)
		case s.flags&shfExec != 0 && s.flags&shfWrite != 0:
			return fmt.Errorf("%w: writable and executable section %q", ErrUnsupported, s.name)
		case s.align&(s.align-1) != 0 || s.align > page:
			return corrupt("section %q: alignment %d", s.name, s.align)
		case s.size > maxImage:
			return fmt.Errorf("%w: section %q has %d bytes", ErrUnsupported, s.name, s.size)
		}
		s.loaded = true
		run := 1
		if s.flags&shfExec != 0 {
			run = 0
		} else if s.flags&shfWrite != 0 && !relro(s.name) {
			run = 2
		}
		runs[run] = append(runs[run], s)
	}
	if err := im.readRelocs(); err != nil {
		return err
	}

	var off uint64
	place := func(sections []*section) {
		for _, s := range sections {
			off = alignUp(off, s.align)
			s.off = off
			off += min(s.size, maxImage)
			if off > maxImage {
				off = maxImage + 1 // reported below; no overflow on the way
			}
		}
	}
	place(runs[0])
	off = alignUp(off, 16)
	for _, sym := range sortedKeys(im.stubs) {
		im.stubs[sym] = off
		off += im.arch.stubSize
	}
	off = alignUp(off, page)
	im.execEnd = off
	place(runs[1])
	off = alignUp(off, 8)
	for _, sym := range sortedKeys(im.slots) {
		im.slots[sym] = off
		off += 8
	}
	off = alignUp(off, page)
	im.constEnd = off
	place(runs[2])
	im.end = alignUp(off, page)
	if im.end > maxImage {
		return fmt.Errorf("%w: more than %d bytes", ErrUnsupported, maxImage)
	}
	if im.end == 0 {
		return corrupt("nothing to load")
	}
	return nil
}

// relro reports sections that are writable only until they are relocated.
func relro(name string) bool {
	const prefix = ".data.rel.ro"
	return len(name) >= len(prefix) && name[:len(prefix)] == prefix
}

// readRelocs collects the relocations of loaded sections and the imports' needs.
func (im *image) readRelocs() error {
	o := im.object
	im.slots, im.stubs = map[int]uint64{}, map[int]uint64{}
	for i := range o.sections {
		rs := &o.sections[i]
		if rs.typ != shtRela && rs.typ != shtRel {
			continue
		}
		if uint64(rs.info) >= uint64(len(o.sections)) {
			return corrupt("relocations %q of no section", rs.name)
		}
		s := &o.sections[rs.info]
		if !s.loaded {
			continue
		}
		if rs.typ == shtRel || s.typ == shtNobits {
			return fmt.Errorf("%w: relocations %q", ErrUnsupported, rs.name)
		}
		if rs.esize != relSize || rs.size%relSize != 0 {
			return corrupt("relocations %q", rs.name)
		}
		for row := rs.data; len(row) > 0; row = row[relSize:] {
			r, err := im.readReloc(s, row)
			if err != nil {
				return err
			}
			im.relocs = append(im.relocs, r)
		}
	}
	return nil
}

// build maps the image, fills and relocates it, and takes away the right to write.
func (im *image) build() (*Code, error) {
	mem, err := unix.Mmap(-1, 0, int(im.end), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, fmt.Errorf("map code: %w", err)
	}
	im.mem, im.base = mem, addressOf(mem)
	c := &Code{base: uintptr(im.base), image: mem, symbols: map[string]uintptr{}}
	if err := im.fill(); err != nil {
		c.Close()
		return nil, err
	}
	for _, run := range []struct {
		from, to uint64
		prot     int
	}{{0, im.execEnd, unix.PROT_READ | unix.PROT_EXEC}, {im.execEnd, im.constEnd, unix.PROT_READ}} {
		if run.from == run.to {
			continue
		}
		if err := unix.Mprotect(mem[run.from:run.to], run.prot); err != nil {
			c.Close()
			return nil, fmt.Errorf("protect code: %w", err)
		}
	}
	im.name()
	for i := range im.object.symbols {
		sym := &im.object.symbols[i]
		if sym.bind == 0 || sym.name == "" || sym.shndx == shnUndef || sym.shndx >= shnLoReserve {
			continue
		}
		if a, err := im.address(i); err == nil {
			c.symbols[sym.name] = uintptr(a)
		}
	}
	return c, nil
}

func (im *image) fill() error {
	for i := range im.object.sections {
		s := &im.object.sections[i]
		if s.loaded && s.typ != shtNobits {
			copy(im.mem[s.off:s.off+s.size], s.data)
		}
	}
	for sym, off := range im.slots {
		a, err := im.address(sym)
		if err != nil {
			return err
		}
		putWord(im.mem[off:], a)
	}
	for sym, off := range im.stubs {
		im.arch.stub(im.mem[off:off+im.arch.stubSize], int64(im.slots[sym])-int64(off))
	}
	for _, r := range im.relocs {
		if err := im.arch.apply(im, r); err != nil {
			return err
		}
	}
	return nil
}

// address is where a symbol is: in the image or among the imports.
func (im *image) address(i int) (uint64, error) {
	sym := &im.object.symbols[i]
	switch {
	case sym.shndx == shnUndef:
		if a, ok := im.imports[sym.name]; ok && sym.name != "" {
			return uint64(a), nil
		}
		return 0, fmt.Errorf("%w %q", ErrUnknownSymbol, sym.name)
	case sym.shndx == shnAbs:
		return sym.value, nil
	case int(sym.shndx) >= len(im.object.sections):
		return 0, corrupt("symbol %q in section %d", sym.name, sym.shndx)
	}
	s := &im.object.sections[sym.shndx]
	if !s.loaded {
		// Empty sections are not placed; nothing can be in them.
		return 0, corrupt("symbol %q in section %q, which is not loaded", sym.name, s.name)
	}
	if sym.value > s.size {
		return 0, corrupt("symbol %q outside section %q", sym.name, s.name)
	}
	return im.base + s.off + sym.value, nil
}

func alignUp(n, to uint64) uint64 { return (n + to - 1) &^ (to - 1) }

func sortedKeys(m map[int]uint64) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Ints(keys)
	return keys
}
