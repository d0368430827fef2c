export type Params = Readonly<Record<string, string | number>>;

const rules = new Map<string, Intl.PluralRules>();

function pluralOf(n: number, locale: string): string {
  let rule = rules.get(locale);
  if (!rule) rules.set(locale, (rule = new Intl.PluralRules(locale)));
  return rule.select(n);
}

/** Where the brace opened at `from` closes. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return i;
  }
  return text.length;
}

/** The branches of "one {…} other {…}", by name. */
function branches(text: string): Map<string, string> {
  const found = new Map<string, string>();
  let at = 0;
  for (;;) {
    const open = text.indexOf('{', at);
    if (open < 0) return found;
    const close = closing(text, open);
    found.set(text.slice(at, open).trim(), text.slice(open + 1, close));
    at = close + 1;
  }
}

/**
 * Fills a sentence: `{name}` takes a value; `{n, plural, =0 {nobody} one {# reply} other {# replies}}` counts;
 * `{role, select, agent {…} other {…}}` chooses. `#` is the number, written as the language writes it.
 */
export function say(text: string, params: Params | undefined, locale: string): string {
  let out = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf('{', at);
    if (open < 0) return out + text.slice(at);
    const close = closing(text, open);
    out += text.slice(at, open) + fill(text.slice(open + 1, close), params, locale);
    at = close + 1;
  }
}

function fill(hole: string, params: Params | undefined, locale: string): string {
  const match = /^\s*(\w+)\s*(?:,\s*(plural|select)\s*,([\s\S]*))?$/.exec(hole);
  const name = match?.[1] ?? '';
  const value = params?.[name];
  if (match?.[2] === undefined) return value === undefined ? `{${hole}}` : String(value);
  const choices = branches(match[3] ?? '');
  if (match[2] === 'select') return say(choices.get(String(value)) ?? choices.get('other') ?? '', params, locale);
  const n = Number(value ?? 0);
  const branch = choices.get(`=${n}`) ?? choices.get(pluralOf(n, locale)) ?? choices.get('other') ?? '';
  return say(branch.replaceAll('#', new Intl.NumberFormat(locale).format(n)), params, locale);
}
