import type { PageEvent } from '@visavis/client/cobrowse.ts';
import { entries, hide, holdsEntry, mask, never, own, rules, show, shown } from './secrets';

/**
 * The last look at everything before it leaves the page. The recorder's own masking forgets hidden fields, the words of options
 * and addresses with tokens in them; here a thing leaves because it is known to be harmless, and nothing else does. The server
 * does the same again.
 */

type Value = string | number | boolean | null | Record<string, unknown>;
type Attributes = Record<string, Value>;
/** As rrweb writes nodes: 0 document, 1 doctype, 2 element, 3 text. */
export interface Seen {
  id: number;
  type: number;
  tagName?: string;
  attributes?: Attributes;
  childNodes?: Seen[];
  textContent?: string;
  [name: string]: unknown;
}
/** Finds the living node behind an id of the recording. */
export type Find = (id: number) => Node | null;

const source = {
  mutation: 0,
  move: 1,
  press: 2,
  scroll: 3,
  resize: 4,
  input: 5,
  touch: 6,
  rule: 8,
  drag: 12,
  style: 13,
  sheet: 15,
};
/** Nothing of these is drawn, or what is drawn must not be fetched. */
const silent = new Set([
  'script',
  'noscript',
  'template',
  'base',
  'meta',
  'object',
  'embed',
  'frame',
  'title',
  'applet',
]);
/** Words of a site's style sheets for the state a thing is in. */
const states = /^data-(?:state|theme|mode|orientation|side|align|size|variant|active|open|disabled|selected|expanded)$/;
/** What scripts and other pages read, and what may carry something along. */
const mute =
  /^(?:on.*|srcdoc|action|formaction|ping|nonce|integrity|content|http-equiv|download|cite|data|manifest|longdesc|usemap|code|codebase|archive|classid|profile|itemid|is|rr_src|rr_dataurl|aria-value.*)$/;

/** The event as it may leave; undefined when nothing of it may. */
export function scrub(event: PageEvent, find: Find): PageEvent | undefined {
  const data = event.data as Record<string, unknown>;
  if (event.type === 4) return { ...event, data: { ...data, href: location.origin + location.pathname } };
  if (event.type === 2) return { ...event, data: { ...data, node: clean(data['node'] as Seen, find, false) } };
  if (event.type !== 3) return undefined;
  const left = incremental(data, find);
  return left && { ...event, data: left };
}

function incremental(data: Record<string, unknown>, find: Find): Record<string, unknown> | undefined {
  switch (data['source']) {
    case source.mutation:
      return mutation(data as unknown as Mutation, find);
    case source.input:
      return entered(data, find);
    case source.rule:
    case source.style:
    case source.sheet:
      return sheets(data) as Record<string, unknown>;
    case source.move:
    case source.press:
    case source.scroll:
    case source.resize:
    case source.touch:
    case source.drag:
      return data;
    default:
      return undefined;
  }
}

interface Mutation {
  texts: { id: number; value: string | null }[];
  attributes: { id: number; attributes: Attributes }[];
  adds: { parentId: number; node: Seen }[];
}

function mutation(data: Mutation, find: Find): Record<string, unknown> {
  return {
    ...data,
    texts: data.texts.map(({ id, value }) => ({ id, value: words(value ?? '', find(id)?.parentNode ?? null) })),
    attributes: data.attributes
      .filter(({ id }) => !hidden(find(id)))
      .map(({ id, attributes }) => ({ id, attributes: told(attributes, find(id)) }))
      .filter(({ attributes }) => Object.keys(attributes).length > 0),
    adds: data.adds
      .filter(({ parentId }) => !hidden(find(parentId)))
      .map((add) => ({ ...add, node: clean(add.node, find, holdsEntry(element(find(add.parentId)))) })),
  };
}

function entered(data: Record<string, unknown>, find: Find): Record<string, unknown> | undefined {
  const field = element(find(data['id'] as number)) as HTMLInputElement | null;
  if (!field || hidden(field)) return undefined;
  if (shown(field)) return data;
  if (/^(?:checkbox|radio)$/.test(field.type) || /^select$/i.test(field.tagName)) return undefined;
  return { ...data, text: data['text'] ? mask : '', isChecked: false };
}

