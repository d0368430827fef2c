import { expect, test, vi } from 'vitest';
import type { Chat } from './chat.svelte';
import { preview } from './preview';
import type { Session } from './session.svelte';
import { Store, unkept } from './store';

const saved = {
  name: 'Boutique',
  colour: '#046679',
  greeting: { fr: 'Bonjour.', en: 'Hello.' },
  languages: ['fr', 'en'],
  team: [],
  open: false,
  here: false,
  workspace: 'Arzel',
};

/** A chat in a frame whose parent is the desk, or in a tab of its own. */
function stage({ framed = true } = {}) {
  const desk = { postMessage: vi.fn() };
  const heard: ((event: MessageEvent) => void)[] = [];
  const frame = {
    location: { origin: 'https://house.example' },
    addEventListener: (_: string, hear: (event: MessageEvent) => void) => heard.push(hear),
    parent: framed ? desk : undefined,
  } as unknown as Window;
  if (!framed) Object.assign(frame, { parent: frame });
  const session = { look: () => Promise.resolve(saved) } as unknown as Session;
  const chat = { start: vi.fn() };
  const store = new Store('c', unkept);
  preview(chat as unknown as Chat, session, store, frame);
  const say = (settings: object, over: object = {}, more: object = {}) =>
    heard.forEach((hear) =>
      hear({
        origin: 'https://house.example',
        source: desk,
        data: { visavis: 'preview', settings, ...more },
        ...over,
      } as unknown as MessageEvent),
    );
  return { desk, heard, session, chat, store, say };
}

test('the desk is told, on its exact origin, that the chat listens', () => {
  expect(stage().desk.postMessage).toHaveBeenCalledWith({ visavis: 'preview-ready' }, 'https://house.example');
});

test('what is being written is worn at once, as if somebody were there', async () => {
  const { session, say, chat } = stage();
  say({ colour: '#aa0000', greeting: { fr: 'Salut.', en: 'Hi.' }, languages: ['en'] });
  expect(chat.start).toHaveBeenCalledTimes(2);
  expect(await session.look()).toMatchObject({
    colour: '#aa0000',
    greeting: { fr: 'Salut.', en: 'Hi.' },
    languages: ['en'],
    open: true,
    here: true,
    workspace: 'Arzel',
  });
});

test('the language that is being written is spoken', () => {
  const { store, say } = stage();
  say({}, {}, { locale: 'en' });
  expect(store.get('locale')).toBe('en');
  say({}, {}, { locale: 'de' });
  expect(store.get('locale')).toBe('en');
});

test.each([
  ['another origin', { origin: 'https://shop.example' }],
  ['another window', { source: {} }],
  ['another word', { data: { visavis: 1, settings: { colour: '#aa0000' } } }],
  ['nothing', { data: null }],
])('%s is not heard', async (_, over) => {
  const { session, say, chat } = stage();
  say({ colour: '#aa0000' }, over);
  expect(chat.start).toHaveBeenCalledTimes(1);
  expect(await session.look()).toMatchObject({ colour: '#046679' });
});

test.each([{ colour: '#12' }, { colour: 'red; x' }, { languages: [] }, { languages: 'fr' }, { languages: ['xx'] }])(
  'half a setting leaves what was there: %o',
  async (half) => {
    const { session, say } = stage();
    say(half);
    expect(await session.look()).toMatchObject({ colour: '#046679', languages: ['fr', 'en'] });
  },
);

test('in a tab of its own there is no desk to hear', () => {
  const { heard, desk, chat } = stage({ framed: false });
  expect(heard).toEqual([]);
  expect(desk.postMessage).not.toHaveBeenCalled();
  expect(chat.start).not.toHaveBeenCalled();
});
