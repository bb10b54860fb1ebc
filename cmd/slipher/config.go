package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

// configFile reads the file of --config: `name = value` lines, '#' begins a
// comment, quotes around a value are optional. A name that is no flag of any
// command is an error: a misspelt setting must not pass unnoticed.
func configFile(r io.Reader) (kong.Resolver, error) {
	values := map[string]string{}
	sc := bufio.NewScanner(r)
	for line := 1; sc.Scan(); line++ {
		text := strings.TrimSpace(sc.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("--config, line %d: want name = value", line)
		}
		value = strings.TrimSpace(value)
		if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
			value = value[1 : n-1]
		} else if i := strings.Index(value, " #"); i >= 0 {
			value = strings.TrimSpace(value[:i])
		}
		values[strings.ReplaceAll(strings.TrimSpace(name), "_", "-")] = value
	}
	return config(values), sc.Err()
}

// config is a parsed file.
type config map[string]string

// Resolve gives a flag's value, unless a variable does: kong would let the file win.
func (c config) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Tag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	if v, ok := c[flag.Name]; ok {
		return v, nil
	}
	return nil, nil
}

// Validate finds names that no flag has.
func (c config) Validate(app *kong.Application) error {
	flags := map[string]bool{}
	kong.Visit(app, func(n kong.Visitable, next kong.Next) error {
		if f, ok := n.(*kong.Flag); ok {
			flags[f.Name] = true
		}
		return next(nil)
	})
	for name := range c {
		if !flags[name] {
			return fmt.Errorf("--config: there is no flag %q", name)
		}
	}
	return nil
}
