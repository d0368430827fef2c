import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { go, row, Scene } from '../scene.ts';

const scene = new Scene({ anew: true });
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A file as long as asked, from the disk: sent through the wire of the browser it would take longer than anybody waits. */
async function long(name: string, bytes: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'visavis-file-'));
  folders.push(folder);
  await writeFile(join(folder, name), '');
  await truncate(join(folder, name), bytes);
  return join(folder, name);
}

/** A PNG of one pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const pdf = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
);

test('a customer sends a picture and a PDF; what is too large or forbidden is refused in words', async () => {
  const lea = await scene.member();
  await go(lea.page, 'Toutes');
  const person = await scene.person();
  const chat = await person.openChat();
  const picker = chat.locator('input[type=file]');
  await picker.setInputFiles([
    { name: 'photo.png', mimeType: 'image/png', buffer: png },
    { name: 'facture.pdf', mimeType: 'application/pdf', buffer: pdf },
  ]);
  await chat.locator('textarea').fill('Voici la photo et la facture');
  await chat.getByText('facture.pdf').first().waitFor();
  await chat.locator('textarea').press('Enter');
  await chat.getByText('Reçu').first().waitFor();

  await row(lea.page, 'Voici la photo et la facture').click();
  const log = lea.page.locator('[role=log]');
  await log.getByText('facture.pdf').first().waitFor();
  const picture = log.locator('img').first();
  await picture.waitFor();
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);

  await picker.setInputFiles([
    { name: 'page.html', mimeType: 'text/html', buffer: Buffer.from('<script>alert(1)</script>') },
  ]);
  await chat
    .getByText(/Nous ne pouvons pas recevoir/)
    .first()
    .waitFor();
  await picker.setInputFiles(await long('film.mp4', 26 * 1024 * 1024));
  await chat
    .getByText(/La limite est de 25/)
    .first()
    .waitFor();
});
