package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestCodesAreUnique reads the source for every fault.New. A code names one
// error: screens translate by it, and fault.Error.Is compares it, so two
// errors of one code would be taken for one another.
func TestCodesAreUnique(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	where := map[string]token.Position{}
	form := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && path != root):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !callsFaultNew(call) {
				return true
			}
			at := fset.Position(call.Pos())
			lit, ok := call.Args[1].(*ast.BasicLit)
			if !ok {
				return true // exam names single answers' refusals by constants
			}
			code, err := strconv.Unquote(lit.Value)
			if err != nil || !form.MatchString(code) {
				t.Errorf("%s: %s is no snake_case code", at, lit.Value)
			}
			if first, taken := where[code]; taken {
				t.Errorf("%s: the code %s is taken by %s", at, code, first)
			}
			where[code] = at
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(where) < 50 {
		t.Fatalf("only %d codes were found: the walk is broken", len(where))
	}
}

func callsFaultNew(call *ast.CallExpr) bool {
	s, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != "New" || len(call.Args) < 3 {
		return false
	}
	pkg, ok := s.X.(*ast.Ident)
	return ok && pkg.Name == "fault"
}
