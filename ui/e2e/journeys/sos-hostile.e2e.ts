import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adviser, assistance, bell, flow, lent, screen, shownAt, staffed, viewerOf, watched } from '../call.ts';
import { Scene } from '../scene.ts';

const scene = new Scene({ flags: ['--turn-listen', '127.0.0.1:0'] });
beforeAll(() => staffed(scene));

// Somebody else's server, which nobody who looks at a page is to speak to.
const asked: string[] = [];
const stranger = createServer((request, response) => {
  asked.push(request.url ?? '');
  response.end();
});
let canary = '';
beforeAll(async () => {
  await new Promise<void>((listening) => stranger.listen(0, '127.0.0.1', listening));
  canary = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
});
afterAll(() => stranger.close());

interface Node {
  id: number;
  type: 2 | 3;
  tagName?: string;
  attributes?: Record<string, string>;
  childNodes?: Node[];
  textContent?: string;
}

/** What a customer who writes her own recorder would have stand on the page: each way in that we know of, and one word that is seen. */
function hostile(): Node[] {
  let id = 900_000;
  const does = 'top.pwned=globalThis.pwned=1';
  const node = (tagName: string, attributes: Record<string, string> = {}, text = ''): Node => ({
    type: 2,
    id: id++,
    tagName,
    attributes,
    childNodes: text ? [{ type: 3, id: id++, textContent: text }] : [],
  });
  return [
    node('p', { onclick: does, style: `background:url(${canary}/style)` }, 'Schibboleth'),
    node('script', { src: `${canary}/script` }, does),
    node('img', { src: `${canary}/img`, srcset: `${canary}/srcset 2x`, onerror: does }),
    node('img', { src: 'x:y', onerror: does, rr_src: `${canary}/rr` }),
    node('iframe', { src: `javascript:${does}`, srcdoc: `<script>${does}</script><img src=${canary}/srcdoc>` }),
    node('iframe', { src: `${canary}/iframe` }),
    node('object', { data: `${canary}/object` }),
    node('embed', { src: `${canary}/embed` }),
    node('link', { rel: 'stylesheet', href: `${canary}/link` }),
    node('link', { rel: 'prefetch', href: `${canary}/prefetch` }),
    node('meta', { 'http-equiv': 'refresh', content: `0;url=${canary}/refresh` }),
    node('base', { href: `${canary}/base/` }),
    node(
      'style',
      {},
      `@import "${canary}/import"; p { background: url(${canary}/css) } @font-face { font-family: x; src: url(${canary}/font) }`,
    ),
    node('style', { _cssText: `@import url(${canary}/csstext); body { background: url(${canary}/cssbody) }` }),
    node('svg', { onload: does, isSVG: 'true' }),
    node('video', { src: `${canary}/video`, poster: `${canary}/poster`, autoplay: '' }),
    node('audio', { src: `${canary}/audio`, autoplay: '' }),
    node('input', { autofocus: '', onfocus: does, value: 'x' }),
    node('a', { href: `javascript:${does}`, ping: `${canary}/ping` }, 'Un lien'),
    node('form', { action: `${canary}/form` }),
    node('button', { formaction: `javascript:${does}` }, 'Un bouton'),
    node('template', { shadowrootmode: 'open' }, does),
  ];
}

/** Puts it into each whole picture of the page that leaves. */
function poison(frame: string): string {
  const put = (part: unknown): void => {
    if (Array.isArray(part)) return part.forEach(put);
    if (typeof part !== 'object' || part === null) return;
    const { tagName, childNodes } = part as Partial<Node>;
    if (tagName === 'main' && childNodes) childNodes.unshift(...hostile());
    else Object.values(part).forEach(put);
  };
  const said: unknown = JSON.parse(frame);
  put(said);
  return JSON.stringify(said);
}

