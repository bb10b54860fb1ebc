package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// read reads a command line as main does.
func read(t *testing.T, args ...string) (*cli, error) {
	t.Helper()
	var c cli
	app, err := newApp(&c, io.Discard, io.Discard, func(int) { panic("exit") })
	if err != nil {
		t.Fatal(err)
	}
	_, err = parse(app, &c, args)
	return &c, err
}

// secretFile is a file that --secret-file takes.
func secretFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("0123456789abcdef"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// Flag, variable and file say the same things; the flag wins over the variable, the variable over the file.
func TestPrecedence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	secret := secretFile(t)
	text := "# a comment\ndata = /from/file\nslices=3 # three\nlisten = \"127.0.0.1:1\"\nsecret_file = " + secret + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := read(t, "start", "--config", file)
	if err != nil || c.Start.Data != "/from/file" || c.Start.Slices != 3 || c.Start.Listen != "127.0.0.1:1" {
		t.Errorf("file: %+v %v", c.Start, err)
	}
	t.Setenv("SLIPHER_DATA", "/from/env")
	t.Setenv("SLIPHER_LLVM", "off")
	if c, err = read(t, "start", "--config", file); err != nil || c.Start.Data != "/from/env" || c.LLVM != "off" {
		t.Errorf("variable: %+v %v", c.Start, err)
	}
	if c, err = read(t, "start", "--config", file, "--data", "/from/flag"); err != nil || c.Start.Data != "/from/flag" {
		t.Errorf("flag: %+v %v", c.Start, err)
	}
	if c, err = read(t, "leader", "--id", "a", "--cluster", "127.0.0.1:0", "--config", file); err != nil ||
		c.Leader.SecretFile != secret {
		t.Errorf("underscore: %+v %v", c.Leader, err)
	}
}

// A misspelt name in the file is an error.
func TestUnknownName(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	for text, want := range map[string]string{"slises = 3\n": "slises", "nonsense\n": "line 1"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := read(t, "start", "--data", "x", "--config", file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// The command lines that scripts rely on.
func TestCommandLines(t *testing.T) {
	for _, line := range []string{
		"start --data D", "start --data D --listen 127.0.0.1:5439 --slices 4 --storage file:///s",
		"leader --data D --id l --listen 127.0.0.1:1 --cluster 127.0.0.1:2 --bootstrap --slices 4 --storage file:///s " +
			"--secret-file F",
		"leader --data D --id l --listen 127.0.0.1:1 --cluster 127.0.0.1:2",
		"node --data D --id n --leader 127.0.0.1:2,127.0.0.1:3 --cluster 127.0.0.1:4 --workers 2 --secret-file F",
		"compile --schema F --emit plan,segments,program,ir,opt,asm,sizes --tier primitives --target x86-64-v4 --slices 2 " +
			"--stats F -",
		"compile-worker",
	} {
		c, err := read(t, strings.Fields(strings.ReplaceAll(line, "-file F", "-file "+secretFile(t)))...)
		if err != nil {
			t.Errorf("%s: %v", line, err)
		}
		if strings.HasPrefix(line, "node") && len(c.Node.Leader) != 2 {
			t.Errorf("%s: leaders %q", line, c.Node.Leader)
		}
	}
}
