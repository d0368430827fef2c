import { devices, type Frame, type Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { adviser, assistance, bell, flow, frameOf, lent, setChat, settled, staffed, watched } from '../call.ts';
import { ask, Scene } from '../scene.ts';

// One line, so that it can be taken.
const scene = new Scene({ flags: ['--media-calls', '1'] });
beforeAll(() => staffed(scene));

/** Two presses, with a number between them: she is shown what she is promised. */
async function askedBack(chat: Frame, number: string, promised: RegExp, slot = false): Promise<void> {
  await chat.getByRole('button', { name: /^Me rappeler/ }).click();
  await chat.getByLabel('Votre numéro de téléphone').fill(number);
  if (slot) {
    await chat.getByLabel('À l’heure que je choisis').check();
    await chat.getByRole('radio', { name: 'demain' }).check({ force: true });
    await chat.getByRole('radiogroup', { name: 'Heure' }).getByRole('radio').first().check({ force: true });
  }
  expect(await axe(chat)).toEqual([]);
  await chat.getByRole('button', { name: 'Appelez-moi' }).click();
  await chat.getByRole('region', { name: 'Où en est votre demande' }).getByText(promised).waitFor();
}

test('where no call comes about she is called back in two presses, and is shown what she is promised', async () => {
  const desk = await adviser(scene, 'gwenole');
  // A browser that carries no call takes the only line.
  const old = await scene.person();
  await old.context.addInitScript(() => Reflect.deleteProperty(globalThis, 'RTCPeerConnection'));
  const mute = await old.openChat();
  await mute.getByRole('button', { name: /^SOS/ }).click();
  await bell(desk).waitFor();

  // All lines are taken: nothing has begun yet, and her call-back begins it.
  const chat = await (await scene.person()).openChat();
  await chat.getByRole('button', { name: /^SOS/ }).click();
  await assistance(chat).getByText('Toutes nos places en vidéo sont prises.').waitFor();
  expect(await axe(chat)).toEqual([]);
  await askedBack(chat, '01 99 00 12 34', /^Nous vous appelons au …34 dès que votre tour vient/);

  // Media that do not get through: she need not go on in writing.
  await bell(desk)
    .getByRole('button', { name: /^Décrocher/ })
    .click();
  await assistance(mute)
    .getByText(/^La vidéo ne passe pas ici/)
    .last()
    .waitFor();
  expect(await axe(mute)).toEqual([]);
  await askedBack(mute, '01 99 00 12 35', /^Nous vous appelons au …35 dès que votre tour vient/);
  await desk.getByRole('banner', { name: /^SOS avec/ }).waitFor({ state: 'detached' });
  await desk
    .getByText(/1.99.00.12.35/)
    .first()
    .waitFor();

  // Nobody is free: the page's own button opens the chat, which offers the same; she takes a time.
  const { page: admin } = await scene.member();
  await setChat(admin, { offer: { staff: 99 } });
  const { page } = await scene.person();
  await page.goto(`${scene.house.shop}/aide.html?lang=fr`);
  await page.locator('html[data-visavis-nosos]').waitFor();
  await page.getByRole('button', { name: 'Voir un conseiller maintenant' }).click();
  await askedBack(await frameOf(page), '01 99 00 12 36', /^Nous vous appelons au …36 demain à /, true);
  await setChat(admin, { offer: {} });
});

test('a French phone calls; a supervisor listens, as both are told, and whispers to the adviser only', async () => {
  const desk = await adviser(scene, 'gwenole');
  const phone = {
    ...devices['Pixel 7'],
    ...lent,
    viewport: { width: 390, height: 844 },
    locale: 'fr-FR',
    defaultBrowserType: undefined,
  };
  const customer = await watched(await scene.person(phone));
  await customer.page.goto(`${scene.house.shop}/aide.html`);
  const chat = await frameOf(customer.page);
  await customer.page.locator('[data-visavis-sos]').first().tap();
  await assistance(chat).getByText('Nous appelons un conseiller').first().waitFor();
  await bell(desk)
    .getByRole('button', { name: /^Décrocher/ })
    .click();
  await expect.poll(async () => (await flow(chat)).frames).toBeGreaterThan(0);

  const boss = await watched(await scene.person(lent));
  await boss.signIn();
  await boss.page.goto(`${scene.house.desk}/desk/#/board`);
  await boss.page.getByRole('button', { name: 'Écouter' }).click();
  await assistance(chat)
    .getByText(/ écoute aussi\.$/)
    .waitFor();
  await desk.getByText(/^\S+ écoute$/).waitFor();
  await expect.poll(async () => (await flow(boss.page)).energy).toBeGreaterThan(0);
  expect(await axe(chat)).toEqual([]);
  const overflow = await chat.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);

  // Both fall silent, so that whatever is heard from now on is the whisper.
  await desk.getByRole('button', { name: /^Couper/ }).click();
  await assistance(chat).getByRole('button', { name: 'Couper le micro' }).tap();
  const loudness = async (place: Frame | Page) => Math.round((await flow(place)).energy * 1000);
  const heard = await settled(() => loudness(desk));
  const herHeard = await settled(() => loudness(chat));
  await boss.page.getByRole('button', { name: 'Souffler' }).click();
  await desk.getByText(/ vous souffle$/).waitFor();
  await expect.poll(() => loudness(desk)).toBeGreaterThan(heard + 20);
  expect(await loudness(chat)).toBeLessThanOrEqual(herHeard + 1);
  expect(await chat.getByText(/souffle/).count()).toBe(0);
  await assistance(chat).getByRole('button', { name: 'Raccrocher' }).tap();
  await desk.getByRole('banner', { name: /^SOS avec/ }).waitFor({ state: 'detached' });
});

