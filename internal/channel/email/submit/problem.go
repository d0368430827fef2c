package submit

import (
	"errors"
	"fmt"

	"github.com/emersion/go-smtp"

	"visavis/internal/channel"
	"visavis/internal/channel/email/line"
)

// wordOf says what an error of an attempt means: whether to try again, and in a word that screens can explain.
func wordOf(err error) channel.Outcome {
	var answer *smtp.SMTPError
	var inner signInError
	deferred := func(problem string) channel.Outcome {
		return channel.Outcome{State: channel.OutDeferred, Problem: problem, Answer: line.OneLine(err.Error())}
	}
	switch {
	case errors.As(err, &inner):
		if errors.As(err, &answer) {
			if answer.Code/100 == 5 {
				return channel.Outcome{State: channel.OutDeferred, Problem: "sign-in-refused", Answer: answerOf(answer)}
			}
			return channel.Outcome{State: channel.OutDeferred, Problem: "rate-limited", Answer: answerOf(answer)}
		}
		return deferred("sign-in-refused")
	case errors.As(err, &answer):
		return answered(answer)
	case errors.Is(err, errTooMuch):
		return deferred("protocol")
	}
	return deferred(line.Problem(err))
}

// answerOf is what a server said: code, enhanced code and words.
func answerOf(e *smtp.SMTPError) string {
	return line.OneLine(fmt.Sprintf("%d %s %s", e.Code, enhanced(e), e.Message))
}

// enhanced is a server's enhanced status code, "" when it gave none.
func enhanced(e *smtp.SMTPError) string {
	if e.EnhancedCode[0] <= 0 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", e.EnhancedCode[0], e.EnhancedCode[1], e.EnhancedCode[2])
}

// answered words a server's refusal by its enhanced code (RFC 3463) where there is one, then by its words, then by its code.
func answered(e *smtp.SMTPError) channel.Outcome {
	out := channel.Outcome{State: channel.OutDeferred, Answer: answerOf(e)}
	if e.Code/100 == 5 {
		out.State = channel.OutRefused
	}
	out.Problem = problemOf(e)
	return out
}

func problemOf(e *smtp.SMTPError) string {
	if word := channel.ProblemOf(enhanced(e), e.Message); word != "" {
		return word
	}
	has := func(any ...string) bool { return channel.Says(e.Message, any...) }
	switch {
	case has("greylist", "graylist", "grey list"):
		return "greylisted"
	case has("quota", "mailbox full", "over quota"), e.Code == 452, e.Code == 552 && !has("size"):
		return "mailbox-full"
	case has("size", "too large"):
		return "too-large"
	case has("relay"):
		return "relay-denied"
	case has("spam", "blacklist", "blocked", "reputation"):
		return "spam-refused"
	case has("too many", "rate"), e.Code == 421:
		return "rate-limited"
	case e.Code == 550, e.Code == 551, e.Code == 553:
		return "mailbox-unknown"
	case e.Code/100 == 4:
		return "not-now"
	}
	return "refused"
}
