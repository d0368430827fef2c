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

  // What is chosen is kept under a name, by one key; counted, renamed, shared with a colleague who sees it at once, and brought back.
  const yann = (await scene.member('yann@arzel.example')).page;
  const spine = desk.getByRole('navigation').first();
  await desk.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await desk.keyboard.press('v');
  await desk.getByText('Vue gardée\u202f: Magasin').waitFor();
  await spine.getByRole('link', { name: /^Magasin ?, 2 / }).waitFor();
  const star = desk.getByRole('button', { name: /^Vue «/ });
  const choose = async (name: string) => {
    await star.click();
    await desk.getByRole('menuitem', { name }).or(desk.getByRole('menuitemradio', { name })).click();
  };
  await choose('Renommer');
  expect(await axe(desk)).toEqual([]);
  await desk.getByLabel('Nom', { exact: true }).fill('En boutique');
  await desk.keyboard.press('Enter');
  await spine.getByRole('link', { name: /^En boutique/ }).waitFor();
  await choose('Avec tout l’espace');
  const theirs = yann
    .getByRole('navigation')
    .first()
    .getByRole('link', { name: /^En boutique/ });
  await theirs.click();
  await expect.poll(() => yann.locator('a[data-id]', { hasText: words }).count()).toBe(2);
  await yann.getByRole('button', { name: /^Vue «/ }).click();
  await yann.getByText('En garder une copie').waitFor();
  await choose('Supprimer');
  await desk.getByText('Vue supprimée\u202f: En boutique').hover();
  await theirs.waitFor({ state: 'detached' });
  await desk.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await desk.keyboard.press('z');
  await theirs.waitFor();
  await go(desk, 'Toutes');
  await desk.keyboard.press('Control+k');
  await desk.getByRole('combobox').last().fill('boutique');
  await desk.getByRole('option', { name: /^En boutique/ }).waitFor();
  await desk.keyboard.press('Enter');
  await expect.poll(() => desk.evaluate(() => location.hash)).toContain('reason=shop');
  expect(await axe(desk)).toEqual([]);
});
