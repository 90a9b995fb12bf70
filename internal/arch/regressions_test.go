package arch_test

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// regressionRows are the rows that docs/regressions.md must have, in order.
var regressionRows = []string{
	"Stuck or lost on disconnect", "Empty essay at auto-submit", "Time extension", "Lock time cuts running attempts",
	"Client clock tampering", "Autosave conflicts", "Start storm", "SEB key mismatch", "Validation blocks timeout",
	"Slow statistics or regrade", "Regrade against a new version",

	"kill -9 of the server", "kill -9 of the client's tab", "Disk full", "Server's clock set by an hour",
	"Client's clock set by an hour", "Duplicate and reordered frames", "Forged frames", "Oversized frames", "Two tabs",
	"Expired ticket", "Replayed SEB hash", "Roster with duplicate IDs", "Paper package tampered with",
}

// namedTest is a test as the last cell of a row names it: `path: name`.
var namedTest = regexp.MustCompile("`([^`]+?): ([^`]+)`")

// TestRegressionsAreTested: each row of docs/regressions.md names tests, each
// of them exists, and no TestRegression… is forgotten.
func TestRegressionsAreTested(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	rows, named := readRegressions(t, filepath.Join(root, "docs", "regressions.md"))
	if diff := cmp.Diff(regressionRows, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	known := map[string][]string{}
	for _, n := range named {
		if known[n[0]] == nil {
			known[n[0]] = testsOf(t, filepath.Join(root, filepath.FromSlash(n[0])))
		}
		if !slices.ContainsFunc(known[n[0]], func(have string) bool { return have == n[1] }) {
			t.Errorf("%s has no test %q", n[0], n[1])
		}
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && path != root):
			return fs.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		rel, err := filepath.Rel(root, path)
		for _, name := range testsOf(t, path) {
			if strings.HasPrefix(name, "TestRegression") && name != "TestRegressionsAreTested" && !slices.Contains(named, [2]string{filepath.ToSlash(rel), name}) {
				t.Errorf("%s of %s is in no row of docs/regressions.md", name, rel)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// readRegressions returns the first cells of all rows, and each test as path
// and name.
func readRegressions(t *testing.T, path string) (rows []string, named [][2]string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	heading := ""
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		cells := strings.Split(strings.Trim(lines.Text(), "| "), "|")
		switch {
		case !strings.HasPrefix(lines.Text(), "|"):
			heading = ""
			continue
		case heading == "":
			heading = lines.Text()
			continue
		case strings.HasPrefix(lines.Text(), "|--"):
			continue
		}
		if want := strings.Count(heading, "|") - 1; len(cells) != want {
			t.Errorf("a row of %d cells, want %d: %s", len(cells), want, lines.Text())
		}
		row := strings.TrimSpace(cells[0])
		tests := namedTest.FindAllStringSubmatch(cells[len(cells)-1], -1)
		if len(tests) == 0 {
			t.Errorf("row %q names no test", row)
		}
		for _, m := range tests {
			named = append(named, [2]string{m[1], m[2]})
		}
		rows = append(rows, row)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return rows, named
}

// title is a test of a TypeScript file; a title holds none of its own quotes.
var title = regexp.MustCompile("\\b(?:it|test)\\(\\s*(?:'([^'\n]+)'|\"([^\"\n]+)\"|`([^`\n]+)`),|\\]\\)\\(\\s*(?:'([^'\n]+)'|\"([^\"\n]+)\"),")

// testsOf returns the names of the tests of a Go or TypeScript file.
func testsOf(t *testing.T, path string) (names []string) {
	t.Helper()
	if strings.HasSuffix(path, ".ts") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		for _, m := range title.FindAllStringSubmatch(string(text), -1) {
			names = append(names, strings.Join(m[1:], "")) // one of them matched
		}
		return names
	}
	if !strings.HasSuffix(path, "_test.go") {
		t.Errorf("%s is no file of tests", path)
		return nil
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Error(err)
		return nil
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
			names = append(names, f.Name.Name)
		}
	}
	return names
}
