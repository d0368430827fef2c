import { expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { unusedPort } from '../postman.ts';
import { Scene } from '../scene.ts';

// The servers stand on this machine, which an operator has to allow.
process.env['VISAVIS_ALLOW_EGRESS'] = '127.0.0.1';
const scene = new Scene();

test('an administrator sets a mailbox up by hand, sees why its trial fails, and finishes another day', async () => {
  const nobody = await unusedPort();
  const { page } = await scene.member();
  await page.goto(`${scene.house.desk}/desk/#/settings/channels`);
  await page.getByRole('link', { name: 'Ajouter une adresse e-mail' }).click();
  await page.getByLabel('Adresse e-mail').fill('pneus@nulle-part.invalid');
  await page.getByRole('button', { name: 'Chercher les serveurs' }).click();
  await page.getByRole('radio', { name: /À la main/ }).check();
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Continuer', exact: true }).click();

  await page.getByText('sont relevées dans une boîte (IMAP)').click();
  for (const at of [0, 1]) {
    await page.getByLabel('Serveur', { exact: true }).nth(at).fill('127.0.0.1');
    await page.getByLabel('Port', { exact: true }).nth(at).fill(String(nobody));
    await page.getByLabel('Nom d’utilisateur').nth(at).fill('pneus');
    await page.getByLabel('Mot de passe', { exact: true }).nth(at).fill('un-mot-de-passe');
  }
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Continuer vers l’essai' }).click();
  await page.getByText('Mot de passe de réception').waitFor();

  await page.getByRole('button', { name: 'Essayer maintenant' }).click();
  const steps = page.getByRole('list', { name: 'Essai' });
  await steps.getByText('La liaison avec le serveur ne s’établit pas.').waitFor();
  await page.getByText('L’essai s’est arrêté là.').waitFor();
  expect(await axe(page)).toEqual([]);

  await page.getByRole('link', { name: 'Tous les canaux' }).click();
  const line = page.getByRole('listitem').filter({ hasText: 'pneus@nulle-part.invalid' }).first();
  await line.getByText('À terminer').waitFor();
  await line.getByRole('link').click();
  await page.getByRole('button', { name: 'Mettre en service' }).click();
  await expect.poll(() => page.getByText('Arrêté', { exact: true }).count()).toBe(0);
});