test('the server loses its power while it rings, and in the call: it goes on without a press', async () => {
  const desk = await adviser(scene, 'gwenole');
  const customer = await watched(await scene.person(lent));
  const chat = await customer.openChat();
  await chat.getByRole('button', { name: /^SOS/ }).click();
  const waits = assistance(chat).getByText('Nous appelons un conseiller').first();
  await waits.waitFor();
  await bell(desk).waitFor();
  // What went with the server is how her browser would be answered: it is asked again once somebody is there.
  const rings = async () => {
    const { items } = await ask<{ items: { id: string; pressedAt: string; state: string }[] }>(desk, 'GET', 'assists');
    return items.filter(({ state }) => state === 'ringing').map(({ id, pressedAt }) => ({ id, pressedAt }));
  };
  const pressed = await rings();
  expect(pressed).toHaveLength(1);
  await scene.house.stop('SIGKILL');
  await scene.house.start();
  await expect.poll(() => rings().catch(() => []), { timeout: 60_000 }).toEqual(pressed);
  await waits.waitFor();
  await bell(desk)
    .getByRole('button', { name: /^Décrocher/ })
    .click();
  const sides = [chat, desk];
  await expect.poll(async () => (await flow(chat)).frames).toBeGreaterThan(0);
  await expect.poll(async () => (await flow(desk)).energy).toBeGreaterThan(0);
  const made = (place: Frame | Page) =>
    place.evaluate(() => (globalThis as unknown as { peers: RTCPeerConnection[] }).peers.length);
  const before = await Promise.all(sides.map(made));

  await scene.house.stop('SIGKILL');
  await scene.house.start();
  for (const [i, side] of sides.entries())
    await expect.poll(() => made(side), { timeout: 60_000 }).toBeGreaterThan(before[i] ?? 0);
  await expect.poll(async () => (await flow(chat)).frames, { timeout: 60_000 }).toBeGreaterThan(0);
  await expect.poll(async () => (await flow(desk)).energy, { timeout: 60_000 }).toBeGreaterThan(0);
  await expect.poll(async () => (await flow(chat)).energy).toBeGreaterThan(0);
  await assistance(chat)
    .getByText(/ne vous voit pas\.$/)
    .last()
    .waitFor();
  await desk.keyboard.press('Control+e');
  await assistance(chat).getByRole('button', { name: /^1, / }).waitFor();
});
