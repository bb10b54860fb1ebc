package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
)

// call reads a command line as main does: what it prints, the status it ends with (-1: it goes on), and the mistake.
func call(t *testing.T, args ...string) (out string, status int, mistaken string) {
	t.Helper()
	var c cli
	var b bytes.Buffer
	type exit int
	app, err := newApp(&c, &b, &b, func(n int) { panic(exit(n)) })
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if p := recover(); p != nil {
			n, ok := p.(exit)
			if !ok {
				panic(p)
			}
			out, status = b.String(), int(n)
		}
	}()
	if _, err = parse(app, &c, args); err != nil {
		mistaken = mistake(err)
	}
	return b.String(), -1, mistaken
}

// Help and version are asked for as elsewhere, and need no other flags.
func TestHelpAndVersion(t *testing.T) {
	for line, want := range map[string]string{
		"--help": "Commands:", "-h": "Commands:", "help": "Commands:", "help leader": "--bootstrap",
		"leader --help": "--bootstrap", "leader -h": "--bootstrap",
		"help start": "--max-connections", "--version": "slipher ", "-V": "slipher ", "start --version": "slipher ",
	} {
		if out, status, mistaken := call(t, strings.Fields(line)...); status != 0 || mistaken != "" ||
			!strings.Contains(out, want) {
			t.Errorf("%s: status %d, %q, %s", line, status, mistaken, out)
		}
	}
	t.Setenv("SLIPHER_VERSION", "1")
	if _, status, mistaken := call(t, "start", "--data", "x"); status != -1 || mistaken != "" {
		t.Errorf("a variable of the system's ends the server: %d %q", status, mistaken)
	}
}

// A mistake is one line, and another that names the help; nothing is made before all flags are right.
func TestMistakes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	for _, c := range []struct{ line, want, help string }{
		{"strat", `there is no command strat, did you mean "start"?`, ""},
		{"help strat", `there is no command strat`, ""},
		{"", "expected one of", ""},
		{"start --data DIR --slises 3", `unknown flag --slises, did you mean "--slices"?`, "start"},
		{"start", "missing flags: --data=DIR", "start"},
		{"start --data DIR more", "unexpected argument more", "start"},
		{"start --data=", `--data: "" is no path`, "start"},
		{"start --data DIR --workers 100000", "--workers: 100000 is not from 1 to 1024", "start"},
		{"start --data DIR --workers 0", "--workers: 0 is not", "start"},
		{"start --data DIR --workers=-1", "--workers: -1 is not", "start"},
		{"start --data DIR --workers many", `--workers: "many" is not a whole number`, "start"},
		{"start --data DIR --slices 99999999999999999999", "--slices: 99999999999999999999 is not from 1 to 4096", "start"},
		{"start --data DIR --max-connections 0", "--max-connections: 0 is not", "start"},
		{"start --data DIR --listen nonsense", `--listen: "nonsense" is not HOST:PORT`, "start"},
		{"start --data DIR --listen 127.0.0.1:65536", "the port is not a number from 0 to 65535", "start"},
		{"start --data DIR --listen 127.0.0.1:http", "the port is not a number", "start"},
		{"start --data DIR --listen a/b:1", `"a/b" is no host`, "start"},
		{"start --data DIR --flush-after 5", `--flush-after: "5" is not a time`, "start"},
		{"start --data DIR --flush-after=-1s", "--flush-after: -1s is not from", "start"},
		{"start --data DIR --flush-after 1000h", "--flush-after: 1000h is not from", "start"},
		{"start --data DIR --memory lots", "--memory: ", "start"},
		{"node --data DIR --id n --cluster 127.0.0.1:1 --leader 127.0.0.1:1 --memory 1kB", "--memory", "node"},
		{"start --data DIR --log loud", "--log must be one of", "start"},
		{"start --data DIR --llvm /nowhere/libLLVM.so", "--llvm: ", "start"},
		{"start --data DIR --config /nowhere/config", "no such file", "start"},
		{"leader --data DIR --id a/b --cluster 127.0.0.1:1", `--id: "a/b"`, "leader"},
		{"leader --data DIR --id a --cluster 127.0.0.1:1 --join :1", `--join: ":1": "" is no host`, "leader"},
		{"node --data DIR --id n --cluster 127.0.0.1:1 --leader 127.0.0.1:1,127.0.0.1:0", "--leader: ", "node"},
		{"start --data", "--data: its value is missing", "start"},
		{"start --log", "--log: its value is missing", "start"},
		{"start --data DIR --workers -1", "--workers: its value is missing, -1 reads as a flag: write --workers=-1", "start"},
		{"start --data DIR --storage --slices 2", "--storage: its value is missing", "start"},
		{"start --data DIR --storage file:", "names no folder", "start"},
		{"start --data DIR --storage s3://bucket/x", "no support", "start"},
		{"start --data DIR --storage file:node", "is for something else", "start"},
		{"start --data DIR --storage DIR", "holds the data directory", "start"},
		{"relocate --data DIR --storage file:../x", "--storage: ", "relocate"},
		{"leader --data DIR --id a --cluster 127.0.0.1:1 --bootstrap", "--bootstrap needs --slices", "leader"},
		{"leader --data DIR --id a --cluster 127.0.0.1:1 --bootstrap --slices 2 --join 127.0.0.1:2", "not both", "leader"},
		{"leader --data DIR --id a --cluster 127.0.0.1:1 --join 127.0.0.1:2 --relocate", "--relocate needs --storage",
			"leader"},
		{"leader --data DIR --id a --cluster 127.0.0.1:1 --bootstrap --slices 2 --storage file:x", "would not find it",
			"leader"},
		{"leader --data DIR --id a --cluster 127.0.0.1:1 --join 127.0.0.1:2 --secret-file /nowhere/secret", "--secret-file: ",
			"leader"},
		{"node --data DIR --id n --cluster 0.0.0.0:1 --leader 127.0.0.1:1", "--secret-file is needed", "node"},
		{"compile --emit nonsense q.sql", "--emit nonsense: want rules, plan", "compile"},
		{"compile --target i386 q.sql", "--target: ", "compile"},
		{"compile --slices 0 q.sql", "--slices: 0 is not", "compile"},
		{"demo --slices 5000", "--slices: 5000 is not", "demo"},
	} {
		out, status, got := call(t, strings.Fields(strings.ReplaceAll(c.line, "DIR", dir))...)
		lines := strings.Split(got, "\n")
		want := strings.TrimSpace("slipher help " + c.help)
		if out != "" || status != -1 || len(lines) != 3 || !strings.HasPrefix(got, "slipher: ") || !strings.Contains(lines[0], c.want) || lines[1] != `Try "`+want+`".` {
			t.Errorf("%s: %d %q\n%s", c.line, status, got, out)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a mistake has made the directory")
	}
}

