package plan

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
)

//go:embed data/*.json
var data embed.FS

// Examples returns the shipped documents of eligibility: one a generation of
// standards. They are examples, to be checked against the occupation's own
// standard before use.
func Examples() ([]Eligibility, error) {
	files, err := fs.Glob(data, "data/*.json")
	if err != nil {
		return nil, err
	}
	list := make([]Eligibility, 0, len(files))
	for _, name := range files {
		body, err := data.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var e Eligibility
		if err := json.Unmarshal(body, &e); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		list = append(list, e)
	}
	return list, nil
}
