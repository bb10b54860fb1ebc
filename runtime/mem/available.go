package mem

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Available is how many bytes this process may use at most: the machine's memory, or its cgroup's limit (either
// version) if that is less. 0: not known.
func Available() int64 { return available("/proc", "/sys/fs/cgroup") }

func available(proc, cgroup string) int64 {
	least := int64(math.MaxInt64)
	take := func(n int64) {
		if n > 0 {
			least = min(least, n)
		}
	}
	take(machine(filepath.Join(proc, "meminfo")))
	for _, g := range groups(filepath.Join(proc, "self/cgroup")) {
		for dir := g.path; ; dir = filepath.Dir(dir) { // a parent's limit holds as well
			take(limitIn(filepath.Join(cgroup, g.root, dir, g.file)))
			if dir == "/" || dir == "." {
				break
			}
		}
	}
	if least == math.MaxInt64 {
		return 0
	}
	return least
}

// machine reads MemTotal.
func machine(meminfo string) int64 {
	b, _ := os.ReadFile(meminfo)
	for _, line := range strings.Split(string(b), "\n") {
		var kb int64
		if n, _ := fmt.Sscanf(line, "MemTotal: %d kB", &kb); n == 1 {
			return kb << 10
		}
	}
	return 0
}

// group is a cgroup this process is in, and where its limit stands.
type group struct{ root, path, file string }

// groups reads /proc/self/cgroup: lines "id:controllers:path", no controllers in version 2. In a
// container the path may be that of the host, and the limit at the root of what is mounted: parents are looked at, too.
func groups(file string) []group {
	b, _ := os.ReadFile(file)
	var out []group
	for _, line := range strings.Split(string(b), "\n") {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(f) < 3 {
			continue
		}
		if f[1] == "" {
			out = append(out, group{"", f[2], "memory.max"}, group{"unified", f[2], "memory.max"})
			continue
		}
		for _, c := range strings.Split(f[1], ",") {
			if c == "memory" {
				out = append(out, group{"memory", f[2], "memory.limit_in_bytes"})
			}
		}
	}
	return out
}

// limitIn reads a limit, 0: none. Version 1 says none by a number near the largest.
func limitIn(file string) int64 {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	if err != nil || n >= math.MaxInt64>>1 {
		return 0
	}
	return n
}

// ParseSize reads a number of bytes: with a unit (kB, MB, GB, TB, of 1024, B or none for bytes) or, if whole is not 0,
// a percentage of whole.
func ParseSize(s string, whole int64) (int64, error) {
	bad := fmt.Errorf("%q is no size: want for example 512MB, 8GB or a number of bytes", s)
	text := strings.ToUpper(strings.TrimSpace(s))
	if p, ok := strings.CutSuffix(text, "%"); ok {
		f, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || whole <= 0 || !(f > 0 && f <= 100) {
			return 0, fmt.Errorf("%q is no size: a percentage must be more than 0 and at most 100", s)
		}
		return int64(f / 100 * float64(whole)), nil
	}
	shift := 0
	for _, u := range []struct {
		name  string
		shift int
	}{{"KB", 10}, {"MB", 20}, {"GB", 30}, {"TB", 40}, {"K", 10}, {"M", 20}, {"G", 30}, {"T", 40}, {"B", 0}} {
		if rest, ok := strings.CutSuffix(text, u.name); ok {
			text, shift = strings.TrimSpace(rest), u.shift
			break
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64>>shift {
		return 0, bad
	}
	return n << shift, nil
}
