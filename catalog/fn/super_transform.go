package fn

import (
	"bytes"

	"slipher/catalog/super"
)

// PathEnd ends each path of super_transform's list of them.
const PathEnd = "\x00"

// hostSuperTransform makes an object of what is at the ends of paths of another, the second operand, and of values at
// the ends of others, the third: the values stand one behind the other in the fourth. Operands: value, paths, paths,
// values. What is no object stays what it is. Redshift guide, "OBJECT_TRANSFORM function".
func hostSuperTransform(c HostCall) error {
	return c.Rows(func(row int) error {
		v := super.Value(c.Str(0, row))
		if v.Kind() != super.Object {
			return setSuper(c, row, v)
		}
		keep, err := parsePaths(c.Str(1, row))
		if err != nil {
			return err
		}
		set, err := parsePaths(c.Str(2, row))
		if err != nil {
			return err
		}
		if len(keep) == 0 && len(set) == 0 {
			return setSuper(c, row, v)
		}
		out := super.EmptyTree()
		for _, path := range keep {
			if at, ok := super.Follow(v, path); ok {
				out.Set(path, at)
			}
		}
		values := c.Str(3, row)
		for _, path := range set {
			var at super.Value
			at, values = super.First(values)
			out.Set(path, at)
		}
		return setSuper(c, row, out.Value())
	})
}

func parsePaths(text []byte) (out [][]super.Step, err error) {
	for _, t := range bytes.Split(text, []byte(PathEnd)) {
		if len(t) == 0 {
			continue
		}
		path, err := super.ParsePath(t)
		if err != nil {
			return nil, err
		}
		out = append(out, path)
	}
	return out, nil
}
