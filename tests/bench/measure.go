package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"slipher/tests/warehouse"
)

// figures are times by query, then contender, in their order.
type figures [][]time.Duration

// answers checks that every contender gives the right answer: the file's, or
// for scale factors without one DuckDB's.
func (b *bench) answers(ctx context.Context) error {
	duck, err := b.start(ctx, b.contenders[0], false)
	if err != nil {
		return err
	}
	defer duck.close()
	slip, err := startSlipher(ctx, b.settings, b.slipherDir(), false)
	if err != nil {
		return err
	}
	defer slip.close()
	for _, q := range b.queries {
		reference, _, err := duck.query(ctx, q.duckdb)
		if err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		wants := []*warehouse.Answer{{Rows: reference.Rows}}
		if q.answer != "" {
			file, err := warehouse.ReadAnswer(q.answer)
			if err != nil {
				return err
			}
			wants = append(wants, file)
		}
		for _, c := range b.contenders[1:] {
			if err := slip.tier(ctx, c.tier); err != nil {
				return err
			}
			got, _, err := slip.query(ctx, q.digits)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", q.name, c.name, err)
			}
			for _, want := range wants {
				if d := want.Differs(got); d != "" {
					return fmt.Errorf("%s, %s: wrong answer: %s", q.name, c.name, d)
				}
			}
		}
	}
	fmt.Printf(
		"Answers of all %d queries agree: DuckDB, Slipher in each tier, and the expected ones where there are any.\n",
		len(b.queries))
	return nil
}

// firstRuns measures a query as the first one of a fresh process, without
// compiled code of earlier ones.
func (b *bench) firstRuns(ctx context.Context) error {
	if b.settings.first == 0 {
		return nil
	}
	var f figures
	for _, q := range b.queries {
		runs := make([][]time.Duration, len(b.contenders))
		for range b.settings.first {
			for i, c := range b.contenders {
				took, err := b.firstRun(ctx, c, q)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", q.name, c.name, err)
				}
				runs[i] = append(runs[i], took)
			}
		}
		f = append(f, each(runs, median))
		fmt.Fprintf(os.Stderr, "first runs of %s: %v\n", q.name, f[len(f)-1])
	}
	b.firsts = f
	b.report("First run", f)
	return nil
}

func (b *bench) firstRun(ctx context.Context, c contender, q query) (time.Duration, error) {
	e, err := b.start(ctx, c, true)
	if err != nil {
		return 0, err
	}
	defer e.close()
	time.Sleep(settle)
	_, took, err := e.query(ctx, c.text(q))
	return took, err
}

// warmups are runs before the measured ones: code compiled, data read.
const warmups = 3

// repeatedRuns measures queries again and again, contenders taking turns.
func (b *bench) repeatedRuns(ctx context.Context) error {
	if b.runs == 0 {
		return nil
	}
	duck, err := b.start(ctx, b.contenders[0], false)
	if err != nil {
		return err
	}
	defer duck.close()
	slip, err := startSlipher(ctx, b.settings, b.slipherDir(), false)
	if err != nil {
		return err
	}
	defer slip.close()
	var f, least figures
	for _, q := range b.queries {
		runs := make([][]time.Duration, len(b.contenders))
		for n := range warmups + b.runs {
			for i, c := range b.contenders {
				var e engine = duck
				if c.tier != "" {
					if err := slip.tier(ctx, c.tier); err != nil {
						return err
					}
					e = slip
				}
				_, took, err := e.query(ctx, c.text(q))
				if err != nil {
					return fmt.Errorf("%s, %s: %w", q.name, c.name, err)
				}
				if n >= warmups {
					runs[i] = append(runs[i], took)
				}
			}
		}
		f = append(f, each(runs, median))
		least = append(least, each(runs, slices.Min))
		fmt.Fprintf(os.Stderr, "repeated runs of %s: %v\n", q.name, f[len(f)-1])
	}
	b.report("Repeated run", f)
	// Close to what a quiet machine gives, where the medians show what it had to share.
	b.report("Least of the repeated runs", least)
	b.reportFirstByRepeated(f)
	fmt.Printf("Most resident memory: DuckDB %s, Slipher %s.\n", mb(peak(duck.pid())), mb(peak(slip.pid())))
	return nil
}

// each reduces every contender's runs to one figure.
func each(runs [][]time.Duration, f func([]time.Duration) time.Duration) []time.Duration {
	var out []time.Duration
	for _, r := range runs {
		out = append(out, f(r))
	}
	return out
}

func median(r []time.Duration) time.Duration {
	s := slices.Sorted(slices.Values(r))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}
