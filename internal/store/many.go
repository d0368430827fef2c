package store

import (
	"regexp"
	"strconv"
	"strings"
)

var parameter = regexp.MustCompile(`\$(\d+)`)

// many makes an INSERT of one row into one of n. The first common parameters are the same in every row.
func many(statement string, n, common int) string {
	head, tuple, ok := strings.Cut(statement, "VALUES ")
	if !ok {
		panic("store: not an INSERT of one row: " + statement)
	}
	own := len(parameter.FindAllString(tuple, -1)) - common
	rows := make([]string, n)
	for i := range rows {
		rows[i] = parameter.ReplaceAllStringFunc(tuple, func(p string) string {
			k, err := strconv.Atoi(p[1:])
			if err != nil || k <= common {
				return p
			}
			return "$" + strconv.Itoa(k+i*own)
		})
	}
	return head + "VALUES " + strings.Join(rows, ", ")
}

// sized is an INSERT in the sizes that are worth a prepared statement each.
type sized struct {
	common int
	of     map[int]string
	sizes  []int // descending; the last is 1
}

func inSizes(statement string, common int, sizes ...int) sized {
	s := sized{common: common, of: make(map[int]string), sizes: append(sizes, 1)}
	for _, n := range s.sizes {
		s.of[n] = many(statement, n, common)
	}
	return s
}

// each calls run with as few statements as there are sizes for n rows, with where each begins and how many rows it takes.
func (s sized) each(n int, run func(statement string, first, rows int) error) error {
	for first := 0; first < n; {
		for _, rows := range s.sizes {
			if rows > n-first {
				continue
			}
			if err := run(s.of[rows], first, rows); err != nil {
				return err
			}
			first += rows
			break
		}
	}
	return nil
}
