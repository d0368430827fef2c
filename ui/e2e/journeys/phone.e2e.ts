import { devices } from 'playwright-core';
import { expect, test } from 'vitest';
import { said, Scene, tapWrite, write } from '../scene.ts';

const scene = new Scene();
const phone = {
  ...devices['Pixel 7'],
  viewport: { width: 390, height: 844 },
  locale: 'fr-FR',
  defaultBrowserType: undefined,
};

test('on a French phone the chat fills the screen and speaks French', async () => {
  const person = await scene.person(phone);
  const chat = await person.openChat('/');
  await tapWrite(chat, 'Depuis mon téléphone');
  await chat.getByText('Reçu').first().waitFor();
  const size = await chat.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  expect(size.width).toBe(390);
  expect(size.height).toBeGreaterThan(780);
  await person.picture('chat-phone');
});

test('nothing needs more than 320 pixels', async () => {
  const person = await scene.person({ ...phone, viewport: { width: 320, height: 640 } });
  const chat = await person.openChat('/');
  await tapWrite(
    chat,
    'Un petit écran, et-un-mot-beaucoup-trop-long-pour-tenir-sur-une-seule-ligne-de-trois-cent-vingt-pixels',
  );
  await chat.getByText('Reçu').first().waitFor();
  const overflow = await chat.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);

  const lea = await scene.member(undefined, { ...phone, viewport: { width: 320, height: 640 } });
  await lea.page.locator('a[data-id]').first().click();
  await lea.page.locator('[role=log]').first().waitFor();
  expect(await lea.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await lea.picture('desk-320');
});

test('an agent answers from her phone', async () => {
  const person = await scene.person();
  const chat = await person.openChat();
  await write(chat, 'Êtes-vous en route ?');
  await chat.getByText('Reçu').first().waitFor();
  const lea = await scene.member(undefined, phone);
  await lea.page.goto(`${scene.house.desk}/desk/#/unassigned/open`);
  await lea.page.locator('a[data-id]', { hasText: 'Êtes-vous en route' }).first().click();
  await said(lea.page, 'Êtes-vous en route ?').waitFor();
  await lea.page.locator('textarea').last().fill('Oui, dans cinq minutes.');
  await lea.page
    .getByRole('button', { name: /Envoyer/ })
    .first()
    .click();
  await said(chat, 'Oui, dans cinq minutes.').waitFor();
  await lea.picture('desk-phone-thread');
});
