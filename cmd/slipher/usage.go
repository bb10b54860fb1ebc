package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// usageStatus is the status of a process that was called in a way that cannot be meant.
const usageStatus = 2

// commandLine reads the command line into c. It ends the process when help or the version was asked for, and with one
// line and the name of the help on standard error when there is a mistake.
func commandLine(c *cli, args []string) *kong.Context {
	app, err := newApp(c, os.Stdout, os.Stderr, os.Exit)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	if len(args) == 0 {
		app.Stdout = os.Stderr
		app.Exit = func(int) { os.Exit(usageStatus) }
		args = []string{"--help"}
	}
	ctx, err := parse(app, c, args)
	if err != nil {
		fmt.Fprint(os.Stderr, mistake(err))
		os.Exit(usageStatus)
	}
	return ctx
}

// newApp describes the command line.
func newApp(c *cli, stdout, stderr io.Writer, exit func(int)) (*kong.Kong, error) {
	return kong.New(c,
		kong.Name("slipher"),
		kong.Description("An open, Redshift-compatible data warehouse."),
		kong.DefaultEnvars("SLIPHER"),
		kong.Configuration(configFile),
		kong.KindMapper(reflect.String, kong.MapperFunc(anyText)),
		kong.Vars{"version": version()},
		kong.Writers(stdout, stderr),
		kong.Exit(exit),
	)
}

// parse reads args into c; "help COMMAND" is "COMMAND --help".
func parse(app *kong.Kong, c *cli, args []string) (*kong.Context, error) {
	ctx, err := app.Parse(args)
	if err == nil && ctx.Selected() != nil && ctx.Selected().Name == "help" {
		_, err = app.Parse(append(slices.Clone(c.Help.Command), "--help"))
	}
	return ctx, err
}

// mistake says in one line what is wrong with a command line, and in another where to read on.
func mistake(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	help := "slipher help"
	var p *kong.ParseError
	if errors.As(err, &p) && p.Context != nil {
		if n := p.Context.Selected(); n != nil && !n.Hidden {
			help += " " + n.Name
		} else if s, ok := strings.CutPrefix(text, "unexpected argument "); ok {
			text = "there is no command " + s
		}
	}
	return fmt.Sprintf("slipher: %s\nTry \"%s\".\n", text, help)
}

// helpCmd is read by parse.
type helpCmd struct {
	Command []string `arg:"" optional:"" help:"The command; none: all of them." placeholder:"COMMAND"`
}

// Run is never called: parse has given the help.
func (helpCmd) Run() error { return nil }

// Validate implements kong.Validatable.
func (c *cli) Validate() error {
	if strings.ContainsRune(c.LLVM, '/') {
		if _, err := os.Stat(c.LLVM); err != nil {
			return fmt.Errorf("--llvm: %w", err)
		}
	}
	return nil
}
