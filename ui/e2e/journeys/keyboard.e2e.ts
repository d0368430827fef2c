import { expect, test } from 'vitest';
import { said, Scene, write } from '../scene.ts';

const scene = new Scene();

test('a customer writes with the keyboard alone', async () => {
  const person = await scene.person();
  await person.page.goto(`${scene.house.shop}/?lang=fr`);
  await person.page.waitForTimeout(800);
  // The chat's button is the last stop of the page.
  await person.page.keyboard.press('Shift+Tab');
  await person.page.keyboard.press('Enter');
  const chat = await person.chat();
  await expect.poll(() => chat.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
  await person.page.keyboard.type('Sans souris');
  await person.page.keyboard.press('Enter');
  await chat.getByText('Reçu').first().waitFor();
  await person.page.keyboard.press('Escape');
  await expect
    .poll(() =>
      chat
        .locator('textarea')
        .isVisible()
        .catch(() => false),
    )
    .toBe(false);
});

test('an agent reads, answers, notes, snoozes and resolves with the keyboard alone', async () => {
  const person = await scene.person();
  const chat = await person.openChat();
  await write(chat, 'Au clavier, s’il vous plaît');
  await chat.getByText('Reçu').first().waitFor();

  const { page } = await scene.member();
  await page.keyboard.press('g');
  await page.keyboard.press('u');
  await page.waitForURL(/unassigned/);
  await page.locator('a[data-id]', { hasText: 'Au clavier' }).first().waitFor();
  for (let i = 0; i < 12 && (await page.locator('[role=log]').getByText('Au clavier').count()) === 0; i++) {
    await page.keyboard.press('j');
    await page.waitForTimeout(150);
  }
  await said(page, 'Au clavier, s’il vous plaît').waitFor();
  await page.keyboard.press('r');
  await page.keyboard.type('Avec plaisir.');
  await page.keyboard.press('Control+Enter');
  await said(chat, 'Avec plaisir.').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('n');
  await page.keyboard.type('pensé au clavier');
  await page.keyboard.press('Control+Enter');
  await said(page, 'pensé au clavier').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('h');
  await page.keyboard.press('1');
  await page
    .getByText(/mis en sommeil/)
    .first()
    .waitFor();
  await page.keyboard.press('o');
  await page
    .getByText(/rouvert la conversation/)
    .first()
    .waitFor();
  await page.keyboard.press('e');
  await page
    .getByText(/résolu la conversation/)
    .first()
    .waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').locator('input').waitFor();
  await page.keyboard.type('camil');
  await page.getByRole('dialog').getByText('Camille Rousseau').first().waitFor();
  await page.keyboard.press('Escape');
});
