// Command exportstats writes what ANALYZE has found of a suite's tables into its stats.json, for plans in tests/golden:
//
//	managed storage ──t<id>/*.stats──► stats.Table ─┐
//	tests/data/SUITE/schema.sql, queries ──────────►├─ leader.Offline ──► tests/data/SUITE/stats.json
//	the counts that stats.json has, which are exact ┘
//
// Only columns that a query names are kept.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"slipher/compiler/optimize/stats"
	"slipher/leader"
)

func main() {
	suite := flag.String("suite", "tpch", "which suite's: a folder of -data")
	data := flag.String("data", "tests/data", "folder of suites")
	storage := flag.String("storage", "", "managed storage of a server that has analyzed the suite's tables")
	tables := flag.String("tables", "", "their ids in svv_table_info: name=id,…")
	flag.Parse()
	if *storage == "" || *tables == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := export(filepath.Join(*data, *suite), *storage, *tables); err != nil {
		fmt.Fprintln(os.Stderr, "exportstats:", err)
		os.Exit(1)
	}
}

// export rewrites dir's stats.json.
func export(dir, storage, ids string) error {
	analyzed, err := readAnalyzed(storage, ids)
	if err != nil {
		return err
	}
	o, err := leader.NewOffline(4)
	if err != nil {
		return err
	}
	ddl, err := os.ReadFile(filepath.Join(dir, "schema.sql"))
	if err == nil {
		err = o.Schema(string(ddl))
	}
	if err != nil {
		return err
	}
	out := filepath.Join(dir, "stats.json")
	have, err := os.ReadFile(out)
	if err == nil {
		err = o.Stats(have)
	}
	if err != nil {
		return err
	}
	for name, st := range analyzed {
		o.KeepCounts(name, st)
	}
	words, err := wordsOf(filepath.Join(dir, "queries"))
	if err != nil {
		return err
	}
	text, err := o.FormatStats(analyzed, func(_, column string) bool { return words[column] },
		leader.Sizes{Common: 25, Parts: 20, Sample: 250})
	if err != nil {
		return err
	}
	return os.WriteFile(out, text, 0o644)
}

// readAnalyzed reads the newest statistics of each table.
func readAnalyzed(storage, ids string) (map[string]*stats.Table, error) {
	out := map[string]*stats.Table{}
	for _, pair := range strings.Split(ids, ",") {
		name, id, _ := strings.Cut(pair, "=")
		if _, err := strconv.Atoi(id); err != nil {
			return nil, fmt.Errorf("table %q is not name=id", pair)
		}
		files, err := filepath.Glob(filepath.Join(storage, "t"+id, "*.stats"))
		if err != nil || len(files) == 0 {
			return nil, errors.Join(fmt.Errorf("no statistics of %s in %s", name, storage), err)
		}
		slices.Sort(files)
		data, err := os.ReadFile(files[len(files)-1])
		if err != nil {
			return nil, err
		}
		if out[name], err = stats.Decode(data); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return out, nil
}

// wordsOf are the words of all queries, in lower case.
func wordsOf(dir string) (map[string]bool, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.sql"))
	if err != nil {
		return nil, err
	}
	words := map[string]bool{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		for _, w := range regexp.MustCompile(`\w+`).FindAllString(strings.ToLower(string(text)), -1) {
			words[w] = true
		}
	}
	return words, nil
}
