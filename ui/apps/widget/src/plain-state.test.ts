import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('no state of the chat needs a deep proxy, which its build leaves out', () => {
  const folder = new URL('.', import.meta.url);
  for (const name of readdirSync(folder).filter((file) => /(\.svelte|\.svelte\.ts)$/.test(file))) {
    const source = readFileSync(new URL(name, folder), 'utf8');
    expect([name, source.match(/\$state(?:<[^(]*>)?\(\s*[[{]|\$bindable\(\s*[[{]/g)]).toEqual([name, null]);
  }
});
