package exchange

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/xinglu/xinglu/scoring"
)

// Read reads a workbook of either layout: with ReadCIS where a sheet has such
// a header row, else with ReadScheme. Limits, report and errors are theirs.
func Read(in io.Reader, size int64, name string, opts Options) (scoring.Scheme, Report, error) {
	if size > MaxUpload {
		return scoring.Scheme{}, Report{}, ErrTooLarge.Param("file", name)
	}
	data, err := io.ReadAll(io.LimitReader(in, MaxUpload+1))
	if err != nil {
		return scoring.Scheme{}, Report{}, fmt.Errorf("reading %s: %w", name, err)
	}
	scheme, report, err := ReadCIS(bytes.NewReader(data), size, name, opts)
	if errors.Is(err, ErrColumns) {
		return ReadScheme(bytes.NewReader(data), size, name, opts)
	}
	return scheme, report, err
}
