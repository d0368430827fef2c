import type { Frame, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { ask, go, row, said, Scene, write } from '../scene.ts';

const scene = new Scene();

/** A PNG of one pixel. */
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Hands a picture to the chat, as a browser does. */
async function hand(chat: Frame, how: 'drop' | 'paste', name: string): Promise<void> {
  await chat.locator('textarea').evaluate(
    (field, { how, name, png }) => {
      const held = new DataTransfer();
      held.items.add(new File([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))], name, { type: 'image/png' }));
      const say = { bubbles: true, cancelable: true, composed: true };
      if (how === 'paste') field.dispatchEvent(new ClipboardEvent('paste', { ...say, clipboardData: held }));
      else
        for (const type of ['dragenter', 'dragover', 'drop'])
          field.dispatchEvent(new DragEvent(type, { ...say, dataTransfer: held }));
    },
    { how, name, png },
  );
}

const channelOf = (chat: Frame) => new URL(chat.url()).searchParams.get('channel') ?? '';

/** The chat's button on the page, without the corners through which the page is seen. */
async function button(page: Page): Promise<Buffer> {
  const size = page.viewportSize() ?? { width: 1440, height: 900 };
  const clip = { x: size.width - 74, y: size.height - 74, width: 44, height: 44 };
  return page.screenshot({ clip, animations: 'disabled' });
}

test('a picture is dropped, another is pasted, and both arrive', async () => {
  const lea = await scene.member();
  await go(lea.page, 'Toutes');
  const person = await scene.person();
  const chat = await person.openChat();
  await hand(chat, 'drop', 'selle.png');
  await chat.getByText('selle.png').first().waitFor();
  await hand(chat, 'paste', 'cadre.png');
  await chat.getByText('cadre.png').first().waitFor();
  await write(chat, 'Deux photos');
  await chat.getByText('Reçu').first().waitFor();
  await row(lea.page, 'Deux photos').click();
  const pictures = lea.page.locator('[role=log] img');
  await expect.poll(() => pictures.count()).toBe(2);
  await expect
    .poll(() => pictures.evaluateAll((all) => all.map((img) => (img as HTMLImageElement).naturalWidth > 0)))
    .toEqual([true, true]);
});

test('a page that embeds the chat cannot dress it up or speak in its name', async () => {
  const person = await scene.person();
  const first = await person.openChat();
  const asked = person.page.waitForResponse(/\/preview-[^/]+\.js$/);
  // The page frames a chat of its own, as if it were the desk that shows a preview.
  await person.page.evaluate(
    ({ desk, channel }) => {
      const heard: unknown[] = [];
      Object.assign(globalThis, { heard });
      addEventListener('message', ({ data }) => heard.push(data));
      const frame = document.createElement('iframe');
      frame.id = 'pirate';
      frame.style.cssText = 'position:fixed;left:0;top:0;width:380px;height:700px;z-index:9';
      frame.src = `${desk}/chat/?channel=${channel}&preview=1#${location.origin}`;
      document.body.append(frame);
    },
    { desk: scene.house.desk, channel: channelOf(first) },
  );
  await asked;
  const frame = await (await person.page.waitForSelector('#pirate')).contentFrame();
  if (!frame) throw new Error('no frame');
  await person.page.waitForFunction(() =>
    (globalThis as unknown as { heard: { type?: string }[] }).heard.some((word) => word?.type === 'up'),
  );
  await person.page.evaluate((desk) => {
    const chat = document.querySelector<HTMLIFrameElement>('#pirate')?.contentWindow;
    const settings = { colour: '#ff0000', greeting: { fr: 'PIRATE', en: 'PIRATE' }, languages: ['fr'] };
    const bad = '<img src=x onerror=alert(1)>';
    for (const word of [
      { visavis: 'preview', settings, locale: 'en' },
      { visavis: 1, type: 'look', colour: 'red', title: bad },
      { visavis: 1, type: 'identify', jwt: 'a.b.c' },
      { visavis: 1, type: '__proto__' },
      { visavis: 1, type: 'logout', __proto__: { visavis: 1 } },
      { visavis: 1 },
      null,
      0,
      'visavis',
      [[]],
    ])
      chat?.postMessage(word, desk);
    // Heard in order: once these have been, so has everything before.
    chat?.postMessage(
      { visavis: 1, type: 'hello', locale: 'fr', page: { url: 'javascript:alert(1)', title: bad } },
      desk,
    );
    chat?.postMessage({ visavis: 1, type: 'opened', phone: false, key: false }, desk);
  }, scene.house.desk);
  await frame.locator('textarea').waitFor();
  expect(await frame.locator('body').innerText()).not.toContain('PIRATE');
  const head = frame.locator('header').first();
  expect(await head.evaluate((node) => getComputedStyle(node).backgroundColor)).not.toBe('rgb(255, 0, 0)');
  const heard = await person.page.evaluate(() => JSON.stringify((globalThis as unknown as { heard: unknown[] }).heard));
  expect(heard).not.toContain('preview-ready');

  // The chat beside it goes on.
  await write(first, 'Toujours là');
  await first.getByText('Reçu').first().waitFor();
});

