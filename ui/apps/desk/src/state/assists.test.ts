import type { Assist, CallSettings, CallState, ServerFrame } from '@visavis/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { I18n, ToastQueue } from '@visavis/kit';
import { Devices } from '../sos/devices.svelte.ts';
import { quality } from '../sos/quality.ts';
import { answeredIn, Assists, ringsUntil } from './assists.svelte.ts';
import { apiOf, conversation } from './sample.ts';
import type { Session } from './session.svelte.ts';

const now = Date.parse('2026-11-22T10:00:00.000Z');
const at = (s: number) => new Date(now + s * 1000).toISOString();
const ring = (memberId: string, state: Assist['rings'][number]['state'] = 'ringing') => ({
  memberId,
  state,
  rangAt: at(0),
  expiresAt: at(12),
});
const assist = (id: string, more: Partial<Assist> = {}): Assist => ({
  id,
  conversationId: `c-${id}`,
  customerId: 'camille',
  channelId: 'web',
  state: 'ringing',
  pressedAt: at(0),
  rings: [ring('me')],
  consents: [],
  asked: [],
  watchers: [],
  whispers: [],
  passes: [],
  version: 1,
  conversation: conversation(`c-${id}`),
  ...more,
});
const taken = (id: string, more: Partial<Assist> = {}) =>
  assist(id, {
    state: 'accepted',
    memberId: 'me',
    acceptedAt: at(6.8),
    rings: [ring('me', 'accepted')],
    version: 3,
    ...more,
  });

function scene({ refused = '' } = {}) {
  const asked: string[] = [];
  const sent: unknown[] = [];
  const server = { refuses: refused };
  const rang: string[] = [];
  const toasts = new ToastQueue();
  const api = apiOf((method, path, body) => {
    asked.push(`${method} ${path}`);
    sent.push(body);
    const { refuses } = server;
    if (refuses) return new Response(JSON.stringify({ status: 409, code: refuses }), { status: 409 });
    if (/(accept|join|watch)$/.test(path)) {
      const viewerUrl = 'https://viewer.example';
      return { assist: taken(path.split('/')[2] ?? ''), answer: 'sdp', iceServers: [], viewerUrl };
    }
    if (path.endsWith('/call'))
      return taken('a', { calling: { purpose: 'pass', memberId: 'yann', at: at(7), until: at(22) }, version: 4 });
    if (path === '/assists') return { items: [] };
    if (path.endsWith('/conclusion'))
      return taken('a', {
        state: 'ended',
        conclusion: { result: 'solved', memberId: 'me', at: at(99) },
        version: 11,
        conversation: conversation('c-a'),
      });
    return path.endsWith('/end') ? taken('a', { state: 'ended', liveAt: at(8), endedAt: at(248), version: 9 }) : null;
  });
  const session = {
    api,
    toasts,
    i18n: new I18n({ fr: {}, en: {} }, 'fr'),
    inbox: { take: () => undefined },
    people: { channels: [{ settings: { assist: true } }], member: (id: string) => ({ firstName: id }) },
    route: { open: () => undefined },
    notifier: { sound: () => rang.push('sound'), called: ({ id }: Assist) => rang.push(id) },
    me: { member: { id: 'me' } },
  };
  const track = (kind: string) => ({ kind, enabled: true, stop: () => undefined, getSettings: () => ({}) });
  const tracks = [track('audio'), track('video')];
  const media = {
    getUserMedia: () => Promise.resolve({ getTracks: () => tracks } as unknown as MediaStream),
    enumerateDevices: () => Promise.resolve([]),
  };
  let settings: CallSettings | undefined;
  const shown: unknown[] = [];
  const call = {
    state: 'idle' as CallState,
    stream: undefined,
    beside: [],
    again: async () => {
      try {
        await settings?.exchange('offer');
      } catch (error) {
        settings?.onrefused?.(error);
      }
    },
    speak: (one: unknown) => shown.push(one),
    show: (one: unknown) => shown.push(one),
    close: () => undefined,
    measure: () => Promise.reject(new Error('not asked here')),
    elsewhere: false,
  };
  const make = (given: CallSettings) => {
    settings = given;
    return call;
  };
  const assists = new Assists(session as unknown as Session, make, new Devices(media, undefined));
  return { assists, asked, sent, server, rang, toasts, tracks, shown, again: () => settings?.exchange('another') };
}

