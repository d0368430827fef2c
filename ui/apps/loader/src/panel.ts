import type { HostPage, ToFrame, ToHost } from '@visavis/client/embed.ts';
import type { Config } from './config';
import { safely } from './safely';
import { css, phone } from './style';

type Listener = (count: number) => void;
type Say = ToFrame extends infer T ? (T extends { visavis: 1 } ? Omit<T, 'visavis'> : never) : never;

/** A speech bubble in which the two profiles of the mark are cut out, and a cross. */
const bubble =
  'M6 2h18a4 4 0 0 1 4 4v14a4 4 0 0 1-4 4H13l-6 5v-5H6a4 4 0 0 1-4-4V6a4 4 0 0 1 4-4zM6.7 6.9C6.7 6 7.4 5.4 8.2 5.4H10.5l4 8H12.7V17.2H10.6V19.6H6.7zM23.3 6.9C23.3 6 22.6 5.4 21.8 5.4H19.5l-4 8H17.3V17.2H19.4V19.6H23.3z';
const cross = 'M6 6l12 12M18 6 6 18';
const camera = 'M3 5h11v10H3zM14 9l5-3v8l-5-3';
/** Whatever of the page's carries this attribute calls a person when it is pressed. */
const caller = '[data-visavis-sos]';

/** The button, the frame, and the few words between them. */
export class Panel {
  readonly #config: Config;
  readonly #host = document.createElement('visavis-chat');
  readonly #button = document.createElement('button');
  readonly #sos = document.createElement('button');
  readonly #badge = document.createElement('b');
  readonly #frame = document.createElement('iframe');
  readonly #listeners: Listener[] = [];
  #identity: string | undefined;
  #labels = { open: '', close: '' };
  #unread = 0;
  #unreadLabel = '';
  #up = false;
  #ready = false;
  #open = false;
  #wanted = false;
  /** Pressed before the frame could hear it. */
  #called = false;
  #call = false;
  #shape = '';
  /** What she pressed, and where focus comes back to. */
  #back: HTMLElement | undefined;

  constructor(config: Config) {
    this.#config = config;
    this.#identity = config.identity;
  }

