//go:build !race

package gates_test

const raced = false
