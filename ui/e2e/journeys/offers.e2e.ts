import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { answer, ask, go, row, said, Scene, write } from '../scene.ts';

const scene = new Scene();

type Queue = { teamId: string; mode: string; version: number };
type Member = { id: string; email: string };

/** Two people alone answer the shop's chat, each conversation rings for so many seconds, and nothing else is handed out. */
async function ringing(lea: Page, ringFor: number): Promise<void> {
  const { items: queues } = await ask<{ items: Queue[] }>(lea, 'GET', 'queues');
  for (const { teamId, ...queue } of queues)
    await ask(lea, 'PUT', `queues/${teamId || 'general'}`, { ...queue, mode: 'pull' });
  const { items: members } = await ask<{ items: Member[] }>(lea, 'GET', 'members');
  const memberIds = members.filter(({ email }) => /^(gwenole|karim)@/.test(email)).map(({ id }) => id);
  const name = `Accueil ${ringFor}`;
  const { id } = await ask<{ id: string }>(lea, 'POST', 'teams', { name, icon: 'card', memberIds });
  await ask(lea, 'PUT', `queues/${id}`, { mode: 'offer', ringFor, version: 0 });
  const { items: channels } = await ask<{ items: { id: string; kind: string; version: number; settings: object }[] }>(
    lea,
    'GET',
    'channels',
  );
  const chat = channels.find(({ kind }) => kind === 'webchat');
  await ask(lea, 'PATCH', `channels/${chat?.id}`, {
    settings: { ...chat?.settings, teamId: id },
    version: chat?.version,
  });
}

/** The two of them, at their desks and free. */
async function free(ringFor: number): Promise<[Page, Page]> {
  const lea = await scene.member();
  await ringing(lea.page, ringFor);
  const two: Page[] = [];
  for (const name of ['gwenole', 'karim']) {
    const { page } = await scene.member(`${name}@arzel.example`);
    await page.keyboard.press('m');
    await page.keyboard.press('a');
    await page
      .locator('nav')
      .getByText(/Disponible/)
      .waitFor();
    two.push(page);
  }
  return two as [Page, Page];
}

const offered = (page: Page, words: string) =>
  page.getByRole('region', { name: 'Conversation proposée' }).filter({ hasText: words });

/** For whom it rings, and who the other one is. */
async function rings(one: Page, other: Page, words: string): Promise<[Page, Page]> {
  let found: [Page, Page] | undefined;
  await expect
    .poll(async () => {
      if (await offered(one, words).isVisible()) found = [one, other];
      else if (await offered(other, words).isVisible()) found = [other, one];
      return found !== undefined;
    })
    .toBe(true);
  if (!found) throw new Error('it rings for nobody');
  return found;
}

test('a conversation rings for one agent, who passes it on; the other takes it, answers and has it', async () => {
  const [one, other] = await free(300);
  const visitor = await scene.person();
  const chat = await visitor.openChat();
  await write(chat, 'Une selle pour mon Ria ?');

  const [first, second] = await rings(one, other, 'Une selle pour mon Ria');
  expect(await axe(first)).toEqual([]);
  await offered(first, 'Une selle pour mon Ria')
    .getByRole('button', { name: /^Passer/ })
    .click();
  await first.getByRole('menuitem', { name: 'J’ai déjà trop en main' }).click();
  await offered(first, 'Une selle pour mon Ria').waitFor({ state: 'detached' });

  await offered(second, 'Une selle pour mon Ria')
    .getByRole('button', { name: /^Prendre/ })
    .click();
  await said(second, 'Une selle pour mon Ria ?').waitFor();
  await answer(second, 'Bonjour, je regarde ce qui convient.');
  await said(chat, 'Bonjour, je regarde ce qui convient.').waitFor();
});

test('who lets it ring out loses it to her colleague', async () => {
  const [one, other] = await free(5);
  const visitor = await scene.person();
  const chat = await visitor.openChat('/?lang=fr');
  await write(chat, 'Personne ne répond ?');
  const [first, second] = await rings(one, other, 'Personne ne répond');
  await offered(second, 'Personne ne répond').waitFor();
  expect(await offered(first, 'Personne ne répond').isVisible()).toBe(false);
});

test('a customer asks to be called; the agent calls, says so, and the promise is kept', async () => {
  const lea = await scene.member();
  const { items: queues } = await ask<{ items: Queue[] }>(lea.page, 'GET', 'queues');
  for (const { teamId, ...queue } of queues)
    await ask(lea.page, 'PUT', `queues/${teamId || 'general'}`, { ...queue, mode: 'pull' });
  const visitor = await scene.person();
  const chat = await visitor.openChat();
  await write(chat, 'Pouvez-vous me rappeler ?');
  const matter = chat.getByRole('region', { name: 'Où en est votre demande' });
  await matter.getByRole('button', { name: 'Gardez ma place et appelez-moi' }).click();
  await chat.getByLabel('Votre numéro de téléphone').fill('01 99 00 12 34');
  await chat.getByRole('button', { name: 'Appelez-moi' }).click();
  await matter.getByText(/^Nous vous appelons au …34/).waitFor();

  await go(lea.page, 'Toutes');
  await row(lea.page, 'Pouvez-vous me rappeler').click();
  await lea.page.getByRole('link', { name: /Appeler/ }).waitFor();
  expect(await axe(lea.page)).toEqual([]);
  await lea.page.getByRole('button', { name: 'Appelé, joint' }).click();
  await lea.page.getByText('Rappel fait').first().waitFor();
  await expect.poll(() => matter.getByText(/^Nous vous appelons/).count()).toBe(0);
});
