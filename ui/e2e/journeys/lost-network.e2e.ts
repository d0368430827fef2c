import { expect, test } from 'vitest';
import { go, row, said, Scene, write } from '../scene.ts';

const scene = new Scene();

test('what is written while the network is down is sent once, in order, when it is back', async () => {
  const lea = await scene.member();
  await go(lea.page, 'Toutes');
  const malo = await scene.person();
  const chat = await malo.openChat();
  await write(chat, 'avant la panne');
  await chat.getByText('Reçu').first().waitFor();

  await malo.context.setOffline(true);
  for (const words of ['pendant un', 'pendant deux', 'pendant trois']) await write(chat, words);
  await chat.locator('textarea').fill('à moitié écrit');
  for (const words of ['pendant un', 'pendant deux', 'pendant trois'])
    expect(await said(chat, words).isVisible()).toBe(true);
  await malo.context.setOffline(false);

  await row(lea.page, 'pendant trois').click();
  // The list shows the last words too: what counts is the conversation itself.
  const log = lea.page.locator('[role=log]').first();
  const all = ['avant la panne', 'pendant un', 'pendant deux', 'pendant trois'];
  for (const words of all) await log.getByText(words, { exact: true }).waitFor();
  const thread = await log.innerText();
  const places = all.map((words) => thread.indexOf(words));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  for (const words of ['pendant un', 'pendant deux', 'pendant trois']) {
    expect(await log.getByText(words, { exact: true }).count()).toBe(1);
    expect(await chat.getByText(words, { exact: true }).count()).toBe(1);
  }
  expect(await chat.locator('textarea').inputValue()).toBe('à moitié écrit');
});

test('a power cut of the server loses nothing that was acknowledged, and both sides carry on', async () => {
  const lea = await scene.member();
  await go(lea.page, 'Toutes');
  const sarah = await scene.person();
  const chat = await sarah.openChat();
  await write(chat, 'juste avant la coupure');
  await chat.getByText('Reçu').first().waitFor();
  await scene.house.stop('SIGKILL');
  await write(chat, 'pendant la coupure');
  await scene.house.start();
  await row(lea.page, 'pendant la coupure').click();
  await said(lea.page, 'juste avant la coupure').waitFor();
  await lea.page.locator('textarea').last().fill('Nous revoilà.');
  await lea.page.keyboard.press('Control+Enter');
  await said(chat, 'Nous revoilà.').waitFor();
  expect(await chat.getByText('pendant la coupure', { exact: true }).count()).toBe(1);
});
