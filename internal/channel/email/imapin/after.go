package imapin

import (
	"context"
	"errors"

	"github.com/emersion/go-imap/v2"
)

// clear moves or deletes the letters that are due for it, in the folder that is open. It may be done twice: what has gone is not touched.
func (r *receiver) clear(ctx context.Context, s *session, f *folder) error {
	if r.box.After == Leave {
		f.Due = nil
	}
	if len(f.Due) > 0 && f.unsaved {
		if err := r.save(ctx, f); err != nil {
			return err
		}
	}
	for len(f.Due) > 0 {
		rest := append(spans(nil), f.Due...)
		some := rest.first(batchMost)
		var err error
		if r.box.After == Move {
			err = s.move(ctx, some, r.box.MoveTo)
		} else {
			err = s.remove(ctx, some)
		}
		if err != nil {
			return err
		}
		f.Due = rest
		if err := r.save(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// move moves letters to another folder, and makes it when there is none.
func (s *session) move(ctx context.Context, set imap.UIDSet, to string) error {
	atOnce, err := s.can(ctx, imap.CapMove)
	if err != nil {
		return err
	}
	try := func() error {
		return s.command(ctx, func() error {
			if atOnce {
				_, err := s.client.Move(set, to).Wait()
				return err
			}
			_, err := s.client.Copy(set, to).Wait()
			return err
		})
	}
	err = try()
	var no *imap.Error
	if errors.As(err, &no) && (no.Code == imap.ResponseCodeTryCreate || no.Code == imap.ResponseCodeNonExistent) {
		err = s.command(ctx, func() error { return s.client.Create(to, nil).Wait() })
		if err == nil || errors.As(err, &no) && no.Code == imap.ResponseCodeAlreadyExists { // somebody was quicker
			err = try()
		}
	}
	if err != nil || atOnce {
		return err
	}
	return s.remove(ctx, set)
}

// remove deletes letters. Without UIDPLUS a server could only be asked to delete all that anybody has marked, so they are marked and no more.
func (s *session) remove(ctx context.Context, set imap.UIDSet) error {
	exactly, err := s.can(ctx, imap.CapUIDPlus)
	if err != nil {
		return err
	}
	err = s.command(ctx, func() error {
		return s.client.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close()
	})
	if err != nil || !exactly {
		return err
	}
	return s.command(ctx, func() error { return s.client.UIDExpunge(set).Close() })
}
