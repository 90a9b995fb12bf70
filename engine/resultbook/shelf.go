package resultbook

import (
	"context"
	"errors"
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/scoring"
)

// Wait says why a document cannot be made yet.
type Wait string

// What a document waits for.
const (
	WaitNone      Wait = ""             // it is there
	WaitOpening   Wait = "opening"      // the division has not been opened
	WaitCodes     Wait = "codes"        // no codes of a module have been drawn
	WaitProposal  Wait = "proposal"     // nobody has made a version of the results
	WaitPublished Wait = "published"    // no version has its second signature
	WaitSecond    Wait = "second"       // there is one version only, which corrects nothing
	WaitCorrected Wait = "corrected"    // a correction waits for its publication
	WaitRules     Wait = "award_rules"  // the regulation has no award rules
	WaitIssue     Wait = "certificates" // no certificate has been issued
)

// Document is one document of a division with whether it can be made.
type Document struct {
	Path string `json:"path" doc:"Below …/documents/"`
	Wait Wait   `json:"wait" enum:",opening,codes,proposal,published,second,corrected,award_rules,certificates" doc:"What it waits for; empty: it is there"`
}

// Shelf is every document of a division, in the order of the work.
type Shelf struct {
	Items []Document `json:"items"`
	// Versions are those of the results, the newest first; the first may wait
	// for its second signature.
	Versions []ShelfVersion `json:"versions"`
	Phase    engine.Phase   `json:"phase" enum:"setup,running,locked,rechecked,decrypted,published,final"`
	Named    bool           `json:"named" doc:"Names stand on papers: no layer of identity is left"`
	Address  string         `json:"address" doc:"In the QR codes of certificates; empty: print.address is not set"`
}

// ShelfVersion is a version of the results that papers are made of.
type ShelfVersion struct {
	Version int        `json:"version"`
	Signed  *time.Time `json:"signed" doc:"Null: it waits for the second signature"`
}

// Shelf says which documents of a division can be made and what the others wait
// for. Nothing is made and nothing is recorded. Errors: those of the store.
func (d *Desk) Shelf(ctx context.Context, id engine.DivisionID) (Shelf, error) {
	m, err := d.matter(ctx, id)
	if err != nil {
		return Shelf{}, err
	}
	desk, err := d.Contests.Publications(ctx, id)
	if err != nil {
		return Shelf{}, err
	}
	certificates, err := d.Certificates.List(ctx, id)
	if err != nil {
		return Shelf{}, err
	}
	codes, err := m.codesWait(ctx, desk.Phase)
	if err != nil {
		return Shelf{}, err
	}
	out := Shelf{Versions: []ShelfVersion{}, Phase: desk.Phase, Address: d.Address}
	if desk.Proposed != nil {
		out.Versions = append(out.Versions, ShelfVersion{Version: desk.Proposed.Version})
	}
	for _, p := range desk.Versions {
		v := ShelfVersion{Version: p.Version}
		if p.Signed != nil {
			v.Signed = &p.Signed.At
		}
		out.Versions = append(out.Versions, v)
	}
	switch desk.Phase {
	case engine.PhaseDecrypted, engine.PhasePublished, engine.PhaseFinal:
		out.Named = true
	case engine.PhaseRunning, engine.PhaseLocked, engine.PhaseRechecked:
		out.Named = m.div.Procedure.Identity.Mode == engine.IdentityOpen
	case engine.PhaseSetup:
	}
	w := waits{desk: desk, codes: codes, issued: len(certificates) > 0}
	if len(desk.Versions) > 0 {
		a, err := m.awards(ctx)
		w.unpublished = errors.Is(err, engine.ErrPhase)
		if err != nil && !w.unpublished {
			return Shelf{}, err
		}
		w.awards = a != nil
	}
	out.Items = w.all()
	return out, nil
}

// codesWait says whether sheets have codes.
func (m *matter) codesWait(ctx context.Context, p engine.Phase) (Wait, error) {
	if p == engine.PhaseSetup {
		return WaitOpening, nil
	}
	found := false
	err := m.panels(ctx, Choice{}, func(p engine.DeskPanel, _ scoring.Module, _ int) { found = found || len(p.Rows) > 0 })
	if err != nil || found {
		return WaitNone, err
	}
	return WaitCodes, nil
}

// waits is what documents may wait for.
type waits struct {
	desk        engine.PublicationDesk
	codes       Wait
	issued      bool
	awards      bool // there are rules for them
	unpublished bool // awards wait for a correction's publication
}

func (w waits) all() []Document {
	var out []Document
	add := func(wait Wait, paths ...string) {
		for _, p := range paths {
			out = append(out, Document{p, wait})
		}
	}
	add(w.codes, "blank-sheets.pdf", "blank-tables.pdf", "work-sheets.pdf", "judge-sheets.pdf", "module-sheets.pdf", "marks.xlsx")
	report := WaitNone
	if w.desk.Proposed == nil && len(w.desk.Versions) == 0 {
		report = WaitProposal
	}
	add(report, "report.pdf")
	add(w.signed(1), "notice.pdf")
	add(w.signed(2), "corrections.pdf")
	settled := w.settled()
	add(settled, "results.xlsx", "result-book.pdf")
	awards := settled
	if settled == WaitNone && !w.awards {
		awards = WaitRules
	}
	add(awards, "awards.xlsx")
	add(settled, "ceremony/Competitor_results.xlsx", "ceremony/Best_of_Nation.xlsx")
	certificates := WaitNone
	if !w.issued {
		certificates = WaitIssue
	}
	add(certificates, "certificates.pdf", "certificates.xlsx")
	archive := WaitNone
	if w.desk.Phase == engine.PhaseSetup {
		archive = WaitOpening
	}
	// The archive keeps papers of the newest version too.
	if archive == WaitNone && len(w.desk.Versions) > 0 {
		archive = settled
	}
	add(archive, "archive.zip")
	return out
}

// signed asks for so many versions with two signatures.
func (w waits) signed(n int) Wait {
	switch {
	case len(w.desk.Versions) >= n:
		return WaitNone
	case len(w.desk.Versions) == 0:
		return WaitPublished
	}
	return WaitSecond
}

// settled asks for a version that holds every correction: awards are not given
// before.
func (w waits) settled() Wait {
	if wait := w.signed(1); wait != WaitNone {
		return wait
	}
	if w.unpublished {
		return WaitCorrected
	}
	return WaitNone
}
