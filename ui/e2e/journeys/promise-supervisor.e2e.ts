import { expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { row, Scene, said, write } from '../scene.ts';

const scene = new Scene();
const number = async (text: Promise<string>) => Number((await text).replace(/\D/g, ''));

test('a supervisor sees a queue fill and a promise in danger, moves and raises it, writes to an agent, opens the wall', async () => {
  const soazig = await scene.member('soazig@arzel.example');
  const { page } = soazig;
  await page.locator('body').press('g');
  await page.keyboard.press('b');
  const board = page.locator('main.board');
  const waiting = board.locator('li', { hasText: 'En attente' }).locator('b');
  await waiting.waitFor();
  const before = await number(waiting.innerText());

  // Somebody writes: the queue fills, and what was promised to her is soon due.
  const visitor = await scene.person();
  const chat = await visitor.openChat();
  await write(chat, 'Mon colis du plateau est-il parti ?');
  await chat.getByText('Reçu').first().waitFor();
  await expect.poll(async () => number(waiting.innerText()), { timeout: 15_000 }).toBeGreaterThan(before);

  await board.getByLabel('Équipe').selectOption({ label: 'Livraison' });
  const risk = board.locator('li', { hasText: 'Mon colis du plateau' });
  await risk.waitFor({ timeout: 15_000 });
  await soazig.picture('board');
  expect(await axe(page)).toEqual([]);

  // She raises it, with the keyboard, then hands it to another team.
  await risk.getByRole('button', { name: /Agir sur la conversation/ }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitemradio', { name: 'Grave' }).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByRole('menuitemradio', { name: 'Grave' }).click();
  await page.getByText(/Grave/).first().waitFor();
  await risk.getByRole('button', { name: /Agir sur la conversation/ }).click();
  await page.getByRole('menuitem', { name: 'Confier à…' }).click();
  await page.getByRole('combobox', { name: 'À qui' }).fill('Atelier');
  await page.keyboard.press('Enter');
  await risk.waitFor({ state: 'detached', timeout: 15_000 });
  await board.getByLabel('Équipe').selectOption({ label: 'Atelier' });
  await board.locator('li', { hasText: 'Mon colis du plateau' }).waitFor({ timeout: 15_000 });

  // A word to a colleague, who hears it.
  const gwenole = await scene.member('gwenole@arzel.example');
  await board.getByRole('button', { name: /^Gwenolé/ }).click();
  await page.getByRole('menuitem', { name: 'Envoyer un mot' }).click();
  await page.getByLabel('Votre mot').fill('Pouvez-vous regarder le colis du plateau ?');
  await page.getByRole('button', { name: 'Envoyer', exact: true }).click();
  await page.getByText('Le mot est parti à Gwenolé.').waitFor();
  await gwenole.page
    .getByRole('button', { name: /Notifications/ })
    .first()
    .click();
  await gwenole.page.getByText('Pouvez-vous regarder le colis du plateau ?').first().waitFor();

  // A queue opens its list.
  await board
    .getByRole('row', { name: /Atelier/ })
    .getByRole('link', { name: 'Atelier' })
    .click();
  await row(page, 'Mon colis du plateau').waitFor();
  await row(page, 'Mon colis du plateau').click();
  await said(page, 'Mon colis du plateau est-il parti ?').waitFor();

  // On the wall there is nothing to press, and one key leads back.
  await page.goto(`${scene.house.desk}/desk/#/board/wall`);
  await board.getByText(/à jour à/).waitFor();
  expect(await board.getByRole('button').count()).toBe(0);
  expect(await axe(page)).toEqual([]);
  await soazig.picture('board-wall');
  await page.keyboard.press('Escape');
  await board.getByRole('link', { name: /Mode mural/ }).waitFor();
});

test('the wall says how old its figures are when the server is away, and goes on when it is back', async () => {
  const soazig = await scene.member('soazig@arzel.example');
  const { page } = soazig;
  await page.goto(`${scene.house.desk}/desk/#/board/wall`);
  const board = page.locator('main.board');
  await board.getByText(/à jour à/).waitFor();
  await soazig.context.setOffline(true);
  await board.getByText(/Sans nouvelles depuis/).waitFor({ timeout: 40_000 });
  await board.locator('table').first().waitFor();
  await soazig.context.setOffline(false);
  await board.getByText(/à jour à/).waitFor({ timeout: 40_000 });
});

test('an agent may look, and has nothing to press but what leads somewhere', async () => {
  const yann = await scene.member('yann@arzel.example');
  await yann.page.goto(`${scene.house.desk}/desk/#/board`);
  const board = yann.page.locator('main.board');
  await board.locator('table').first().waitFor();
  expect(await board.getByRole('button', { name: /^Agir/ }).count()).toBe(0);
  expect(await axe(yann.page)).toEqual([]);
});
