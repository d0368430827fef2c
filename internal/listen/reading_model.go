package listen

import (
	"context"
	"fmt"
	"sync"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// standard is the reader that is built in. Its name says of which messages it was made.
var standard = sync.OnceValue(func() learned {
	m := text.Standard()
	return learned{reader: text.NewReader(m), name: "built-in-" + text.HashOf(m.Bytes())[:8]}
})

// readerOf is the workspace's own reader, or the built-in one. A model that another node made is loaded with the first message after it.
func (s *Service) readerOf(ctx context.Context, tx Tx, ws vis.WorkspaceID) (learned, error) {
	version, err := tx.ModelVersion(ctx)
	if err != nil || version == 0 {
		return standard(), err
	}
	s.mu.Lock()
	known := s.readers[ws]
	s.mu.Unlock()
	if known.version == version {
		return known, nil
	}
	kept, err := tx.Model(ctx)
	if err != nil {
		return learned{}, err
	}
	m, err := text.ParseModel(kept.Body)
	if err != nil {
		s.log.Error("a workspace's own model cannot be read; the built-in one reads", "workspace", ws, "err", err)
		return standard(), nil
	}
	fresh := learned{text.NewReader(m), fmt.Sprintf("own-%d", kept.Version), kept.Version}
	s.mu.Lock()
	s.readers[ws] = fresh
	s.mu.Unlock()
	return fresh, nil
}
