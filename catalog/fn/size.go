package fn

import (
	"fmt"

	"slipher/catalog/types"
)

// sizeGroup is sizes as people read them, which clients' lists of relations show.
func sizeGroup() Group {
	return Group{
		Rows: []*Row{row("pg_size_pretty", "size_pretty", types.TText,
			"Bytes in the greatest unit of which there are ten: 11 kB.", types.TInt8)},
		Ops: []*Op{{Name: "size_pretty", Shapes: []Shape{shape(i64, str)}, Host: hostSizePretty,
			Doc: "Bytes as people read them."}},
	}
}

func hostSizePretty(c HostCall) error {
	return c.Rows(func(row int) error {
		c.SetStr(row, []byte(sizePretty(c.Int(0, row))))
		return nil
	})
}

// sizePretty rounds halves away from zero, as PostgreSQL does: from the first unit on sizes are twice what they are.
func sizePretty(n int64) string {
	limit := int64(10 * 1024)
	for i, unit := range []string{"bytes", "kB", "MB", "GB", "TB", "PB"} {
		if n > -limit && n < limit || unit == "PB" {
			if i > 0 {
				n = (n + sign(n)) / 2
			}
			return fmt.Sprintf("%d %s", n, unit)
		}
		if i == 0 {
			n, limit = n/512, 20*1024-1
		} else {
			n /= 1024
		}
	}
	return ""
}

func sign(n int64) int64 {
	if n < 0 {
		return -1
	}
	return 1
}
