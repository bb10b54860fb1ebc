package main

import (
	"errors"
	"fmt"
	"net"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"slipher/node/rms"
	"slipher/node/wire"
)

// The types of flags. Each refuses what cannot be meant while the command line is read, before anything is made.

// count is a whole number within its flag's tags min and max.
type count int

// Decode implements kong.MapperValue.
func (c *count) Decode(ctx *kong.DecodeContext) error {
	text, err := word(ctx)
	if err != nil {
		return err
	}
	lo, hi := tagCount(ctx, "min"), tagCount(ctx, "max")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil && n == 0 { // out of range of 64 bits it is the bound
		return fmt.Errorf("%q is not a whole number", text)
	}
	if n < lo || n > hi {
		return fmt.Errorf("%s is not from %d to %d", text, lo, hi)
	}
	*c = count(n)
	return nil
}

func tagCount(ctx *kong.DecodeContext, name string) int64 {
	n, err := ctx.Value.Tag.GetInt(name)
	if err != nil {
		panic("BUG: flag " + ctx.Value.Name + " has no " + name)
	}
	return n
}

// interval is a time within its flag's tags min and max.
type interval time.Duration

// Decode implements kong.MapperValue.
func (i *interval) Decode(ctx *kong.DecodeContext) error {
	text, err := word(ctx)
	if err != nil {
		return err
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("%q is not a time: 500ms, 1s, 2m", text)
	}
	lo, hi := tagTime(ctx, "min"), tagTime(ctx, "max")
	if d < lo || d > hi {
		return fmt.Errorf("%s is not from %s to %s", text, lo, hi)
	}
	*i = interval(d)
	return nil
}

func tagTime(ctx *kong.DecodeContext, name string) time.Duration {
	d, err := time.ParseDuration(ctx.Value.Tag.Get(name))
	if err != nil {
		panic("BUG: flag " + ctx.Value.Name + " has no " + name)
	}
	return d
}

// listenAddress is HOST:PORT to listen at; port 0 is any that is free, no host all of the machine's.
type listenAddress string

// Decode implements kong.MapperValue.
func (a *listenAddress) Decode(ctx *kong.DecodeContext) error {
	text, err := word(ctx)
	if err == nil {
		err = checkAddress(text, true)
	}
	*a = listenAddress(text)
	return err
}

// peerAddress is HOST:PORT of somebody else.
type peerAddress string

// Decode implements kong.MapperValue.
func (a *peerAddress) Decode(ctx *kong.DecodeContext) error {
	text, err := word(ctx)
	if err == nil {
		err = checkAddress(text, false)
	}
	*a = peerAddress(text)
	return err
}

func checkAddress(text string, listen bool) error {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return fmt.Errorf("%q is not HOST:PORT", text)
	}
	least := 1
	if listen {
		least = 0
	}
	if n, err := strconv.Atoi(port); err != nil || n < least || n > 65535 {
		return fmt.Errorf("%q: the port is not a number from %d to 65535", text, least)
	}
	bare, _, _ := strings.Cut(host, "%") // the zone of an IPv6 address
	if host == "" && listen || net.ParseIP(bare) != nil {
		return nil
	}
	if host == "" || len(host) > 253 || strings.Trim(host,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") != "" {
		return fmt.Errorf("%q: %q is no host", text, host)
	}
	return nil
}

// shortID names a leader or node.
type shortID string

// Decode implements kong.MapperValue.
func (i *shortID) Decode(ctx *kong.DecodeContext) error {
	text, err := word(ctx)
	if err == nil && !wire.ValidID(text) {
		err = fmt.Errorf("%q: letters, digits, '-', '_' and '.' only", text)
	}
	*i = shortID(text)
	return err
}

// path is the name of a file or directory.
type path string

// Decode implements kong.MapperValue.
func (p *path) Decode(ctx *kong.DecodeContext) error {
	text, err := word(ctx)
	if err == nil && (strings.TrimSpace(text) == "" || strings.ContainsRune(text, 0)) {
		err = fmt.Errorf("%q is no path", text)
	}
	*p = path(text)
	return err
}

// storageURL names managed storage; what it means depends on the data directory, which leader knows.
type storageURL string

// Decode implements kong.MapperValue.
func (u *storageURL) Decode(ctx *kong.DecodeContext) error {
	text, err := word(ctx)
	if err == nil && text != "" { // no text: the default
		_, err = rms.Normalize(text)
	}
	*u = storageURL(text)
	return err
}

// word takes a flag's value.
func word(ctx *kong.DecodeContext) (string, error) {
	switch t := ctx.Scan.Peek(); {
	case t.IsEOL():
		return "", errors.New("its value is missing")
	case !t.IsValue():
		return "", fmt.Errorf("its value is missing, %s reads as a flag: write --%s=%s if it is the value", t, ctx.Value.Name,
			t)
	}
	var text string
	err := ctx.Scan.PopValueInto("value", &text)
	return text, err
}

// anyText is the mapper of flags that take any text.
func anyText(ctx *kong.DecodeContext, target reflect.Value) error {
	text, err := word(ctx)
	if err == nil {
		target.SetString(text)
	}
	return err
}

// texts are values as what they are made of.
func texts[T ~string](vs []T) []string {
	var out []string
	for _, v := range vs {
		out = append(out, string(v))
	}
	return out
}
