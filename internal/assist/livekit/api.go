package livekit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	answersWithin = 3 * time.Second
	maxAnswer     = 1 << 20
)

// refusal is how the server says no (https://twitchtv.github.io/twirp/docs/errors.html).
type refusal struct {
	Status int    `json:"-"`
	Code   string `json:"code"`
	Msg    string `json:"msg"`
}

func (r *refusal) Error() string { return fmt.Sprintf("livekit: %d %s: %s", r.Status, r.Code, r.Msg) }

// isGone reports whether the server has no such room, or nobody of that name in it.
func isGone(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.Code == "not_found"
}

// call asks the server's RoomService (https://docs.livekit.io/reference/other/roomservice-api/). Its answers name fields as its protocol
// does.
func (b *Backend) call(ctx context.Context, method string, g grant, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, answersWithin)
	defer cancel()
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("livekit: write %s: %w", method, err)
	}
	token, err := b.sign("", g, callFor)
	if err != nil {
		return fmt.Errorf("livekit: sign %s: %w", method, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.base+"/twirp/livekit.RoomService/"+method, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("livekit: make %s: %w", method, err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := b.http.Do(r)
	if err != nil {
		return fmt.Errorf("livekit: call %s: %w", method, err)
	}
	defer func() { _ = answer.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("livekit: read %s: %w", method, err)
	}
	if answer.StatusCode != http.StatusOK {
		no := &refusal{Status: answer.StatusCode}
		_ = json.Unmarshal(said, no) // a proxy in between says it in other words
		return no
	}
	if err := json.Unmarshal(said, out); err != nil {
		return fmt.Errorf("livekit: read %s: %w", method, err)
	}
	return nil
}

// The messages that we send and read, as far as we need them (livekit_room.proto, livekit_models.proto).
type (
	createRoom struct {
		Name      string `json:"name"`
		Empty     int    `json:"empty_timeout"`
		Departure int    `json:"departure_timeout"`
		Most      int    `json:"max_participants"`
	}
	aRoom struct {
		Room string `json:"room"`
	}
	oneOf struct {
		Room       string      `json:"room"`
		Identity   string      `json:"identity"`
		Permission *permission `json:"permission,omitempty"`
	}
	permission struct {
		Subscribe bool     `json:"can_subscribe"`
		Publish   bool     `json:"can_publish"`
		Data      bool     `json:"can_publish_data"`
		Sources   []string `json:"can_publish_sources"`
	}
	participants struct {
		Participants []participant `json:"participants"`
	}
	participant struct {
		Identity   string      `json:"identity"`
		State      string      `json:"state"` // "ACTIVE" once media can flow
		Tracks     []track     `json:"tracks"`
		Permission *permission `json:"permission"`
	}
	track struct {
		SID    string `json:"sid"`
		Type   string `json:"type"` // "AUDIO", "VIDEO"
		Source string `json:"source"`
	}
	muteTrack struct {
		Room     string `json:"room"`
		Identity string `json:"identity"`
		Track    string `json:"track_sid"`
		Muted    bool   `json:"muted"`
	}
	nothing struct{}
)

func (b *Backend) create(ctx context.Context, room string) error {
	return b.call(ctx, "CreateRoom", grant{RoomCreate: true}, createRoom{room, int(emptyFor.Seconds()), int(leftFor.Seconds()), legsMost}, &nothing{})
}

func (b *Backend) delete(ctx context.Context, room string) error {
	return b.call(ctx, "DeleteRoom", grant{RoomCreate: true}, aRoom{room}, &nothing{})
}

func (b *Backend) list(ctx context.Context, room string) ([]participant, error) {
	var out participants
	err := b.call(ctx, "ListParticipants", grant{RoomAdmin: true, Room: room}, aRoom{room}, &out)
	return out.Participants, err
}

func (b *Backend) remove(ctx context.Context, room, who string) error {
	return b.call(ctx, "RemoveParticipant", grant{RoomAdmin: true, Room: room}, oneOf{Room: room, Identity: who}, &nothing{})
}

func (b *Backend) permit(ctx context.Context, room, who string, p permission) error {
	return b.call(ctx, "UpdateParticipant", grant{RoomAdmin: true, Room: room}, oneOf{room, who, &p}, &nothing{})
}

func (b *Backend) mute(ctx context.Context, room, who, track string) error {
	return b.call(ctx, "MutePublishedTrack", grant{RoomAdmin: true, Room: room}, muteTrack{room, who, track, true}, &nothing{})
}
