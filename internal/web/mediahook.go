package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"visavis/internal/vis"
)

const (
	mediaHookPath = "livekit/words"
	maxMediaWord  = 64 << 10
)

// limitMediaWords bounds what one address may have us verify; a busy cluster says a few words for each person who comes or goes.
var limitMediaWords = limit{"media words", 3000, time.Minute}

// MediaHook hears what a media server elsewhere says of the rooms of our calls.
type MediaHook interface {
	// About is the session that a word concerns, "" for none that can be found in it.
	About(body []byte) vis.AssistID
	// Hear takes a word. It refuses one that is not that server's.
	Hear(ctx context.Context, authorization string, body []byte) error
}

// hearMedia takes a word of the media server (webhook). Where calls run through none there is nothing here.
func (s *Server) hearMedia(w http.ResponseWriter, r *http.Request) {
	if s.mediaHook == nil {
		s.refuse(w, r, vis.Errorf(vis.NotFound, "not_found", "There is nothing at this address."))
		return
	}
	if err := s.limits.take(limitMediaWords, addressKey(addressOf(r, s.trusted))); err != nil {
		s.refuse(w, r, err)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMediaWord))
	if err != nil {
		s.refuse(w, r, vis.Errorf(vis.TooLarge, "too_large", "This is longer than what a media server says."))
		return
	}
	if err := s.mediaHook.Hear(r.Context(), r.Header.Get("Authorization"), body); err != nil {
		s.refuse(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// mediaPlace is the address of the node that holds the call which a word of the media server is about, "" for this one. Who proves there
// to be that server, is not looked at here: a word that is passed on without reason is refused like any other.
func (s *Server) mediaPlace(r *http.Request) (string, error) {
	if s.mediaHook == nil {
		return "", nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxMediaWord+1))
	if err != nil {
		return "", nil //nolint:nilerr // it is refused where it is read
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), r.Body), r.Body}
	return s.holderOf(r, string(s.mediaHook.About(body)))
}
