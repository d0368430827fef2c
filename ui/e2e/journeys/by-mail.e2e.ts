import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { hasPostOffice, PostOffice } from '../post-office.ts';
import { handOver, unusedPort } from '../postman.ts';
import { answer, ask, go, row, said, Scene, write } from '../scene.ts';

const ours = 'bonjour@arzel.example';
const hers = 'camille@mel.example';
const door = await unusedPort();
// Their post office brings our letters to mailboxes there, and theirs to our door.
const office = hasPostOffice
  ? await PostOffice.open({ mailboxes: [hers], ours: { domain: 'arzel.example', door } })
  : undefined;
afterAll(() => office?.close());
process.env['VISAVIS_ALLOW_EGRESS'] = '127.0.0.1';
process.env['VISAVIS_SMTP_LISTEN'] = `127.0.0.1:${door}`;
const scene = new Scene();

/** Gives the house a mailbox, once, whose letters leave by a post office. */
async function setUpMailbox(desk: Page, smtp: number): Promise<void> {
  const name = 'Bonjour';
  const { items } = await ask<{ items: { name: string }[] }>(desk, 'GET', 'channels');
  if (items.some((one) => one.name === name)) return;
  const mailbox = {
    addresses: [{ address: ours, name: 'Cycles Arzel' }],
    out: { host: '127.0.0.1', port: smtp, security: 'none' },
    noAcknowledgements: true,
    ownReturnPath: true,
  };
  await ask(desk, 'POST', 'channels', { kind: 'email', name, mailbox });
  await desk.reload();
}

interface Letter {
  from: string;
  to: string;
  subject: string;
  words: string;
  inReplyTo?: string;
}

/** Hands a customer's letter over to her post office. */
async function post(smtp: number, { from, to, subject, words, inReplyTo }: Letter): Promise<void> {
  const head = [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Message-ID: <${crypto.randomUUID()}@mel.example>`,
    ...(inReplyTo ? [`In-Reply-To: ${inReplyTo}`] : []),
    'Content-Type: text/plain; charset=utf-8',
  ];
  const address = /[^<]+@[^>]+/.exec(from)?.[0] ?? '';
  await handOver(smtp, address, to, `${head.join('\n')}\n\n${words}\n`);
}

test.skipIf(!office)('an agent learns why her letter came back, and what to do', async () => {
  if (!office) return;
  const { page } = await scene.member();
  await setUpMailbox(page, office.smtp);
  await go(page, 'Non attribuées');
  // Yann has given his mailbox up since he wrote.
  const yann = 'Yann Le Goff <yann@mel.example>';
  await post(office.smtp, { from: yann, to: ours, subject: 'Le frein', words: 'Mon frein frotte.' });
  await row(page, 'Mon frein frotte.').click();
  await said(page, 'Mon frein frotte.').waitFor();
  await answer(page, 'Passez demain.');
  const sheet = page.getByRole('article', { name: 'Lettre de Léa' }).last();
  await sheet.getByText('Revenu sans être remis').waitFor({ timeout: 60_000 });
  await sheet.getByText('Cette adresse n’existe pas. Vérifiez-la avec le client').waitFor();
  await sheet.getByText('550 5.1.1').waitFor();
  await sheet.getByRole('button', { name: 'Réessayer' }).waitFor();
  expect(await axe(page)).toEqual([]);
});

test.skipIf(!office)('a customer goes from the chat to letters and back, in one conversation', async () => {
  if (!office) return;
  const camille = await scene.person();
  const chat = await camille.openChat();
  await write(chat, 'Où en est mon vélo ?');
  await chat.getByText('Reçu').first().waitFor();
  await chat.getByText('quitter sans rien perdre').click();
  await chat.getByLabel('Votre nom').fill('Camille');
  await chat.locator('input[type=email]').fill(hers);
  await chat.getByRole('button', { name: 'Enregistrer' }).click();
  await chat.getByRole('button', { name: 'Retour à l’échange' }).click();
  await camille.page.goto('about:blank');

  const { page } = await scene.member();
  await setUpMailbox(page, office.smtp);
  await go(page, 'Toutes');
  await row(page, 'Où en est mon vélo').click();
  await page.getByRole('button', { name: /Choisir une autre voie/ }).click();
  await page.getByRole('menu').getByText('Bonjour').click();
  const before = (await office.letters(hers)).length;
  await answer(page, 'Il part demain.');
  const received = async () => (await office.letters(hers)).slice(before);
  await expect.poll(received).toHaveLength(1);
  const [letter = ''] = await received();
  expect(letter).toContain('Il part demain.');
  const [, to = ''] = /^Reply-To: .*<(.*)>/m.exec(letter) ?? [];
  const [, inReplyTo = ''] = /^Message-ID: (<.*>)/m.exec(letter) ?? [];
  const from = `Camille <${hers}>`;
  await post(office.smtp, { from, to, inReplyTo, subject: 'Re: mon velo', words: 'Merci, et la sonnette ?' });
  await said(page, 'Merci, et la sonnette ?').waitFor();

  const again = await camille.openChat();
  for (const words of ['Où en est mon vélo ?', 'Il part demain.', 'Merci, et la sonnette ?'])
    await said(again, words).waitFor();
  await write(again, 'Me revoici.');
  await said(page, 'Me revoici.').waitFor();
  await answer(page, 'La sonnette aussi.');
  await said(again, 'La sonnette aussi.').waitFor();
  // What reached her in the chat is not written to her as well.
  expect(await received()).toHaveLength(1);
});
