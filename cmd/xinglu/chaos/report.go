package chaos

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// Report is what came of a run; its JSON is what --json prints.
type Report struct {
	Plan
	Version      string        `json:"version"`
	Started      time.Time     `json:"started"`
	Took         time.Duration `json:"took_ns"`
	Starts       int           `json:"starts"` // of the server
	Cuts         int64         `json:"cuts"`   // of candidates' links
	Links        int           `json:"links"`  // that candidates made
	Given        int           `json:"given"`  // answers
	Acknowledged int           `json:"acknowledged"`
	Lost         int           `json:"lost"`    // acknowledged, and not in the ledger as given
	Missing      int           `json:"missing"` // given, and never acknowledged
	Signatures   int           `json:"signatures"`
	HandedIn     int           `json:"handed_in"`  // with the receipt that the ledger has
	Reconciled   int           `json:"reconciled"` // candidates whose seat and the ledger agree, as the console says
	Records      int64         `json:"records"`
	Streams      int64         `json:"streams"`
	Root         string        `json:"root"`
	AckP50       time.Duration `json:"ack_p50_ns"`
	AckP99       time.Duration `json:"ack_p99_ns"`
	AckMax       time.Duration `json:"ack_max_ns"`
	LongestDown  time.Duration `json:"longest_down_ns"` // from a kill until the server answered
	Faults       int           `json:"faults"`
	First        []string      `json:"first_faults"` // some of them
}

func newReport(o Options, p Plan) *Report {
	return &Report{Plan: p, Version: o.Version, Started: time.Now().UTC().Truncate(time.Second), First: []string{}}
}

// maxFaults is how many faults are told in words.
const maxFaults = 50

func (p *Report) fault(format string, args ...any) {
	if p.Faults++; len(p.First) < maxFaults {
		p.First = append(p.First, fmt.Sprintf(format, args...))
	}
}

func (p *Report) finish(r *run) {
	p.Took = time.Since(p.Started).Round(time.Second)
	p.Starts, p.Cuts, p.LongestDown = r.server.starts, r.cuts.Load(), r.server.longest
	quantile := func(q float64) time.Duration { return time.Duration(r.waits.ValueAtQuantile(q)) * time.Microsecond }
	p.AckP50, p.AckP99, p.AckMax = quantile(50), quantile(99), time.Duration(r.waits.Max())*time.Microsecond
	if p.Starts != p.Kills+1 {
		p.fault("the server was started %d times for %d kills", p.Starts, p.Kills)
	}
	if p.Given == 0 || p.HandedIn != p.Candidates {
		p.fault("%d of %d candidates handed in", p.HandedIn, p.Candidates)
	}
	if p.Reconciled != p.Candidates {
		p.fault("%d of %d candidates are reconciled", p.Reconciled, p.Candidates)
	}
}

// Proven reports whether nothing was lost and nothing else was wrong.
func (p *Report) Proven() bool { return p.Faults == 0 && p.Lost == 0 && p.Missing == 0 }

// WriteJSON writes the report for machines.
func (p *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(p)
}

// WriteTable writes the report for people.
func (p *Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "xinglu chaos (%s), version %s, %s, seed %d, took %s\n\n", p.Form, p.Version, p.Started.Format(time.RFC3339), p.Seed, p.Took)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-34s %s\n", name, fmt.Sprintf(format, args...))
	}
	row("candidates", "%d", p.Candidates)
	row("server killed (SIGKILL)", "%d times, longest away %v", p.Kills, p.LongestDown.Round(time.Millisecond))
	row("server stopped (SIGSTOP)", "%d times", p.Pauses)
	row("links cut", "%d; connections made %d", p.Cuts, p.Links)
	row("answers given", "%d", p.Given)
	row("acknowledged", "%d", p.Acknowledged)
	row("acknowledged and lost", "%d", p.Lost)
	row("given and missing at the end", "%d", p.Missing)
	row("signatures of receipts good", "%d", p.Signatures)
	row("hand-ins with the ledger's receipt", "%d", p.HandedIn)
	row("reconciled by the server", "%d of %d", p.Reconciled, p.Candidates)
	row("wait for the acknowledgement", "p50 %v, p99 %v, longest %v", p.AckP50, p.AckP99, p.AckMax)
	row("ledger", "%d records in %d streams, root %s", p.Records, p.Streams, p.Root)
	for _, f := range p.First {
		fmt.Fprintln(&b, "FAULT:", f)
	}
	if p.Proven() {
		fmt.Fprintln(&b, "\nproven: no acknowledged answer was lost, none is missing, the chain is whole")
	} else {
		fmt.Fprintf(&b, "\nNOT PROVEN: %d faults\n", p.Faults)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
