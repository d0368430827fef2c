// Package torture is the black box: it starts the real program, speaks to it as strangers,
// visitors and agents do, hurts it, and holds what it then says against a ledger of its own.
//
// It imports nothing of the product. What it believes was promised it wrote down itself, in a
// file outside the product's data, at the moment an answer arrived.
package torture
