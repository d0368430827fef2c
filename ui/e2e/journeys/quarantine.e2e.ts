import { expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { handOver, unusedPort } from '../postman.ts';
import { ask, Scene } from '../scene.ts';

const door = await unusedPort();
process.env['VISAVIS_SMTP_LISTEN'] = `127.0.0.1:${door}`;
const scene = new Scene({ anew: true });

/** A letter whose parts hold one another deeper than anybody means. */
const nested = (subject: string, words: string) => {
  const parts = Array.from(
    { length: 40 },
    (_, depth) => `--b${depth}\nContent-Type: multipart/mixed; boundary=b${depth + 1}\n`,
  );
  return `From: Paul Guen <paul@relay.example>
Subject: ${subject}
Date: Mon, 23 Nov 2026 10:12:00 +0100
Message-ID: <${subject.replaceAll(/\W/g, '')}@relay.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b0

${words}
${parts.join('\n')}
`;
};

test('a letter that cannot be read waits in quarantine until it is made a conversation', async () => {
  const { page } = await scene.member();
  const address = 'fourches@arzel.example';
  await ask(page, 'POST', 'channels', {
    kind: 'email',
    name: 'Fourches',
    mailbox: { addresses: [{ address, name: 'Cycles Arzel' }] },
  });
  await page.getByRole('navigation').getByRole('link', { name: 'Courrier' }).click();
  const letters = page.getByRole('list', { name: 'Lettres en quarantaine' });
  await letters.waitFor();
  expect(await axe(page)).toEqual([]);

  await handOver(door, 'paul@relay.example', address, nested('Fourche de serie', 'Ma fourche a pris du jeu.'));
  await handOver(door, 'paul@relay.example', address, nested('Publicite', 'Rien que de la reclame.'));
  await letters.getByText('Publicite').waitFor();
  await letters.getByText('Fourche de serie').waitFor();

  await page.keyboard.press('j');
  await page.getByRole('heading', { name: 'Publicite' }).waitFor();
  await page.getByText('trop profondément pour être lue sans risque').last().waitFor();
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('x');
  await page.getByRole('dialog').getByText('Son contenu est effacé').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Effacer la lettre' }).click();
  await page.getByText('Cette lettre a été écartée.').waitFor();

  await letters.getByText('Fourche de serie').click();
  await page.getByText('Ma fourche a pris du jeu.').waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Télécharger la lettre' }).click();
  expect((await download).suggestedFilename()).toMatch(/\.eml$/);
  await page.keyboard.press('c');
  await page.getByText('Cette lettre est devenue une conversation.').waitFor();
  await letters.getByText('Fourche de serie').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Ouvrir la conversation' }).click();
  await page.getByText('Fourche de serie').first().waitFor();
});
