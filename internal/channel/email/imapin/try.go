package imapin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"

	"visavis/internal/channel/email/line"
)

// findEvery is how often a folder is asked whether a letter has come.
const findEvery = time.Second

// Try tries a mailbox out, step by step, and changes nothing in it. It reports whether every step went well.
func (f *Fetcher) Try(ctx context.Context, box Mailbox, secret string, run line.Trial) bool {
	var s *session
	defer func() {
		if s != nil {
			s.end()
		}
	}()
	step := func(name string, do func() (detail string, err error)) bool {
		return run(name, stepOf(secret, do))
	}
	return step("connect", func() (_ string, err error) {
		s, err = f.connect(ctx, box.Server)
		return box.Server.Host, err
	}) && step("tls", func() (string, error) {
		return string(box.Server.Security), s.protect(ctx, f, box.Server)
	}) && step("sign-in", func() (string, error) {
		return box.Server.User, s.signIn(ctx, f, box.Server, secret)
	}) && step("folders", func() (string, error) {
		return s.folders(ctx, box.Folders)
	})
}

func stepOf(secret string, do func() (detail string, err error)) func() (detail, problem, answer string) {
	return func() (detail, problem, answer string) {
		detail, err := do()
		if err != nil {
			problem, _ = wordOf(err)
			return "", problem, answerOf(err, secret)
		}
		return line.OneLine(detail), "", ""
	}
}

// folders opens every folder, and tells how many letters lie in each.
func (s *session) folders(ctx context.Context, names []string) (detail string, err error) {
	for _, name := range names {
		sel, err := s.open(ctx, name, true)
		if err != nil {
			return "", &folderError{name, err}
		}
		detail += fmt.Sprintf("%s (%d) ", name, sel.NumMessages)
	}
	return detail, nil
}

// Find is the last step of a trial: it waits until a letter has come, and deletes it. It reports whether that went well.
func (f *Fetcher) Find(ctx context.Context, box Mailbox, secret, messageID string, run line.Trial) bool {
	return run("receive", stepOf(secret, func() (string, error) {
		s, err := f.session(ctx, box.Server, secret)
		if err != nil {
			return "", err
		}
		defer s.end()
		places := box.Folders
		if box.MoveTo != "" {
			places = append(places[:len(places):len(places)], box.MoveTo) // whoever fetches may have been quicker
		}
		for {
			for _, name := range places {
				found, err := s.take(ctx, name, messageID)
				if found || err != nil {
					return name, err
				}
			}
			if sleep(ctx, findEvery) != nil {
				return "", errNotArrived
			}
		}
	}))
}

var errNotArrived = errors.New("the letter has not come in time")

// take deletes the letter with an id from a folder. What is no folder has none.
func (s *session) take(ctx context.Context, name, messageID string) (found bool, err error) {
	var no *imap.Error
	if _, err := s.open(ctx, name, false); errors.As(err, &no) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	var set imap.UIDSet
	err = s.command(ctx, func() error {
		data, err := s.client.UIDSearch(&imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: messageID}}}, nil).Wait()
		if err == nil {
			set, _ = data.All.(imap.UIDSet)
		}
		return err
	})
	if err != nil || len(set) == 0 {
		return false, err
	}
	return true, s.remove(ctx, set)
}
