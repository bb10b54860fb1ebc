package cache

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// Dir is the folder: SLIPHER_CACHE, else slipher in the user's cache folder.
func Dir() (string, error) {
	if dir := os.Getenv("SLIPHER_CACHE"); dir != "" {
		return dir, nil
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "slipher"), err
}

// installed is a file that says what npm has installed beside it, by its description.
const installed = "installed.json"

// Npm puts files, scripts with the package.json of what they need, into dir, and has npm install that, unless it has.
func Npm(ctx context.Context, dir string, files fs.FS) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		text, err := fs.ReadFile(files, e.Name())
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, e.Name()), text, 0o644)
		}
		if err != nil {
			return err
		}
	}
	want, err := fs.ReadFile(files, "package.json")
	if err != nil {
		return err
	}
	done := filepath.Join(dir, installed)
	if got, err := os.ReadFile(done); err == nil && string(got) == string(want) {
		return nil
	}
	cmd := exec.CommandContext(ctx, "npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent")
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("npm install in %s: %w", dir, err)
	}
	return os.WriteFile(done, want, 0o644)
}
