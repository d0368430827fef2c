import { expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { handOver, unusedPort } from '../postman.ts';
import { ask, row, said, Scene } from '../scene.ts';

// The relay stands on this machine, which an operator has to allow; nobody listens there.
process.env['VISAVIS_ALLOW_EGRESS'] = '127.0.0.1';
const door = await unusedPort();
process.env['VISAVIS_SMTP_LISTEN'] = `127.0.0.1:${door}`;
const scene = new Scene({ anew: true });
const house = 'bonjour@arzel.example';

const letter = `From: Yann Le Goff <yann@mel.example>
To: Cycles Arzel <${house}>
Cc: Maud Le Goff <maud@mel.example>
Subject: Le frein avant
Message-ID: <1@mel.example>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8

Mon frein avant frotte. Quand puis-je passer ?

--b
Content-Type: text/html; charset=utf-8

<p style="height:400px">Mon frein avant <b>frotte</b>.</p>
--b--
`;

test('answers a letter, takes it back, sends it again', async () => {
  const { page } = await scene.member();
  await ask(page, 'POST', 'channels', {
    kind: 'email',
    name: 'Bonjour',
    mailbox: {
      addresses: [{ address: house, name: 'Cycles Arzel' }],
      out: { host: '127.0.0.1', port: 9, security: 'none' },
      noAcknowledgements: true,
    },
  });
  await page.reload();
  await handOver(door, 'yann@mel.example', house, letter);
  await page.goto(`${scene.house.desk}/desk/#/all/open`);
  await row(page, 'Mon frein avant frotte').click();

  const sheet = page.getByRole('article', { name: 'Lettre de Yann Le Goff' });
  await sheet.getByRole('button', { name: 'Expéditeur non prouvé' }).click();
  await page.getByText('Rien ne confirme ni ne dément').last().waitFor();
  await page.keyboard.press('Escape');
  await sheet.getByRole('button', { name: 'Afficher la mise en page' }).click();
  const frame = sheet.locator('iframe');
  await expect.poll(async () => (await frame.boundingBox())?.height ?? 0).toBeGreaterThan(400);

  await page.getByText('Maud Le Goff écrit aussi').waitFor();
  await page.getByRole('button', { name: 'Oui, en copie' }).click();
  await page.getByText('Maud Le Goff écrit aussi').waitFor({ state: 'detached' });
  expect(await axe(page)).toEqual([]);

  const field = page.locator('textarea').last();
  await field.fill('Passez demain à neuf heures.');
  await field.press('Control+Enter');
  await page.getByText('Réponse à Yann').waitFor();
  await page.getByRole('button', { name: /^Annuler/ }).click();
  await expect.poll(() => field.inputValue()).toBe('Passez demain à neuf heures.');

  await field.press('Control+Enter');
  await expect.poll(() => field.inputValue()).toBe('');
  await said(page, 'Passez demain à neuf heures.').waitFor();
  // Nobody takes it at the other end: she reads why, and calls it back for good.
  await page.getByText('Pas encore parti').waitFor({ timeout: 40_000 });
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Reprendre' }).click();
  await page.getByText('Repris avant le départ').waitFor();
}, 180_000);
