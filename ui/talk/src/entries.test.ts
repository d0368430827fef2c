import { expect, test } from 'vitest';
import { layOut, litPieces, pieces, type Said } from './entries.ts';

const dayOf = (at: string) => at.slice(0, 10);
let n = 0;
const said = (by: string, at: string, more: Partial<Said> = {}): Said => ({
  key: `k${n++}`,
  kind: 'message',
  by: { id: by, name: by, kind: by === 'Léa' ? 'member' : 'customer' },
  ours: by === 'Léa',
  text: 'x',
  attachments: [],
  at,
  channel: 'webchat',
  ...more,
});
const line = (at: string) => said('Léa', at, { kind: 'line' });

test('a seam stands where the day changes, and where the channel does', () => {
  const entries = layOut(
    [
      said('Camille', '2026-11-22T10:00'),
      said('Camille', '2026-11-23T10:00'),
      said('Camille', '2026-11-23T10:01', { channel: 'email' }),
    ],
    { dayOf },
  );
  expect(entries.map(({ type }) => type)).toEqual(['seam', 'said', 'seam', 'said', 'seam', 'said']);
});

test('words of one person within minutes are one group', () => {
  const entries = layOut(
    [said('Camille', '2026-11-22T10:00'), said('Camille', '2026-11-22T10:02'), said('Léa', '2026-11-22T10:03')],
    { dayOf },
  );
  const groups = entries.flatMap((entry) => (entry.type === 'said' ? [[entry.first, entry.last]] : []));
  expect(groups).toEqual([
    [true, false],
    [false, true],
    [true, true],
  ]);
});

test('a note never joins a group of replies', () => {
  const entries = layOut([said('Léa', '2026-11-22T10:00'), said('Léa', '2026-11-22T10:01', { kind: 'note' })], {
    dayOf,
  });
  expect(entries.flatMap((entry) => (entry.type === 'said' ? [entry.last] : []))).toEqual([true, true]);
});

test('lines in a row are gathered, so that they can fold', () => {
  const entries = layOut(
    [line('2026-11-22T10:00'), line('2026-11-22T10:01'), said('Léa', '2026-11-22T10:02'), line('2026-11-22T10:03')],
    { dayOf },
  );
  expect(entries.flatMap((entry) => (entry.type === 'lines' ? [entry.lines.length] : []))).toEqual([2, 1]);
});

test('what is new is marked before its first word', () => {
  const first = said('Camille', '2026-11-22T10:00');
  const fresh = said('Camille', '2026-11-22T10:01');
  expect(layOut([first, fresh], { dayOf, unread: fresh.key }).map(({ type }) => type)).toEqual([
    'seam',
    'said',
    'unread',
    'said',
  ]);
});

test.each([
  ['voir https://arzel.example/a?b=1.', ['voir ', 'https://arzel.example/a?b=1', '.']],
  ['(http://x.example)', ['(', 'http://x.example', ')']],
  ['javascript:alert(1)', ['javascript:alert(1)']],
  ['data:text/html,x', ['data:text/html,x']],
])('%s is cut into words and safe links', (text, parts) => {
  expect(pieces(text).map((piece) => piece.text)).toEqual(parts);
  for (const { href } of pieces(text)) if (href) expect(href).toMatch(/^https?:/);
});

test('what is drawn forward is cut out of words, and links stay whole', () => {
  const text = 'où est mon colis https://x.example ?';
  const at = (word: string) => ({ from: text.indexOf(word), to: text.indexOf(word) + word.length });
  const cut = litPieces(pieces(text), [at('mon colis'), at('x.example')]);
  expect(cut.filter(({ lit }) => lit).map((piece) => piece.text)).toEqual(['mon colis', 'https://x.example']);
  expect(cut.map((piece) => piece.text).join('')).toBe(text);
});
