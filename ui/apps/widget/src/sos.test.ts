import { Problem } from '@visavis/client/problem.ts';
import type { CallSettings, CallState } from '@visavis/client/call.ts';
import type { ServerFrame, VisitorAssist, VisitorEvent } from '@visavis/client/types.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Chat } from './chat.svelte';
import { corner, pulled, style } from './sos-place';
import { words as agreed } from './agreed-words';
import { words } from './sos-words';
import { Sos, type Devices } from './sos.svelte';
import { Store, unkept } from './store';

type Frame = ServerFrame<VisitorEvent>;
const rung: VisitorAssist = {
  id: 'a1',
  conversationId: 'c1',
  state: 'ringing',
  pressedAt: '2026-11-22T10:00:00.000Z',
  consents: [],
  asked: [],
  watchers: [],
  ringing: [],
  version: 1,
};
const agent = { id: 'm1', firstName: 'Thomas', face: '' };
const accepted: VisitorAssist = { ...rung, state: 'accepted', acceptedAt: rung.pressedAt, agent, version: 3 };

const camera = { kind: 'camera' as const, givenAt: rung.pressedAt };
const allowing: VisitorAssist = { ...accepted, consents: [camera], version: 7 };

/** A chat whose server is a function, and a call that does what the test says. */
function scene({ known = null as VisitorAssist | null, possible = true, microphone = 'yes' } = {}) {
  const asked: string[] = [];
  const answered: string[] = [];
  let refusal: Problem | undefined;
  const post = (path: string) => {
    asked.push(path);
    if (refusal) return Promise.reject(refusal);
    if (path.endsWith('/join')) return Promise.resolve({ assist: known, answer: 'joined', iceServers: [] });
    if (path.endsWith('/consents')) return Promise.resolve(allowing);
    if (path.endsWith('/end')) return Promise.resolve({ ...accepted, state: 'ended', outcome: 'done', version: 9 });
    return Promise.resolve({ assist: rung, iceServers: [] });
  };
  const chat = {
    session: {
      api: {
        post,
        get: () => Promise.resolve({ assist: known }),
        delete: (path: string) => {
          asked.push(`delete ${path}`);
          return Promise.resolve({ ...allowing, consents: [], version: 8 });
        },
      },
      page: undefined,
    },
    reach: () => Promise.resolve(),
    turnTo: () => Promise.resolve(),
    onassist: undefined as ((frame: Frame) => void) | undefined,
  };
  const track = { enabled: true, stopped: false, stop: () => (track.stopped = true), onended: null };
  let settings: CallSettings | undefined;
  const call = {
    state: 'idle' as CallState,
    stream: undefined,
    beside: [],
    spoken: 0,
    again: async () => {
      call.state = 'waiting';
      settings?.onchange();
      try {
        const { answer } = (await settings?.exchange('offer')) ?? { answer: '' };
        if (answer) await call.answer(answer);
      } catch (error) {
        const passes = error instanceof Problem && error.passing;
        if (!passes || settings?.final?.(error)) settings?.onrefused?.(error);
      }
    },
    answer: (sdp: string) => {
      answered.push(sdp);
      return Promise.resolve();
    },
    speak: () => call.spoken++,
    shown: null as MediaStreamTrack | null,
    show: (track: MediaStreamTrack | null) => (call.shown = track),
    close: () => (call.state = 'closed'),
    measure: () => Promise.reject(new Error('not asked here')),
    becomes: (state: CallState) => {
      call.state = state;
      settings?.onchange();
    },
  };
  const devices: Devices = {
    microphone: () => {
      if (microphone === 'yes') return Promise.resolve(track as unknown as MediaStreamTrack);
      return Promise.reject(Object.assign(new Error(microphone), { name: microphone }));
    },
    call: (given) => {
      settings = given;
      return call as unknown as ReturnType<Devices['call']>;
    },
    possible,
  };
  const tab = new Store('k', unkept);
  const sos = new Sos(chat as unknown as Chat, tab, devices);
  const says = (assist: VisitorAssist, type = 'assist.accepted') =>
    chat.onassist?.({ type: 'event', event: { type, assist } } as unknown as Frame);
  const frame = (sent: object) => chat.onassist?.(sent as Frame);
  return { sos, call, track, tab, asked, answered, says, frame, refuse: (problem: Problem) => (refusal = problem) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('her own camera', () => {
  const eye = () => {
    const track = { stopped: false, stop: () => (track.stopped = true), onended: null as (() => void) | null };
    return track;
  };
  const lit = async () => {
    const made = scene();
    await made.sos.press();
    made.says(accepted);
    made.call.becomes('joined');
    const track = eye();
    const done = await made.sos.show(track as unknown as MediaStreamTrack);
    return { ...made, track, done };
  };

  it('is shown once the server knows her word, and off at once by one press', async () => {
    const { sos, call, asked, track, done } = await lit();
    expect([done, sos.shows, call.shown]).toEqual([true, true, track]);
    expect(asked.at(-1)).toBe('/visitor/assists/a1/consents');
    const gone = sos.revoke('camera');
    expect([sos.shows, call.shown, track.stopped]).toEqual([false, null, true]);
    await gone;
    expect(asked.at(-1)).toBe('delete /visitor/assists/a1/consents/camera');
  });

  it('stays off without her word, and goes off when that ends elsewhere, or with the call', async () => {
    const { sos, refuse, says } = scene();
    await sos.press();
    says(accepted);
    refuse(new Problem({ status: 403, code: 'forbidden', title: '', detail: '' } as never));
    const track = eye();
    expect([await sos.show(track as unknown as MediaStreamTrack), sos.shows, track.stopped]).toEqual([
      false,
      false,
      true,
    ]);
    const passed = await lit();
    passed.says({ ...accepted, version: 9 }, 'assist.passed');
    expect([passed.sos.shows, passed.track.stopped]).toEqual([false, true]);
    const over = await lit();
    await over.sos.end();
    expect([over.sos.shows, over.track.stopped]).toEqual([false, true]);
  });

  it('does not come on by itself on the next page', async () => {
    const { sos, asked } = scene({ known: allowing });
    await sos.resume();
    expect(asked).toContain('delete /visitor/assists/a1/consents/camera');
    expect(sos.shows).toBe(false);
  });
});

describe('from the press to the last question', () => {
  it('rings, is answered, sees, hangs up, and is asked one question', async () => {
    const { sos, call, track, tab, asked, answered, says, frame } = scene();
    await sos.press();
    expect([sos.phase, sos.micro, tab.get('assist')]).toEqual(['calling', 'on', 'a1']);
    says({ ...rung, lateAt: rung.pressedAt, version: 2 }, 'assist.late');
    expect(sos.phase).toBe('late');
    says(accepted);
    frame({ type: 'assist_answer', assistId: 'a1', answer: 'sdp' });
    expect([sos.phase, sos.agent, answered]).toEqual(['joining', 'Thomas', ['sdp']]);
    call.becomes('joined');
    expect([sos.phase, sos.together]).toEqual(['live', true]);
    sos.mute();
    expect([sos.micro, track.enabled]).toEqual(['muted', false]);
    await sos.end();
    expect([sos.phase, track.stopped, tab.get('assist')]).toEqual(['rate', true, null]);
    await sos.rate(5);
    expect(sos.phase).toBe('thanked');
    expect(asked).toEqual(['/visitor/assists', '/visitor/assists/a1/end', '/visitor/assists/a1/rating']);
  });

  it('asks for the answer that did not come by the line', async () => {
    const { sos, asked, says } = scene({ known: accepted });
    await sos.press();
    says(accepted);
    await vi.advanceTimersByTimeAsync(1500);
    expect(asked).toEqual(['/visitor/assists', '/visitor/assists/a1/join']);
  });

  it('takes no older word for a newer one, nor one of another call', async () => {
    const { sos, says } = scene();
    await sos.press();
    says(accepted);
    says({ ...rung, version: 2 });
    says({ ...accepted, id: 'a2', state: 'ended', version: 9 });
    expect(sos.assist).toEqual(accepted);
  });

  it('says that it is being brought back when the line is cut on either side', async () => {
    const { sos, call, says, frame } = scene();
    await sos.press();
    says(accepted);
    call.becomes('joined');
    frame({ type: 'assist_media', assistId: 'a1', side: 'member', state: 'lost' });
    expect(sos.away).toBe(true);
    frame({ type: 'assist_media', assistId: 'a1', side: 'member', state: 'connected' });
    expect(sos.away).toBe(false);
    call.becomes('lost');
    expect(sos.phase).toBe('lost');
    call.becomes('failed');
    expect(sos.phase).toBe('wordy');
  });

  it('rings no more once she has changed her mind, even before the server knew', async () => {
    const { sos, asked } = scene();
    const pressing = sos.press();
    await sos.end();
    await pressing;
    expect(asked.filter((path) => !path.endsWith('/end'))).toEqual([]);
  });
});

describe('what may be lacking', () => {
  it.each([
    ['NotAllowedError', 'no'],
    ['NotFoundError', 'none'],
  ])('a microphone (%s): she is helped all the same', async (microphone, micro) => {
    const { sos, says, call } = scene({ microphone });
    await sos.press();
    says(accepted);
    call.becomes('joined');
    expect([sos.phase, sos.micro]).toEqual(['live', micro]);
  });

  it('calls in the browser: somebody comes and writes', async () => {
    const { sos, asked, says } = scene({ possible: false });
    await sos.press();
    says(accepted);
    expect([sos.phase, sos.micro, asked]).toEqual(['wordy', 'none', ['/visitor/assists']]);
  });

  it.each([
    [new Problem({ status: 503, code: 'assist_full' }), 'full'],
    [new Problem({ status: 429, code: 'too_many' }), 'often'],
    [new Problem({ status: 409, code: 'assist_off' }), 'off'],
    [new Problem({ status: 403, code: 'forbidden' }), 'unreachable'],
  ])('a place: it is said why', async (problem, fault) => {
    const { sos, refuse } = scene();
    refuse(problem);
    await sos.press();
    expect([sos.phase, sos.fault]).toEqual(['refused', fault]);
  });
});

describe('over a change of the page', () => {
  it('is taken up where it was', async () => {
    const { sos, asked, answered } = scene({ known: accepted });
    expect(await sos.resume()).toBe(true);
    expect([asked, answered, sos.agent]).toEqual([['/visitor/assists/a1/join'], ['joined'], 'Thomas']);
  });
  it('is forgotten when it ended meanwhile', async () => {
    const { sos, tab } = scene();
    tab.set('assist', 'a1');
    expect(await sos.resume()).toBe(false);
    expect(tab.get('assist')).toBeNull();
  });
});

describe('the place of the window on the page', () => {
  const room = [1440, 900] as const;
  it('is the corner, and never out of the page', () => {
    expect([corner(room), corner([390, 800])]).toEqual([
      [24, 24],
      [8, 8],
    ]);
    expect(pulled([24, 24], [-100, -50], [264, 300], room)).toEqual([124, 74]);
    expect(pulled([24, 24], [500, 500], [264, 300], room)).toEqual([8, 8]);
    expect(pulled([24, 24], [-5000, -5000], [264, 300], room)).toEqual([1168, 592]);
  });
  it('stays in a window that has become smaller', () => {
    expect(style([124, 74], [264, 300])).toContain('right:clamp(8px,124px,calc(100vw - 272px))');
  });
});

it.each([words, agreed])('says the same in both languages, and French as it is written', ({ fr, en }) => {
  const holes = (text: string) => [...text.matchAll(/\{(\w+)/g)].map((hole) => hole[1]).sort();
  const english: Readonly<Record<string, string>> = en;
  expect(Object.keys(fr)).toEqual(Object.keys(en));
  for (const [key, text] of Object.entries(fr)) {
    expect([key, holes(text)]).toEqual([key, holes(english[key] ?? '')]);
    expect(text).not.toMatch(/ [;:!?»]|« |'|[^\u202f\s{|]\?/);
  }
});