beforeEach(() => void vi.useFakeTimers({ now }));
afterEach(() => vi.useRealTimers());

describe('a call that is over', () => {
  const ended = (more: Partial<Assist> = {}) => taken('a', { state: 'ended', endedAt: at(90), version: 9, ...more });
  test('asks her who had it what came of it, until it is said or put off', async () => {
    const { assists, asked, toasts } = scene();
    assists.take(ended({ memberId: 'karim' }));
    assists.take(assist('b', { state: 'ended' }));
    expect(assists.owed).toEqual([]);
    assists.take(ended());
    assists.take(ended({ rating: 5, version: 10 }));
    expect(assists.owed.map(({ id, rating }) => [id, rating])).toEqual([['a', 5]]);
    expect(assists.all).toEqual([]);
    const [owed] = assists.owed;
    if (owed) await assists.conclude(owed, { result: 'solved', note: 'tout va', summary: '' });
    expect(asked).toEqual(['PUT /assists/a/conclusion']);
    expect(assists.owed).toEqual([]);
    expect(toasts.items[0]?.verb).toBe('Résoudre la conversation');
    assists.take(ended({ version: 8 }));
    expect(assists.owed).toEqual([]);
  });
  test('asks again when it could not be said', async () => {
    const { assists, toasts, sent, server } = scene({ refused: 'unavailable' });
    assists.take(ended());
    const [owed] = assists.owed;
    if (owed) await assists.conclude(owed, { result: 'follow_up', note: 'rappeler jeudi', summary: '' });
    expect(assists.owed).toHaveLength(1);
    expect(toasts.items[0]?.refused).toBe(true);
    server.refuses = '';
    await toasts.act(toasts.items[0]?.id ?? 0);
    expect([assists.owed, sent.at(-1)]).toEqual([[], { result: 'follow_up', note: 'rappeler jeudi', summary: '' }]);
  });
  test('is put off until the desk is opened anew', () => {
    const { assists } = scene();
    assists.take(ended());
    assists.later(ended());
    assists.take(ended({ version: 10 }));
    expect(assists.owed).toEqual([]);
  });
});

test('a colleague who came in is let go by her who has the call, while there is one', async () => {
  const { assists, asked } = scene();
  assists.take(taken('a'));
  await assists.resume(taken('a'));
  await assists.dismiss();
  assists.take(taken('a', { guestId: 'karim', version: 5 }));
  await assists.dismiss();
  expect(asked.filter((one) => one.startsWith('DELETE'))).toEqual(['DELETE /assists/a/guest']);
});

describe('what rings', () => {
  test('is what rings for her, and no longer once it does not', () => {
    expect(ringsUntil(assist('a'), 'me')).toBe(Date.parse(at(12)));
    expect(ringsUntil(assist('a', { rings: [ring('me', 'refused')] }), 'me')).toBeUndefined();
    expect(ringsUntil(assist('a', { rings: [ring('karim')] }), 'me')).toBeUndefined();
    expect(ringsUntil(taken('a'), 'me')).toBeUndefined();
    // Called a second time, after a first ring that she missed.
    expect(ringsUntil(assist('a', { rings: [ring('me', 'missed'), ring('me')] }), 'me')).toBe(Date.parse(at(12)));
  });

  test('sounds until it is answered by somebody', async () => {
    const { assists, rang } = scene();
    assists.take(assist('a'));
    assists.take(assist('b', { pressedAt: at(2) }));
    expect([assists.ringing.map(({ id }) => id), rang]).toEqual([['a', 'b'], ['a']]);
    await vi.advanceTimersByTimeAsync(3000);
    expect(rang).toEqual(['a', 'sound']);
    assists.take(assist('a', { rings: [ring('me', 'withdrawn')], state: 'accepted', memberId: 'karim', version: 2 }));
    assists.take(assist('b', { rings: [ring('me', 'withdrawn')], version: 2 }));
    await vi.advanceTimersByTimeAsync(9000);
    expect([assists.ringing.length, rang.length]).toEqual([0, 2]);
  });

  test('takes no older word for a newer one, and stays away once it is over', () => {
    const { assists } = scene();
    assists.take(assist('a', { version: 4 }));
    assists.take(assist('a', { version: 3, rings: [] }));
    expect(assists.ringing.length).toBe(1);
    assists.take(assist('a', { state: 'ended', outcome: 'cancelled', version: 5 }));
    assists.take(assist('a', { version: 6 }));
    expect(assists.all).toEqual([]);
  });

  test('that is not there after a cut is gone, and may ring again', async () => {
    const { assists } = scene();
    assists.take(assist('a'));
    await assists.load();
    expect(assists.ringing).toEqual([]);
    assists.take(assist('a', { version: 2 }));
    expect(assists.ringing.length).toBe(1);
  });

  test('a key pressed for something else does not answer what has just come up', () => {
    const { assists } = scene();
    assists.take(assist('a'));
    expect(assists.settled).toBe(false);
    vi.advanceTimersByTime(800);
    expect(assists.settled).toBe(true);
  });

  test('is passed on with a reason', async () => {
    const { assists, asked } = scene();
    assists.take(assist('a'));
    await assists.refuse(assist('a'), 'busy');
    expect([assists.ringing.length, asked]).toEqual([0, ['POST /assists/a/refuse']]);
  });
});

