package resultbook

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/xinglu/xinglu/internal/fault"
)

// ErrForms says that wording or numbering of papers is not valid; fields name
// the places.
var ErrForms = fault.New(fault.Invalid, "contest_forms", "the wording or numbering of the papers is not valid")

// Forms is what an organiser may set about papers: copies, who signs, the
// wording and numbering of certificates. It is data, versioned; a certificate
// keeps the form that it was issued by.
type Forms struct {
	Version int `json:"version"` // from 1
	// Copies of the result report, in order (contest.md §2.3: three copies).
	Copies        []Copy          `json:"copies"`
	ReportSigners []string        `json:"report_signers"`
	Certificate   CertificateForm `json:"certificate"`
	Numbers       NumberRule      `json:"numbers"`
}

// Copy is one copy of a report and whom it is for.
type Copy struct {
	Name string `json:"name" maxLength:"20"` // "第一联"
	For  string `json:"for" maxLength:"40"`  // "组委会存档"
}

// CertificateForm is the wording of a certificate. In Body and Closing stand
// {contest}, {event}, {division} and {year} for what they name; who receives it
// and the award have lines of their own.
type CertificateForm struct {
	Title   string `json:"title" maxLength:"40"`
	Body    string `json:"body" maxLength:"300"`
	Closing string `json:"closing" maxLength:"200"`
}

// NumberRule says how certificates are numbered. In Pattern stand {year} for
// the year of the contest, {division} for the division's short code, {award}
// for the award's id, and {serial} for a number that counts through the
// division's certificates.
type NumberRule struct {
	Version int    `json:"version"` // from 1
	Pattern string `json:"pattern" maxLength:"60"`
	Digits  int    `json:"digits"` // least length of the serial, filled with zeros
	From    int    `json:"from"`   // the first serial
}

//go:embed data/forms.json
var ordinary []byte

// OrdinaryForms are forms to start from.
func OrdinaryForms() Forms {
	var f Forms
	if err := json.Unmarshal(ordinary, &f); err != nil {
		panic(err) // our own file; a test reads it
	}
	return f
}

var token = regexp.MustCompile(`\{[^{}]*\}`)

// Validate says what is wrong with the forms, with ErrForms.
func (f Forms) Validate() error {
	var wrong []fault.Field
	need := func(ok bool, path, code, message string) {
		if !ok {
			wrong = append(wrong, fault.Field{Path: path, Code: code, Message: message})
		}
	}
	need(f.Version >= 1, "version", "out_of_range", "versions count from 1")
	need(len(f.Copies) >= 1 && len(f.Copies) <= 10, "copies", "out_of_range", "1 to 10 copies")
	for i, c := range f.Copies {
		need(c.Name != "" && len(c.Name) <= 60 && len(c.For) <= 120, fmt.Sprintf("copies[%d]", i), "missing", "a copy has a name")
	}
	need(len(f.ReportSigners) >= 1 && len(f.ReportSigners) <= 20, "report_signers", "out_of_range", "1 to 20 who sign")
	need(f.Certificate.Title != "" && len(f.Certificate.Title) <= 120, "certificate.title", "missing", "a title of at most 40 characters")
	need(f.Certificate.Body != "" && len(f.Certificate.Body) <= 900, "certificate.body", "missing", "a text of at most 300 characters")
	need(len(f.Certificate.Closing) <= 600, "certificate.closing", "too_long", "at most 200 characters")
	for path, text := range map[string]string{"certificate.body": f.Certificate.Body, "certificate.closing": f.Certificate.Closing} {
		need(known(text, "{contest}", "{event}", "{division}", "{year}"), path, "unknown", "only {contest}, {event}, {division} and {year} may stand in braces")
	}
	if len(wrong) > 0 {
		return ErrForms.With(wrong...)
	}
	return f.Numbers.Validate()
}

// Validate says what is wrong with the rule, with ErrForms and fields below
// "numbers.".
func (r NumberRule) Validate() error {
	var wrong []fault.Field
	need := func(ok bool, path, code, message string) {
		if !ok {
			wrong = append(wrong, fault.Field{Path: "numbers." + path, Code: code, Message: message})
		}
	}
	need(r.Version >= 1, "version", "out_of_range", "versions count from 1")
	need(strings.Count(r.Pattern, "{serial}") == 1, "pattern", "serial_missing", "{serial} must stand in the pattern once")
	need(known(r.Pattern, "{year}", "{division}", "{award}", "{serial}"), "pattern", "unknown", "only {year}, {division}, {award} and {serial} may stand in braces")
	need(len(r.Pattern) <= 180 && !strings.ContainsFunc(r.Pattern, unfit), "pattern", "not_allowed", "no spaces, slashes or control characters, at most 60 characters")
	need(r.Digits >= 1 && r.Digits <= 9, "digits", "out_of_range", "1 to 9 digits")
	need(r.From >= 1 && r.From <= 1_000_000, "from", "out_of_range", "from 1 to 1000000")
	if len(wrong) > 0 {
		return ErrForms.With(wrong...)
	}
	return nil
}

// unfit are characters that cannot stand in a number: it is part of an address.
func unfit(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`/\?#%&`, r)
}

func known(text string, tokens ...string) bool {
	for _, t := range token.FindAllString(text, -1) {
		ok := false
		for _, k := range tokens {
			ok = ok || t == k
		}
		if !ok {
			return false
		}
	}
	return true
}

// Number makes the number with the serial.
func (r NumberRule) Number(year int, division, award string, serial int) string {
	return strings.NewReplacer("{year}", fmt.Sprint(year), "{division}", division, "{award}", award, "{serial}", fmt.Sprintf("%0*d", r.Digits, serial)).Replace(r.Pattern)
}
