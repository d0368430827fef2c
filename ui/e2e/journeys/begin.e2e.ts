import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { axe } from '../browser.ts';
import { ask, said, Scene } from '../scene.ts';

const scene = new Scene({ anew: true });

type Channel = { id: string; version: number; kind: string; mailbox?: object };

/** Gives the demo's mailbox a server that takes its letters. Nothing listens there: they wait. */
async function setUpMailbox(desk: Page): Promise<void> {
  const { items } = await ask<{ items: Channel[] }>(desk, 'GET', 'channels');
  const mail = items.find(({ kind }) => kind === 'email');
  if (!mail) throw new Error('the demo has no mailbox');
  const out = { host: '127.0.0.1', port: 9, security: 'none' };
  await ask(desk, 'PATCH', `channels/${mail.id}`, {
    version: mail.version,
    disabled: false,
    mailbox: { ...mail.mailbox, out },
  });
}

test('writes to a customer first', async () => {
  const lea = await scene.member();
  const { page } = lea;
  const sheet = page.getByRole('dialog');
  await page.keyboard.press('l');
  await sheet.getByText('Aucune boîte aux lettres ne peut envoyer.').waitFor();
  await sheet.getByRole('button', { name: 'Régler une boîte aux lettres' }).click();
  await expect.poll(() => page.url()).toContain('#/settings/channels');

  await setUpMailbox(page);
  await page.goto(`${scene.house.desk}/desk/#/mine/open`);
  await page.reload();
  await page.locator('a[data-id]').first().waitFor();
  await page.keyboard.press('l');
  await sheet.locator('[name=to]').fill('Rous');
  await sheet.getByRole('option', { name: /Camille Rousseau/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await sheet.locator('[name=text]').fill('Bonjour Camille, votre vélo est prêt.');
  await page.keyboard.press('Control+Enter');
  await sheet.getByText('Donnez un objet').waitFor();
  expect(await axe(page)).toEqual([]);

  await page.keyboard.press('Escape');
  await page.reload();
  await page.locator('a[data-id]').first().waitFor();
  await page.keyboard.press('l');
  await expect.poll(() => sheet.locator('[name=text]').inputValue()).toBe('Bonjour Camille, votre vélo est prêt.');
  await sheet.locator('[name=subject]').fill('Votre vélo est prêt');
  await sheet
    .locator('input[type=file]')
    .setInputFiles({ name: 'facture.txt', mimeType: 'text/plain', buffer: Buffer.from('129 €') });
  await sheet.getByRole('button', { name: 'Retirer facture.txt' }).waitFor();
  // A letter whose file is still on its way is refused in words: she sends when it has arrived.
  await sheet.getByRole('progressbar').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+Enter');
  await said(page, 'Bonjour Camille, votre vélo est prêt.').waitFor();
  await page
    .getByRole('link', { name: /facture\.txt/ })
    .first()
    .waitFor();
  expect(await page.getByRole('heading', { name: 'Votre vélo est prêt' }).count()).toBe(1);
  expect(await sheet.count()).toBe(0);
});
