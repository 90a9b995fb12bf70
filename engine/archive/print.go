package archive

import (
	"fmt"
	"io"
)

var stateWords = map[State]string{Proven: "ok  ", Failed: "BAD ", Skipped: "--  "}

// Print writes the report for people, and says whether the archive holds.
func (r Report) Print(w io.Writer) error {
	m := r.Manifest
	lines := []string{
		fmt.Sprintf("%s / %s / %s", m.Names.Contest.ZH, m.Names.Event.ZH, m.Names.Division.ZH),
		fmt.Sprintf("division %s, phase %s, made %s by %s on %s (%s)", m.Division, m.Phase, m.Made.Format("2006-01-02 15:04:05Z07:00"), m.By, m.Node, m.Program),
	}
	for _, c := range r.Checks {
		lines = append(lines, fmt.Sprintf("%s%-13s%s", stateWords[c.State], c.Name, c.Detail))
	}
	for _, f := range r.Findings {
		lines = append(lines, "  "+f.String())
	}
	switch {
	case len(r.Findings) > 0:
		lines = append(lines, fmt.Sprintf("DAMAGED: %d findings", len(r.Findings)))
	case r.Trusted:
		lines = append(lines, "proven: the archive is whole, unchanged and signed by a trusted key")
	default:
		lines = append(lines, "proven: the archive is whole and unchanged; whether its key is the server's, compare by its fingerprint or give --key")
	}
	for _, l := range lines {
		if _, err := fmt.Fprintln(w, l); err != nil {
			return err
		}
	}
	return nil
}
