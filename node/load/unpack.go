package load

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/gzip"

	"slipher/catalog/sqlerr"
)

// gzipMagic begins each member of a gzip file.
const gzipMagic = "\x1f\x8b"

// unpacker unpacks gzip, all members of a file one after another. An input without a byte is empty, as
// the marker files are that tools leave beside their data.
type unpacker struct {
	packed *bufio.Reader
	from   *source
	member *gzip.Reader // nil between members
}

// source remembers how reading it failed, which is not the data's fault.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

func newUnpacker(r io.Reader) *unpacker {
	from := &source{Reader: r}
	return &unpacker{packed: bufio.NewReaderSize(from, 64<<10), from: from}
}

// Read implements io.Reader. Damaged data is a DataException; other errors are those of the packed reader.
func (u *unpacker) Read(p []byte) (int, error) {
	for {
		if u.member == nil {
			if _, err := u.packed.Peek(1); err == io.EOF {
				return 0, io.EOF
			}
			z, err := gzip.NewReader(u.packed)
			if err != nil {
				return 0, u.failed(err)
			}
			z.Multistream(false) // it would take a header that is cut off for the end
			u.member = z
		}
		n, err := u.member.Read(p)
		if err == io.EOF {
			u.member, err = nil, nil
		}
		if err != nil {
			return n, u.failed(err)
		}
		if n > 0 || len(p) == 0 {
			return n, nil
		}
	}
}

// failed is why the data cannot be unpacked.
func (u *unpacker) failed(err error) error {
	if u.from.err != nil {
		return u.from.err
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return sqlerr.New(sqlerr.DataException, "gzip data is damaged").WithDetail("%v", err)
}

// begin is an error if the input does not begin as gzip does.
func (u *unpacker) begin() error {
	magic, err := u.packed.Peek(len(gzipMagic))
	if err != nil && err != io.EOF {
		return err
	}
	if len(magic) > 0 && string(magic) != gzipMagic {
		return sqlerr.New(sqlerr.DataException, "input is not in gzip format").WithHint(
			"Leave GZIP out of the options of COPY.")
	}
	return nil
}
