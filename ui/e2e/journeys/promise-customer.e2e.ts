import { expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { answer, ask, go, row, Scene, write } from '../scene.ts';

const scene = new Scene({ anew: true });
/** An hour, which may be tomorrow's shortly before midnight. */
const clock = '(demain )?(\\d+\u202fh(\u202f\\d\\d)?|minuit)';

test('a customer knows what is promised, where she stands and what is done, and sees the promise kept', async () => {
  const lea = await scene.member();
  // Nobody is handed anything, so that she waits; and a promise that a slow machine keeps too.
  type Queue = { teamId: string; mode: string; version: number };
  const { items: queues } = await ask<{ items: Queue[] }>(lea.page, 'GET', 'queues');
  for (const { teamId, ...queue } of queues)
    await ask(lea.page, 'PUT', `queues/${teamId || 'general'}`, { ...queue, mode: 'pull' });
  const { id: slow } = await ask<{ id: string }>(lea.page, 'POST', 'policies', {
    name: 'Dix minutes',
    when: { kinds: ['webchat'] },
    terms: { first: { for: 600 }, next: { for: 600 } },
    warnAt: [75, 90],
    escalations: [],
  });
  const { items: policies } = await ask<{ items: { id: string }[] }>(lea.page, 'GET', 'policies');
  const ids = policies.map((one) => one.id).filter((one) => one !== slow);
  await ask(lea.page, 'POST', 'policies/order', { ids: [slow, ...ids] });

  // Before she writes.
  const camille = await scene.person({ viewport: { width: 390, height: 844 } });
  const chat = await camille.openChat();
  await chat
    .locator('header')
    .getByText(new RegExp(`Une personne vous répond avant ${clock}\\.`))
    .waitFor();

  // After: what she was promised, and her place.
  await write(chat, 'Le frein avant frotte depuis la révision.');
  const matter = chat.getByRole('region', { name: 'Où en est votre demande' });
  await matter.getByText(new RegExp(`^Reçu à ${clock}\\. Une personne vous répond avant ${clock}\\.$`)).waitFor();
  await matter.getByText(/dans la file|Votre tour est le prochain/).waitFor();
  expect(await axe(chat)).toEqual([]);
  await camille.picture('widget-queue');

  // She asks to be called: a wrong number is refused at its field.
  await matter.getByRole('button', { name: 'Gardez ma place et appelez-moi' }).click();
  await chat.getByLabel('Votre numéro de téléphone').fill('12');
  await chat.getByRole('button', { name: 'Appelez-moi' }).click();
  await chat.getByText('Nous ne pouvons pas appeler ce numéro.', { exact: false }).waitFor();
  const phone = chat.getByLabel('Votre numéro de téléphone');
  expect(await phone.evaluate((field) => field === document.activeElement)).toBe(true);
  await phone.fill('+33 1 99 00 12 34');
  await chat.getByText('À l’heure que je choisis').click();
  await chat.getByRole('radio', { name: 'demain' }).check({ force: true });
  await chat.getByRole('radiogroup', { name: 'Heure' }).getByRole('radio').first().check({ force: true });
  expect(await axe(chat)).toEqual([]);
  await camille.picture('widget-call');
  await chat.getByRole('button', { name: 'Appelez-moi' }).click();
  await matter.getByText(new RegExp(`^Nous vous appelons au …34 demain à ${clock}\\.$`)).waitFor();
  await matter.getByRole('button', { name: 'Ne m’appelez plus' }).click();
  await matter.getByRole('button', { name: 'Gardez ma place et appelez-moi' }).waitFor();

  // The work appears as it is written, while she writes.
  const field = chat.locator('textarea');
  await field.fill('Est-ce');
  await go(lea.page, 'Toutes');
  await row(lea.page, 'Le frein avant frotte').click();
  const id = lea.page.url().split('/').at(-1) ?? '';
  const { version } = await ask<{ version: number }>(lea.page, 'GET', `conversations/${id}`);
  await ask(lea.page, 'POST', `conversations/${id}/take`, { version });
  await matter.getByText('Léa s’occupe de votre demande').waitFor();
  const expectedAt = new Date(Date.now() + 7_200_000).toISOString();
  await ask(lea.page, 'POST', `conversations/${id}/steps`, { text: 'Un disque demandé à l’entrepôt', expectedAt });
  await ask(lea.page, 'POST', `conversations/${id}/steps`, { text: 'Pose à l’atelier de Rennes', state: 'planned' });
  await matter.getByText('Un disque demandé à l’entrepôt').waitFor();
  await matter.getByText(/^Léa, en cours, attendu avant /).waitFor();
  await matter.getByRole('button', { name: 'Voir les 4 étapes' }).click();
  await matter.getByText('Pose à l’atelier de Rennes').waitFor();
  expect(await field.inputValue()).toBe('Est-ce');
  expect(await axe(chat)).toEqual([]);
  await camille.picture('widget-steps');

  // The answer came in time, and that is said.
  await answer(lea.page, 'Bonjour, je regarde.');
  await matter.getByText(new RegExp(`^Promis avant ${clock}, répondu à ${clock}\\.$`)).waitFor();
  await camille.picture('widget-kept');
});
