// Package ui holds the built front end.
package ui

import "embed"

// Files is the front end as its build left it, under dist/. A checkout that was not built holds an empty folder, and the server
// then says how to build it.
//
//go:embed all:dist
var Files embed.FS