  /** What the page may call as `visavis.…`. Each call is safe before the frame is ready. */
  readonly api = {
    open: () => this.#show(true, false),
    close: () => this.#show(false, false),
    /** Calls a person: rings at once, from a press of hers. */
    sos: () => this.#ask(),
    identify: (jwt: string) => {
      this.#identity = String(jwt);
      if (this.#up) this.#say({ type: 'identify', jwt: this.#identity });
    },
    logout: () => {
      this.#identity = undefined;
      this.#call = false;
      this.#show(false, false);
      if (this.#up) this.#say({ type: 'logout' });
    },
    /** Calls back with the number of unread messages, now and at each change. Returns a function that ends it. */
    on: (event: string, listener: Listener) => {
      if (event !== 'unread') return () => {};
      this.#listeners.push(listener);
      safely(() => listener(this.#unread));
      return () => void this.#listeners.splice(this.#listeners.indexOf(listener) >>> 0, 1);
    },
  };

  /** Puts button and frame beside the page's body, where a page that swaps its body does not lose them. */
  attach(): void {
    const root = this.#host.attachShadow({ mode: 'closed' });
    dress(root);
    this.#host.toggleAttribute('left', this.#config.left);
    this.#button.type = 'button';
    this.#button.setAttribute('aria-expanded', 'false');
    this.#button.append(drawing(bubble, 30, true), drawing(cross, 24, false), this.#badge);
    this.#button.onclick = (event) => this.#show(!this.#open, event.detail === 0);
    this.#button.onkeydown = (event) => {
      if (event.key === 'Escape' && this.#open) this.#show(false, true);
    };
    this.#sos.type = 'button';
    this.#sos.append(drawing(camera, 22, false), 'SOS');
    this.#sos.onclick = this.api.sos;
    addEventListener('click', (event) => {
      if (!(event.target as Element).closest?.(caller)) return;
      event.preventDefault();
      this.#ask();
    });
    const { server, channel, sos } = this.#config;
    this.#frame.src = `${server}/chat/?channel=${encodeURIComponent(channel)}#${location.origin}`;
    this.#frame.allow = 'microphone; camera; autoplay';
    // The frame before the button: the person who opens with the keyboard finds the way back after the conversation.
    root.append(this.#frame, this.#button);
    if (sos) root.append(this.#sos);
    document.documentElement.append(this.#host);
    addEventListener('message', (event) => {
      if (event.origin === server && event.source === this.#frame.contentWindow)
        safely(() => this.#hear(event.data as ToHost, event.ports[0]));
    });
    const tell = () => this.#up && this.#say({ type: 'page', page: page() });
    for (const name of ['popstate', 'hashchange']) addEventListener(name, tell);
    (window as { navigation?: EventTarget }).navigation?.addEventListener('navigatesuccess', tell);
    for (const name of ['resize', 'scroll']) visualViewport?.addEventListener(name, this.#fit);
  }

  #hear(said: ToHost, port?: MessagePort): void {
    if (said?.visavis !== 1) return;
    switch (said.type) {
      case 'up': {
        // Also after the frame reloaded itself: it starts from nothing and asks again.
        this.#up = true;
        const { locale, sos } = this.#config;
        const calls = sos || document.querySelector(caller) !== null;
        this.#say({ type: 'hello', page: page(), locale, identity: this.#identity, sos: calls });
        if (this.#open) this.#opened(false);
        return;
      }
      case 'look':
        this.#labels = said;
        this.#frame.title = said.title;
        // A page's own `*{--bg:…!important}` would win over less.
        this.#host.style.setProperty('--bg', said.colour, 'important');
        this.#host.style.setProperty('--ink', said.ink, 'important');
        this.#host.toggleAttribute('ready', true);
        this.#ready = true;
        this.#sos.ariaLabel = said.sos;
        this.#sos.hidden = !said.sos;
        // For the page's own style: whether its elements that call can call now.
        document.documentElement.toggleAttribute('data-visavis-nosos', !said.sos);
        this.#name();
        if (this.#wanted) this.#show(true, false);
        if (this.#called) this.#ask();
        return;
      case 'unread':
        if (said.count !== this.#unread) for (const tell of this.#listeners) safely(() => tell(said.count));
        this.#unread = said.count;
        this.#unreadLabel = said.label;
        this.#badge.textContent = said.count ? (said.count > 99 ? '99+' : String(said.count)) : '';
        this.#name();
        return;
      case 'shape':
        this.#shape = said.css;
        this.#call = said.call;
        this.#host.toggleAttribute('call', said.call);
        if (said.call) this.#show(true, false);
        this.#fit();
        return;
      case 'cobrowse':
        // The script finds its port on its own element, where no other script of the page looks for one.
        document.head.append(
          Object.assign(document.createElement('script'), {
            src: `${this.#config.server}/cobrowse.js`,
            nonce: this.#config.nonce ?? '',
            port,
            onload: (event: Event) => (event.target as Element).remove(),
          }),
        );
        return;
      case 'close':
        this.#call = false;
        this.#show(false, true);
    }
  }

  /** Opens or closes. `key`: by keyboard, so focus goes in, and comes back to the button. */
  #show(open: boolean, key: boolean): void {
    this.#wanted = open;
    if (!this.#ready || open === this.#open || (this.#call && !open)) return;
    this.#open = open;
    this.#host.toggleAttribute('open', open);
    this.#button.setAttribute('aria-expanded', String(open));
    this.#name();
    this.#fit();
    if (open) {
      this.#frame.focus();
      this.#opened(key);
    } else {
      this.#say({ type: 'closed' });
      if (key) (this.#back ?? this.#button).focus();
      this.#back = undefined;
    }
  }

  #opened(key: boolean): void {
    this.#say({ type: 'opened', phone: onPhone(), key, room: [innerWidth, innerHeight] });
  }

  #ask(): void {
    this.#called = !this.#ready;
    if (this.#called) return;
    this.#back ??= document.activeElement as HTMLElement;
    this.#say({ type: 'sos' });
    this.#show(true, true);
  }

  #name(): void {
    const { open, close } = this.#labels;
    const unread = this.#unread && this.#unreadLabel;
    this.#button.setAttribute('aria-label', this.#open ? close : unread ? `${open} (${unread})` : open);
  }

  /** Keeps the full screen above a phone's keyboard, which covers pages instead of shrinking them. */
  readonly #fit = (): void => {
    const view = visualViewport;
    const style = this.#frame.style;
    style.cssText = this.#shape;
    if (!view || this.#shape || !this.#open || !onPhone() || view.scale !== 1) return;
    style.height = `${view.height}px`;
    if (view.offsetTop) style.transform = `translateY(${view.offsetTop}px)`;
  };

  #say(word: Say): void {
    this.#frame.contentWindow?.postMessage({ visavis: 1, ...word }, this.#config.server);
  }
}

/** A constructed sheet passes a host's `style-src`; old browsers get an element instead. */
function dress(root: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement('style');
    style.textContent = css;
    root.append(style);
  }
}

function drawing(d: string, size: number, filled: boolean): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  const path = document.createElementNS(space, 'path');
  const paint = filled
    ? { fill: 'currentColor', 'fill-rule': 'evenodd' }
    : { fill: 'none', stroke: 'currentColor', 'stroke-width': '2', 'stroke-linecap': 'round' };
  for (const [name, value] of Object.entries({ d, ...paint })) path.setAttribute(name, value);
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('aria-hidden', 'true');
  svg.append(path);
  return svg;
}

/** Without query and fragment: they may hold what the site keeps to itself. */
function page(): HostPage {
  return { url: location.origin + location.pathname, title: document.title };
}

function onPhone(): boolean {
  return matchMedia(phone).matches;
}
