import { expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { ask, go, row, said, Scene, write } from '../scene.ts';

const scene = new Scene({ anew: true });
const words = 'Impossible de me connecter à mon compte, le mot de passe est toujours refusé';

test('a message says why it was written, and a member’s word does it for all that are alike', async () => {
  const lea = await scene.member();
  const desk = lea.page;
  for (const more of ['', ' !']) {
    const customer = await scene.person();
    const chat = await customer.openChat();
    await write(chat, words + more);
    await chat.getByText('Reçu').first().waitFor();
  }

  await go(desk, 'Toutes');
  await row(desk, words).click();
  await said(desk, words)
    .or(said(desk, `${words} !`))
    .waitFor();
  const strip = desk.getByRole('group', { name: 'Ce que dit le dernier message' });
  const reason = strip.getByRole('button', { name: /^Motif/ });
  await reason.filter({ hasText: 'Compte et accès' }).waitFor();
  await row(desk, 'Compte et accès · ').waitFor();
  await reason.focus();
  await desk.locator('mark').first().waitFor();
  expect(await desk.locator('mark').allInnerTexts()).not.toHaveLength(0);
  await desk
    .locator(`[id="${await reason.getAttribute('aria-describedby')}"]`)
    .filter({ hasText: '«' })
    .waitFor();
  await strip.locator('..').getByRole('button', { name: 'Voir ce qui a été lu dans ce message' }).last().click();
  await desk.getByRole('region', { name: 'Lu dans ce message' }).getByText('Mécontentement').waitFor();
  expect(await axe(desk)).toEqual([]);

  await desk.keyboard.press('Escape');
  await desk.locator('h1').first().click({ trial: true });
  await desk.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const correct = async (name: string) => {
    await desk.keyboard.press('t');
    await desk.getByRole('combobox', { name: 'Motif, ton, urgence…' }).fill(name);
    await desk.keyboard.press('Enter');
    await reason.filter({ hasText: name }).waitFor();
    await desk.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  };
  await correct('Magasin');
  await strip.getByText('motif donné par vous').waitFor();
  await desk.keyboard.press('z');
  await reason.filter({ hasText: 'Compte et accès' }).waitFor();

  await correct('Magasin');
  const similar = desk.getByRole('region', { name: 'Messages semblables' });
  await similar.getByText('1 message semblable changerait de motif').waitFor();
  await similar.getByRole('button', { name: 'Appliquer' }).click();
  await desk.getByText('1 conversation corrigée').waitFor();

  await desk.getByRole('button', { name: /^Choisir ce qui est montré/ }).click();
  await desk.getByRole('combobox', { name: 'Filtrer la liste…' }).fill('magasin');
  await desk.keyboard.press('Enter');
  await desk.getByRole('group', { name: 'Filtres de la liste' }).getByText('Magasin').waitFor();
  await expect.poll(() => desk.locator('a[data-id]', { hasText: words }).count()).toBe(2);
  const found = await ask<{ items: { reason: string }[] }>(desk, 'GET', 'conversations?view=all&reason=shop');
  expect(new Set(found.items.map((one) => one.reason))).toEqual(new Set(['shop']));
});
