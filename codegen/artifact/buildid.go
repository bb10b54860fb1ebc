package artifact

import (
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"os"
	"runtime/debug"
	"sync"
)

// BuildID identifies the code of the running binary, emitters included: a hash
// of the Go toolchain's build id, which follows the contents. Any change of
// the source gives another one; an artifact of another build is not found in a cache.
var BuildID = sync.OnceValue(func() string {
	text := ""
	if exe, err := os.Executable(); err == nil {
		if f, err := elf.Open(exe); err == nil {
			if s := f.Section(".note.go.buildid"); s != nil {
				if b, err := s.Data(); err == nil {
					text = string(b)
				}
			}
			f.Close()
		}
	}
	if text == "" {
		info, _ := debug.ReadBuildInfo()
		if info != nil {
			text = info.String()
		}
	}
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:8])
})