/** A node and all it holds. `entry`: its words are somebody's entry. */
function clean(node: Seen, find: Find, entry: boolean, style = false): Seen {
  if (node.type === 3) {
    const text = node.textContent ?? '';
    return { ...node, textContent: style || node['isStyle'] ? css(text) : entry && text.trim() ? mask : text };
  }
  if (node.type === 0)
    return { ...node, childNodes: (node.childNodes ?? []).map((child) => clean(child, find, entry)) };
  if (node.type !== 2) return node.type === 1 ? node : { id: node.id, type: 3, textContent: '' };
  const tag = (node.tagName ?? '').toLowerCase();
  const living = element(find(node.id));
  const bare = { id: node.id, type: 2, childNodes: [] };
  if (living?.matches(own) || silent.has(tag) || (tag === 'link' && typeof node.attributes?.['_cssText'] !== 'string'))
    return { ...bare, tagName: 'noscript', attributes: {} };
  // The recorder has left it empty, and measured it. What cannot be found, rules cannot be asked about.
  if ('rr_width' in (node.attributes ?? {}) || hidden(living) || (rules && !living))
    return { ...bare, tagName: 'div', attributes: { ...sized(node), 'data-visavis-hide': '' } };
  const held = entry || holdsEntry(living?.matches(entries) ? living : null);
  return {
    ...node,
    attributes: {
      ...told(node.attributes ?? {}, living, tag),
      ...(living?.matches(show) && !never(living) ? { 'data-visavis-show': '' } : {}), // the server goes by the mark
    },
    childNodes: (node.childNodes ?? []).map((child) => clean(child, find, held, tag === 'style')),
  };
}

function sized({ attributes = {} }: Seen): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => /^rr_(?:width|height)$/.test(name)));
}

function words(text: string, parent: Node | null): string {
  const around = element(parent);
  if (!around || silent.has(around.localName) || hidden(around)) return '';
  if (around.localName === 'style') return css(text);
  return holdsEntry(around) && text.trim() ? mask : text;
}

function told(attributes: Attributes, node: Node | null, tag = element(node)?.localName ?? ''): Attributes {
  const living = element(node);
  const left: Attributes = {};
  for (const [name, value] of Object.entries(attributes)) {
    const kept = value === null ? null : attribute(name.toLowerCase(), value, tag, living);
    if (kept !== undefined) left[name] = kept;
  }
  return left;
}

function attribute(name: string, value: Value, tag: string, living: Element | null): Value | undefined {
  if (name === '_csstext') return css(String(value));
  if (name === 'style') return typeof value === 'string' ? css(value) : (sheets(value) as Value);
  if (mute.test(name) || /^\s*(?:javascript|vbscript|data:text):?/i.test(String(value))) return undefined;
  if (name.startsWith('data-')) return dataset(name, String(value));
  switch (name) {
    case 'href':
    case 'xlink:href':
      if (tag === 'a' || tag === 'area') return '#';
      return String(value).startsWith('#') ? value : tag === 'image' ? address(String(value)) : undefined;
    case 'src':
      return tag === 'img' || tag === 'input' ? address(String(value)) : undefined;
    case 'poster':
    case 'background':
      return address(String(value));
    case 'srcset':
    case 'imagesrcset':
      return String(value)
        .split(/,\s+/)
        .map((one) => one.trim().replace(/^\S+/, (url) => address(url) ?? ''))
        .join(', ');
    case 'value':
      return worth(value, tag, living);
    case 'checked':
    case 'selected':
      return living && shown(living) ? value : undefined;
    case 'label':
      return /^(?:option|optgroup)$/.test(tag) && !(living && shown(living)) ? mask : value;
    default:
      return value;
  }
}

function dataset(name: string, value: string): string | undefined {
  if (name === 'data-visavis-show' || name === 'data-visavis-hide') return '';
  if (!value) return value;
  return states.test(name) && /^[a-z-]{1,16}$/i.test(value) ? value : undefined;
}

function worth(value: Value, tag: string, living: Element | null): Value | undefined {
  if (/^(?:li|progress|meter)$/.test(tag)) return value;
  if (!living || (tag !== 'input' && tag !== 'textarea'))
    return living && shown(living) && !never(living) ? value : undefined;
  const { type } = living as HTMLInputElement;
  if (/^(?:submit|button|reset)$/.test(type) || shown(living)) return value;
  if (/^(?:checkbox|radio|hidden|image|file)$/.test(type)) return undefined;
  return value === '' ? '' : mask;
}

/** Without what follows the path: that is where tokens are. A picture that is written out stays; anything else goes. */
export function address(url: string): string | undefined {
  if (/^data:image\//i.test(url)) return url;
  return /^https?:\/\//i.test(url) ? url.replace(/[?#].*$/s, '') : undefined;
}

/** Every address in a style sheet. */
export function css(text: string): string {
  return text.replace(
    /url\(\s*(?:"([^"]*)"|'([^']*)'|([^)'"]*))\s*\)/gi,
    (_all, a?: string, b?: string, c?: string) => {
      const url = (a ?? b ?? c ?? '').trim();
      const kept = url.startsWith('#')
        ? url
        : /^data:(?:image|font|application\/(?:x-)?font)/i.test(url)
          ? url
          : address(url);
      return kept ? `url("${kept}")` : 'none';
    },
  );
}

/** The same for rules and declarations, which come in several shapes. */
function sheets(value: unknown): unknown {
  if (typeof value === 'string') return css(value);
  if (Array.isArray(value)) return value.map(sheets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, sheets(one)]));
}

function hidden(node: Node | null): boolean {
  return !!element(node)?.closest(hide);
}

function element(node: Node | null): Element | null {
  return node?.nodeType === 1 ? (node as Element) : node?.nodeType === 11 ? ((node as ShadowRoot).host ?? null) : null;
}
