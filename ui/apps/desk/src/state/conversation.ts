import type { Conversation, Line, Message, Pending, ScheduledReply } from '@visavis/client';
import type { IconName } from '@visavis/kit';
import { isIcon } from '@visavis/kit';
import type { Said, Speaker } from '@visavis/talk';
import type { Voice } from '../words.ts';
import { leavesNow } from './leaving.svelte.ts';
import type { People } from './people.svelte.ts';
import type { Written } from './replies.svelte.ts';

export interface Reader {
  people: People;
  myId: string;
  voice: Voice;
}

/** What to call a customer who may not have said a name. */
export function nameOf(customer: { name: string }, voice: Voice): string {
  return customer.name || voice.t('visitor');
}

const channelIcons: Record<string, IconName> = {
  webchat: 'chat',
  email: 'mail',
  phone: 'phone',
  sms: 'sms',
  social: 'social',
  letter: 'letter',
  shop: 'shop',
  sos: 'sos',
};
const channelWords = ['webchat', 'email', 'phone', 'sms', 'social', 'letter', 'shop', 'sos'] as const;

export function channelIcon(kind: string): IconName {
  return channelIcons[kind] ?? 'chat';
}
export function channelName(kind: string, voice: Voice): string {
  const known = channelWords.find((word) => word === kind);
  return known ? voice.t(`channel.${known}`) : kind;
}
export function teamIcon(icon: string): IconName {
  return icon && isIcon(icon) ? icon : 'users';
}

/** The second line of a row: the last word, or what came instead of one. */
export function previewOf(conversation: Conversation, voice: Voice): string {
  const { text, attachments } = conversation.preview;
  return text || (attachments > 0 ? voice.t('preview.files', { n: attachments }) : conversation.subject);
}

function speaker(message: Message, conversation: Conversation, { people, voice }: Reader): Speaker {
  const { kind, id } = message.author;
  if (kind === 'customer') {
    const { customer } = conversation;
    return {
      kind,
      id: id ?? customer.id,
      name: nameOf(customer, voice),
      face: customer.face,
      anonymous: !customer.name,
    };
  }
  const member = people.member(id);
  if (kind === 'member' && member)
    return { kind, id: member.id, name: member.firstName || member.name, face: member.face };
  return { kind: kind === 'member' ? 'member' : 'system', id: id ?? 'system', name: voice.t('line.system'), face: '' };
}

/** Messages as both sides' parts draw them, with what is still on its way at the end. */
export function toSaid(
  messages: readonly Message[],
  pending: readonly Pending<Written>[],
  conversation: Conversation,
  reader: Reader,
): Said[] {
  const arrived = new Set(messages.map((message) => message.clientId).filter(Boolean));
  const said = messages.map((message) => one(message, conversation, reader));
  const me = reader.people.member(reader.myId);
  const by: Speaker = { kind: 'member', id: reader.myId, name: me?.firstName || me?.name || '', face: me?.face ?? '' };
  for (const item of pending) {
    if (arrived.has(item.clientId)) continue;
    said.push({
      key: item.clientId,
      kind: item.body.kind,
      by,
      ours: true,
      text: item.body.text,
      attachments: item.body.attachments,
      at: item.writtenAt,
      channel: conversation.channelKind,
      mark: item.state === 'refused' ? 'failed' : item.state === 'sending' ? 'sending' : 'waiting',
      failure: item.state === 'refused' ? failureOf(item.code, item.detail, reader.voice) : undefined,
    });
  }
  return said;
}

/** Answers by letter that wait for a second thought only: shown at once, as what is on its way, until their message is there. */
export function toLeave(
  scheduled: readonly ScheduledReply[],
  messages: readonly Message[],
  conversation: Conversation,
  { people }: Reader,
): Said[] {
  const gone = ({ memberId, text, createdAt }: ScheduledReply) =>
    messages.some((one) => one.author.id === memberId && one.text === text && one.createdAt >= createdAt);
  return scheduled
    .filter((one) => leavesNow(one) && !gone(one))
    .map((one) => {
      const member = people.member(one.memberId);
      const name = member?.firstName || member?.name || '';
      return {
        key: one.id,
        kind: 'message',
        by: { kind: 'member', id: one.memberId, name, face: member?.face ?? '' },
        ours: true,
        text: one.text,
        attachments: [],
        at: one.createdAt,
        channel: people.channel(one.channelId)?.kind ?? conversation.channelKind,
        mark: 'sending',
      };
    });
}

