/** What a ready answer may name, and what a signature may. */
export const readyNames = [
  'customer.firstName',
  'customer.name',
  'agent.firstName',
  'agent.name',
  'brand',
  'promise',
] as const;
export const signatureNames = ['firstName', 'name', 'team', 'brand'] as const;
export type PlaceholderName = (typeof readyNames)[number] | (typeof signatureNames)[number];

export type Values = Readonly<Record<string, string>>;

const placeholder = /\{\{([^{}\n]{1,60})\}\}/gu;

/** The names that stand in a text, each once. */
export function namesIn(text: string): string[] {
  return [...new Set([...text.matchAll(placeholder)].map((found) => (found[1] ?? '').trim()))];
}

/** The text with each name's value in its place; a name without one stays as it was written. */
export function filled(text: string, values: Values): string {
  return text.replace(placeholder, (found, name: string) => valueOf(name.trim(), values) || found);
}

/** A signature with its values: a line that names what there is none of is left out. */
export function signed(text: string, values: Values): string {
  return text
    .split('\n')
    .filter((line) => namesIn(line).every((name) => valueOf(name, values) !== ''))
    .map((line) => filled(line, values))
    .join('\n');
}

function valueOf(name: string, values: Values): string {
  return Object.hasOwn(values, name) ? (values[name] ?? '') : '';
}

/** Puts a name where the selection is; answers the new text and where one goes on writing. */
export function inserted(text: string, name: string, from: number, to: number): { text: string; at: number } {
  const word = `{{${name}}}`;
  return { text: text.slice(0, from) + word + text.slice(to), at: from + word.length };
}
