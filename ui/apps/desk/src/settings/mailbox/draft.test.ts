import type { Channel } from '@visavis/client';
import { expect, test } from 'vitest';
import { domainsOf, MailboxDraft } from './draft.svelte.ts';

const channel: Channel = {
  id: '1',
  kind: 'email',
  name: 'Contact',
  key: 'abc',
  settings: {},
  mailbox: {
    addresses: [
      { address: 'contact@arzel.example', name: 'Cycles Arzel' },
      { address: 'pro@arzel.example', teamId: 't1' },
    ],
    in: {
      host: 'imap.arzel.example',
      port: 993,
      security: 'tls',
      user: 'contact',
      folders: ['INBOX', 'Sites'],
      after: 'move',
      moveTo: 'Archive',
      existing: 'fetch',
    },
    out: { host: 'smtp.arzel.example', port: 587, security: 'starttls', user: 'contact' },
    trustedServers: ['mx.arzel.example'],
    noAcknowledgements: true,
    ownReturnPath: true,
    noSubaddresses: true,
    brandOnly: true,
  },
  canSay: true,
  written: true,
  identitySecretSet: false,
  disabled: true,
  version: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
};

test('a provider that takes no passwords is kept, and its tokens are for both servers', () => {
  const oauth = { provider: 'microsoft' as const, clientId: 'id', tenant: 'arzel.example' };
  const { mailbox } = channel;
  if (!mailbox?.in || !mailbox.out) throw new Error('a mailbox with two servers');
  const settings = {
    ...mailbox,
    in: { ...mailbox.in, bearer: true },
    out: { ...mailbox.out, bearer: true },
    oauth,
  };
  const draft = new MailboxDraft({ ...channel, mailbox: settings });
  expect(draft.settings).toEqual(settings);
  draft.signInAt('google');
  expect(draft.settings.oauth).toEqual({ provider: 'google', clientId: 'id' });
  draft.signInAt('');
  expect(draft.settings).toEqual(mailbox);
  draft.signInAt('google');
  draft.clientId = ' ';
  expect(draft.faults).toBe(1);
});

test('what is read is written back as it was', () => {
  const draft = new MailboxDraft(channel);
  expect(draft.settings).toEqual(channel.mailbox);
  expect(draft.changed).toBe(false);
  expect(draft.faults).toBe(0);
});

test('a password alone is a change, and one of a server that is not used is not sent', () => {
  const draft = new MailboxDraft(channel);
  draft.inbox.password = 'secret';
  draft.relay.password = 'other';
  expect(draft.changed).toBe(true);
  draft.fetched = false;
  expect(draft.secrets).toEqual({ 'out.password': 'other' });
});

test('a mailbox needs a name, an address, and the servers it uses', () => {
  const draft = new MailboxDraft(undefined);
  expect(draft.faults).toBe(3);
  draft.name = 'Contact';
  draft.addresses = [{ address: 'contact@arzel.example', name: '', teamId: '' }];
  draft.sends = false;
  expect(draft.faults).toBe(0);
  draft.fetched = true;
  expect(draft.faults).toBe(1);
});

test('each domain is looked at once', () => {
  expect(domainsOf(channel.mailbox)).toEqual(['arzel.example']);
});
