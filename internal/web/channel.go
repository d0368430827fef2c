package web

import (
	"context"
	"encoding/json"

	"visavis/internal/channel"
	"visavis/internal/vis"
)

// Channels is every channel of the workspace.
type Channels struct {
	Items []Channel `json:"items" nullable:"false"`
}

// ChannelSecret is a channel's new signing secret. It is shown this once.
type ChannelSecret struct {
	Secret string `json:"secret"`
}

type createChannelInput struct {
	Body struct {
		Kind     string           `json:"kind" maxLength:"24"`
		Name     string           `json:"name"`
		Settings WebchatSettings  `json:"settings,omitempty"`
		Mailbox  *MailboxSettings `json:"mailbox,omitempty" doc:"Instead of settings, for a channel of letters."`
		Disabled bool             `json:"disabled,omitempty" doc:"To be switched on later, when it was tried out."`
	} `nameHint:"CreateChannel"`
}

type changeChannelInput struct {
	ByID
	IfMatch
	Body struct {
		Name     *string          `json:"name,omitempty"`
		Settings *WebchatSettings `json:"settings,omitempty"`
		Mailbox  *MailboxSettings `json:"mailbox,omitempty" doc:"Instead of settings, for a channel of letters."`
		Disabled *bool            `json:"disabled,omitempty"`
		Version  *int64           `json:"version,omitempty"`
	} `nameHint:"ChangeChannel"`
}

// stored is the settings that a caller gave, as their channel's kind keeps them, and the team, which the channel keeps itself.
func stored(w *WebchatSettings, m *MailboxSettings) (json.RawMessage, vis.TeamID, error) {
	var settings any
	var team *string
	if m != nil {
		given := *m
		team, given.TeamID, settings = m.TeamID, nil, &given
	} else {
		given := *w
		team, given.TeamID, settings = w.TeamID, nil, &given
	}
	raw, err := json.Marshal(settings)
	if team == nil {
		team = new(string)
	}
	return raw, vis.TeamID(*team), err
}

// mayKnow lets everybody who works here see what is configured, for her screen shows it everywhere; a token needs the scope.
func mayKnow(by vis.Actor, scope vis.Scope) error {
	if by.Kind == vis.ByMember {
		return nil
	}
	return by.Must(scope)
}

// checkTeam refuses a team that is not of this workspace.
func (s *Server) checkTeam(ctx context.Context, ws vis.WorkspaceID, field string, id vis.TeamID) error {
	if id == "" {
		return nil
	}
	all, err := s.staff.Teams(ctx, ws)
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.ID == id {
			return nil
		}
	}
	return vis.InField(field, "There is no such team here.")
}

func (s *Server) channelRoutes() {
	add(s, route{method: "GET", path: "/channels", id: "listChannels", tag: "channels", summary: "Every channel", access: staffers, scope: vis.ReadSettings},
		func(ctx context.Context, by caller, _ *none) (*reply[Channels], error) {
			if err := mayKnow(by.Actor, vis.ReadSettings); err != nil {
				return nil, err
			}
			all, err := s.channels.List(ctx, by.Workspace)
			out := Channels{make([]Channel, len(all))}
			for i, c := range all {
				out.Items[i] = s.channel(c)
			}
			return ok(out), err
		})
	add(s, route{method: "GET", path: "/channels/{id}", id: "getChannel", tag: "channels", summary: "One channel", access: staffers, scope: vis.ReadSettings},
		func(ctx context.Context, by caller, in *ByID) (*reply[Channel], error) {
			if err := mayKnow(by.Actor, vis.ReadSettings); err != nil {
				return nil, err
			}
			c, err := s.channels.Get(ctx, by.Workspace, vis.ChannelID(in.ID))
			return ok(s.channel(c)), err
		})
	add(s, route{method: "POST", path: "/channels", id: "createChannel", tag: "channels", summary: "Make a channel", access: staffers, status: 201,
		scope: vis.WriteSettings}, s.createChannel)
	add(s, route{method: "PATCH", path: "/channels/{id}", id: "changeChannel", tag: "channels", summary: "Change a channel", access: staffers,
		scope: vis.WriteSettings}, s.changeChannel)
	add(s, route{method: "POST", path: "/channels/{id}/secret", id: "rotateChannelSecret", tag: "channels",
		summary: "Make a new signing secret; the old one ends at once", access: staffers, scope: vis.WriteSettings},
		func(ctx context.Context, by caller, in *ByID) (*reply[ChannelSecret], error) {
			c, err := s.channels.RotateSecret(ctx, by.Actor, vis.ChannelID(in.ID))
			if err != nil {
				return nil, err
			}
			secret, err := s.channels.Secret(by.Workspace, c)
			return ok(ChannelSecret{string(secret)}), err
		})
}

func (s *Server) createChannel(ctx context.Context, by caller, in *createChannelInput) (*reply[Channel], error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return nil, err
	}
	settings, t, err := stored(&in.Body.Settings, in.Body.Mailbox)
	if err != nil {
		return nil, err
	}
	if err := s.checkTeam(ctx, by.Workspace, "settings.teamId", t); err != nil {
		return nil, err
	}
	c, err := s.channels.Create(ctx, by.Actor, channel.Creation{Kind: channel.Kind(in.Body.Kind), Name: in.Body.Name, Settings: settings, Team: t,
		Disabled: in.Body.Disabled})
	s.directory.forget(by.Workspace)
	return ok(s.channel(c)), err
}

func (s *Server) changeChannel(ctx context.Context, by caller, in *changeChannelInput) (*reply[Channel], error) {
	if err := by.Must(vis.WriteSettings); err != nil {
		return nil, err
	}
	version, err := in.version(in.Body.Version)
	if err != nil {
		return nil, err
	}
	change := channel.Change{Name: in.Body.Name, Disabled: in.Body.Disabled, Version: version}
	if in.Body.Settings != nil || in.Body.Mailbox != nil {
		var t vis.TeamID
		if change.Settings, t, err = stored(in.Body.Settings, in.Body.Mailbox); err != nil {
			return nil, err
		}
		if err := s.checkTeam(ctx, by.Workspace, "settings.teamId", t); err != nil {
			return nil, err
		}
		change.Team = &t
	}
	c, err := s.channels.Change(ctx, by.Actor, vis.ChannelID(in.ID), change)
	s.directory.forget(by.Workspace)
	return ok(s.channel(c)), err
}
