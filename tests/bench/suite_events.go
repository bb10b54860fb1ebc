package main

import (
	"bufio"
	_ "embed"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// events is forty queries over one wide table of web events: skewed keys, a million users, long URLs, many columns that
// are nearly always the same.
var events = suite{
	name: "events", queries: len(eventQueries),
	data: csvFile("events", "events", func(s settings, w *bufio.Writer) error {
		sf, err := strconv.ParseFloat(s.sf, 64)
		if err != nil {
			return err
		}
		return writeEvents(w, int(sf*eventsPerSF))
	}),
	schema:        func(settings) (string, error) { return eventSchema(), nil },
	attributes:    func(table) string { return "DISTKEY(user_id) SORTKEY(event_time)" },
	query:         func(_ settings, n int) (string, error) { return eventQueries[n-1], nil },
	tiers:         []string{"auto"},
	slipherFormat: "DELIMITER '|' CSV", duckdbFormat: "(FORMAT csv, DELIMITER '|', HEADER false, ALLOW_QUOTED_NULLS false)",
}

//go:embed events.sql
var eventText string

var eventQueries = func() (out []string) {
	for _, q := range strings.Split(eventText, ";") {
		if q = strings.TrimSpace(q); q != "" {
			out = append(out, q)
		}
	}
	return out
}()

// eventsPerSF is the rows at scale factor 1.
const eventsPerSF = 2_000_000

// eventColumn is a column and how a row's value is written.
type eventColumn struct {
	name, sqlType string
	write         func(g *eventGen)
}

// eventGen makes events. Rows are those of its seed, in order of time.
type eventGen struct {
	rng   *rand.Rand
	line  []byte
	row   int64
	at    time.Time
	users *rand.Zipf
	pages *rand.Zipf
	words *rand.Zipf

	user, session, page, site int64
	mobile, bot, search       bool
}

// next chooses what the columns of a row have in common.
func (g *eventGen) next() {
	g.row++
	g.at = g.at.Add(time.Duration(g.rng.IntN(2600)) * time.Millisecond)
	if g.user = int64(g.users.Uint64()); g.rng.IntN(3) > 0 { // most come once or twice
		g.user = int64(g.rng.IntN(1_500_000))
	}
	g.user = mix(g.user)
	g.session = mix(g.user + g.at.Unix()/1800)
	g.page = int64(g.pages.Uint64())
	g.site = int64(math.Sqrt(float64(g.page)) / 3)
	g.mobile, g.bot, g.search = g.rng.IntN(5) < 2, g.rng.IntN(50) == 0, g.rng.IntN(12) == 0
}

// mix spreads small numbers over positive 62-bit ones.
func mix(n int64) int64 {
	x := uint64(n+1) * 0x9e3779b97f4a7c15
	x ^= x >> 31
	x *= 0xbf58476d1ce4e5b9
	return int64(x >> 2)
}

func (g *eventGen) int(n int64)     { g.line = strconv.AppendInt(g.line, n, 10) }
func (g *eventGen) text(s string)   { g.line = append(g.line, s...) }
func (g *eventGen) below(n int) int { return g.rng.IntN(n) }

// often gives the first of the words mostly, the last seldom.
func (g *eventGen) often(words ...string) {
	i := 0
	for i < len(words)-1 && g.below(3) == 0 {
		i++
	}
	g.text(words[i])
}

var eventWords = strings.Fields(`garden kitchen summer winter shoes tickets cheap hotel flight insurance camera phone
	laptop repair music lyrics weather news football recipe chicken wedding dress car rental loan credit games puzzle
	museum opening hours train bus map translate dictionary school homework planet atlas river mountain hiking boots`)

// phrase is a few words, common ones mostly.
func (g *eventGen) phrase(sep string) {
	for i := range 1 + g.below(4) {
		if i > 0 {
			g.text(sep)
		}
		n := int(g.words.Uint64())
		g.text(eventWords[n%len(eventWords)])
		if n >= len(eventWords) {
			g.int(int64(n / len(eventWords)))
		}
	}
}

func eventColumns() []eventColumn {
	col := func(name, sqlType string, write func(g *eventGen)) eventColumn {
		return eventColumn{name, sqlType, write}
	}
	number := func(name, sqlType string, n func(g *eventGen) int64) eventColumn {
		return col(name, sqlType, func(g *eventGen) { g.int(n(g)) })
	}
	flag := func(b bool) int64 {
		if b {
			return 1
		}
		return 0
	}
	stamp := func(format string) func(g *eventGen) {
		return func(g *eventGen) { g.line = g.at.AppendFormat(g.line, format) }
	}
	cols := []eventColumn{
		number("event_id", "BIGINT", func(g *eventGen) int64 { return mix(g.row * 7) }),
		col("event_time", "TIMESTAMP", stamp(time.DateTime)),
		col("event_date", "DATE", stamp(time.DateOnly)),
		number("user_id", "BIGINT", func(g *eventGen) int64 { return g.user }),
		number("session_id", "BIGINT", func(g *eventGen) int64 { return g.session }),
		number("site_id", "INTEGER", func(g *eventGen) int64 { return g.site }),
		number("page_id", "BIGINT", func(g *eventGen) int64 { return g.page }),
		col("url", "VARCHAR(500)", func(g *eventGen) {
			g.text("https://")
			g.text(eventWords[g.site%int64(len(eventWords))])
			g.int(g.site)
			g.text([]string{".example.com/", ".example.org/shop/", ".example.net/a/"}[g.page%3])
			g.text(eventWords[g.page%int64(len(eventWords))])
			g.text("/item")
			g.int(g.page)
			if g.below(4) == 0 {
				g.text("?session=")
				g.line = strconv.AppendInt(g.line, g.session, 36)
			}
			if g.below(500) == 0 {
				g.text("&debug=probe")
			}
		}),
		col("referrer", "VARCHAR(500)", func(g *eventGen) {
			switch {
			case g.search:
				g.text("https://find.example/?q=")
				g.phrase("+")
			case g.below(3) == 0:
				g.text("https://")
				g.text(eventWords[g.below(len(eventWords))])
				g.text(".example.com/")
				g.int(int64(g.pages.Uint64()))
			}
		}),
		col("title", "VARCHAR(200)", func(g *eventGen) {
			g.text(eventWords[g.page%int64(len(eventWords))])
			g.text(" - page ")
			g.int(g.page)
		}),
		col("search_phrase", "VARCHAR(200)", func(g *eventGen) {
			if g.search {
				g.phrase(" ")
			}
		}),
		col("campaign", "VARCHAR(60)", func(g *eventGen) {
			if g.below(20) == 0 {
				g.text("c-")
				g.int(int64(g.words.Uint64()))
			}
		}),
		col("country", "CHAR(2)", func(g *eventGen) { g.often("de", "us", "fr", "jp", "br", "in", "ng", "nz") }),
		number("region_id", "INTEGER", func(g *eventGen) int64 { return g.user % 5000 }),
		col("city", "VARCHAR(40)", func(g *eventGen) {
			g.text(eventWords[g.user%int64(len(eventWords))])
			g.text(" town")
		}),
		col("device", "VARCHAR(40)", func(g *eventGen) {
			if g.mobile {
				g.often("phone s", "phone x", "tablet", "phone mini", "watch")
			}
		}),
		number("os", "SMALLINT", func(g *eventGen) int64 { return g.user % 7 }),
		number("browser", "SMALLINT", func(g *eventGen) int64 { return g.user % 11 }),
		col("browser_version", "VARCHAR(12)", func(g *eventGen) {
			g.int(90 + g.user%30)
			g.text(".0.")
			g.int(int64(g.below(50)))
		}),
		number("screen_width", "SMALLINT", func(g *eventGen) int64 {
			return [...]int64{1920, 1366, 390, 412, 2560, 800}[g.user%6]
		}),
		number("screen_height", "SMALLINT", func(g *eventGen) int64 {
			return [...]int64{1080, 768, 844, 915, 1440, 600}[g.user%6]
		}),
		col("language", "VARCHAR(8)", func(g *eventGen) { g.often("de", "en-US", "fr", "ja", "pt-BR", "hi") }),
		number("ip", "BIGINT", func(g *eventGen) int64 { return g.user & 0xffffffff }),
		number("is_mobile", "SMALLINT", func(g *eventGen) int64 { return flag(g.mobile) }),
		number("is_bot", "SMALLINT", func(g *eventGen) int64 { return flag(g.bot) }),
		number("is_refresh", "SMALLINT", func(g *eventGen) int64 { return flag(g.below(9) == 0) }),
		number("latency_ms", "INTEGER", func(g *eventGen) int64 { return int64(20 + math.Exp(g.rng.Float64()*8)) }),
		number("bytes_sent", "BIGINT", func(g *eventGen) int64 { return int64(1000 + g.below(100_000)*g.below(50)) }),
		col("price", "DECIMAL(12,2)", func(g *eventGen) {
			if g.below(30) == 0 {
				g.int(int64(g.below(900)))
				g.text(".")
				g.int(int64(10 + g.below(90)))
			}
		}),
		number("scroll_depth", "SMALLINT", func(g *eventGen) int64 { return int64(g.below(101)) }),
	}
	for i := range 30 {
		cols = append(cols, number(fmt.Sprintf("flag_%02d", i), "SMALLINT", func(g *eventGen) int64 {
			return flag(g.below(2+i*i) == 0)
		}))
	}
	for i := range 25 {
		cols = append(cols, number(fmt.Sprintf("metric_%02d", i), "INTEGER", func(g *eventGen) int64 {
			return int64(g.below(10 << (i / 2)))
		}))
	}
	for i := range 15 {
		cols = append(cols, col(fmt.Sprintf("param_%02d", i), "VARCHAR(60)", func(g *eventGen) {
			if g.below(5+5*i) == 0 {
				g.text(eventWords[g.below(len(eventWords))])
			}
		}))
	}
	return cols
}

func eventSchema() string {
	var parts []string
	for _, c := range eventColumns() {
		parts = append(parts, c.name+" "+c.sqlType)
	}
	return "CREATE TABLE events(" + strings.Join(parts, ", ") + ");\n"
}

// writeEvents writes rows lines.
func writeEvents(w *bufio.Writer, rows int) error {
	rng := rand.New(rand.NewPCG(2026, 40))
	g := &eventGen{rng: rng, at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		users: rand.NewZipf(rng, 1.1, 10, 2_000_000), pages: rand.NewZipf(rng, 1.05, 20, 400_000),
		words: rand.NewZipf(rng, 1.2, 8, 20_000)}
	cols := eventColumns()
	for range rows {
		g.next()
		g.line = g.line[:0]
		for i, c := range cols {
			if i > 0 {
				g.line = append(g.line, '|')
			}
			begin := len(g.line)
			c.write(g)
			if len(g.line) == begin && strings.HasPrefix(c.sqlType, "VARCHAR") {
				g.text(`""`) // an empty string; nothing is NULL
			}
		}
		if _, err := w.Write(append(g.line, '\n')); err != nil {
			return err
		}
	}
	return nil
}
