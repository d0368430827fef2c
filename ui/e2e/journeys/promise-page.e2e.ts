import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { Scene } from '../scene.ts';

const scene = new Scene();
const title = 'Retards à la livraison';

const save = async (page: Page) => {
  await page.getByRole('button', { name: 'Enregistrer', exact: true }).click();
  await page.getByText(/^Enregistré/).waitFor();
};

/** Opens the section and makes sure of the switch. */
async function publication(page: Page, on: boolean): Promise<void> {
  await page.goto(`${scene.house.desk}/desk/#/settings/promisepage`);
  const publish = page.getByRole('switch', { name: 'Publier la page' });
  await publish.waitFor();
  if (((await publish.getAttribute('aria-checked')) === 'true') === on) return;
  await publish.click();
  await save(page);
}

/** Where the page is, as the desk shows it. */
async function address(page: Page): Promise<string> {
  const link = page.getByRole('link', { name: 'Ouvrir la page' });
  await link.waitFor();
  return (await link.getAttribute('href')) ?? '';
}

test('an administrator publishes the page; a stranger reads it in both languages', async () => {
  const { page } = await scene.member();
  await publication(page, true);
  const url = await address(page);

  await publication(page, false);
  await page.getByText('L’insigne est prêt dès que la page est publiée').waitFor();
  const stranger = await scene.person({ locale: 'fr-FR' });
  expect((await stranger.page.goto(url))?.status()).toBe(404);

  const shown = page.getByRole('list', { name: 'Canaux montrés' }).getByRole('listitem');
  const first = await shown.first().innerText();
  await page.getByRole('button', { name: `Descendre «\u202f${first}\u202f»` }).click();
  await page.getByText(`«\u202f${first}\u202f» est en place 2`).waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Ajouter une note' }).click();
  const note = page.getByRole('list', { name: 'Ce que vous avez manqué' }).getByRole('listitem').last();
  await page.getByRole('switch', { name: 'Publier la page' }).click();
  await page.getByRole('button', { name: 'Enregistrer', exact: true }).click();
  await note.getByText('Donnez un titre dans une langue au moins.').waitFor();
  await note.getByLabel('Titre en français').fill(title);
  await note.getByLabel('Titre en anglais').fill('Late deliveries');
  await page.getByLabel('Son mot en français').fill('On le dit avant vous.');
  await page.getByLabel('Son mot en anglais').fill('We say so first.');
  await save(page);
  await page.getByRole('img', { name: 'Nos promesses tenues' }).waitFor();
  expect(await axe(page)).toEqual([]);

  expect((await stranger.page.goto(`${url}?lang=fr`))?.status()).toBe(200);
  const french = stranger.page;
  await french.getByRole('heading', { level: 1, name: /Nous avons promis.*Nous avons tenu parole/s }).waitFor();
  expect(await french.getByRole('rowheader').nth(1).innerText()).toContain(first);
  await french.getByRole('heading', { name: title }).waitFor();
  await french.getByText('On le dit avant vous.').waitFor();
  expect(await axe(french)).toEqual([]);
  await stranger.picture('promise-page');

  await french.getByRole('link', { name: 'English' }).click();
  await french.getByRole('heading', { level: 1, name: /We promised.*We kept our word/s }).waitFor();
  await french.getByRole('heading', { name: 'Late deliveries', exact: true }).waitFor();
  await french.getByRole('link', { name: '90 days' }).click();
  await french.getByRole('link', { name: '90 days' }).and(french.locator('[aria-current=page]')).waitFor();
  expect(await axe(french)).toEqual([]);
});

test('the figures are there for programs, and the badge leads to the page', async () => {
  const { page } = await scene.member();
  await publication(page, true);
  const url = await address(page);
  const record = (await (await fetch(`${url}.json`)).json()) as { kept: number; missed: number; channels: unknown[] };
  expect(record.kept).toBeGreaterThan(0);
  expect(record.channels.length).toBeGreaterThan(0);
  const table = await (await fetch(`${url}.csv`)).text();
  expect(table.split('\n')[0]?.trim()).toBe('channel,kind,week,kept,missed,unanswered');
  const snippet = await page.getByRole('group', { name: 'À copier dans votre page' }).innerText();
  expect(snippet).toContain(`<a href="${url}"><img src="${url}/badge.svg"`);
  const badge = await fetch(`${url}/badge.svg`);
  expect(badge.headers.get('content-type')).toBe('image/svg+xml');
});

test('two administrators: who saves second reads what the first changed', async () => {
  const lea = await scene.member();
  const other = await scene.person();
  await other.signIn();
  await publication(lea.page, true);
  await publication(other.page, true);
  await lea.page.getByLabel('Son mot en français').fill('La première.');
  await save(lea.page);
  await other.page.getByLabel('Son mot en français').fill('La seconde.');
  await other.page.getByRole('button', { name: 'Enregistrer', exact: true }).click();
  const conflict = other.page.getByRole('alert').filter({ hasText: 'La première.' });
  await conflict.waitFor();
  await conflict.getByRole('button').last().click();
  await other.page.getByText(/^Enregistré/).waitFor();
});

for (const width of [390, 320])
  test(`the page and its settings fit a phone ${width} px wide, in the dark`, async () => {
    const { page } = await scene.member(undefined, { viewport: { width, height: 800 }, colorScheme: 'dark' });
    await publication(page, true);
    const url = await address(page);
    expect(await axe(page)).toEqual([]);
    await page.goto(`${url}?lang=fr`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await page.getByRole('row').count()).toBeGreaterThan(1);
    expect(await axe(page)).toEqual([]);
  });
