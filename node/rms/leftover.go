package rms

import (
	"path"
	"strings"
)

// leftoverEnd ends the names of files that are still being written. They are hidden and begin with
// the object's name: ".name.NUMBER.new", in the object's folder.
const leftoverEnd = ".new"

// LeftoverOf says which object a leftover was to become; false: name is that of no leftover.
func LeftoverOf(name string) (object string, ok bool) {
	dir, base := path.Split(name)
	base, ok = strings.CutSuffix(base, leftoverEnd)
	if !ok || !strings.HasPrefix(base, ".") {
		return "", false
	}
	base = base[1:]
	dot := strings.LastIndexByte(base, '.')
	if dot < 0 {
		return "", false
	}
	object = dir + base[:dot]
	return object, checkName(object) == nil
}