describe('a call', () => {
  test('is answered with camera and microphone, offered again after a cut, and ended with its length', async () => {
    const { assists, asked, tracks, shown, toasts, again } = scene();
    assists.take(assist('a'));
    await assists.answer(assist('a'));
    expect([assists.here?.id, assists.mine?.id, shown]).toEqual(['a', 'a', tracks]);
    await again();
    assists.mute();
    expect([assists.muted, tracks[0]?.enabled]).toEqual([true, false]);
    await assists.end();
    expect(assists.here).toBeUndefined();
    expect(asked).toEqual(['POST /assists/a/accept', 'POST /assists/a/join', 'POST /assists/a/end']);
    expect(toasts.items.some(({ refused }) => refused)).toBe(false);
  });

  test('that she has left meanwhile does not open its customer’s page again', async () => {
    const { assists, asked } = scene();
    assists.take(assist('a'));
    await assists.answer(assist('a'));
    expect(assists.page.offered).toBe(true);
    assists.forget();
    assists.take(assist('b'));
    const answered = assists.answer(assist('b'));
    while (!asked.includes('POST /assists/b/accept')) await Promise.resolve();
    assists.forget();
    await answered;
    expect([assists.here, assists.page.offered]).toEqual([undefined, false]);
  });

  test('that somebody else has taken is said, and stays until it is read', async () => {
    const { assists, toasts } = scene({ refused: 'assist_taken' });
    assists.take(assist('a'));
    await assists.answer(assist('a'));
    expect([assists.here, assists.ringing.length]).toEqual([undefined, 0]);
    expect(toasts.items[0]).toMatchObject({ text: 'Trop tard\u202f: quelqu’un d’autre a décroché.', refused: true });
  });

  test('of hers on another screen is not taken without a word of hers', () => {
    const { assists } = scene();
    assists.take(taken('a'));
    expect([assists.here, assists.elsewhere?.id]).toEqual([undefined, 'a']);
  });

  test('tells when the customer’s line is cut', async () => {
    const { assists } = scene();
    assists.take(assist('a'));
    await assists.answer(assist('a'));
    const frame = (state: string) =>
      assists.accept({ type: 'assist_media', assistId: 'a', side: 'customer', state } as unknown as ServerFrame);
    frame('lost');
    expect(assists.away).toBe(true);
    frame('connected');
    expect(assists.away).toBe(false);
  });

  test('is passed to a colleague who takes it, and stays where it is when she does not', async () => {
    const { assists, asked, toasts } = scene();
    assists.take(assist('a'));
    await assists.answer(assist('a'));
    await assists.call('pass', { memberId: 'yann' });
    assists.returned(taken('a', { version: 5 }));
    expect([assists.here?.id, toasts.items.length]).toEqual(['a', 1]);
    assists.take(taken('a', { memberId: 'yann', version: 6 }));
    expect([assists.here, toasts.items.at(-1)?.text]).toEqual([undefined, 'yann a repris l’appel.']);
    expect(asked).toEqual(['POST /assists/a/accept', 'POST /assists/a/call']);
  });

  test('is joined as a third, taken over without another press, and left', async () => {
    const { assists, asked } = scene();
    const here = taken('a', { state: 'live', memberId: 'karim', guestId: 'me', version: 5 });
    assists.take(here);
    await assists.resume(here);
    expect(assists.visiting).toBe(true);
    assists.take({ ...here, memberId: 'me', guestId: undefined, version: 6 });
    await vi.advanceTimersByTimeAsync(0);
    expect([assists.visiting, asked]).toEqual([false, ['POST /assists/a/join', 'POST /assists/a/join']]);
    assists.take({ ...here, version: 7 });
    await assists.end();
    expect(asked.at(-1)).toBe('DELETE /assists/a/guest');
  });

  test('is given what she takes under way, and she stays muted', async () => {
    const { assists, shown, tracks } = scene();
    assists.take(assist('a'));
    await assists.answer(assist('a'));
    assists.mute();
    shown.length = 0;
    tracks.forEach((track) => (track.enabled = true)); // as another microphone comes
    await assists.devices.choose({ camera: 'another' });
    expect([shown, tracks.map(({ enabled }) => enabled)]).toEqual([tracks, [false, true]]);
    await assists.end();
    shown.length = 0;
    await assists.devices.choose({ camera: 'yet another' });
    expect(shown).toEqual([]);
  });

  test('is whispered into by who listens, with her voice only', async () => {
    const { assists, asked, shown, tracks } = scene();
    const live = assist('a', { state: 'live', memberId: 'karim', rings: [], version: 5 });
    assists.take(live);
    await assists.listen(live);
    await assists.whisper();
    expect([assists.whispering, shown]).toEqual([true, [tracks[0]]]);
    await assists.whisper();
    expect([assists.whispering, asked.length]).toEqual([false, 3]);
  });

  test('is listened to by a supervisor, who leaves it as it is', async () => {
    const { assists, asked, shown } = scene();
    assists.take(assist('a', { state: 'live', memberId: 'karim', rings: [], version: 5 }));
    const [live] = assists.all;
    if (live) await assists.listen(live);
    expect([assists.listening, assists.here?.id, shown]).toEqual([true, 'a', []]);
    await assists.end();
    expect(asked).toEqual(['POST /assists/a/watch', 'DELETE /assists/a/watch']);
  });
});

