import { beforeAll, describe, expect, it, vi } from 'vitest';
import { scrub, type Seen } from './scrub';
import { follow } from './secrets';

/** As much of an element as rules are asked about: it answers to the selectors in `is`, and stands in `parent`. */
class Fake {
  nodeType = 1;
  constructor(
    readonly localName: string,
    readonly is: readonly string[] = [],
    readonly parent?: Fake,
    readonly said: Readonly<Record<string, string>> = {},
  ) {}
  get tagName() {
    return this.localName.toUpperCase();
  }
  get type() {
    return this.said['type'] ?? 'text';
  }
  get parentNode() {
    return this.parent;
  }
  matches(selectors: string): boolean {
    return selectors.split(',').some((one) => one === this.localName || this.is.includes(one));
  }
  closest(selectors: string): Fake | null {
    return this.matches(selectors) ? this : (this.parent?.closest(selectors) ?? null);
  }
  getAttribute(name: string) {
    return this.said[name] ?? null;
  }
  hasAttribute(name: string) {
    return name in this.said;
  }
}

const body = new Fake('body');
const account = new Fake('section', ['.balance'], body);
const nodes = new Map<number, unknown>([
  [1, body],
  [2, account],
  [3, new Fake('b', [], account)],
  [4, { nodeType: 3, parentNode: account }],
  [5, new Fake('input', ['#city'], body, { name: 'city' })],
  [6, new Fake('input', ['#city'], body, { name: 'iban' })],
  [7, new Fake('input', [], body, { name: 'street' })],
]);
const find = (id: number) => (nodes.get(id) ?? null) as Node | null;
const text = (id: number): Seen => ({ id, type: 3, textContent: 'kanari' });
const el = (id: number, tagName: string, attributes = {}, ...childNodes: Seen[]): Seen => ({
  id,
  type: 2,
  tagName,
  attributes,
  childNodes,
});
const whole = (node: Seen) => JSON.stringify(scrub({ type: 2, timestamp: 1, data: { node } }, find));
const change = (data: object) => JSON.stringify(scrub({ type: 3, timestamp: 1, data }, find)) ?? '';
const mutation = (parts: object) => change({ source: 0, texts: [], attributes: [], adds: [], removes: [], ...parts });

beforeAll(() => {
  const querySelector = (selector: string) => {
    if (selector.includes('!')) throw new SyntaxError(selector);
  };
  vi.stubGlobal('document', { createDocumentFragment: () => ({ querySelector }) });
  expect(follow({ hide: ['.balance'], show: ['#city'] })).toEqual([]);
});

describe('what an administrator hides', () => {
  it.each([
    [
      'with the whole page',
      () => whole(el(1, 'body', {}, el(2, 'section', { title: 'kanari' }, el(3, 'b', {}, text(9))))),
    ],
    ['when it comes', () => mutation({ adds: [{ parentId: 1, nextId: null, node: el(2, 'section', {}, text(9)) }] })],
    ['when something comes into it', () => mutation({ adds: [{ parentId: 2, nextId: null, node: text(9) }] })],
    ['when its words change', () => mutation({ texts: [{ id: 4, value: 'kanari' }] })],
    ['when it says something aside', () => mutation({ attributes: [{ id: 3, attributes: { title: 'kanari' } }] })],
    ['when it is not to be found', () => whole(el(1, 'body', {}, el(99, 'p', {}, text(9))))],
  ])('does not leave %s', (_when, left) => expect(left()).not.toContain('kanari'));

  it('leaves a block in its place', () => {
    expect(whole(el(1, 'body', {}, el(2, 'section', {}, text(9))))).toContain(
      '"tagName":"div","attributes":{"data-visavis-hide":""}',
    );
  });
});

describe('fields that may be seen', () => {
  it('are seen and marked for the server; the never-list and all others stay masked', () => {
    const left = whole(
      el(
        1,
        'body',
        {},
        el(5, 'input', { value: 'Nantes' }),
        el(6, 'input', { value: 'kanari' }),
        el(7, 'input', { value: 'kanari' }),
      ),
    );
    expect(left).toContain('{"value":"Nantes","data-visavis-show":""}');
    expect(left).not.toContain('kanari');
    expect(left.match(/data-visavis-show/g)).toHaveLength(1);
    expect(change({ source: 5, id: 5, text: 'Brest' })).toContain('Brest');
    expect(change({ source: 5, id: 6, text: 'kanari' })).not.toContain('kanari');
  });
});

it('a rule that this browser cannot read hides the whole page, or shows nothing', () => {
  expect(follow({ hide: ['p!'], show: [] })).toEqual(['p!']);
  expect(whole(el(1, 'body', {}, text(9)))).not.toContain('kanari');
  expect(follow({ hide: [], show: ['#city', 'p!'] })).toEqual(['p!']);
  expect(
    whole(el(1, 'body', {}, el(5, 'input', { value: 'Nantes' }), el(7, 'input', { value: 'kanari' }))),
  ).not.toContain('kanari');
});
