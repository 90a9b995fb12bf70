package scoring

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
)

// RecheckRule says whose marks are checked again before publication, and when
// the errors found call for checking everyone (成绩复核: “前 30 % 全部复核，其余
// 抽检不低于 15 %，错误率超过 5 % 全部复核”, domain/contest.md §2.3). It is part
// of the contest's documents.
type RecheckRule struct {
	TopShareBP    int `json:"top_share_bp,omitempty"` // all of this share of the ranked, basis points, rounded up; or
	TopCount      int `json:"top_count,omitempty"`    // all of the first so many
	SampleShareBP int `json:"sample_share_bp"`        // of the others, basis points, rounded up
	ErrorRateBP   int `json:"error_rate_bp"`          // more errors among the checked, basis points, widen the recheck to everyone
}

// Validate reports what is wrong with the rule; the error is ErrRecheck.
func (r RecheckRule) Validate() error {
	var p problems
	if r.TopShareBP != 0 && r.TopCount != 0 {
		p.add("top_count", "inconsistent", "the top is a share or a count, not both")
	}
	share := func(path string, n int) {
		if n < 0 || n > basisPoints {
			p.add(path, "out_of_range", "a share is 0 to %d basis points", basisPoints)
		}
	}
	share("top_share_bp", r.TopShareBP)
	share("sample_share_bp", r.SampleShareBP)
	share("error_rate_bp", r.ErrorRateBP)
	if r.TopCount < 0 || r.TopCount > countLimit {
		p.add("top_count", "out_of_range", "a number of competitors is 0 to %d", countLimit)
	}
	return p.err(ErrRecheck)
}

// Recheck is whose marks are checked again: everyone of Top and Sample.
type Recheck struct {
	Top    []Code `json:"top"`    // in the order of the ranking
	Sample []Code `json:"sample"` // of the rest, by code
	Rest   []Code `json:"rest"`   // who is not checked unless the recheck widens, by code
}

// RecheckSample divides a ranking, as Rank returns it, into those who are all
// checked, a sample of the others and the rest. The top ends at a rank: who
// shares the last rank of the top is in it. The share of the top counts those
// with a rank, the sample is drawn from everyone who is not in the top, so that
// a mark that is missing by mistake can be found too. Of whom idle names nothing
// can be checked, for they did not come: they take no place in the sample and
// are in the rest.
//
// The sample is those whose SHA-256 of seed and code (seed, a zero byte, code)
// is smallest, so that anyone can draw it again from the published seed; it
// depends on no order. The error is ErrRecheck.
func RecheckSample(ranked []Ranked, r RecheckRule, idle map[Code]bool, seed []byte) (Recheck, error) {
	if err := r.Validate(); err != nil {
		return Recheck{}, err
	}
	withRank := 0
	for _, c := range ranked {
		if c.Rank > 0 {
			withRank++
		}
	}
	top := r.TopCount
	if r.TopShareBP > 0 {
		top = ceilShare(withRank, r.TopShareBP)
	}
	out := Recheck{Top: []Code{}, Sample: []Code{}, Rest: []Code{}}
	var others []Code
	for _, c := range ranked {
		switch {
		case idle[c.Code]:
			out.Rest = append(out.Rest, c.Code)
		case c.Rank > 0 && c.Rank <= top:
			out.Top = append(out.Top, c.Code)
		default:
			others = append(others, c.Code)
		}
	}
	drawn := drawBySeed(others, seed)
	n := ceilShare(len(drawn), r.SampleShareBP)
	out.Sample = append(out.Sample, drawn[:n]...)
	out.Rest = append(out.Rest, drawn[n:]...)
	slices.Sort(out.Sample)
	slices.Sort(out.Rest)
	return out, nil
}

// ceilShare returns share basis points of n, rounded up.
func ceilShare(n, share int) int { return (n*share + basisPoints - 1) / basisPoints }

// drawBySeed returns the codes in the order of their hashes.
func drawBySeed(codes []Code, seed []byte) []Code {
	type ticket struct {
		code Code
		hash [sha256.Size]byte
	}
	tickets := make([]ticket, len(codes))
	for i, c := range codes {
		tickets[i] = ticket{c, sha256.Sum256(slices.Concat(seed, []byte{0}, []byte(c)))}
	}
	slices.SortFunc(tickets, func(a, b ticket) int {
		if c := bytes.Compare(a.hash[:], b.hash[:]); c != 0 {
			return c
		}
		return strings.Compare(string(a.code), string(b.code))
	})
	out := make([]Code, len(codes))
	for i, t := range tickets {
		out[i] = t.code
	}
	return out
}

// RecheckResult says what a recheck has shown.
type RecheckResult string

// The results of a recheck.
const (
	RecheckFine  RecheckResult = "fine"  // the errors found are corrected, the others stand
	RecheckWiden RecheckResult = "widen" // everyone is checked
)

// RecheckVerdict holds the errors found among the checked against the rule:
// strictly more than the error rate widens. Nobody checked and no error is
// fine. The error is ErrRecheck for counts that cannot be.
func RecheckVerdict(checked, errors int, r RecheckRule) (RecheckResult, error) {
	if err := r.Validate(); err != nil {
		return "", err
	}
	if checked < 0 || errors < 0 || errors > checked || checked > countLimit {
		var p problems
		p.add("errors", "out_of_range", "%d errors among %d checked cannot be", errors, checked)
		return "", p.err(ErrRecheck)
	}
	if errors*basisPoints > checked*r.ErrorRateBP {
		return RecheckWiden, nil
	}
	return RecheckFine, nil
}
