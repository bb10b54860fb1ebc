package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// settings are the flags.
type settings struct {
	shared, cache, binary string
	suite                 *suite
	tiers                 []string
	sf                    string
	nodes                 int // 0: one process
	runs, first, threads  int
	reload, profile       bool
	quality, plans        bool
	planning              bool  // of large joins
	orders                int   // join orders that quality tries
	designs               int   // random designs to compare, 0: none
	only                  []int // queries, nil for all
}

func parse() (settings, error) {
	var s settings
	var only, name, tiers string
	shared := os.Getenv("SLIPHER_SHARED")
	if shared == "" {
		shared = "../shared"
	}
	flag.StringVar(&s.shared, "shared", shared, "folder with tpch/ and tools/gen-data.sh (SLIPHER_SHARED)")
	flag.StringVar(&s.cache, "cache", "",
		"folder for data, databases and the DuckDB package; kept between runs (required)")
	flag.StringVar(&s.binary, "binary", "", "slipher to measure (default: built from this checkout)")
	flag.StringVar(&name, "suite", "tpch", "tpch, tpcds, events or functions")
	flag.StringVar(&tiers, "tiers", "", "values of slipher_tier (default: those of the suite)")
	flag.IntVar(&s.nodes, "nodes", 0, "Slipher as a leader and this many nodes, each with all slices and workers that the threads "+
		"are; 0: one process")
	flag.StringVar(&s.sf, "sf", "1", "scale factor")
	flag.IntVar(&s.runs, "runs", 11, "repeated runs of each query and contender; 0: none")
	flag.IntVar(&s.first, "first", 3, "first runs, each in a fresh process; 0: none")
	flag.IntVar(&s.threads, "threads", 2, "DuckDB's threads, Slipher's slices and workers")
	flag.BoolVar(&s.reload, "reload", false, "load again what the cache holds already, and measure it")
	flag.BoolVar(&s.profile, "profile", false, "say where the time goes, per segment and, if perf is there, per primitive")
	flag.BoolVar(&s.quality, "quality", false, "say how good plans are, of Slipher alone, instead of measuring")
	flag.BoolVar(&s.plans, "plans", false, "measure how soon queries of a shape start that come again with new literals (tpch)")
	flag.BoolVar(&s.planning, "planning", false, "measure how long large joins and the suite's queries are planned")
	flag.IntVar(&s.orders, "orders", 20, "join orders that --quality tries")
	flag.IntVar(&s.designs, "designs", 0, "compare so many random choices of distribution and sort keys with the suite's own "+
		"instead of measuring")
	flag.StringVar(&only, "queries", "", "these queries only, by number: 1,6")
	flag.Parse()
	if flag.NArg() > 0 || s.cache == "" || s.threads < 1 {
		flag.Usage()
		return s, fmt.Errorf("--cache DIR is needed, and no words but flags")
	}
	var err error
	if s.suite, err = findSuite(name); err != nil {
		return s, err
	}
	comma := func(r rune) bool { return r == ',' }
	for _, f := range strings.FieldsFunc(only, comma) {
		n, err := strconv.Atoi(f)
		if err != nil || n < 1 || n > s.suite.queries {
			return s, fmt.Errorf("--queries %s: want some of 1 to %d", only, s.suite.queries)
		}
		s.only = append(s.only, n)
	}
	if s.tiers = strings.FieldsFunc(tiers, comma); tiers == "" {
		s.tiers = s.suite.tiers
	}
	for _, p := range []*string{&s.shared, &s.cache} {
		if *p, err = filepath.Abs(*p); err != nil {
			return s, err
		}
	}
	return s, os.MkdirAll(s.cache, 0o755)
}

func main() {
	log.SetFlags(0)
	s, err := parse()
	if err != nil {
		log.Fatal("bench: ", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, s); err != nil {
		stop()
		log.Fatal("bench: ", err)
	}
}

func run(ctx context.Context, s settings) error {
	if s.binary == "" {
		s.binary = filepath.Join(s.cache, "slipher")
		if err := command(ctx, "", "go", "build", "-o", s.binary, "slipher/cmd/slipher"); err != nil {
			return err
		}
	}
	if err := installDuckDB(ctx, s); err != nil {
		return err
	}
	csv, err := s.suite.data(s)
	if err != nil {
		return err
	}
	b := &bench{settings: s, csv: csv, contenders: contendersOf(s.tiers)}
	if b.queries, err = readQueries(s); err != nil {
		return err
	}
	machine()
	steps := []func(context.Context) error{b.load, b.answers, b.firstRuns, b.repeatedRuns, b.profileRuns}
	if s.plans {
		steps = []func(context.Context) error{b.load, b.planRuns}
	}
	if s.planning {
		steps = []func(context.Context) error{b.load, b.planningRuns}
	}
	if s.designs > 0 {
		steps = []func(context.Context) error{b.load, b.designRuns}
	}
	if s.quality {
		steps = []func(context.Context) error{b.load, b.qualityRuns}
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	fmt.Printf("Load average at the end %s.\n", loadAverage())
	return nil
}

// generated is a suite's data at the scale factor, made by the shared folder's generator, which skips what is there.
func generated(suite string) func(s settings) (string, error) {
	return func(s settings) (string, error) {
		dir := filepath.Join(s.cache, suite+"-sf"+s.sf)
		return filepath.Join(dir, "csv"), command(context.Background(), "", "sh", filepath.Join(s.shared, "tools",
			"gen-data.sh"), s.cache, suite+":"+s.sf)
	}
}

// command runs a program with its output on standard error.
func command(ctx context.Context, dir, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Stdout, c.Stderr = dir, os.Stderr, os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}
