import type { Assist, Conversation, Event, Message, Offer } from '@visavis/client';
import { promiseWords } from '../promise/words.ts';
import { sosWords } from '../sos/words.ts';
import { conversationHash } from './route.svelte.ts';
import type { Session } from './session.svelte.ts';

type Permission = 'default' | 'granted' | 'denied' | 'unsupported';

/** A soft knock: two sines a fifth apart, under a third of a second, quiet. Nothing is downloaded for it. */
export function knock(context: AudioContext): void {
  const at = context.currentTime;
  for (const [pitch, delay] of [
    [587, 0],
    [880, 0.09],
  ] as const) {
    const tone = context.createOscillator();
    const loud = context.createGain();
    tone.frequency.value = pitch;
    loud.gain.setValueAtTime(0, at + delay);
    loud.gain.linearRampToValueAtTime(0.08, at + delay + 0.015);
    loud.gain.exponentialRampToValueAtTime(0.0001, at + delay + 0.26);
    tone.connect(loud).connect(context.destination);
    tone.start(at + delay);
    tone.stop(at + delay + 0.3);
  }
}

/** Tells her what concerns her, and nothing else: words of her customers, work given to her, newcomers in her teams. */
export class Notifier {
  readonly #session: Session;
  #context: AudioContext | undefined;
  #lastSound = 0;
  #permission = $state<Permission>(typeof Notification === 'undefined' ? 'unsupported' : Notification.permission);

  constructor(session: Session) {
    this.#session = session;
  }

  get permission(): Permission {
    return this.#permission;
  }

  /** Asks the browser, from a press of hers. */
  async ask(): Promise<boolean> {
    if (this.#permission === 'default') this.#permission = await Notification.requestPermission();
    const granted = this.#permission === 'granted';
    this.#session.preferences.notify = granted;
    return granted;
  }

  /** Browsers let a page sound only after a press: called at the first. */
  wake(): void {
    if (!this.#session.preferences.sound || typeof AudioContext === 'undefined') return;
    this.#context ??= new AudioContext();
    if (this.#context.state === 'suspended') void this.#context.resume().catch(() => undefined);
  }

  sound(): void {
    const now = Date.now();
    if (!this.#session.preferences.sound || !this.#context || now - this.#lastSound < 2000) return;
    this.#lastSound = now;
    knock(this.#context);
  }

  accept(event: Event): void {
    const { me, member } = this.#session;
    if (!me || event.actor.id === me.member.id) return;
    if (event.type === 'message.received' && event.message && event.conversation) {
      const { assigneeId, teamId } = event.conversation;
      const hers = assigneeId === me.member.id;
      const herTeams = !assigneeId && (teamId == null || (member?.teamIds ?? []).includes(teamId));
      if (hers || herTeams) this.#tell(event.conversation, event.message);
    } else if (event.type === 'conversation.assigned' && event.conversation?.assigneeId === me.member.id) {
      this.#tell(event.conversation, null);
    }
  }

  /** A conversation rings for her: heard at once and once more while it rings, if she lets the desk sound at all. */
  offered(offer: Offer): void {
    const { offers, i18n } = this.#session;
    this.sound();
    setTimeout(() => offers.items.some(({ id }) => id === offer.id) && this.sound(), 5000);
    if (document.visibilityState === 'visible' && document.hasFocus()) return;
    this.#notify(offer.conversation, i18n.with(promiseWords).t('offer.notify'));
  }

  /** Somebody calls her on video: heard at once; it goes on sounding while it rings. */
  called(assist: Assist): void {
    const { i18n, inbox } = this.#session;
    const conversation = inbox.get(assist.conversationId) ?? assist.conversation;
    this.sound();
    if (conversation && !(document.visibilityState === 'visible' && document.hasFocus()))
      this.#notify(conversation, i18n.with(sosWords).t('ring.notify'));
  }

  #tell(conversation: Conversation, message: Message | null): void {
    const { route, i18n } = this.#session;
    const looking = document.visibilityState === 'visible' && document.hasFocus();
    if (looking && route.conversationId === conversation.id) return;
    this.sound();
    if (looking) return;
    const body = message ? message.text.slice(0, 140) || i18n.t('preview.file') : i18n.t('notify.assigned');
    this.#notify(conversation, body);
  }

  #notify(conversation: Conversation, body: string): void {
    const { route, i18n, preferences } = this.#session;
    if (!preferences.notify || this.#permission !== 'granted') return;
    const title = conversation.customer.name || i18n.t('visitor');
    try {
      const note = new Notification(title, { body, tag: conversation.id, icon: `${import.meta.env.BASE_URL}mark.svg` });
      note.onclick = () => {
        window.focus();
        route.go(conversationHash(route.list, conversation.id));
        note.close();
      };
    } catch {
      // Phones want a service worker for this; the sound has been heard.
    }
  }
}
