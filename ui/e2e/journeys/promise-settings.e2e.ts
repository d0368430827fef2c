import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { axe } from '../browser.ts';
import { Scene, write } from '../scene.ts';

const scene = new Scene();
const open = (page: Page, place: string) => page.goto(`${scene.house.desk}/desk/#/settings/${place}`);
const save = (page: Page, verb = 'Enregistrer') => page.getByRole('button', { name: verb, exact: true }).click();
const saved = (page: Page) => page.getByText(/^Enregistré à/).waitFor();

const closing = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//visavis//journey//FR',
  'BEGIN:VEVENT',
  'UID:inventaire@arzel.example',
  'DTSTAMP:20260101T000000Z',
  'DTSTART;VALUE=DATE:{day}',
  'SUMMARY:Inventaire',
  'END:VEVENT',
  'END:VCALENDAR',
].join('\r\n');

test('an administrator says when people answer, and promises something in those hours', async () => {
  const { page } = await scene.member();
  await open(page, 'hours/new');
  await page.getByLabel('Nom', { exact: true }).fill('Assistance de nuit');
  const monday = page.getByRole('group', { name: 'lundi' });
  await monday.getByLabel('lundi, plage 1, de').fill('22h');
  await monday.getByLabel('lundi, plage 1, à').fill('6');
  await monday.getByLabel('lundi, plage 1, à').press('Tab');
  await monday.getByText('le lendemain').waitFor();
  await page.getByRole('button', { name: 'Donner les heures de lundi à d’autres jours' }).click();
  await page.getByRole('menuitem', { name: 'Toute la semaine' }).click();
  await expect.poll(() => page.getByLabel('dimanche, plage 1, de').inputValue()).toBe('22:00');

  await page.getByLabel('Pays').selectOption('FR');
  await page.getByLabel('Région').selectOption('FR-57');
  const good = page.getByRole('switch', { name: 'Vendredi saint' });
  await good.click();
  await expect.poll(() => good.getAttribute('aria-checked')).toBe('true');
  await page.getByText('1 ouvert quand même').waitFor();

  // A closing day out of a file is shown before it is kept.
  const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
  await page.locator('input[type=file]').setInputFiles({
    name: 'fermetures.ics',
    mimeType: 'text/calendar',
    buffer: Buffer.from(closing.replace('{day}', day)),
  });
  const found = page.getByRole('dialog');
  await found.getByText('Inventaire').waitFor();
  expect(await axe(page)).toEqual([]);
  await found.getByRole('button', { name: 'Garder ce jour' }).click();
  await page.getByRole('complementary').getByText('Tenue au plus tard').waitFor();
  await save(page, 'Créer');
  await page.getByRole('heading', { name: 'Assistance de nuit' }).waitFor();
  expect(await axe(page)).toEqual([]);

  await open(page, 'promises/new');
  await page.getByLabel('Nom', { exact: true }).fill('Nuit');
  await page.getByRole('checkbox', { name: 'Chat', exact: true }).check();
  const first = page.getByRole('group', { name: 'Première réponse', exact: true });
  await first.getByRole('spinbutton', { name: 'Première réponse : délai', exact: true }).fill('2');
  await page.getByLabel('Heures qui comptent').selectOption({ label: 'Assistance de nuit' });
  await page.getByRole('button', { name: 'Ajouter une étape' }).click();
  const aside = page.getByRole('complementary');
  await aside.getByText('première réponse en 2\u202fh d’ouverture').waitFor();
  await aside.getByText(/^Pour qui écrirait maintenant/).waitFor();
  await save(page, 'Promettre');
  await page.getByRole('heading', { name: 'Nuit', exact: true }).waitFor();
  await page.getByText('Version 1, donnée à présent').waitFor();
  expect(await axe(page)).toEqual([]);

  // The first that applies counts: it is moved to the top without a mouse.
  await page.getByRole('link', { name: 'Toutes les promesses' }).click();
  const list = page.getByRole('list', { name: 'Promesses' });
  const up = page.getByRole('button', { name: 'Monter Nuit' });
  await up.waitFor(); // what is counted is the whole list
  for (let left = await list.getByRole('listitem').count(); left > 1; left--) await up.press('Enter');
  await expect.poll(() => list.getByRole('listitem').first().innerText()).toContain('Nuit');
  await page.reload();
  await expect.poll(() => list.getByRole('listitem').first().innerText()).toContain('Nuit');
  expect(await axe(page)).toEqual([]);

  // What is in use cannot be taken away, and says by whom it is used.
  await open(page, 'hours');
  await page.getByRole('link', { name: 'Assistance de nuit' }).click();
  await page.getByRole('link', { name: 'La promesse «\u202fNuit\u202f»' }).waitFor();
  expect(await page.getByRole('button', { name: 'Supprimer ce calendrier' }).isDisabled()).toBe(true);
});

