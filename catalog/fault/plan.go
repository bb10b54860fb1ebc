package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrInjected is the error of a rule that names no other.
var ErrInjected = errors.New("injected error")

// errnos are the errors a rule may name.
var errnos = map[string]syscall.Errno{
	"ENOSPC": syscall.ENOSPC, "EIO": syscall.EIO, "EDQUOT": syscall.EDQUOT, "EROFS": syscall.EROFS,
	"ETIMEDOUT": syscall.ETIMEDOUT, "ECONNRESET": syscall.ECONNRESET,
}

// plan is rules in the order written. nil has none.
type plan struct {
	rules  []*rule
	random *rand.Rand
}

// rule is one POINT=ACTION@WHEN.
type rule struct {
	point  string
	prefix bool // point is the beginning of names
	action action
	when   when
	hits   int
}

// when says at which hits a rule acts: those of number first (if it is not 0), the later ones too if
// onward is set; every n-th; or each with chance.
type when struct {
	first  int
	onward bool
	every  int
	chance float64
}

// due counts a hit of the point and gives the actions for it.
func (p *plan) due(name string) []action {
	if p == nil {
		return nil
	}
	var actions []action
	for _, r := range p.rules {
		if name != r.point && !(r.prefix && strings.HasPrefix(name, r.point)) {
			continue
		}
		r.hits++
		w := r.when
		switch {
		case w.first > 0 && r.hits != w.first && !(w.onward && r.hits > w.first),
			w.every > 0 && r.hits%w.every != 0,
			w.chance > 0 && p.random.Float64() >= w.chance:
			continue
		}
		actions = append(actions, r.action)
	}
	return actions
}

// Check reports whether text is a plan.
func Check(text string) error {
	_, err := parse(text, 0)
	return err
}

func parse(text string, seed uint64) (*plan, error) {
	p := &plan{random: rand.New(rand.NewPCG(seed, 0))}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		if part = strings.TrimSpace(part); part == "" || part[0] == '#' {
			continue
		}
		r, err := parseRule(part)
		if err != nil {
			return nil, fmt.Errorf("fault %q: %w", part, err)
		}
		p.rules = append(p.rules, r)
	}
	return p, nil
}

func parseRule(text string) (*rule, error) {
	point, rest, ok := strings.Cut(text, "=")
	if !ok {
		return nil, errors.New("want POINT=ACTION[@WHEN]")
	}
	r := &rule{}
	r.point, r.prefix = strings.CutSuffix(point, "*")
	if strings.ContainsAny(r.point, "* \t") || r.point == "" && !r.prefix {
		return nil, fmt.Errorf("%q is no point: a name, or the beginning of names and '*'", point)
	}
	what, at, timed := strings.Cut(rest, "@")
	var err error
	if r.action, err = parseAction(what); err != nil {
		return nil, err
	}
	if timed {
		r.when, err = parseWhen(at)
	}
	return r, err
}

func parseWhen(text string) (when, error) {
	bad := fmt.Errorf("@%s: want N, N+, %%N or pF with 0 < F <= 1", text)
	if f, ok := strings.CutPrefix(text, "p"); ok {
		p, err := strconv.ParseFloat(f, 64)
		if err != nil || !(p > 0 && p <= 1) {
			return when{}, bad
		}
		return when{chance: p}, nil
	}
	digits, every := strings.CutPrefix(text, "%")
	digits, onward := strings.CutSuffix(digits, "+")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || every && onward {
		return when{}, bad
	}
	if every {
		return when{every: n}, nil
	}
	return when{first: n, onward: onward}, nil
}

// action is what a rule does.
type action struct {
	kind  string // of kinds
	err   error
	delay time.Duration
}

func parseAction(text string) (action, error) {
	kind, arg, given := strings.Cut(text, ":")
	a := action{kind: kind}
	switch {
	case kind == "error" && !given:
		a.err = ErrInjected
	case kind == "error":
		e, ok := errnos[arg]
		if !ok {
			return a, fmt.Errorf("unknown error %q", arg)
		}
		a.err = e
	case kind == "delay":
		var err error
		if a.delay, err = time.ParseDuration(arg); err != nil || a.delay < 0 {
			return a, fmt.Errorf("delay %q: want a duration such as 20ms", arg)
		}
	case (kind == "kill" || kind == "stop") && !given:
	default:
		return a, fmt.Errorf("unknown action %q: want error[:NAME], kill, stop or delay:DURATION", text)
	}
	return a, nil
}

// run acts on the process, or returns the error to be returned by the point.
func (a action) run(point string) error {
	switch a.kind {
	case "error":
		return &Error{Point: point, Err: a.err}
	case "delay":
		time.Sleep(a.delay)
	case "kill":
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
		select {} // nothing behind the point may happen any more
	case "stop":
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGSTOP)
		// The signal may reach another thread first: this one must not run ahead of it.
		time.Sleep(5 * time.Millisecond)
	}
	return nil
}
