import { expect, test } from 'vitest';
import { answer, go, row, said, Scene, write } from '../scene.ts';

const scene = new Scene();

test('two visitors who write at the same time never see each other’s words', async () => {
  const lea = await scene.member();
  await go(lea.page, 'Toutes');
  const [one, two] = [await scene.person(), await scene.person()];
  const [chatOne, chatTwo] = [await one.openChat(), await two.openChat()];
  for (let i = 1; i <= 6; i++) {
    await Promise.all([write(chatOne, `canari-un-${i}`), write(chatTwo, `canari-deux-${i}`)]);
    await Promise.all([said(chatOne, `canari-un-${i}`).waitFor(), said(chatTwo, `canari-deux-${i}`).waitFor()]);
  }
  await row(lea.page, 'canari-un-6').click();
  await said(lea.page, 'canari-un-1').waitFor();
  await answer(lea.page, 'réponse-pour-un');
  await said(chatOne, 'réponse-pour-un').waitFor();
  await row(lea.page, 'canari-deux-6').click();
  await said(lea.page, 'canari-deux-1').waitFor();
  await answer(lea.page, 'réponse-pour-deux');
  await said(chatTwo, 'réponse-pour-deux').waitFor();

  // Both reload, so that history too has had its chance to go astray.
  for (const [person, mine, other] of [
    [one, 'un', 'deux'],
    [two, 'deux', 'un'],
  ] as const) {
    const chat = await person.openChat();
    await said(chat, `réponse-pour-${mine}`).waitFor();
    const text = await chat.locator('body').innerText();
    for (let i = 1; i <= 6; i++) expect(text).toContain(`canari-${mine}-${i}`);
    expect(text).not.toContain(`canari-${other}`);
    expect(text).not.toContain(`réponse-pour-${other}`);
  }
});

test('on a shared computer the next user starts afresh', async () => {
  const person = await scene.person();
  const chat = await person.openChat();
  await write(chat, 'mon secret');
  await chat.getByText('Reçu').first().waitFor();
  await person.page.evaluate(() => (globalThis as unknown as { visavis: { logout: () => void } }).visavis.logout());
  await said(chat, 'mon secret')
    .waitFor({ state: 'detached' })
    .catch(() => undefined);
  await person.page.reload();
  const fresh = await person.openChat();
  expect(await fresh.locator('body').innerText()).not.toContain('mon secret');
  const kept = await fresh.evaluate(() => JSON.stringify({ ...localStorage }));
  expect(kept).not.toContain('mon secret');
});
