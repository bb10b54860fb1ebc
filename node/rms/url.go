package rms

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// FileURL is the URL of a folder, an absolute path.
func FileURL(path string) string { return (&url.URL{Scheme: "file", Path: path}).String() }

// RelativeURL is the URL of a folder of the data directory.
func RelativeURL(name string) string { return "file:" + (&url.URL{Path: name}).EscapedPath() }

// IsRelative reports whether a URL means another place for every data directory.
func IsRelative(rawURL string) bool {
	u, err := parseURL(rawURL)
	return err == nil && u.Scheme == "file" && u.Opaque != ""
}

// Resolve is the URL as seen from a data directory, an absolute path: a relative one becomes absolute.
func Resolve(dir, rawURL string) string {
	u, err := parseURL(rawURL)
	if err != nil || u.Scheme != "file" || u.Opaque == "" {
		return rawURL
	}
	name, err := url.PathUnescape(u.Opaque)
	if err != nil {
		return rawURL
	}
	return FileURL(filepath.Join(dir, name))
}

// Folder is the absolute path of a file store's folder, "" for stores of other kinds and relative URLs.
func Folder(rawURL string) string {
	u, err := parseURL(rawURL)
	if err != nil || u.Scheme != "file" || u.Opaque != "" {
		return ""
	}
	root, err := rootOf(u)
	if err != nil {
		return ""
	}
	return root
}

// Normalize checks a URL as a user writes it and gives the form that is kept: a path, or a file URL of any
// form, becomes file:///folder, except that file:folder stays as it is. Nothing is opened.
func Normalize(rawURL string) (string, error) {
	if !strings.Contains(rawURL, ":") && rawURL != "" {
		abs, err := filepath.Abs(rawURL)
		return FileURL(abs), err
	}
	u, err := parseURL(rawURL)
	if err != nil {
		return "", err
	}
	if u.Scheme != "file" {
		return rawURL, nil
	}
	if u.Opaque != "" {
		name, err := url.PathUnescape(u.Opaque)
		if err != nil || !filepath.IsLocal(name) || filepath.Clean(name) == "." {
			return "", fmt.Errorf("storage URL %q: file:FOLDER names a folder of the data directory, file:///FOLDER any other",
				rawURL)
		}
		return RelativeURL(filepath.Clean(name)), nil
	}
	root, err := rootOf(u)
	if err != nil {
		return "", fmt.Errorf("storage URL %q: %w", rawURL, err)
	}
	return FileURL(root), nil
}

func parseURL(rawURL string) (*url.URL, error) {
	if strings.HasPrefix(rawURL, "/") {
		rawURL = FileURL(rawURL)
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, fmt.Errorf("storage URL %q: %w", rawURL, err)
	}
	if u.Fragment != "" || u.RawQuery != "" { // a path cut short would be another storage
		return nil, fmt.Errorf("storage URL %q: write '#' and '?' in a path as %%23 and %%3F", rawURL)
	}
	if schemes[u.Scheme] == nil {
		return nil, fmt.Errorf("storage URL %q: no support for %q here", rawURL, u.Scheme)
	}
	return u, nil
}

func rootOf(u *url.URL) (string, error) {
	root := filepath.FromSlash(u.Host + u.Path) // file://relative/folder has a host
	if root == "" {
		return "", errors.New("storage URL names no folder")
	}
	return filepath.Abs(root)
}

// Open opens the store at a URL: "file:///folder", which must be there: a folder that is missing is one that
// is not mounted, or was moved. The error names what is wrong with it.
func Open(rawURL string) (Store, error) {
	u, err := parseURL(rawURL)
	if err != nil {
		return nil, err
	}
	return schemes[u.Scheme](u)
}

// probeName is the object that Make writes and deletes.
const probeName = "probe"

// strangers is a store that may hold what is nobody's object.
type strangers interface {
	foreign() (string, error)
}

// Make opens a store for a new cluster and makes its folder if that is missing. It makes sure that the
// store is empty and can be written.
func Make(ctx context.Context, rawURL string) (Store, error) {
	u, err := parseURL(rawURL)
	if err != nil {
		return nil, err
	}
	if u.Scheme == "file" {
		root, err := rootOf(u)
		if err == nil {
			err = makeRoot(root)
		}
		if err != nil {
			return nil, fmt.Errorf("managed storage %s: %w", rawURL, err)
		}
	}
	s, err := schemes[u.Scheme](u)
	if err != nil {
		return nil, err
	}
	if err := CheckEmpty(ctx, s); err != nil {
		return nil, fmt.Errorf("managed storage %s: %w", rawURL, err)
	}
	if err := s.Put(ctx, probeName, []byte("probe\n")); err != nil {
		return nil, err
	}
	return s, s.Delete(ctx, probeName)
}

// CheckEmpty makes sure that a store is nobody's and holds nothing.
func CheckEmpty(ctx context.Context, s Store) error {
	o, err := ReadOwner(ctx, s)
	if err != nil {
		return err
	}
	if o != nil {
		return fmt.Errorf("it belongs to %s, a new cluster needs storage of its own", o)
	}
	var name string
	if f, ok := s.(strangers); ok {
		name, err = f.foreign()
	} else {
		var names []string
		if names, err = s.List(ctx, ""); len(names) > 0 {
			name = names[0]
		}
	}
	if err == nil && name != "" {
		err = fmt.Errorf("it is not empty, there is %q: name an empty folder or a new one", name)
	}
	return err
}

// makeRoot makes the folder of a file store, durably.
func makeRoot(root string) error {
	if _, err := os.Stat(root); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(root, 0o700); err != nil {
		return err
	}
	for dir := filepath.Dir(root); ; dir = filepath.Dir(dir) { // as far as we may: folders above may be someone else's
		if syncDir(dir) != nil || dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// Relative is the form of a URL that goes where the data directory goes, if it names a folder of it.
func Relative(dir, rawURL string) string {
	u, err := parseURL(rawURL)
	if err != nil || u.Scheme != "file" || u.Opaque != "" {
		return rawURL
	}
	root, err := rootOf(u)
	if err != nil {
		return rawURL
	}
	name, err := filepath.Rel(dir, root)
	if err != nil || name == "." || !filepath.IsLocal(name) {
		return rawURL
	}
	return RelativeURL(name)
}