// Addresses, times and numbers that can be meant pass.
func TestFlagValues(t *testing.T) {
	for _, line := range []string{
		"start --data D --listen :0", "start --data D --listen [::1]:5439",
		"start --data D --listen localhost:1 --slices 4096 --workers 1024",
		"start --data D --flush-after 24h --max-connections 1",
		"leader --data D --id a.b-c_1 --cluster [fe80::1%eth0]:1 --join db-1.example.org:65535,10.0.0.1:1 --secret-file F",
	} {
		if _, _, mistaken := call(t, strings.Fields(strings.ReplaceAll(line, "-file F", "-file "+
			secretFile(t)))...); mistaken != "" {
			t.Errorf("%s: %s", line, mistaken)
		}
	}
}

// Every flag with a number or a time has bounds: its type checks them.
func TestFlagsAreBounded(t *testing.T) {
	var c cli
	app, err := newApp(&c, &bytes.Buffer{}, &bytes.Buffer{}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := kong.Visit(app.Model, func(n kong.Visitable, next kong.Next) error {
		if f, ok := n.(*kong.Flag); ok {
			switch typ := f.Target.Type(); {
			case typ == reflect.TypeFor[time.Duration](), typ.PkgPath() == "" && typ.Kind() >= reflect.Int &&
				typ.Kind() <= reflect.Float64:
				t.Errorf("--%s takes any %s", f.Name, typ)
			case typ == reflect.TypeFor[count](), typ == reflect.TypeFor[interval]():
				if f.Tag.Get("min") == "" || f.Tag.Get("max") == "" {
					t.Errorf("--%s has no bounds", f.Name)
				}
			}
		}
		return next(nil)
	}); err != nil {
		t.Fatal(err)
	}
}