test('the time to the answer is counted from the press', () => {
  expect([answeredIn(assist('a')), answeredIn(taken('a'))]).toEqual([undefined, 6800]);
});

test('a line is judged by what is missing, then by what is late', () => {
  const measure = { spoken: 0, heard: 0, frames: 0, rate: 24, delay: 31, missing: 0 };
  expect(quality(measure)).toBe('good');
  expect(quality({ ...measure, missing: 0.05 })).toBe('fair');
  expect(quality({ ...measure, delay: 300 })).toBe('fair');
  expect(quality({ ...measure, missing: 0.1 })).toBe('poor');
});

describe('camera and microphone', () => {
  test('are asked for together; without a camera the voice alone', async () => {
    const asked: string[] = [];
    const voice = {
      getTracks: () => [{ kind: 'audio', stop: () => undefined, getSettings: () => ({ deviceId: 'm' }) }],
    };
    const media = {
      getUserMedia: (wish?: MediaStreamConstraints) => {
        asked.push(Object.keys(wish ?? {}).join());
        if (wish?.video) return Promise.reject(Object.assign(new Error('none'), { name: 'NotFoundError' }));
        return Promise.resolve(voice as unknown as MediaStream);
      },
      enumerateDevices: () => Promise.resolve([{ kind: 'audioinput', deviceId: 'm' } as MediaDeviceInfo]),
    };
    const kept = new Map<string, string>();
    const shelf = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    const devices = new Devices(media, shelf);
    await devices.open();
    expect([asked, devices.trouble, devices.picture, devices.microphones.length]).toEqual([
      ['audio,video', 'audio'],
      'missing',
      undefined,
      1,
    ]);
    devices.settle();
    expect([new Devices(media, shelf).checked, new Devices(media, shelf).microphone]).toEqual([true, 'm']);
  });
});
