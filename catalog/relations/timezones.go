package relations

import (
	"context"
	"slices"
	"strings"
	"time"

	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// pgTimezoneNames asks each zone of the tz database what time it has.
func pgTimezoneNames(_ context.Context, env *Env, b *builder) error {
	now := time.UnixMicro(env.NowMicros - types.MicrosOf(time.UnixMicro(0)))
	for _, name := range zone.Names() {
		loc, err := time.LoadLocation(name)
		if err != nil {
			continue // neither the machine nor the program has it
		}
		at := now.In(loc)
		abbreviation, seconds := at.Zone()
		b.add(name, abbreviation, secondsInterval(seconds), at.IsDST())
	}
	return nil
}

func pgTimezoneAbbrevs(_ context.Context, _ *Env, b *builder) error {
	all := zone.Abbreviations()
	names := make([]string, 0, len(all))
	for n := range all {
		names = append(names, n)
	}
	slices.Sort(names)
	summer := strings.Fields(summerAbbreviations)
	for _, n := range names {
		b.add(strings.ToUpper(n), secondsInterval(all[n]), slices.Contains(summer, n))
	}
	return nil
}

// secondsInterval is an INTERVAL of seconds.
func secondsInterval(n int) types.Datum {
	return types.Int128(0, int64(n)*int64(time.Second/time.Microsecond))
}

// summerAbbreviations are those of clocks that save daylight, in lower case.
const summerAbbreviations = `acdt acsst adt aedt aesst akdt almst awsst azost bdst brst bst cadt cdt cest cetdst chadt clst clt easst east
	edt eest eetdst egst fjst fnst idt kdt kgst lhdt mdt mest mesz metdst msd must ndt nzdt pdt pkst pmdt pyst
	sadt ulast uyst uzst wadt wdt wetdst wgst yekst`
