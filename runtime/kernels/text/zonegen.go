//go:build ignore

// zonegen writes zone_words.h from slipher/catalog/zone.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"

	"slipher/catalog/zone"
)

func main() {
	kinds := map[string]int{}
	for _, n := range zone.Names() {
		kinds[strings.ToLower(n)] |= 2
	}
	for n := range zone.Abbreviations() {
		kinds[n] |= 1
	}
	var words []string
	for w := range kinds {
		words = append(words, w)
	}
	slices.Sort(words)
	var out bytes.Buffer
	fmt.Fprint(&out,
		"/* Words that name time zones, sorted: 1 an abbreviation, 2 a name, 3 both.\n   Made by zonegen.go from "+
			"catalog/zone; do not edit. */\n")
	fmt.Fprint(&out, "static const struct zone_word {\n\tconst char *word;\n\tint kinds;\n} zone_words[] = {\n")
	for _, w := range words {
		fmt.Fprintf(&out, "\t{%q, %d},\n", w, kinds[w])
	}
	fmt.Fprint(&out, "};\n")
	if err := os.WriteFile("zone_words.h", out.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}
