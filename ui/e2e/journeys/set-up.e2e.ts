import { expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { Scene } from '../scene.ts';

const scene = new Scene({ empty: true });
const password = 'quatre mots sans aucun rapport';

/** The link that the server wrote on its console. */
async function link(): Promise<string> {
  await expect.poll(() => scene.house.said).toMatch(/#\/setup\/\S+/);
  return /http\S+#\/setup\/\S+/.exec(scene.house.said)?.[0] ?? '';
}

test('the link of a new server makes the first administrator, once', async () => {
  const { page } = await scene.person();
  await page.goto(await link());
  await page.getByLabel('Nom de l’espace').fill('Cycles Arzel');
  expect(page.url()).toBe(`${scene.house.desk}/desk/#/setup`);
  expect(await axe(page)).toEqual([]);
  await page.getByLabel('Votre nom').fill('Morgane Le Bihan');
  await page.getByLabel('Adresse e-mail').fill('morgane@arzel.example');
  await page.getByLabel('Mot de passe', { exact: true }).fill('morgane');
  await page.getByRole('button', { name: 'Créer l’espace' }).click();
  await page.getByText('Il manque 5 caractères').waitFor();
  await page.getByLabel('Mot de passe', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Créer l’espace' }).click();
  await page.getByRole('navigation').first().waitFor();
  await page.goto(`${scene.house.desk}/desk/#/settings/members`);
  await page.getByText('morgane@arzel.example').waitFor();
  await page.getByText('Administrateur').first().waitFor();

  // The same link again: in her browser it leads back to her desk, in another it has no more to give.
  await page.goto(await link());
  await page.getByRole('link', { name: 'Revenir au bureau' }).click();
  await page.getByRole('navigation').first().waitFor();
  const late = await scene.person();
  await late.page.goto(await link());
  await late.page.getByText('Cet espace est déjà prêt').waitFor();
  expect(late.page.url()).toBe(`${scene.house.desk}/desk/#/setup`);

  await late.page.getByRole('link', { name: 'Aller à la connexion' }).click();
  await late.page.getByLabel('Adresse e-mail').fill('morgane@arzel.example');
  await late.page.getByLabel('Mot de passe', { exact: true }).fill(password);
  await late.page.keyboard.press('Enter');
  await late.page.getByRole('navigation').first().waitFor();
});

test('a link that no server wrote makes nobody', async () => {
  const { page } = await scene.person();
  await page.goto(`${scene.house.desk}/desk/#/invite/abcdefghijklmnopqrstuvwxyz`);
  await page.getByText('Ce lien ne sert plus').waitFor();
  expect(page.url()).toBe(`${scene.house.desk}/desk/#/invite`);
});
