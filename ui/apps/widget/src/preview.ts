import type { Locale, VisitorChannel } from '@visavis/client/types.ts';
import type { Chat } from './chat.svelte';
import type { Session } from './session.svelte';
import type { Store } from './store';

type Worn = Partial<Pick<VisitorChannel, 'colour' | 'greeting' | 'languages'>>;
const spoken: readonly Locale[] = ['fr', 'en'];

/**
 * The chat as it is being set up: the desk beside it says what somebody writes, and the chat wears it. Only the desk is
 * heard, which is the page that frames us on our own origin; nothing is saved. Somebody is always there in a preview:
 * the greeting is what one wants to see, and out of hours it is not said.
 */
export function preview(chat: Chat, session: Session, store: Store, frame: Window = window): void {
  const desk = frame.parent;
  const { origin } = frame.location;
  if (desk === frame) return;
  const ask = session.look.bind(session);
  let real: Promise<VisitorChannel> | undefined;
  let worn: Worn = {};
  session.look = async () => {
    real ??= ask();
    try {
      return { ...(await real), open: true, here: true, ...worn };
    } catch (error) {
      real = undefined;
      throw error;
    }
  };

  frame.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.origin !== origin || event.source !== desk) return;
    const { visavis, settings, locale } = fields(event.data);
    if (visavis !== 'preview') return;
    worn = { ...worn, ...readWorn(settings) };
    if (isLocale(locale)) store.set('locale', locale);
    void chat.start();
  });
  void chat.start();
  desk.postMessage({ visavis: 'preview-ready' }, origin);
}

/** What can be worn of what was said. A colour half written, or no language at all, leaves what was there. */
function readWorn(settings: unknown): Worn {
  const { colour, greeting, languages } = fields(settings);
  const { fr = '', en = '' } = fields(greeting);
  const offered = Array.isArray(languages) ? languages.filter(isLocale) : [];
  return {
    ...(typeof colour === 'string' && /^#[0-9a-f]{6}$/i.test(colour) ? { colour } : {}),
    ...(greeting ? { greeting: { fr: String(fr), en: String(en) } } : {}),
    ...(offered.length > 0 ? { languages: offered } : {}),
  };
}

const fields = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const isLocale = (value: unknown): value is Locale => spoken.some((locale) => locale === value);