test('a page that was made up by its customer runs nothing at the desk, and has it fetch nothing', async () => {
  const desk = await adviser(scene, 'gwenole');
  const left: string[] = [];
  desk.context().on('request', (request) => left.push(request.url()));
  const customer = await scene.person(lent);
  let poisoned = 0;
  await customer.context.routeWebSocket(/\/cobrowse/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      const worse = typeof frame === 'string' ? poison(frame) : frame;
      if (typeof worse === 'string' && worse.includes('Schibboleth')) poisoned++;
      server.send(worse);
    });
  });
  const chat = await customer.openChat('/compte.html?lang=fr');
  await chat.getByRole('button', { name: /SOS/ }).click();
  await bell(desk)
    .getByRole('button', { name: /^Décrocher/ })
    .click();
  await desk.getByRole('button', { name: /^Demander à voir sa page/ }).click();
  await chat.getByRole('button', { name: 'Montrer la page' }).click();
  await screen(desk).waitFor();
  const viewer = await viewerOf(desk);
  await expect.poll(() => shownAt(viewer)).toContain('Schibboleth');
  expect(poisoned).toBeGreaterThan(0);
  await viewer.evaluate(() => {
    // As if she who looks pressed on everything.
    const inside = document.querySelector('iframe')?.contentDocument;
    for (const part of inside?.querySelectorAll<HTMLElement>('main *') ?? []) {
      part.focus();
      part.click();
    }
  });
  await expect.poll(() => shownAt(viewer)).toContain('Bonjour Camille');

  for (const frame of desk.frames()) expect(await frame.evaluate(() => 'pwned' in globalThis)).toBe(false);
  const inside = await viewer.evaluate(() => {
    const page = document.querySelector('iframe')?.contentDocument;
    const all = [...(page?.querySelectorAll('*') ?? [])];
    return {
      tags: all.map(({ localName }) => localName),
      acts: all.flatMap((part) => [...part.attributes].map(({ name, value }) => `${name}=${value}`)),
    };
  });
  expect(inside.tags.length).toBeGreaterThan(20);
  for (const tag of ['script', 'object', 'embed', 'base', 'meta']) expect(inside.tags).not.toContain(tag);
  expect(inside.acts.filter((one) => /^(on|autoplay|autofocus|srcdoc)|javascript:/i.test(one))).toEqual([]);
  expect(left.length).toBeGreaterThan(0);
  expect(left.filter((url) => url.startsWith(canary))).toEqual([]);
  expect(asked).toEqual([]);
  await desk.getByRole('button', { name: /^Terminer/ }).click(); // the keys are in her page now
  await assistance(chat).getByRole('button', { name: /^1, / }).waitFor();
});

test.each(['udp', 'tcp'])(
  'where media pass by a relay only, by %s, there is a face all the same',
  async (transport) => {
    const desk = await adviser(scene, 'gwenole');
    const customer = await scene.person(lent);
    await customer.context.addInitScript((transport) => {
      const Plain = globalThis.RTCPeerConnection;
      globalThis.RTCPeerConnection = class extends Plain {
        constructor(settings: RTCConfiguration = {}) {
          const iceServers = (settings.iceServers ?? []).flatMap((server) => {
            const urls = [server.urls].flat().filter((url) => /^turn:/.test(url) && url.includes(transport));
            return urls.length > 0 ? [{ ...server, urls }] : [];
          });
          super({ ...settings, iceServers, iceTransportPolicy: 'relay' });
        }
      };
    }, transport);
    await watched(customer);
    const chat = await customer.openChat('/?lang=fr');
    await chat.getByRole('button', { name: /SOS/ }).click();
    await bell(desk)
      .getByRole('button', { name: /^Décrocher/ })
      .click();
    await expect.poll(async () => (await flow(chat)).frames).toBeGreaterThan(0);
    await expect.poll(async () => (await flow(desk)).energy).toBeGreaterThan(0);
    const ways = await chat.evaluate(async () => {
      const { peers } = globalThis as unknown as { peers: RTCPeerConnection[] };
      const found: string[] = [];
      for (const peer of peers.filter(({ connectionState }) => connectionState === 'connected')) {
        const all = new Map<string, Record<string, unknown>>();
        (await peer.getStats()).forEach((one: Record<string, unknown>) => all.set(String(one['id']), one));
        for (const pair of all.values()) {
          const local = all.get(String(pair['localCandidateId']));
          if (pair['type'] === 'candidate-pair' && pair['nominated'] === true)
            found.push(`${String(local?.['candidateType'])} ${String(local?.['relayProtocol'])}`);
        }
      }
      return found;
    });
    expect([...new Set(ways)]).toEqual([`relay ${transport}`]);
    await desk.keyboard.press('Control+e');
    await assistance(chat).getByRole('button', { name: /^1, / }).waitFor();
  },
);
