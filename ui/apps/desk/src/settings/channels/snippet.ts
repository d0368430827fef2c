/** The two lines that put the chat on a page. */
export function snippet(key: string, host: string): string {
  return [
    `<script>window.visavis = { channel: "${key}" }</script>`,
    `<script async src="${host}/loader.js"></script>`,
  ].join('\n');
}

/** What calls a person on video from anywhere on a page. */
export function caller(words: string): string {
  return `<button data-visavis-sos>${words}</button>`;
}

/** What a site with a content security policy must allow. */
export function policy(host: string): string {
  return `script-src ${host}; frame-src ${host}`;
}

/** What the owner's server signs about a customer who is known there. */
export const claims = `{
  "sub": "c-4417",
  "email": "camille@mel.example",
  "name": "Camille Rousseau",
  "exp": 1796120000
}`;
