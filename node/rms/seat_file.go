package rms

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// seatFile is a hidden file in a file store: its owner has locked it, and beats in it.
const seatFile = ".owner"

// beatSize is the bytes of a beat: always the same, in place.
const beatSize = 128

func (s *fileStore) openSeat() (*os.File, error) {
	return os.OpenFile(filepath.Join(s.root, seatFile), os.O_CREATE|os.O_RDWR, 0o600)
}

// lock implements seats.
func (s *fileStore) lock() (unlock func(), ok bool, err error) {
	f, err := s.openSeat()
	if err != nil {
		return nil, false, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = nil
		}
		return nil, false, err
	}
	return func() { f.Close() }, true, nil
}

// beat implements seats. It is not made durable: whoever listens is alive, too.
func (s *fileStore) beat(word string) error {
	f, err := s.openSeat()
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteAt(fmt.Appendf(nil, "%-*s\n", beatSize-1, word), 0)
	return err
}

// lastBeat implements seats.
func (s *fileStore) lastBeat() (string, error) {
	b, err := os.ReadFile(filepath.Join(s.root, seatFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(b)), fileErr("reading", seatFile, err)
}

// overwrite implements marker. data has the length of what is there: less than a disk's sector or two.
func (s *fileStore) overwrite(name string, data []byte) error {
	f, err := os.OpenFile(s.localPath(name), os.O_RDWR, 0)
	if err != nil {
		return failed("writing", name, err)
	}
	defer f.Close()
	if _, err = f.WriteAt(data, 0); err == nil {
		err = f.Sync()
	}
	if err != nil {
		return failed("writing", name, err)
	}
	return nil
}

// place implements placed: the folder's inode and the time of its birth, where the file system has it.
func (s *fileStore) place() string {
	var st unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, s.root, 0, unix.STATX_INO|unix.STATX_BTIME, &st); err != nil ||
		st.Mask&unix.STATX_INO == 0 {
		return ""
	}
	p := fmt.Sprintf("inode %d", st.Ino)
	if st.Mask&unix.STATX_BTIME != 0 {
		p += fmt.Sprintf(" of %d.%09d", st.Btime.Sec, st.Btime.Nsec)
	}
	return p
}

// foreign implements strangers: anything but what a file system puts into its root and what is ours.
func (s *fileStore) foreign() (string, error) {
	entries, err := os.ReadDir(s.root)
	if err != nil {
		return "", failed("listing", "", err)
	}
	for _, e := range entries {
		switch name := e.Name(); name {
		case "lost+found", seatFile, probeName:
		default:
			return name, nil
		}
	}
	return "", nil
}
