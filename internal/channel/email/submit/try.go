package submit

import (
	"context"

	"visavis/internal/channel"
	"visavis/internal/channel/email/line"
)

// Try tries a server out, step by step, and at last hands a letter over to it. It reports whether every step went well.
func (s *Sender) Try(ctx context.Context, to line.Server, secret string, env channel.Envelope, raw []byte, run line.Trial) bool {
	a := attempt{Sender: s, to: to, secret: secret}
	defer a.end()
	step := func(do func(context.Context) error, detail string) func() (string, string, string) {
		return func() (_, problem, answer string) {
			if err := do(ctx); err != nil {
				out := wordOf(err)
				return "", out.Problem, line.Hide(out.Answer, secret)
			}
			return detail, "", ""
		}
	}
	send := func() (detail, problem, answer string) {
		out, _ := s.hand(ctx, a.client, env, raw)
		if out.State != channel.OutSent {
			return "", out.Problem, line.Hide(out.Answer, secret)
		}
		return env.To[0], "", ""
	}
	return run("connect", step(a.connect, to.Host)) && run("tls", step(a.protect, string(to.Security))) &&
		run("sign-in", step(a.signIn, to.User)) && run("send", send)
}