test('the styles of a page do not reach the chat', async () => {
  const person = await scene.person();
  await person.page.goto(`${scene.house.shop}/?lang=fr`);
  await person.page.waitForSelector('html > [ready]', { state: 'attached' });
  const before = await button(person.page);
  await person.page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      * { --bg: #ff0000 !important; --ink: #00ff00 !important; all: unset !important }
      visavis-chat, html > *, iframe, button { display: none !important; opacity: 0 !important; visibility: hidden !important;
        position: static !important; transform: scale(3) !important; width: 3px !important; filter: invert(1) !important }
      html { font-size: 60px !important; color: red !important; line-height: 5 !important; cursor: none; letter-spacing: 9px }`);
    document.adoptedStyleSheets = [sheet];
  });
  expect((await button(person.page)).equals(before)).toBe(true);
  await person.page.mouse.click(1440 - 50, 900 - 50);
  const chat = await person.chat();
  expect(await chat.evaluate(() => [innerWidth, innerHeight])).toEqual([384, 716]);
  expect(await chat.locator('textarea').evaluate((field) => getComputedStyle(field).fontSize)).toBe('15px');
  await write(chat, 'Lisible');
  await chat.getByText('Reçu').first().waitFor();
});

test('whatever a customer calls herself and writes is text, and stays where it belongs', async () => {
  const name =
    '<img src=x onerror=alert(1)> \u202Eeoz Z\u0351\u036B\u0343\u036A\u0302\u036B\u033D\u034F\u0334\u0319\u0324\u031E\u0349alg\u0365\u0366\u0367\u0368\u0369\u036A\u036Bo';
  const words =
    '<script>alert(1)</script> \u202Efdp.exe\u202C <b>gras</b> &amp; H\u0351\u036B\u0343\u036A\u0302\u036B\u033D\u034F\u0334\u0319';
  const lea = await scene.member();
  await go(lea.page, 'Toutes');
  const person = await scene.person();
  const chat = await person.openChat();
  await chat.getByText('quitter sans rien perdre').click();
  await chat.getByLabel('Votre nom').fill(name);
  await chat.getByRole('button', { name: 'Enregistrer' }).click();
  await chat.getByRole('button', { name: 'Retour à l’échange' }).click();
  await write(chat, words);
  await chat.getByText('Reçu').first().waitFor();
  await chat.getByText('<script>alert(1)</script>', { exact: false }).first().waitFor();
  expect(await chat.locator('[role=log] :is(script, b:has-text("gras"), img[src="x"])').count()).toBe(0);

  const line = row(lea.page, '<b>gras</b>');
  await line.waitFor();
  const others = await lea.page
    .locator('a[data-id]')
    .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
  expect(new Set(others.map(Math.round)).size).toBe(1);
  await line.click();
  const log = lea.page.locator('[role=log]');
  await log.getByText('<script>alert(1)</script>', { exact: false }).first().waitFor();
  expect(await lea.page.locator('img[src="x"], [role=log] script').count()).toBe(0);
  // A name that turns the writing around, and never back, does not turn what stands on the same line.
  const turned = await lea.page.evaluate(() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const loose: string[] = [];
    let seen = 0;
    while (walk.nextNode()) {
      const text = walk.currentNode.nodeValue ?? '';
      const place = walk.currentNode.parentElement;
      if (!place || !/zoe|eoz/.test(text)) continue;
      seen += 1;
      const open = (text.match(/[\u202A-\u202E]/g) ?? []).length > (text.match(/\u202C/g) ?? []).length;
      const alone = (at: Element) => {
        const { display, unicodeBidi } = getComputedStyle(at);
        return display !== 'inline' || /isolate|plaintext/.test(unicodeBidi);
      };
      const shared = [...place.childNodes].some((one) => one !== walk.currentNode && one.textContent?.trim());
      if (open && (!alone(place) || shared)) loose.push(place.outerHTML);
    }
    return { loose, seen: seen > 0 };
  });
  expect(turned).toEqual({ loose: [], seen: true });
  await lea.picture('hostile-words');
});

test('the chat changes to English in a press, and remembers it', async () => {
  const person = await scene.person();
  const chat = await person.openChat();
  await chat.getByRole('button', { name: /^EN/ }).click();
  await chat.getByText('What can we do for you?').waitFor();
  expect(await chat.evaluate(() => document.documentElement.lang)).toBe('en');
  await person.page.reload();
  const again = await person.openChat('/?lang=fr');
  await again.getByText('What can we do for you?').waitFor();
});

test('the chat is dark where the device is', async () => {
  const person = await scene.person({ colorScheme: 'dark' });
  const chat = await person.openChat();
  const paper = await chat.locator('main').evaluate((node) => {
    const shown = (at: Element | null): string => {
      const colour = at ? getComputedStyle(at).backgroundColor : '';
      return at && colour === 'rgba(0, 0, 0, 0)' ? shown(at.parentElement) : colour;
    };
    return shown(node);
  });
  const light = (paper.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  expect(Math.max(...light)).toBeLessThan(80);
  await person.picture('widget-dark-empty');
});

test('out of hours the chat says when it will be read, and takes the message', async () => {
  const lea = await scene.member();
  await lea.page.evaluate(async () => {
    const read = async (path: string, init?: RequestInit) =>
      (await fetch(`/api/v1/${path}`, init)).json() as Promise<never>;
    type Channel = { id: string; kind: string; version: number; settings: object };
    const { items } = (await read('channels')) as { items: Channel[] };
    const chat = items.find(({ kind }) => kind === 'webchat');
    if (!chat) throw new Error('there is no chat');
    // Open on one day only, three days from now.
    const day = ((new Date().getDay() + 2) % 7) + 1;
    const settings = { ...chat.settings, hours: { zone: 'Europe/Paris', week: [{ day, from: '09:00', to: '18:00' }] } };
    const answer = await fetch(`/api/v1/channels/${chat.id}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ settings, version: chat.version }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  });
  const person = await scene.person();
  const chat = await person.openChat();
  await chat.getByText(/^Nous sommes absents\. L’équipe lira ceci \S+ à 9\u202fh/).waitFor();
  await chat.getByText('Laissez-nous un mot', { exact: false }).waitFor();
  await person.picture('widget-closed');
  await write(chat, 'À bientôt');
  await chat.getByText('Reçu').first().waitFor();
  // What is promised for a day to come stands last, further down than the screen shows.
  const { items } = await ask<{ items: { id: string; preview: { text: string } }[] }>(
    lea.page,
    'GET',
    'conversations?view=all&limit=100',
  );
  const late = items.find(({ preview }) => preview.text === 'À bientôt');
  await lea.page.goto(`${scene.house.desk}/desk/#/c/${late?.id}`);
  await said(lea.page, 'À bientôt').waitFor();
});
