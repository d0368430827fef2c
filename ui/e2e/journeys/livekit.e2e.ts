import type { BrowserContextOptions, Frame, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { axe, type Person } from '../browser.ts';
import { ask, Scene } from '../scene.ts';

/** A real LiveKit server, as scripts/with-livekit starts one: its address, a key, its secret, and where it tells what happens. */
const [url, key, secret, hook] = (process.env.VISAVIS_TEST_LIVEKIT ?? '').split(' ');
const lent: BrowserContextOptions = { permissions: ['camera', 'microphone'] };

/** What one side's connections have carried so far. */
interface Flow {
  frames: number;
  energy: number;
  pictureOut: number;
}

/** Keeps the page's connections where a journey finds them, and when she pressed and first saw somebody. */
async function watched(person: Person): Promise<Person> {
  await person.context.addInitScript(() => {
    const made: RTCPeerConnection[] = [];
    const Plain = globalThis.RTCPeerConnection;
    Object.assign(globalThis, {
      peers: made,
      RTCPeerConnection: class extends Plain {
        constructor(settings?: RTCConfiguration) {
          super(settings);
          made.push(this);
        }
      },
    });
  });
  return person;
}

const flow = (place: Frame | Page): Promise<Flow> =>
  place.evaluate(async () => {
    const { peers } = globalThis as unknown as { peers: RTCPeerConnection[] };
    const flow = { frames: 0, energy: 0, pictureOut: 0 };
    for (const peer of peers.filter(({ connectionState }) => connectionState === 'connected'))
      (await peer.getStats()).forEach((one: Record<string, unknown>) => {
        const number = (name: string) => Number(one[name] ?? 0);
        const what = `${String(one['type'])} ${String(one['kind'])}`;
        if (what === 'inbound-rtp video') flow.frames = Math.max(flow.frames, number('framesDecoded'));
        if (what === 'inbound-rtp audio') flow.energy += number('totalAudioEnergy');
        if (what === 'outbound-rtp video') flow.pictureOut += number('bytesSent');
      });
    return flow;
  });

async function adviser(scene: Scene, name: string): Promise<Page> {
  const person = await watched(await scene.person(lent));
  await person.signIn(`${name}@arzel.example`);
  await person.page.keyboard.press('m');
  await person.page.keyboard.press('a');
  await person.page
    .locator('nav')
    .getByText(/Disponible/)
    .waitFor();
  return person.page;
}

const bell = (desk: Page) => desk.getByRole('region', { name: /^SOS de/ });
const assistance = (chat: Frame) => chat.getByRole('region', { name: 'Assistance en direct' });

type Queue = { teamId: string; mode: string; version: number };
type Channel = { id: string; kind: string; version: number; settings: object };

describe.skipIf(!url)('through LiveKit', () => {
  const scene = new Scene({
    flags: ['--livekit-url', url ?? '', '--livekit-key', key ?? '', '--livekit-secret', secret ?? ''],
    port: Number(hook?.split(':')[1]),
  });

  beforeAll(async () => {
    const lea = await scene.member();
    const { items: members } = await ask<{ items: { id: string; email: string }[] }>(lea.page, 'GET', 'members');
    const memberIds = members.filter(({ email }) => /^(gwenole|karim)@/.test(email)).map(({ id }) => id);
    const { id } = await ask<{ id: string }>(lea.page, 'POST', 'teams', { name: 'SOS', icon: 'card', memberIds });
    const { items: channels } = await ask<{ items: Channel[] }>(lea.page, 'GET', 'channels');
    const chat = channels.find(({ kind }) => kind === 'webchat');
    await ask(lea.page, 'PATCH', `channels/${chat?.id}`, {
      settings: { ...chat?.settings, teamId: id },
      version: chat?.version,
    });
    const { items: queues } = await ask<{ items: Queue[] }>(lea.page, 'GET', 'queues');
    for (const { teamId, version } of queues)
      await ask(lea.page, 'PUT', `queues/${teamId || 'general'}`, { mode: 'pull', version });
  });

  test('a face, sound both ways, and no picture of hers; the page changes; a supervisor hears both', async () => {
    const desk = await adviser(scene, 'gwenole');
    const customer = await watched(await scene.person(lent));
    const asked: string[] = [];
    customer.page.on('websocket', (socket) => asked.push(new URL(socket.url()).origin));
    let chat = await customer.openChat();
    await chat.getByRole('button', { name: /SOS/ }).click();
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
    await customer.page.waitForSelector('html > [ready]', { state: 'attached' });
    chat = customer.page.frames().find((one) => one.url().includes('/chat/')) ?? chat;
    await expect.poll(async () => (await flow(chat)).frames).toBeGreaterThan(0);
    await expect.poll(async () => (await flow(desk)).energy).toBeGreaterThan(0);

    // Her supervisor hears both, is announced, and cannot whisper.
    const boss = await watched(await scene.person(lent));
    await boss.signIn();
    await boss.page.goto(`${scene.house.desk}/desk/#/board`);
    const listen = boss.page.getByRole('button', { name: /^Écouter/ }).first();
    await listen.click();
    await expect.poll(async () => (await flow(boss.page)).energy).toBeGreaterThan(0);
    await expect.poll(async () => (await flow(boss.page)).frames).toBeGreaterThan(0);
    await assistance(chat)
      .getByText(/écoute/)
      .first()
      .waitFor();
    expect(await boss.page.getByRole('button', { name: 'Souffler' }).count()).toBe(0);

    await assistance(chat).getByRole('button', { name: 'Raccrocher' }).click();
    await desk.getByRole('banner', { name: /^SOS avec/ }).waitFor({ state: 'detached' });
    await assistance(chat).getByRole('button', { name: /^5, / }).click();
  });
});
