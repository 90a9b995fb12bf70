package exchange_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/xinglu/xinglu/scoring"
	"github.com/xinglu/xinglu/scoring/exchange"
)

func lost(r exchange.Report) (list []string) {
	for _, p := range r.Problems {
		if p.Code == "not_carried" {
			list = append(list, p.Message)
		}
	}
	return list
}

func cisTrip(t rapid.TB, s scoring.Scheme, lang exchange.Language) {
	t.Helper()
	must2(t, s.Validate())
	var buf bytes.Buffer
	report, err := exchange.WriteCIS(&buf, s, lang)
	must2(t, err)
	got, read, err := exchange.ReadCIS(&buf, int64(buf.Len()), "cis.xlsx", exchange.Options{})
	must2(t, err)
	if d := cmp.Diff(s, got); d != "" || len(lost(report)) > 0 || report.Aspects != read.Aspects {
		t.Fatalf("lost %v, report %v\n%s", lost(report), found(read), d)
	}
}

func must2(t rapid.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestCISRoundTrip: whatever a scheme holds comes back from the sheet with its
// further columns, in either language.
func TestCISRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := schemes{t: t}
		s := g.scheme()
		cisTrip(t, s, rapid.SampledFrom([]exchange.Language{exchange.Chinese, exchange.English}).Draw(t, "language"))
	})
}

func TestSchemeRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := schemes{t: t}
		s := g.scheme()
		must2(t, s.Validate())
		var buf bytes.Buffer
		report, err := exchange.WriteScheme(&buf, s, exchange.Form{Zone: "济南", Event: "印制电路制作工"})
		must2(t, err)
		got, read, err := exchange.ReadScheme(&buf, int64(buf.Len()), "评分表.xlsx", exchange.Options{})
		must2(t, err)
		if d := cmp.Diff(s, got); d != "" || len(report.Problems) > 0 {
			t.Fatalf("report %v\nread %v\n%s", found(report), found(read), d)
		}
	})
}

// TestCISCarries: what columns A to K hold comes back without our columns.
func TestCISCarries(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		g := schemes{t: r, bare: true}
		s := g.scheme()
		s.Name.ZH = "电子技术"
		must2(r, s.Validate())
		var buf bytes.Buffer
		report, err := exchange.WriteCIS(&buf, s, exchange.Chinese)
		must2(r, err)
		data := withoutColumns(t, buf.Bytes(), "P", "Q", "R")
		got, read, err := exchange.ReadCIS(bytes.NewReader(data), -1, "cis.xlsx",
			exchange.Options{ID: s.ID, Version: s.Version, SectionDeviation: s.SectionDeviation})
		must2(r, err)
		if d := cmp.Diff(s, got); d != "" || len(lost(report)) > 0 {
			r.Fatalf("lost %v, read %v\n%s", lost(report), found(read), d)
		}
	})
}
