/**
 * What stays with the customer. Private by default: whatever she enters is masked, until the site says of an element, or of
 * what it stands in, that it may be seen. What a site hides, and the never-list, win over that.
 */
export const hide = '[data-visavis-hide]';
const show = '[data-visavis-show]';
/** Our own chat and drawings: neither seen nor driven. */
export const own = 'visavis-chat,visavis-ink';
export const blocked = `${hide},${own}`;

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
export function unseen(): Element[] {
  return [...document.querySelectorAll(`${entries},${hide}`)].filter(
    (element) =>
      !/^(?:option|optgroup|datalist)$/i.test(element.tagName) &&
      !/^(?:submit|button|reset|image)$/.test((element as HTMLInputElement).type) &&
      (element.matches(hide) || !shown(element)),
  );
}
