// Package ui embeds the built screens (exam, judge, board, admin) into the program.
//
// The files come from `npm run build` in this folder and are not kept in version control; a clone
// without them still compiles, because dist/.keep is committed. Every text file has a gzip copy
// beside it (name + ".gz"). Files under assets/ carry a content hash in their names and never change.
package ui

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var files embed.FS

// Dist returns the built front end with index files at its root: exam.html, judge.html, board.html,
// admin.html and the folder assets. It holds only .keep when the front end has not been built.
func Dist() fs.FS {
	dist, err := fs.Sub(files, "dist")
	if err != nil {
		panic("ui: the embedded folder dist has an impossible name: " + err.Error()) // fs.Sub fails on invalid paths only
	}
	return dist
}
