// Package loader maps relocatable ELF objects into memory, ready to be called.
//
//	object bytes ──parse──► sections, symbols, relocations ──lay out──► one mapping
//	imports (name → address) ──────────────────────────────────apply──┘  ──mprotect──► *Code ──Symbol──► address
//
// One anonymous mapping holds three runs of pages:
//
//	[text, import stubs | read-execute] [constants, address table | read] [data, bss | read-write]
//
// Invariants:
//   - no page is ever writable and executable: the mapping is filled while it
//     is read-write and protected before Load returns;
//   - every symbol an object leaves undefined must be in the import table, every
//     relocation kind must be known: anything else is an error that names it;
//   - corrupt objects give errors. What well-formed code does when it is called
//     is not checked here: artifacts are signed.
//
// Objects are position independent with the small code model. The distance between
// two sections is at most maxImage, so 32-bit relative relocations always reach;
// imports may be anywhere, therefore calls to them go through a stub
// `jmp *slot(%rip)` and loads of their address through the address table.
//
// Start reading at Load in load.go; elf.go parses, reloc.go applies.
package loader
