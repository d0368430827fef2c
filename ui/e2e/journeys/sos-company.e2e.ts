import type { Frame } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { adviser, assistance, bell, frameOf, setChat, staffed } from '../call.ts';
import { Scene } from '../scene.ts';

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
