/**
 * Tries an administrator's rules on a page that she has pasted: the recorder's own scrubber looks at it, in a frame without an origin in
 * which nothing of the page runs or is fetched.
 */
import type { FromTester, Mask, ToTester, Tried, Why } from '@visavis/client/cobrowse.ts';
import { scrub, type Seen } from './scrub';
import { follow, hide, marked, never, shown, unseen } from './secrets';

const most = 200;
const hatch = 'repeating-linear-gradient(135deg, #dff0f4 0 6px, #eef7f9 6px 12px)';
/** Nothing of these may come into the frame's own page, whether they would do anything there or not. */
const alive = 'script,noscript,template,base,meta,link,object,embed,iframe,frame,frameset,applet,portal';

addEventListener('message', ({ source, data }) => {
  if (source === parent && (data as ToTester | null)?.visavis === 'try') tryOut(data as ToTester);
});
say({ visavis: 'ready' });

function say(word: FromTester): void {
  parent.postMessage(word, '*'); // what she pasted, to whoever shows this frame: that is the desk, by this page's policy
}

function tryOut({ html, mask, side }: ToTester): void {
  const page = new DOMParser().parseFromString(html, 'text/html');
  const wrong = follow(mask);
  if (side === 'left') {
    say({ visavis: 'tried', tried: [...masked(page, mask, wrong), ...seen(page, mask, wrong)].slice(0, most), wrong });
    return draw(left(page));
  }
  for (const element of unseen(page)) tint(element as HTMLElement);
  for (const element of page.querySelectorAll(alive)) element.remove();
  for (const element of page.querySelectorAll('*'))
    for (const { name, value } of [...element.attributes]) if (acts(name, value)) element.removeAttribute(name);
  draw(page.documentElement);
}

/** What would be run or fetched, if this frame let it. */
function acts(name: string, value: string): boolean {
  return (
    name.startsWith('on') || (/^(?:src|srcset|poster|background|data)$/.test(name) && !value.startsWith('data:image/'))
  );
}

/** What leaves: the page as the recorder would tell of it, scrubbed, and built again. */
function left(page: Document): Element {
  const nodes: Node[] = [];
  const node = told(page.documentElement, nodes);
  const event = scrub({ type: 2, timestamp: 0, data: { node } }, (id) => nodes[id] ?? null);
  const built = build((event?.data as { node: Seen }).node);
  return built instanceof Element ? built : document.createElement('html');
}

function told(node: Node, nodes: Node[]): Seen {
  const id = nodes.push(node) - 1;
  if (!(node instanceof Element)) return { id, type: node.nodeType === 3 ? 3 : 5, textContent: node.textContent ?? '' };
  const attributes = Object.fromEntries([...node.attributes].map(({ name, value }) => [name, value]));
  return {
    id,
    type: 2,
    tagName: node.localName,
    isSVG: node instanceof SVGElement,
    attributes,
    childNodes: [...node.childNodes].map((child) => told(child, nodes)),
  };
}

function build(seen: Seen): Node {
  if (seen.type !== 2) return document.createTextNode(seen.textContent ?? '');
  const space = seen['isSVG'] ? 'http://www.w3.org/2000/svg' : 'http://www.w3.org/1999/xhtml';
  const element = document.createElementNS(space, seen.tagName ?? 'span');
  for (const [name, value] of Object.entries(seen.attributes ?? {}))
    if (!acts(name, String(value))) element.setAttribute(name, String(value));
  element.append(...(seen.childNodes ?? []).map(build));
  const field =
    element.matches('input,textarea,select') && !element.matches('[type=submit],[type=button],[type=reset]');
  if (element.hasAttribute('data-visavis-hide') || (field && !element.closest('[data-visavis-show]')))
    tint(element as HTMLElement);
  return element;
}

function tint({ localName, style }: Element & ElementCSSInlineStyle): void {
  style.setProperty('background', hatch, 'important');
  style.setProperty('outline', '1px dashed #046679', 'important');
  if (localName === 'div') style.setProperty('min-height', '1.4em');
}

/** In place of what was shown. Nothing in it can be pressed. */
function draw(root: Element): void {
  const from = root.querySelector('body') ?? root;
  const body = document.createElement('body');
  body.inert = true;
  for (const name of ['class', 'id', 'style']) body.setAttribute(name, from.getAttribute(name) ?? '');
  document.head.querySelectorAll('style:not([data-own])').forEach((one) => one.remove());
  document.head.append(...root.querySelectorAll('style'));
  body.append(...from.childNodes);
  document.body.replaceWith(body);
}

/** Every place that is not seen, but for what stands in another one. */
function masked(page: Document, mask: Mask, wrong: readonly string[]): Tried[] {
  return unseen(page)
    .filter((element) => !element.parentElement?.closest(hide))
    .map((element) => {
      const by = element.matches('body')
        ? wrong[0]
        : mask.hide.find((one) => !wrong.includes(one) && element.matches(one));
      return { what: named(element), why: reason(element, by !== undefined), ...(by === undefined ? {} : { by }) };
    });
}

function reason(element: Element, ruled: boolean): Why {
  if (ruled) return 'rule';
  if (element.matches(marked.hide)) return 'page';
  return never(element) ? 'never' : 'entry';
}

/** Fields that are seen although somebody enters something. */
function seen(page: Document, mask: Mask, wrong: readonly string[]): Tried[] {
  return [...page.querySelectorAll('input,textarea,select')].filter(shown).map((element) => {
    const by = mask.show.find((one) => !wrong.includes(one) && element.closest(one));
    return { what: named(element), ...(by === undefined ? {} : { by }) };
  });
}

/** As one would write it: the tag with the surest of its names. */
function named(element: Element): string {
  const name = element.getAttribute('name');
  const [first] = element.classList;
  const sure = element.id ? `#${element.id}` : name ? `[name=${name}]` : first ? `.${first}` : '';
  return `${element.localName}${sure}`.slice(0, 80);
}