/** Why a word was refused, as a person says it; what the server said when we know no better. */
export function failureOf(code: string | undefined, detail: string | undefined, { t }: Voice): string {
  if (code === 'conversation_resolved') return t('failure.resolved');
  if (code === 'not_found') return t('failure.gone');
  if (code === 'channel_silent') return t('failure.silent');
  return detail || t('failure.any');
}

function one(message: Message, conversation: Conversation, reader: Reader): Said {
  const by = speaker(message, conversation, reader);
  const ours = message.author.kind === 'member';
  const line = message.line ? describe(message.line, by, message.author.id === reader.myId, reader) : undefined;
  const key = (ours && message.clientId) || message.id;
  return {
    key,
    messageId: message.id,
    kind: message.kind,
    by,
    ours,
    text: line?.text ?? message.text,
    words: message.kind === 'call' ? message.text : undefined,
    icon: line?.icon,
    attachments: message.attachments,
    at: message.createdAt,
    channel: message.channelKind ?? conversation.channelKind,
    mark: ours ? (message.position <= conversation.customerReadPosition ? 'read' : 'sent') : 'received',
  };
}

/** A grey line in words: who did what, when it matters until when. */
export function describe(
  line: Line,
  by: Speaker,
  mine: boolean,
  { people, myId, voice }: Reader,
): { text: string; icon: IconName } {
  const { t } = voice;
  const who = { by: mine ? t('line.you') : by.name, mine: mine ? 'yes' : 'no' };
  switch (line.type) {
    case 'conversation.assigned':
      return { text: assigned(line, who, by, { people, myId, voice }), icon: 'user' };
    case 'conversation.snoozed':
      return {
        text: line.until ? t('line.snoozed', { ...who, when: voice.until(line.until) }) : t('line.snoozed.reply', who),
        icon: 'moon',
      };
    case 'conversation.woken':
      return { text: t('line.woken'), icon: 'sun' };
    case 'conversation.resolved':
      return { text: t('line.resolved', who), icon: 'check' };
    case 'conversation.reopened':
      return { text: t('line.reopened', who), icon: 'undo' };
    case 'conversation.renamed':
      return { text: t('line.renamed', { ...who, subject: line.subject ?? '' }), icon: 'pen' };
    case 'conversation.called':
      return { text: t('line.called', who), icon: 'bell' };
    case 'conversation.spoken':
      return { text: t('line.spoken', who), icon: 'user' };
    case 'conversation.concluded':
      return { text: concluded(line, who, voice), icon: 'sos' };
    case 'customer.identified': {
      const by = t('line.customer');
      if (line.name && line.email)
        return { text: t('line.identified.both', { by, name: line.name, email: line.email }), icon: 'user' };
      if (line.email) return { text: t('line.identified.email', { by, email: line.email }), icon: 'user' };
      return { text: t('line.identified', { by, name: line.name ?? '' }), icon: 'user' };
    }
  }
}

function concluded(line: Line, who: { by: string; mine: string }, voice: Voice): string {
  const said = voice.t('line.concluded', { ...who, result: line.result ?? '' });
  return line.call?.seconds ? voice.t('line.took', { said, span: voice.lasting(line.call.seconds * 1000) }) : said;
}

function assigned(line: Line, who: { by: string; mine: string }, by: Speaker, { people, myId, voice }: Reader): string {
  const { t } = voice;
  const member = people.member(line.memberId);
  const team = people.team(line.teamId);
  if (member && member.id === by.id) return t('line.assigned.self', who);
  if (member && member.id === myId) return t('line.assigned.you', who);
  if (member && team) return t('line.assigned.both', { ...who, name: member.name, team: team.name });
  if (member) return t('line.assigned', { ...who, name: member.name });
  if (team) return t('line.assigned.team', { ...who, team: team.name });
  return t('line.assigned.nobody', who);
}
