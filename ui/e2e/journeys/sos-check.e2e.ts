import { expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { Scene } from '../scene.ts';

const scene = new Scene({ anew: true });

test('somebody tries her connection, sends what it found, and an administrator reads it', async () => {
  const { page: desk } = await scene.member();
  await desk.goto(`${scene.house.desk}/desk/#/settings/check`);
  await desk.getByRole('button', { name: 'Essayer le serveur' }).click();
  const found = desk.getByRole('list', { name: 'Ce serveur' }).getByRole('listitem');
  await found.filter({ hasText: 'Le son et l’image, en direct' }).getByText('fonctionne', { exact: true }).waitFor();
  const address = await desk
    .getByText(/\/sos\/check\?channel=[^&]*$/)
    .first()
    .innerText();

  const { page } = await scene.person({
    locale: 'en-GB',
    permissions: ['microphone', 'camera'],
    viewport: { width: 360, height: 740 },
  });
  await page.goto(`${address}&for=member`);
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Start the check' }).click();
  const direct = page.getByRole('listitem').filter({ hasText: 'The direct way' });
  await direct.getByText(/there and back in \d[\d.]* ms/).waitFor();
  await page.getByText('Everything a call needs works here.').waitFor();
  await page.getByLabel('Your name').fill('Anna Le Goff');
  await page.getByRole('button', { name: 'Send us the result' }).click();
  const code = /\b[A-Z2-9]{3}-[A-Z2-9]{3}\b/.exec(await page.getByText('Its number is').innerText())?.[0] ?? '';
  expect(code).not.toBe('');
  expect(await axe(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);

  // Where calls run through LiveKit its network cannot be tried: that is said in her language.
  await page.route('**/api/v1/sos/checks', (route) =>
    route.fulfill({
      status: 409,
      contentType: 'application/problem+json',
      json: { code: 'check_elsewhere', detail: 'x' },
    }),
  );
  await page.goto(`${address}&lang=fr`);
  await page.getByRole('button', { name: 'Commencer l’essai' }).click();
  await page
    .getByRole('alert')
    .getByText(/passent pas par ce serveur mais par LiveKit/)
    .waitFor();
  await page.getByText('Le chemin jusqu’à nous n’a pas pu être essayé.').waitFor();
  expect(await axe(page)).toEqual([]);

  await desk.reload();
  const received = desk.getByRole('list', { name: 'Reçus' }).getByRole('listitem').filter({ hasText: code });
  await received.getByText('Anna Le Goff').waitFor();
  await received.getByText('Tout ce qui a été essayé fonctionne.').waitFor();
  expect(await axe(desk)).toEqual([]);
});
