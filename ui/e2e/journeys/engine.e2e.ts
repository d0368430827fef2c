import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { go, row, Scene, write } from '../scene.ts';

// The engine stands on this machine, which an operator has to allow.
process.env['VISAVIS_ALLOW_EGRESS'] = '127.0.0.1';
const sent: string[] = [];
const engine = createServer((request, answer) => {
  request.setEncoding('utf8').on('data', (part: string) => sent.push(part));
  request.on('end', () => {
    const content = JSON.stringify({ reason: 'shop', mood: -0.5, dissatisfied: true, urgency: 'today' });
    answer.setHeader('Content-Type', 'application/json');
    answer.end(
      JSON.stringify({ choices: [{ message: { role: 'assistant', content } }], usage: { total_tokens: 812 } }),
    );
  });
}).listen(0, '127.0.0.1');
afterAll(() => engine.close());
const scene = new Scene({ anew: true });

test('an engine that a workspace chose and accepted reads messages again, under its name', async () => {
  const { page: desk } = await scene.member();
  await desk.goto(`${scene.house.desk}/desk/#/settings/engine`);
  const save = desk.getByRole('button', { name: 'Enregistrer' });
  await desk.getByRole('switch', { name: 'Faire relire les messages' }).check();
  await desk.getByLabel('Adresse').fill(`http://127.0.0.1:${(engine.address() as AddressInfo).port}/v1`);
  await desk.getByLabel('Modèle').fill('petit-1');
  await desk.getByLabel('Clé').fill('sk-journey');
  await desk.getByRole('radio', { name: 'Tous les messages des clients' }).check();
  await save.click();
  await desk.getByText('Écrivez votre nom pour accepter.').waitFor();
  await desk.getByLabel('Votre nom, pour accepter').fill('Léa Morvan');
  await save.click();
  await desk.getByText('Accepté par Léa Morvan').waitFor();
  await desk.getByRole('button', { name: 'Essayer' }).click();
  await desk.getByText('Magasin').waitFor();
  await desk.getByText('1 sur 5').waitFor();
  expect(await axe(desk)).toEqual([]);

  const customer = await scene.person();
  const chat = await customer.openChat();
  const words = 'Bonjour, rappelez-moi au 06 12 34 56 78, le paiement ne passe pas';
  await write(chat, words);
  await go(desk, 'Toutes');
  await row(desk, words).click();
  const strip = desk.getByRole('group', { name: 'Ce que dit le dernier message' });
  await strip.getByText('lu par petit-1').waitFor();
  await strip.getByText('Magasin').waitFor();
  expect(sent.join('')).not.toContain('06 12');
});
