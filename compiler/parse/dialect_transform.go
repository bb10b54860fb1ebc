package parse

// transform turns, behind token i,
//
//	OBJECT_TRANSFORM(x KEEP p, q SET r, v)   into   OBJECT_TRANSFORM(x, keep => p, keep => q, set => r, set => v)
func (d *dialect) transform(i int) {
	clause := ""
	for k, depth := i+1, 0; ; k++ {
		t := d.at(k)
		switch {
		case t.kind == tokEOF:
			return
		case t.isPunct("(") || t.isPunct("["):
			depth++
		case t.isPunct(")") || t.isPunct("]"):
			if depth--; depth == 0 {
				return
			}
		case depth > 1:
		case clause != "" && t.isPunct(","):
			d.insert(t.end, " "+clause+" => ")
		case (t.is("keep") && clause == "" || t.is("set")) && endsOperand(d.at(k-1)) && startsOperand(d.at(k+1)):
			clause = t.text
			d.replace(t, ", "+clause+" => ")
		}
	}
}
