import { Problem, type Api } from '@visavis/client';
import { describe, expect, it, vi } from 'vitest';
import { Ask } from './question.svelte.ts';
import { Staffing } from './staffing.svelte.ts';

const day = '2026-06-02';
const forecast = { day, zone: 'Europe/Paris', enough: true, days: 60, slots: [] };
const plan = { day, slots: [] };

/** A server of which only two routes are asked. */
function server(get: () => Promise<unknown>, post: () => Promise<unknown>) {
  const api = { get: vi.fn(get), post: vi.fn(post) };
  return { api, room: new Staffing(api as unknown as Api, day, () => Promise.resolve()) };
}

describe('the question', () => {
  it('is sent in seconds', () => {
    const ask = new Ask(day);
    ask.written = { within: '15', share: '95', handle: '6,5', patience: '2' };
    ask.ill = 2;
    expect(ask.question).toEqual({
      day,
      target: { within: 15, share: 95 },
      handleFor: 390,
      patience: 120,
      work: 'call',
      ill: 2,
    });
    ask.teamId = 'sos';
    expect(ask.question).toMatchObject({ teamId: 'sos' });
  });
  it('says which number is wrong', () => {
    const ask = new Ask(day);
    ask.written.share = '100';
    expect(ask.question).toBeUndefined();
    expect(ask.wrong('share')).toEqual({ from: 1, to: 99.9 });
    expect(ask.wrong('within')).toBeUndefined();
    ask.written.share = '';
    expect(ask.wrong('share')).toBeDefined();
  });
});

describe('a day', () => {
  it('is read, then worked out', async () => {
    const { room, api } = server(
      () => Promise.resolve(forecast),
      () => Promise.resolve(plan),
    );
    await room.load();
    expect(room.phase).toBe('ready');
    expect(room.plan).toBe(plan);
    expect(api.get).toHaveBeenCalledWith('/staffing/forecast', { day, teamId: null });
  });
  it('says that there is too little history, and asks no more', async () => {
    const { room, api } = server(
      () => Promise.resolve({ ...forecast, enough: false, days: 3 }),
      () => Promise.resolve(plan),
    );
    await room.load();
    expect(room.phase).toBe('little');
    expect(api.post).not.toHaveBeenCalled();
  });
  it('waits its turn while another plan is worked out', async () => {
    let busy = 2;
    const { room, api } = server(
      () => Promise.resolve(forecast),
      () =>
        busy-- > 0 ? Promise.reject(new Problem({ status: 429, code: 'simulation_busy' })) : Promise.resolve(plan),
    );
    await room.load();
    expect(api.post).toHaveBeenCalledTimes(3);
    expect(room.phase).toBe('ready');
  });
  it('tells a refusal from a failure', async () => {
    const refused = server(
      () => Promise.resolve(forecast),
      () => Promise.reject(new Problem({ status: 422, code: 'target_unreachable', detail: 'No number of people.' })),
    );
    await refused.room.load();
    expect([refused.room.phase, refused.room.refusal]).toEqual(['refused', 'No number of people.']);
    const broken = server(
      () => Promise.reject(new Problem({ status: 0, code: 'unreachable' })),
      () => Promise.resolve(plan),
    );
    await broken.room.load();
    expect(broken.room.phase).toBe('failed');
  });
  it('drops the answer to an older question', async () => {
    const answers: ((value: unknown) => void)[] = [];
    const { room } = server(
      () => Promise.resolve(forecast),
      () => new Promise((done) => answers.push(done)),
    );
    void room.load();
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    const second = room.workOut();
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    answers[1]?.(plan);
    await second;
    answers[0]?.({ ...plan, day: 'old' });
    await Promise.resolve();
    expect(room.plan).toBe(plan);
  });
});
