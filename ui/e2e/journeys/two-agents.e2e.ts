import { expect, test } from 'vitest';
import { answer, go, row, said, Scene, write } from '../scene.ts';

const scene = new Scene();

test('two agents in one conversation see each other, and a late reply is refused before it goes out', async () => {
  const visitor = await scene.person();
  const chat = await visitor.openChat();
  await write(chat, 'Une question pour deux');
  await chat.getByText('Reçu').first().waitFor();

  const [lea, yann] = [await scene.member(), await scene.member('yann@arzel.example')];
  for (const one of [lea, yann]) {
    await go(one.page, 'Toutes');
    await row(one.page, 'Une question pour deux').click();
    await said(one.page, 'Une question pour deux').waitFor();
  }
  await lea.page.getByText(/Yann/).first().waitFor();
  await lea.page.locator('textarea').last().fill('Bonjour, ');

  // Yann resolves while Léa is still writing.
  await yann.page.locator('body').click({ position: { x: 700, y: 300 } });
  await yann.page.keyboard.press('e');
  await lea.page
    .getByText(/a résolu la conversation/)
    .first()
    .waitFor();
  await chat.getByText('Échange terminé').first().waitFor();
  await answer(lea.page, 'Bonjour, je vous réponds.');
  const refused = lea.page.getByText(/Réponse refusée|Rouvrir et envoyer/).first();
  const sent = said(chat, 'Bonjour, je vous réponds.');
  await expect.poll(async () => (await refused.isVisible()) || (await sent.isVisible())).toBe(true);
});

test('a note never reaches the customer', async () => {
  const visitor = await scene.person();
  const chat = await visitor.openChat();
  await write(chat, 'Parlez-vous de moi ?');
  await chat.getByText('Reçu').first().waitFor();
  const lea = await scene.member();
  await go(lea.page, 'Toutes');
  await row(lea.page, 'Parlez-vous de moi').click();
  await said(lea.page, 'Parlez-vous de moi ?').waitFor();
  await lea.page.keyboard.press('n');
  await answer(lea.page, 'note-secrète');
  await said(lea.page, 'note-secrète').waitFor();
  await lea.page.keyboard.press('Escape');
  await lea.page.keyboard.press('r');
  await answer(lea.page, 'réponse-publique');
  await said(chat, 'réponse-publique').waitFor();
  expect(await chat.locator('body').innerText()).not.toContain('note-secrète');
});