test('an administrator sees whom other weights would move before keeping them', async () => {
  const { page } = await scene.member();
  await open(page, 'priority');
  const table = page.getByRole('table', { name: 'La file d’aujourd’hui' });
  await table.waitFor();
  await page.getByRole('radio', { name: /^Premier arrivé/ }).check();
  await page.getByText(/chang(e|erait|eraient) de place/).waitFor();
  const waiting = page.getByRole('spinbutton', { name: 'Par heure d’attente' });
  expect(await waiting.inputValue()).toBe('30');
  await waiting.fill('0');
  await page.getByText('Un nombre entier de 1 à 100.').waitFor();
  await waiting.fill('45');
  expect(await page.getByRole('radio', { name: /^Le vôtre/ }).isChecked()).toBe(true);
  await save(page);
  await saved(page);
  expect(await axe(page)).toEqual([]);
  await page.reload();
  await expect.poll(() => waiting.inputValue()).toBe('45');
});

test('an administrator builds a rule, tries it on the past, and sees it run', async () => {
  const visitor = await scene.person();
  const chat = await visitor.openChat();
  await write(chat, 'Bonjour, le porte-gourde est arrivé fendu.');
  await chat.getByText('Bonjour, le porte-gourde est arrivé fendu.').waitFor();

  const { page } = await scene.member();
  await open(page, 'rules/new');
  await page.getByLabel('Nom', { exact: true }).fill('Porte-gourdes');
  await page.getByRole('group', { name: 'Condition 1' }).getByLabel('Valeur').fill('porte-gourde');
  const action = page.getByRole('group', { name: 'Action 1' });
  await action.getByLabel('Action', { exact: true }).selectOption({ label: 'Fixer le motif' });
  await action.getByLabel('Avec').selectOption({ label: 'Panne et SAV' });
  await page
    .getByText(/Quand un client écrit, si le texte contient «\u202fporte-gourde\u202f», alors poser le motif/)
    .waitFor();
  await page.getByRole('button', { name: 'Essayer sur les conversations passées' }).click();
  await page.getByText(/^1 conversation sur \d+$/).waitFor();
  await page.getByRole('list', { name: 'Ce qu’elle aurait fait' }).getByText('Panne et SAV').waitFor();
  expect(await axe(page)).toEqual([]);
  await save(page, 'Créer');
  await page.getByText('n’a pas encore agi').waitFor();

  await write(chat, 'Le second porte-gourde aussi.');
  await expect
    .poll(
      async () => {
        await open(page, 'rules');
        await page.reload();
        return page.getByRole('listitem').filter({ hasText: 'Porte-gourdes' }).innerText();
      },
      { timeout: 30_000, interval: 1000 },
    )
    .toContain('a agi 1 fois');
  expect(await axe(page)).toEqual([]);
});

test('an agent sets none of this; her supervisor reads it', async () => {
  const agent = await scene.member('yann@arzel.example');
  await open(agent.page, 'rules');
  await agent.page.getByRole('heading', { name: 'Mon compte', level: 1 }).waitFor();
  expect(await agent.page.getByRole('link', { name: 'Promesses', exact: true }).count()).toBe(0);
});
