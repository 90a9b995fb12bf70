// Command build turns the reviewable sources of the demo bank, tab-separated
// text in engine/demo/data/src, into the workbooks that the demo imports:
//
//	go run ./engine/demo/build            # from the module root
//
// It writes dgy3-outline.xlsx, dgy3-questions.xlsx and dgy3-kinds.xlsx, with the
// drawings of figures.go, in the layouts that package bank/exchange documents. The same sources give the same bytes.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/xuri/excelize/v2"
)

// The names of the workbooks and of their only sheet.
const (
	outlineFile   = "dgy3-outline.xlsx"
	questionsFile = "dgy3-questions.xlsx"
	sheetName     = "三级"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run builds the workbooks and returns the exit code: 1 when the sources are
// wrong or a file cannot be written, 2 for wrong flags.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("build", flag.ContinueOnError)
	flags.SetOutput(stderr)
	data := flags.String("data", "engine/demo/data", "folder of the demo data; sources are read from its folder src")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if err := build(*data, stdout); err != nil {
		fmt.Fprintln(stderr, "building the demo bank:", err)
		return 1
	}
	return 0
}

func build(dir string, stdout io.Writer) error {
	src, err := readSource(filepath.Join(dir, "src"))
	if err != nil {
		return err
	}
	for _, book := range []struct {
		name  string
		write func(source) (*excelize.File, error)
	}{{outlineFile, outlineBook}, {questionsFile, questionsBook}, {kindsFile, kindsBook}} {
		f, err := book.write(src)
		if err != nil {
			return fmt.Errorf("writing %s: %w", book.name, err)
		}
		if err := f.SaveAs(filepath.Join(dir, book.name)); err != nil {
			return fmt.Errorf("saving %s: %w", book.name, err)
		}
		if err := f.Close(); err != nil {
			return fmt.Errorf("closing %s: %w", book.name, err)
		}
	}
	fmt.Fprintf(stdout, "%d points, %d questions, %d rows of other kinds\n", len(src.points), len(src.questions), len(src.items))
	return nil
}
