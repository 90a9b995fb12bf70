// Package arch holds the house rules that a test can check: imports between
// our packages go down only.
package arch_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/xinglu/xinglu/"

// floors gives every package its height. A package may import packages of a
// lower floor only; two of the same floor do not know one another.
// Longest prefix wins.
var floors = map[string]int{
	"cmd/xinglu":                    90,
	"cmd/xinglu/bench":              85,
	"cmd/xinglu/chaos":              85,
	"web/crowd":                     75,
	"web":                           80,
	"web/ui":                        70,
	"engine/demo":                   65,
	"engine/demo/":                  66, // the generator of its workbooks
	"engine":                        60,
	"engine/resultbook":             62,
	"engine/archive":                62,
	"engine/contesttest":            62,
	"engine/document":               58,
	"engine/plan":                   55,
	"engine/namelist":               52,
	"engine/exam":                   50,
	"engine/results":                55,
	"engine/hall":                   55,
	"engine/tablet":                 55,
	"engine/access":                 50,
	"engine/custody":                50,
	"scoring/award":                 45,
	"engine/draw":                   50,
	"scoring/board":                 45,
	"scoring/quality":               45,
	"scoring/exchange":              45,
	"scoring/similarity":            45,
	"scoring":                       40,
	"bank":                          40,
	"bank/exchange":                 45,
	"bank/assemble":                 35,
	"bank/richtext":                 35,
	"internal/store/":               30, // adapters and their suite
	"internal/store/mongowire/cmd/": 35, // the test server of browser tests
	"internal/live/":                30,
	"internal/store":                20,
	"internal/ledger":               10,
	"internal/live":                 10,
	"internal/seal":                 10,
	"internal/print":                10,
	"internal/print/printtest":      15,
	"internal/seb":                  10,
	"internal/picture":              10,
	"internal/fault":                0,
}

func floorOf(pkg string) (int, bool) {
	best, floor := -1, 0
	for prefix, f := range floors {
		if (pkg == prefix || strings.HasSuffix(prefix, "/") && strings.HasPrefix(pkg, prefix)) && len(prefix) > best {
			best, floor = len(prefix), f
		}
	}
	return floor, best >= 0
}

func TestImportsGoDownOnly(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	seen := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name == "node_modules" || name == "testdata" || name == "test" || strings.HasPrefix(name, ".") && path != root {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		seen++
		checkFile(t, root, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 20 {
		t.Fatalf("only %d files were checked: the walk is broken", seen)
	}
}

func checkFile(t *testing.T, root, path string) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	rel, _ := filepath.Rel(root, filepath.Dir(path))
	pkg := filepath.ToSlash(rel)
	own, known := floorOf(pkg)
	if !known {
		t.Errorf("%s: package %s has no floor; give it one in floors", path, pkg)
		return
	}
	for _, imp := range file.Imports {
		target, _ := strconv.Unquote(imp.Path.Value)
		target, ours := strings.CutPrefix(target, module)
		if !ours || target == pkg {
			continue
		}
		switch floor, ok := floorOf(target); {
		case !ok:
			t.Errorf("%s imports %s, which has no floor", path, target)
		case floor >= own:
			t.Errorf("%s (floor %d) imports %s (floor %d): imports go down only", pkg, own, target, floor)
		case strings.HasPrefix(target, "internal/store/") && !mayNameAdapters(pkg):
			t.Errorf("%s names the store adapter %s; only cmd/xinglu does", pkg, target)
		}
	}
}

func mayNameAdapters(pkg string) bool {
	return strings.HasPrefix(pkg, "cmd/") || strings.HasPrefix(pkg, "internal/store/")
}
