import { expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { Scene } from '../scene.ts';

const scene = new Scene({ anew: true });

test('who listens to customers sees what rises and where, hears them, takes the figures along, and acts', async () => {
  const { page: desk } = await scene.member();
  await desk.evaluate(() => (location.hash = '#/reasons'));
  const rises = desk.locator('section', { hasText: 'Ce qui monte' });
  await rises.getByText(/en sept jours, contre \d+ d’ordinaire/).waitFor();

  // Where: most of what comes late comes late in one place. A press on it narrows the whole board, and its files.
  await desk.getByLabel('Séparer par').selectOption('place');
  const nantes = desk.getByRole('row', { name: /^Nantes/ });
  await nantes.getByText(/Livraison › Retard/).waitFor();
  expect(await axe(desk)).toEqual([]);
  const total = async () =>
    Number(
      (
        await desk
          .getByText(/^[\d\s]+ contacts$/)
          .first()
          .innerText()
      ).replace(/\D/g, ''),
    );
  const everywhere = await total();
  await nantes.getByRole('button', { name: 'Nantes' }).click();
  await expect.poll(() => desk.getByLabel('Lieu', { exact: true }).inputValue()).toBe('Nantes');
  await expect.poll(total).toBeLessThan(everywhere);
  expect(await total()).toBeGreaterThan(0);
  const file = await desk.evaluate(async () => {
    const href = [...document.querySelectorAll('a')].find((a) => a.textContent?.includes('CSV'))?.href ?? '';
    return { href, lines: (await (await fetch(href)).text()).trim().split('\n') };
  });
  expect(file.href).toContain('place=Nantes');
  const column = file.lines[0]?.split(',').indexOf('place') ?? -1;
  expect(column).toBeGreaterThan(0);
  expect(file.lines.length).toBeGreaterThan(5);
  for (const line of file.lines.slice(1)) expect(line.split(',')[column]).toBe('Nantes');

  // What they say, from the line to the conversation and back.
  await desk.getByLabel('Lieu', { exact: true }).selectOption('');
  await rises.getByRole('button', { name: 'Livraison › Retard' }).click();
  const behind = desk.getByRole('region', { name: 'Livraison › Retard' });
  await behind.getByRole('heading', { name: 'Ce qu’ils disent' }).waitFor();
  await behind.locator('a[href^="#/c/"]').first().click();
  await desk
    .getByRole('button', { name: /^(Résoudre|Rouvrir)/ })
    .first()
    .waitFor();
  await desk.goBack();

  // What is done about another one: placed, owned, aimed at; and the curve since.
  await desk.getByRole('row').getByRole('button', { name: 'Paiement', exact: true }).click();
  await desk.getByRole('region', { name: 'Paiement' }).getByRole('button', { name: 'Décider d’une action' }).click();
  const form = desk.getByRole('dialog', { name: /Paiement/ });
  await form.getByLabel('Ce que le contact vaut pour le client').fill('-60');
  await form.getByLabel('Ce qu’il vaut pour vous').fill('-50');
  await form.getByText('À faire\u202f: Éliminer').waitFor();
  await form.getByLabel('Objectif, en contacts par semaine').fill('20');
  const since = new Date(Date.now() - 14 * 86_400_000).toISOString().slice(0, 10);
  await form.getByLabel('L’action agit à partir du').fill(since);
  expect(await axe(desk)).toEqual([]);
  await form.getByRole('button', { name: 'Enregistrer' }).click();
  const planned = desk.getByRole('listitem').filter({ hasText: 'Paiement' });
  await planned.getByText('Objectif').waitFor();
  for (const when of ['Avant', 'Depuis'])
    expect(Number(await planned.locator('div', { hasText: when }).locator('dd').first().innerText())).toBeGreaterThan(
      0,
    );
  expect(await planned.locator('svg line').count()).toBe(1);
  expect(await axe(desk)).toEqual([]);

  // What a place is, and what it is called: seen by its values, known at once where it is read, and taken back.
  await desk.evaluate(() => (location.hash = '#/settings/attributes'));
  const values = desk.getByRole('complementary', { name: 'Ce qui se lit aujourd’hui' });
  const product = desk.getByLabel('Attribut du produit');
  await values.getByText('Nantes').waitFor();
  await product.fill('place');
  await desk.getByText('Le lieu est déjà lu dans cet attribut.').waitFor();
  await desk.getByRole('button', { name: /^product \d+ clients, en faire le produit/ }).click();
  await desk.getByLabel('Attribut du lieu').fill('city');
  await values.getByText('Aucun client n’a cet attribut pour l’instant.').waitFor();
  await desk.getByRole('button', { name: /^place \d+ clients, en faire le lieu/ }).click();
  const name = desk.getByLabel('Nom en français').first();
  await name.fill('Atelier');
  expect(await axe(desk)).toEqual([]);
  await desk.getByRole('button', { name: 'Enregistrer' }).click();
  await desk.getByText('Lieux et produits enregistrés').hover();
  await desk
    .getByRole('log')
    .getByRole('button', { name: /^Annuler/ })
    .click();
  await expect.poll(() => name.inputValue()).toBe('');
  await name.fill('Atelier');
  await desk.getByRole('button', { name: 'Enregistrer' }).click();
  await desk.getByText(/^Enregistré à/).waitFor();
  await desk.evaluate(() => (location.hash = '#/reasons'));
  await desk.getByLabel('Atelier', { exact: true }).selectOption('Nantes');
});
