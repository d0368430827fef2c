import type { Mask } from '@visavis/client/cobrowse.ts';

/**
 * What stays with the customer. Private by default: whatever she enters is masked, until the site says of an element, or of
 * what it stands in, that it may be seen. What a site hides, and the never-list, win over that.
 */
export const marked = { hide: '[data-visavis-hide]', show: '[data-visavis-show]' };
export let hide = marked.hide;
export let show = marked.show;
/** Both kinds of rules besides the page's own marks; empty without any. */
export let rules = '';
/** Our own chat and drawings: neither seen nor driven. */
export const own = 'visavis-chat,visavis-ink';

/**
 * Takes the rules of the site's administrator. One that this browser cannot read hides the whole page, or shows nothing: what was
 * meant cannot be told, so nothing leaves. Returns those.
 */
export function follow(mask: Mask): string[] {
  const wrong = [...mask.hide, ...mask.show].filter((one) => !readable(one));
  const hides = mask.hide.some((one) => wrong.includes(one)) ? ['body', ...mask.hide] : mask.hide;
  const known = (all: readonly string[]) => all.filter((one) => one === 'body' || !wrong.includes(one));
  hide = [marked.hide, ...known(hides)].join();
  show = [marked.show, ...known(mask.show)].join();
  rules = [...known(hides), ...known(mask.show)].join();
  return wrong;
}

function readable(selector: string): boolean {
  try {
    document.createDocumentFragment().querySelector(selector);
    return true;
  } catch {
    return false;
  }
}

/** Of fixed length: how long a word is tells about it. */
export const mask = '••••••';

const types = new Set(['password', 'hidden', 'file']);
const purposes = /(?:^|\s)(?:cc-\S+|one-time-code|current-password|new-password)(?:\s|$)/i;
const names =
  /(?:^|[^a-z])(?:(?:card|carte|cc)(?:no|num\w*|name|holder|exp\w*)?|cvc|cvv|csc|cryptogramme|security ?code|iban|bic|otp|pin|passw(?:or)?d|passcode|mot ?de ?passe|ssn)\d?(?![a-z])/i;
/** A field that once was a secret stays one, also while "show my password" makes it plain text. */
const secret = new WeakSet<Element>();

/** Passwords, cards, one-time codes, files and hidden fields: whatever the site's attributes say. */
export function never(element: Element): boolean {
  if (secret.has(element)) return true;
  if (!/^(?:input|textarea|select)$/i.test(element.tagName)) return false;
  const said = (name: string) => element.getAttribute(name) ?? '';
  const called = `${said('name')} ${said('id')}`.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[-_]/g, ' ');
  const is =
    types.has((element as HTMLInputElement).type) ||
    element.hasAttribute('data-rr-is-password') ||
    purposes.test(said('autocomplete')) ||
    names.test(called);
  if (is) secret.add(element);
  return is;
}

export function shown(element: Element): boolean {
  return element.closest(show) !== null && element.closest(hide) === null && !never(element);
}

/** What somebody enters something into. */
export const entries =
  'input,textarea,select,option,optgroup,datalist,[contenteditable]:not([contenteditable=false]),[role=textbox],[role=searchbox]';

/** Whether the words in an element are what somebody entered, and stay hers. */
export function holdsEntry(element: Element | null): boolean {
  const entry = element?.closest(entries);
  return !!entry && !shown(entry);
}

/** What is tinted for her: each place whose contents her agent does not see. */
export function unseen(root: ParentNode = document): Element[] {
  return [...root.querySelectorAll(`${entries},${hide}`)].filter(
    (element) =>
      !/^(?:option|optgroup|datalist)$/i.test(element.tagName) &&
      !/^(?:submit|button|reset|image)$/.test((element as HTMLInputElement).type) &&
      (element.matches(hide) || !shown(element)),
  );
}
