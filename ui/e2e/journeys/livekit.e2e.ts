import { beforeAll, describe, expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { adviser, assistance, bell, flow, frameOf, lent, rings, staffed, watched } from '../call.ts';
import { Scene } from '../scene.ts';

/** A real LiveKit server, as scripts/with-livekit starts one: its address, a key, its secret, and where it tells what happens. */
const [url, key, secret, hook] = (process.env.VISAVIS_TEST_LIVEKIT ?? '').split(' ');

describe.skipIf(!url)('through LiveKit', () => {
  const scene = new Scene({
    flags: ['--livekit-url', url ?? '', '--livekit-key', key ?? '', '--livekit-secret', secret ?? ''],
    port: Number(hook?.split(':')[1]),
  });
  beforeAll(() => staffed(scene));

  test('a face, sound both ways, no picture of hers; the page changes, a supervisor hears, a colleague takes over', async () => {
    const desks = [await adviser(scene, 'gwenole'), await adviser(scene, 'karim')];
    const customer = await watched(await scene.person(lent));
    const asked: string[] = [];
    customer.page.on('websocket', (socket) => asked.push(new URL(socket.url()).origin));
    let chat = await customer.openChat();
    await chat.getByRole('button', { name: /SOS/ }).click();
    const desk = await rings(desks);
    const other = desks.find((one) => one !== desk) ?? desk;
    await bell(desk)
      .getByRole('button', { name: /^Décrocher/ })
      .click();
    await expect.poll(async () => (await flow(chat)).frames).toBeGreaterThan(0);
    await expect.poll(async () => (await flow(chat)).energy).toBeGreaterThan(0);
    await expect.poll(async () => (await flow(desk)).energy).toBeGreaterThan(0);
    expect((await flow(chat)).pictureOut).toBe(0);
    expect((await flow(desk)).frames).toBe(0);
    expect(asked).toContain(url);
    await assistance(chat)
      .getByText(/ne vous voit pas\.$/)
      .last()
      .waitFor();
    await desk.getByText('vous voit').waitFor();
    expect(await axe(chat)).toEqual([]);
    expect(await axe(desk)).toEqual([]);
    // Nothing is recorded here, and the desk does not offer it.
    expect(await desk.getByRole('button', { name: /^Enregistrer/ }).count()).toBe(0);

    // Another page of the shop: the face is there again, without a press.
    await customer.page.goto(`${scene.house.shop}/compte.html?lang=fr`);
    chat = await frameOf(customer.page);
    await expect.poll(async () => (await flow(chat)).frames).toBeGreaterThan(0);
    await expect.poll(async () => (await flow(desk)).energy).toBeGreaterThan(0);

    // Her supervisor hears both, is announced, and cannot whisper.
    const boss = await watched(await scene.person(lent));
    await boss.signIn();
    await boss.page.goto(`${scene.house.desk}/desk/#/board`);
    await boss.page
      .getByRole('button', { name: /^Écouter/ })
      .first()
      .click();
    await expect.poll(async () => (await flow(boss.page)).energy).toBeGreaterThan(0);
    await expect.poll(async () => (await flow(boss.page)).frames).toBeGreaterThan(0);
    await assistance(chat)
      .getByText(/écoute/)
      .first()
      .waitFor();
    expect(await boss.page.getByRole('button', { name: 'Souffler' }).count()).toBe(0);

    // A colleague takes the call over: the customer's connections are the same all along.
    const made = () => chat.evaluate(() => (globalThis as unknown as { peers: unknown[] }).peers.length);
    const before = await made();
    await desk.getByRole('button', { name: 'Transférer' }).click();
    await desk.getByRole('menuitem', { name: other === desks[0] ? /Gwenol/ : /Karim/ }).click();
    await bell(other)
      .getByRole('button', { name: /^Décrocher/ })
      .click();
    await desk.getByRole('banner', { name: /^SOS avec/ }).waitFor({ state: 'detached' });
    await assistance(chat)
      .getByText(/ prend la suite de /)
      .waitFor();
    await expect.poll(async () => (await flow(other)).energy).toBeGreaterThan(0);
    const { frames } = await flow(chat);
    await expect.poll(async () => (await flow(chat)).frames).toBeGreaterThan(frames);
    expect(await made()).toBe(before);
    expect((await flow(chat)).pictureOut).toBe(0);

    await assistance(chat).getByRole('button', { name: 'Raccrocher' }).click();
    await other.getByRole('banner', { name: /^SOS avec/ }).waitFor({ state: 'detached' });
    await assistance(chat).getByRole('button', { name: /^5, / }).click();
  });
});
