import { createHmac } from 'node:crypto';
import type { Frame } from 'playwright-core';
import { expect, test } from 'vitest';
import { answer, ask, go, row, said, Scene, write } from '../scene.ts';

const scene = new Scene();

test('two visitors who write at the same time never see each other’s words', async () => {
  const lea = await scene.member();
  await go(lea.page, 'Toutes');
  const [one, two] = [await scene.person(), await scene.person()];
  const [chatOne, chatTwo] = [await one.openChat(), await two.openChat()];
  for (let i = 1; i <= 6; i++) {
    await Promise.all([write(chatOne, `canari-un-${i}`), write(chatTwo, `canari-deux-${i}`)]);
    await Promise.all([said(chatOne, `canari-un-${i}`).waitFor(), said(chatTwo, `canari-deux-${i}`).waitFor()]);
  }
  await row(lea.page, 'canari-un-6').click();
  await said(lea.page, 'canari-un-1').waitFor();
  await answer(lea.page, 'réponse-pour-un');
  await said(chatOne, 'réponse-pour-un').waitFor();
  await row(lea.page, 'canari-deux-6').click();
  await said(lea.page, 'canari-deux-1').waitFor();
  await answer(lea.page, 'réponse-pour-deux');
  await said(chatTwo, 'réponse-pour-deux').waitFor();

  // Both reload, so that history too has had its chance to go astray.
  for (const [person, mine, other] of [
    [one, 'un', 'deux'],
    [two, 'deux', 'un'],
  ] as const) {
    const chat = await person.openChat();
    await said(chat, `réponse-pour-${mine}`).waitFor();
    const text = await chat.locator('body').innerText();
    for (let i = 1; i <= 6; i++) expect(text).toContain(`canari-${mine}-${i}`);
    expect(text).not.toContain(`canari-${other}`);
    expect(text).not.toContain(`réponse-pour-${other}`);
  }
});

// W-04: who signs out of the site leaves nothing behind: in no tab, in no storage, and her session is over.
test('on a shared computer the next user starts afresh', async () => {
  const lea = await scene.member();
  // Answers who wrote certain words, once they are there, and returns who it is.
  const answers = async (words: string, by: string) => {
    type Found = { items: { id: string; preview: { text: string }; customer: { id: string } }[] };
    const found = () =>
      ask<Found>(lea.page, 'GET', 'conversations?view=all&limit=100').then(({ items }) =>
        items.find(({ preview }) => preview.text.includes(words)),
      );
    await expect.poll(found, { timeout: 60_000 }).toBeDefined();
    const one = await found();
    await ask(lea.page, 'POST', `conversations/${one?.id}/messages`, { text: by });
    return one?.customer.id;
  };
  const { items } = await ask<{ items: { id: string; kind: string; disabled: boolean }[] }>(
    lea.page,
    'GET',
    'channels',
  );
  const channel = items.find(({ kind, disabled }) => kind === 'webchat' && !disabled)?.id;
  const { secret } = await ask<{ secret: string }>(lea.page, 'POST', `channels/${channel}/secret`, {});
  const proof = (sub: string) => {
    const part = (what: object) => Buffer.from(JSON.stringify(what)).toString('base64url');
    const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub, name: sub, exp: Date.now() / 1000 + 600 })}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  const person = await scene.person();
  const site = (what: 'identify' | 'logout', jwt = '') =>
    person.page.evaluate(
      ({ what, jwt }) =>
        (globalThis as unknown as { visavis: Record<string, (jwt: string) => void> }).visavis[what]?.(jwt),
      { what, jwt },
    );
  const kept = (chat: Frame) =>
    chat.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  const shown = (chat: Frame) => chat.locator('body').innerText();

  const chat = await person.openChat();
  await site('identify', proof('anna'));
  await write(chat, 'le secret d’Anna');
  const annas = await answers('le secret d’Anna', 'la réponse à Anna');
  await said(chat, 'la réponse à Anna').waitFor();
  await chat.locator('textarea').fill('la moitié d’un secret');
  const token = await chat.evaluate(() => Object.entries(localStorage).find(([key]) => key.endsWith(':token'))?.[1]);
  const status = () =>
    lea.page.evaluate(
      (token) =>
        fetch('/api/v1/visitor', { credentials: 'omit', headers: { Authorization: `Visitor ${token}` } }).then(
          (r) => r.status,
        ),
      token,
    );
  expect(await status()).toBe(200);
  const first = person.page;
  await person.another();
  const beside = await person.openChat();
  await said(beside, 'le secret d’Anna').waitFor();
  const other = person.page;

  person.page = first;
  await site('logout');
  for (const one of [chat, beside]) await one.getByText('le secret d’Anna').waitFor({ state: 'detached' });
  for (const one of [chat, beside]) expect(await shown(one)).not.toMatch(/Anna|secret/);
  expect(await kept(chat)).not.toMatch(new RegExp(`secret|réponse|anna|${token}`, 'i'));
  await expect.poll(status).toBe(401);

  // The next person, in both tabs, and when pages are loaded anew.
  const fresh = await person.openChat();
  await site('identify', proof('berthe'));
  await write(fresh, 'bonjour de Berthe');
  await said(fresh, 'bonjour de Berthe').waitFor();
  const berthes = await answers('bonjour de Berthe', 'la réponse à Berthe');
  await said(fresh, 'la réponse à Berthe').waitFor();
  expect(berthes).not.toBe(annas);
  person.page = other;
  expect(await shown(beside)).not.toMatch(/Anna|secret/);
  const again = await person.openChat();
  await said(again, 'la réponse à Berthe').waitFor();
  for (const one of [fresh, again]) expect(await shown(one)).not.toMatch(/Anna|secret/);
  expect(await kept(again)).not.toMatch(/secret|anna/i);

  // Anna has lost nothing: elsewhere the site proves her, and her words are there.
  const elsewhere = await scene.person();
  const hers = await elsewhere.openChat();
  await elsewhere.page.evaluate(
    (jwt) => (globalThis as unknown as { visavis: { identify: (jwt: string) => void } }).visavis.identify(jwt),
    proof('anna'),
  );
  await said(hers, 'la réponse à Anna').waitFor();
});
