import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { Scene } from '../scene.ts';

// The receiver stands on this machine, which an operator has to allow.
process.env['VISAVIS_ALLOW_EGRESS'] = '127.0.0.1';
const scene = new Scene();

interface Told {
  headers: IncomingHttpHeaders;
  body: string;
}

/** A receiver that keeps what it is told, and answers as it is asked to. */
class Sink {
  readonly told: Told[] = [];
  status = 200;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        this.told.push({ headers: request.headers, body });
        response.writeHead(this.status).end('thank you');
      });
    });
  }
  async open(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
  }
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/visavis`;
  }
  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const sink = new Sink();
beforeAll(() => sink.open());
afterAll(() => sink.close());

test('an administrator adds a webhook, tests it, and sees what it was sent', async () => {
  const { page } = await scene.member();
  await page.goto(`${scene.house.desk}/desk/#/settings/webhooks`);
  await page.getByText('Aucun programme n’est prévenu.').waitFor();
  await page.getByRole('button', { name: 'Créer un webhook' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Nom', { exact: true }).fill('Comptabilité');
  await dialog.getByLabel('Adresse', { exact: true }).fill('https://10.0.0.1/');
  await dialog.getByText('Tous', { exact: true }).click();
  expect(await axe(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Créer', exact: true }).click();
  await dialog.getByText('Cette adresse ne peut pas être appelée').waitFor();
  await dialog.getByLabel('Adresse', { exact: true }).fill(sink.url);
  await dialog.getByRole('button', { name: 'Créer', exact: true }).click();

  const secret = (await dialog.getByRole('group', { name: 'Secret de signature' }).innerText()).trim();
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  await dialog.getByRole('button', { name: 'Terminé' }).click();
  await page.getByRole('heading', { name: 'Comptabilité' }).waitFor();

  await page.getByRole('button', { name: 'Essayer' }).click();
  await page.getByText('L’essai est bien arrivé.').waitFor();
  const [first] = sink.told;
  if (!first) throw new Error('the receiver was told nothing');
  const { headers, body } = first;
  const id = String(headers['visavis-id']);
  const signed = createHmac('sha256', secret)
    .update(`${id}.${String(headers['visavis-timestamp'])}.${body}`)
    .digest('hex');
  expect(headers['visavis-signature']).toBe(`v1=${signed}`);
  expect(JSON.parse(body)).toMatchObject({ id, type: 'test' });
  const deliveries = page.getByRole('list', { name: 'Envois' }).getByRole('listitem');
  await deliveries.filter({ hasText: 'Essai' }).getByText('Arrivé', { exact: true }).waitFor();
  expect(await axe(page)).toEqual([]);

  sink.status = 500;
  await page.getByRole('button', { name: 'Essayer' }).click();
  await page.getByText('L’essai n’est pas arrivé').waitFor();
  await deliveries.first().getByText('Échoué', { exact: true }).waitFor();
  sink.status = 200;

  // What happens in the house is told too, without a word of anybody.
  await page.getByRole('link', { name: 'Équipes', exact: true }).click();
  await page.getByRole('button', { name: 'Créer une équipe' }).click();
  await dialog.getByLabel('Nom', { exact: true }).fill('Canari');
  await dialog.getByRole('button', { name: 'Créer', exact: true }).click();
  await expect
    .poll(() => sink.told.map(({ headers: each }) => each['visavis-event']), { timeout: 10_000 })
    .toContain('team.created');
  expect(sink.told.some((one) => one.body.includes('Canari'))).toBe(false);

  await page.goto(`${scene.house.desk}/desk/#/settings/webhooks`);
  await page.getByRole('link', { name: 'Comptabilité' }).click();
  await deliveries.filter({ hasText: 'Une équipe est créée' }).first().waitFor();
  await page.getByRole('button', { name: 'Arrêter' }).click();
  await page.getByText('Ce webhook est à l’arrêt').waitFor();
  await page.getByRole('button', { name: 'Remettre en service' }).click();
  await page.getByText('Ce webhook est à l’arrêt').waitFor({ state: 'detached' });
});

test('a member hears at her bell what a supervisor writes to her', async () => {
  const lea = await scene.member();
  const answer = await lea.page.evaluate(async () => {
    const me = (await (await fetch('/api/v1/me')).json()) as { member: { id: string } };
    const sent = await fetch(`/api/v1/members/${me.member.id}/notices`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ text: 'Prenez l’appel de Mme Le Goff.' }),
    });
    return sent.status;
  });
  expect(answer).toBe(201);
  const bell = lea.page.getByRole('button', { name: /\d notifications? non lues?/ });
  await bell.click();
  const list = lea.page.getByRole('dialog', { name: 'Notifications' });
  await list.getByText('Prenez l’appel de Mme Le Goff.').waitFor();
  expect(await axe(lea.page)).toEqual([]);
  await list.getByRole('button', { name: 'Tout marquer comme lu' }).click();
  await lea.page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
});
