package load

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"slipher/catalog/sqlerr"
)

// maxFiles bounds the files of one COPY: more were not meant.
const maxFiles = 100_000

// pathOf is what FROM names: an absolute path or a file URL. A slash at its end stays: it says that a directory is
// meant.
func pathOf(from string) (string, error) {
	path := from
	if strings.Contains(from, "://") {
		u, err := url.Parse(from)
		if err != nil || u.Scheme != "file" || u.Host != "" && u.Host != "localhost" {
			return "", sqlerr.Unsupported("COPY from %s", place(u, err))
		}
		path = u.Path
	}
	if !filepath.IsAbs(path) {
		return "", sqlerr.New("42602", "relative path not allowed for COPY to or from a file")
	}
	clean := filepath.Clean(path)
	if strings.HasSuffix(path, "/") && clean != "/" {
		clean += "/"
	}
	return clean, nil
}

// place is a URL as messages show it: without a user, a password or a signature.
func place(u *url.URL, err error) string {
	if err != nil {
		return "this place"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// filesOf are the files that a path names, in the order of their names: the file itself if there is one, else
// all files below a directory, all that match a pattern of the shell's, or all that begin with the path, as S3's
// prefixes do. Names that begin with a dot are left out unless the path has the dot.
func filesOf(ctx context.Context, path string) ([]string, error) {
	f := &fileList{ctx: ctx, seen: map[[2]uint64]bool{}}
	st, err := os.Stat(path)
	switch {
	case err == nil && !st.IsDir():
		if !st.Mode().IsRegular() {
			return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a regular file", path)
		}
		return []string{path}, nil
	case err == nil:
		if err := f.below(path, ""); err != nil {
			return nil, err
		}
		if len(f.files) == 0 {
			return nil, sqlerr.New(sqlerr.UndefinedFile, "there are no files in directory \"%s\"", path)
		}
	case !noFile(err):
		return nil, fileError(path, err)
	default:
		if err := f.matching(path); err != nil {
			return nil, err
		}
		if len(f.files) == 0 {
			e := sqlerr.From(fileError(path, err))
			return nil, e.WithHint("No file has that name or begins with it.")
		}
	}
	slices.Sort(f.files)
	return slices.Compact(f.files), nil
}

// fileList collects regular files.
type fileList struct {
	ctx   context.Context
	files []string
	seen  map[[2]uint64]bool // directories, by device and inode: links may go round in circles
}

// matching adds what a path that names no file stands for.
func (f *fileList) matching(path string) error {
	if strings.ContainsAny(path, "*?[") {
		names, err := filepath.Glob(path)
		if err != nil {
			return sqlerr.New(sqlerr.InvalidParameterValue, "\"%s\" is no pattern of file names", path).WithDetail("%v", err)
		}
		dots := strings.HasPrefix(filepath.Base(path), ".")
		for _, name := range names {
			if strings.HasPrefix(filepath.Base(name), ".") && !dots {
				continue
			}
			if err := f.add(name); err != nil {
				return err
			}
		}
		if len(f.files) > 0 {
			return nil
		}
	}
	dir, prefix := filepath.Split(path)
	if prefix == "" {
		return nil // a directory that is not there
	}
	if _, err := os.Stat(dir); noFile(err) {
		return nil
	}
	return f.below(dir, prefix)
}

// below adds the files of a directory and those below it; in the directory itself only names that begin with prefix.
func (f *fileList) below(dir, prefix string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fileError(dir, err)
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, prefix) || prefix == "" && strings.HasPrefix(name, ".") {
			continue
		}
		if err := f.add(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// add adds a file, or the files below a directory. What is neither is passed over.
func (f *fileList) add(path string) error {
	if f.ctx.Err() != nil {
		return context.Cause(f.ctx)
	}
	st, err := os.Stat(path)
	switch {
	case err != nil:
		return fileError(path, err)
	case st.IsDir():
		if id, ok := st.Sys().(*syscall.Stat_t); ok {
			key := [2]uint64{uint64(id.Dev), id.Ino}
			if f.seen[key] {
				return nil
			}
			f.seen[key] = true
		}
		return f.below(path, "")
	case st.Mode().IsRegular():
		if len(f.files) == maxFiles {
			return sqlerr.New(sqlerr.ProgramLimitExceeded, "COPY of more than %d files", maxFiles)
		}
		f.files = append(f.files, path)
	}
	return nil
}

// noFile reports whether there is nothing of a name.
func noFile(err error) bool { return os.IsNotExist(err) || errors.Is(err, syscall.ENOTDIR) }

func fileError(path string, err error) error {
	switch {
	case noFile(err):
		return sqlerr.New(sqlerr.UndefinedFile, "could not open file \"%s\" for reading: No such file or directory", path)
	case os.IsPermission(err):
		return sqlerr.New(sqlerr.InsufficientPrivilege, "could not open file \"%s\" for reading: Permission denied", path)
	}
	return sqlerr.Wrap(err, sqlerr.IOError)
}
