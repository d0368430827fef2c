import type { Api, ToViewer } from '@visavis/client';
import { expect, test } from 'vitest';
import { Film, type Reel } from './film.svelte.ts';
import { clock } from './words.ts';

const page = (at: number, load: string, fresh = false) => ({
  at,
  frame: { type: 'page', load, events: [], ...(fresh ? { fresh } : {}) },
});
const api = (...items: object[]) => ({ get: async () => await Promise.resolve({ items, next: 0 }) }) as unknown as Api;

test('the page is shown as it stood: on from what is shown, or from the last whole page', async () => {
  const film = new Film(60);
  const told: string[] = [];
  await film.read(
    api(page(1, 'a', true), page(2, 'a+'), page(10, 'b', true), page(11, 'b+'), {
      at: 20,
      frame: { type: 'grants', page: false },
    }),
    'id',
    'key',
  );
  film.attach((word: ToViewer) => told.push(word.visavis === 'events' ? word.load : word.visavis));
  const shownBy = (at: number) => {
    told.length = 0;
    film.seek(at);
    return told.join(' ');
  };
  expect(shownBy(2.5)).toBe('a a+');
  expect(shownBy(10.5)).toBe('b');
  expect(shownBy(11.5)).toBe('b+');
  expect(shownBy(1.5)).toBe('a');
  expect(shownBy(30)).toBe('b b+ clear');
  expect(film.pageSeen).toBe(false);
  expect(shownBy(0.5)).toBe('clear');
});

test('voices follow the clock, and hold it while they load', () => {
  const film = new Film(10);
  const reel = { currentTime: 0, paused: true, playbackRate: 1, readyState: 4, duration: 8 } as Reel & {
    paused: boolean;
    readyState: number;
    error: MediaError | null;
  };
  reel.play = async () => await Promise.resolve(void (reel.paused = false));
  reel.pause = () => void (reel.paused = true);
  film.reel('member')(reel as HTMLMediaElement);
  film.beat(1000);
  film.toggle();
  expect(reel.paused).toBe(false);
  film.setSpeed(2);
  film.beat(2000);
  expect([film.time, reel.currentTime, reel.playbackRate]).toEqual([2, 2, 2]);
  reel.readyState = 1;
  film.beat(3000);
  expect([film.time, film.waiting, reel.paused]).toEqual([2, true, true]);
  reel.error = { code: 3 } as MediaError; // what is broken holds nothing up
  film.beat(3500);
  expect([film.time, film.waiting, reel.paused]).toEqual([3, false, true]);
  reel.error = null;
  reel.readyState = 4;
  film.seek(9);
  expect(reel.paused).toBe(true); // it has nothing there
  film.beat(4000);
  film.beat(5000);
  expect([film.time, film.playing]).toEqual([10, false]);
});

test.each([
  ['AbortError', true],
  ['NotAllowedError', false],
])('a voice that did not begin to play, %s, leaves it playing: %s', async (name, playing) => {
  const film = new Film(10);
  let refuse = (_: DOMException) => {};
  const reel = { currentTime: 0, paused: true, playbackRate: 1, readyState: 1, duration: 8, error: null } as Reel;
  reel.play = () => new Promise<void>((_, no) => (refuse = no));
  reel.pause = () => undefined;
  film.reel('member')(reel as HTMLMediaElement);
  film.toggle();
  film.beat(1000);
  refuse(new DOMException('', name));
  await Promise.resolve();
  await Promise.resolve();
  expect(film.playing).toBe(playing);
});

test.each([
  [0, '0:00'],
  [65.9, '1:05'],
  [3671, '1:01:11'],
])('%d s is %s', (seconds, words) => expect(clock(seconds)).toBe(words));
