package llvm

import "strings"

// blockMark says that a basic block starts before a function's n-th instruction.
type blockMark struct {
	before int    // instructions of the function in front of it
	name   string // of the IR block; empty: LLVM made the block
	align  bool   // padding may stand in front of it
}

// functionBlocks is what the assembly text tells about one function.
type functionBlocks struct {
	marks        []blockMark
	instructions int
}

// parseBlocks finds basic blocks in LLVM's verbose assembly text. Object code has
// lost their names; both come from the same instruction stream, so counting
// instructions carries names over. A function where the counts differ is listed without them.
//
//	f:                      # @f
//	# %bb.0:                # %entry
//	.LBB0_1:                # %L3.hjoin.probe
//		addq	$1, %rax
//	.Lfunc_end0:
func parseBlocks(assembly string) map[string]*functionBlocks {
	all := map[string]*functionBlocks{}
	var f *functionBlocks
	announced, aligned := "", false
	for line := range strings.Lines(assembly) {
		line = strings.TrimRight(line, "\r\n")
		code, comment, _ := strings.Cut(line, "# %")
		switch {
		case strings.HasPrefix(line, "\t.type\t") && strings.HasSuffix(line, ",@function"):
			announced = strings.TrimSuffix(strings.TrimPrefix(line, "\t.type\t"), ",@function")
		case announced != "" && strings.HasPrefix(line, announced+":"):
			f = &functionBlocks{}
			all[strings.Trim(announced, `"`)] = f
			announced = ""
		case f == nil || line == "":
		case strings.HasPrefix(line, ".Lfunc_end"):
			f = nil
		case strings.HasPrefix(line, "# %bb."):
			// "# %bb.1:      # %name": the first cut took the block's own mark.
			_, name, _ := strings.Cut(comment, "# %")
			f.marks = append(f.marks, blockMark{f.instructions, strings.TrimSpace(name), aligned})
			aligned = false
		case strings.HasPrefix(code, ".LBB"):
			f.marks = append(f.marks, blockMark{f.instructions, strings.TrimSpace(comment), aligned})
			aligned = false
		case strings.HasPrefix(line, "\t.p2align"):
			aligned = true
		case strings.HasPrefix(line, "\t") && line[1] != '.' && line[1] != '#':
			f.instructions++
		}
	}
	return all
}
