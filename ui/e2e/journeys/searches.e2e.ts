import { expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { ask, Scene, write } from '../scene.ts';

const scene = new Scene({ anew: true });

test('a search that finds nothing is seen on the desk, answered, and found', async () => {
  const desk = (await scene.member()).page;
  await ask(desk, 'POST', 'templates', { name: 'Horaires', text: { fr: 'Ouvert de 9 h à 19 h.' }, public: true });

  const ada = await (await scene.person()).openChat();
  await ada.getByRole('searchbox').fill('garantie du cadre');
  await ada.getByRole('searchbox').press('Enter');
  await ada.getByText(/^Pas encore de réponse/).waitFor();
  expect(await axe(ada)).toEqual([]);
  await write(ada, 'Mon cadre est-il garanti ?');
  await ada.getByText('Reçu').first().waitFor();
  expect(await ada.getByRole('searchbox').count()).toBe(0); // she writes now

  // Others look for the same.
  const key = new URL(ada.url()).searchParams.get('channel');
  for (let i = 0; i < 4; i++)
    await ask(desk, 'POST', 'visitor/answers', {
      key,
      query: 'Garanties du cadre ?',
      locale: 'fr',
      reader: crypto.randomUUID(),
    });
  await desk.keyboard.press('Escape');
  await desk.evaluate(() => (location.hash = '#/reasons/searches'));
  const line = desk.getByRole('row', { name: /garanties du cadre/ });
  await line.waitFor();
  expect(await line.getByRole('cell').nth(0).innerText()).toBe('5');
  expect(await line.getByRole('cell').nth(5).innerText()).toBe('1'); // she wrote to us
  expect(await axe(desk)).toEqual([]);
  await line.getByRole('link', { name: 'Écrire une réponse à « garanties du cadre »' }).click();
  await desk
    .getByLabel('Texte', { exact: true })
    .fill('Le cadre est garanti cinq ans, sur présentation de la facture.');
  await desk.getByRole('button', { name: 'Créer la réponse' }).click();
  await desk.getByRole('heading', { name: 'Garanties du cadre' }).first().waitFor();

  const bob = await (await scene.person()).openChat();
  await bob.getByRole('searchbox').fill('cadre garanti');
  await bob.getByRole('searchbox').press('Enter');
  await bob.getByText('Est-ce cela ?').waitFor();
  await bob.getByRole('button', { name: 'Garanties du cadre' }).click();
  await bob.getByText(/garanti cinq ans/).waitFor();
  expect(await axe(bob)).toEqual([]);
  await bob.getByRole('button', { name: 'Oui, merci' }).click();
  await bob.getByText('Tant mieux.').waitFor();
});
