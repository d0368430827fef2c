package listen

import (
	"context"
	"sync"

	"visavis/internal/text"
	"visavis/internal/vis"
)

// shipped is the reader that is built in. Its name says of which messages it was made.
var shipped = sync.OnceValue(func() learned { return named(text.Standard()) })

func named(m *text.Model) learned {
	return learned{reader: text.NewReader(m), name: "built-in-" + text.HashOf(m.Bytes())[:8]}
}

// readerOf is the workspace's own reader, or the built-in one. A model that another node made is loaded with the first message after it.
func (s *Service) readerOf(ctx context.Context, tx Tx, ws vis.WorkspaceID) (learned, error) {
	version, err := tx.ModelVersion(ctx)
	if err != nil || version == 0 {
		return s.builtIn(), err
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
	fresh := s.builtIn()
	if len(kept.Body) > 0 {
		m, err := text.ParseModel(kept.Body)
		if err != nil {
			s.log.Error("a workspace's own model cannot be read; the built-in one reads", "workspace", ws, "err", err)
			return fresh, nil
		}
		fresh = learned{reader: text.NewReader(m), name: ownName(kept.Story.Number)}
	}
	fresh.version = kept.Version
	s.mu.Lock()
	s.readers[ws] = fresh
	s.mu.Unlock()
	return fresh, nil
}
