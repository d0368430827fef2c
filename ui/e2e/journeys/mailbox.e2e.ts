import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { hasPostOffice, PostOffice } from '../post-office.ts';
import { handOver, unusedPort } from '../postman.ts';
import { go, row, Scene } from '../scene.ts';

const address = 'roues@nulle-part.invalid';
const office = hasPostOffice ? await PostOffice.open({ mailboxes: [address] }) : undefined;
afterAll(() => office?.close());
// The servers stand on this machine, which an operator has to allow, and vouch for themselves.
process.env['VISAVIS_ALLOW_EGRESS'] = '127.0.0.1';
if (office) process.env['SSL_CERT_FILE'] = office.authority;
const scene = new Scene();

const letterOf = (n: number, subject: string, words: string) => `From: Maud Le Goff <maud@mel.example>
Subject: ${subject}
Message-ID: <${n}@mel.example>
Content-Type: text/plain; charset=utf-8

${words}
`;
const letter = letterOf(1, 'Ma roue', 'Ma roue est voilée.');

/** What an administrator types about a server. */
interface Typed {
  port: number;
  user: string;
  password: string;
  security?: string;
}

/** `at`: the server that letters come from, or the one they leave by. */
async function typeServer(page: Page, at: 0 | 1, { port, user, password, security }: Typed): Promise<void> {
  await page.getByLabel('Serveur', { exact: true }).nth(at).fill('127.0.0.1');
  await page.getByLabel('Port', { exact: true }).nth(at).fill(String(port));
  if (security) await page.getByLabel('Protection').nth(at).selectOption(security);
  await page.getByLabel('Nom d’utilisateur').nth(at).fill(user);
  await page.getByLabel('Mot de passe', { exact: true }).nth(at).fill(password);
}

/** Names an address of which nobody knows the servers, and goes on by hand. */
async function beginByHand(page: Page, address: string): Promise<void> {
  await page.goto(`${scene.house.desk}/desk/#/settings/channels`);
  await page.getByRole('link', { name: 'Ajouter une adresse e-mail' }).click();
  await page.getByLabel('Adresse e-mail').fill(address);
  await page.getByRole('button', { name: 'Chercher les serveurs' }).click();
  await page.getByRole('radio', { name: /À la main/ }).check();
}

test('an administrator sets a mailbox up by hand, sees why its trial fails, and finishes another day', async () => {
  const nobody = await unusedPort();
  const { page } = await scene.member();
  await beginByHand(page, 'pneus@nulle-part.invalid');
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Continuer', exact: true }).click();

  await page.getByText('sont relevées dans une boîte (IMAP)').click();
  for (const at of [0, 1] as const)
    await typeServer(page, at, { port: nobody, user: 'pneus', password: 'un-mot-de-passe' });
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

test.skipIf(!office)('a mailbox that works passes every step of its trial, and is fetched from', async () => {
  if (!office) return;
  const { page } = await scene.member();
  await beginByHand(page, address);
  await page.getByRole('button', { name: 'Continuer', exact: true }).click();
  await page.getByText('sont relevées dans une boîte (IMAP)').click();
  const signIn = { user: address, password: office.password, security: 'STARTTLS' };
  await typeServer(page, 0, { port: office.imap, ...signIn });
  await typeServer(page, 1, { port: office.smtp, ...signIn, password: 'un autre' });
  await page.getByRole('button', { name: 'Continuer vers l’essai' }).click();
  const trial = page.getByRole('list', { name: 'Essai' });
  await page.getByRole('button', { name: 'Essayer maintenant' }).click();
  await trial.getByText('Le nom ou le mot de passe est refusé.').waitFor();
  expect(await office.letters(address)).toEqual([]);

  await page.getByLabel('Mot de passe', { exact: true }).nth(1).fill(office.password);
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await page.getByRole('button', { name: 'Essayer de nouveau' }).click();
  await page.getByText('Tout fonctionne.').waitFor();
  const steps = await trial.getByRole('listitem').allInnerTexts();
  expect(steps.map((step) => step.split('\n')[0]?.trim())).toEqual([
    'Trouver le serveur réception',
    'S’y connecter réception',
    'Chiffrer la liaison réception',
    'S’identifier réception',
    'Voir les dossiers réception',
    'Trouver le serveur envoi',
    'S’y connecter envoi',
    'Chiffrer la liaison envoi',
    'S’identifier envoi',
    'Envoyer une lettre d’essai envoi',
    'La voir revenir réception',
  ]);
  expect(await axe(page)).toEqual([]);
  // The letter of the trial is gone again.
  expect(await office.letters(address)).toEqual([]);

  // The letters that were there before wait until somebody has time for them.
  const before = Array.from({ length: 12 }, (_, n) => letterOf(n + 2, `Ancienne ${n + 1}`, 'Un vieux pneu.'));
  await office.put(address, before);
  await page.getByRole('radio', { name: /^attendent/ }).check();
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await page.getByRole('button', { name: 'Mettre en service' }).click();
  await page.getByText('en ordre').waitFor();
  await page.getByText('0 anciennes lettres sur 12 · en pause').waitFor();
  expect(await axe(page)).toEqual([]);
  const mailbox = page.url();
  await go(page, 'Non attribuées');
  await handOver(office.smtp, 'maud@mel.example', address, letter);
  await row(page, 'Ma roue est voilée').waitFor();
  expect(await row(page, 'Un vieux pneu').count()).toBe(0);

  await page.goto(mailbox);
  await page.getByRole('button', { name: 'Reprendre' }).click();
  await page.getByText('anciennes lettres sur 12').waitFor({ state: 'detached' });
  await go(page, 'Non attribuées');
  await row(page, 'Un vieux pneu').first().waitFor();
});
