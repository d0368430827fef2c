import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { go, said, Scene, write } from '../scene.ts';

const scene = new Scene();

/** Keys act on the desk, not in a field. */
const rest = (page: Page) => page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());

test('a step is one line and one key; the time in its words becomes the time it is expected', async () => {
  const lea = await scene.member();
  await go(lea.page, 'Toutes');
  await lea.page.locator('a[data-id]').first().click();
  await lea.page.getByText(/ajoutez une étape/).waitFor();
  await rest(lea.page);
  await lea.page.keyboard.press('p');
  const line = lea.page.getByRole('textbox', { name: /verra/ });
  await line.fill('Pièce demandée à l’entrepôt, dans 2 h');
  await lea.page.getByText(/^attendue/).waitFor();
  await line.press('Enter');
  const steps = lea.page.getByRole('list', { name: 'Étapes montrées au client' });
  await steps.getByText('Pièce demandée à l’entrepôt', { exact: true }).waitFor();
  await steps.getByText(/^avant/).waitFor();

  // What was shown by mistake is taken back by one key.
  await rest(lea.page);
  await lea.page.keyboard.press('z');
  await expect.poll(() => steps.getByText('Pièce demandée à l’entrepôt').count()).toBe(0);
  expect(await axe(lea.page)).toEqual([]);
});

test('what the matter is about is said in the pane, and the order explains itself', async () => {
  const lea = await scene.member();
  await go(lea.page, 'Toutes');
  await lea.page.locator('a[data-id]').first().click();
  await lea.page.getByRole('button', { name: /^Gravité/ }).click();
  await lea.page.getByRole('menuitemradio', { name: /^Danger/ }).click();
  const why = lea.page.getByRole('region', { name: 'Pourquoi en premier' });
  await why.getByText('Gravité', { exact: true }).waitFor();
  // The bars sum to the number shown.
  const points = (await why.locator('li b').allInnerTexts()).map((text) => Number(text.replace(/\D/g, '')));
  const total = Number((await why.locator('h3 b').innerText()).replace(/\D/g, ''));
  expect(points.reduce((sum, n) => sum + n, 0)).toBe(total);
});

test('the order of the list is chosen once and remembered; promises at risk have a place of their own', async () => {
  const lea = await scene.member();
  const order = lea.page.getByRole('button', { name: /^Ordre de la liste/ });
  await order.click();
  await lea.page.getByRole('menuitemradio', { name: /^Récentes/ }).click();
  await lea.page.reload();
  await lea.page.getByRole('button', { name: /Récentes$/ }).waitFor();
  await rest(lea.page);
  await lea.page.keyboard.press('g');
  await lea.page.keyboard.press('r');
  await lea.page.getByRole('heading', { name: 'Promesses à risque', level: 1 }).waitFor();
});

test('she says when she will be back, and her colleagues see it', async () => {
  const [lea, yann] = [await scene.member(), await scene.member('yann@arzel.example')];
  await lea.page.keyboard.press('m');
  await lea.page.keyboard.press('p');
  await lea.page.getByRole('menuitem', { name: /demi-heure/ }).click();
  await lea.page.getByText(/En pause, retour/).waitFor();
  await go(yann.page, 'Toutes');
  await yann.page.locator('a[data-id]').first().click();
  await yann.page.keyboard.press('a');
  await yann.page.getByRole('option', { name: /Léa/ }).getByText('en pause').waitFor({ state: 'attached' });
  await rest(lea.page);
  await lea.page.keyboard.press('m');
  await lea.page.keyboard.press('a');
  await lea.page
    .locator('nav')
    .getByText(/Disponible/)
    .waitFor();
});

test('a newcomer is taken with the next key, and is hers', async () => {
  const visitor = await scene.person();
  const chat = await visitor.openChat();
  await write(chat, 'Qui peut m’aider ?');
  await chat.getByText('Reçu').first().waitFor();
  const lea = await scene.member();
  await go(lea.page, 'Toutes');
  await lea.page.locator('a[data-id]', { hasText: 'Qui peut m’aider' }).first().click();
  await said(lea.page, 'Qui peut m’aider ?').waitFor();
  await rest(lea.page);
  await lea.page.keyboard.press('i');
  await lea.page.getByText('attribuée à vous').first().waitFor();
});
