import type { BrowserContextOptions, Frame, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { axe, type Person } from '../browser.ts';
import { answer, ask, said, Scene } from '../scene.ts';

const scene = new Scene();
const lent: BrowserContextOptions = { permissions: ['camera', 'microphone'] };

/** What one side's newest connection has carried so far. */
interface Flow {
  /** Frames of the other side's picture that were decoded. */
  frames: number;
  soundIn: number;
  soundOut: number;
  /** Loudness times time, of what is heard. */
  energy: number;
  pictureOut: number;
}

/** Keeps the page's connections where a journey finds them. */
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
    const flow = { frames: 0, soundIn: 0, soundOut: 0, energy: 0, pictureOut: 0 };
    const report = await peers
      .filter((peer) => peer.connectionState === 'connected')
      .at(-1)
      ?.getStats();
    report?.forEach((one: Record<string, unknown>) => {
      const number = (name: string) => Number(one[name] ?? 0);
      const what = `${String(one['type'])} ${String(one['kind'])}`;
      if (what === 'inbound-rtp video') flow.frames = number('framesDecoded');
      if (what === 'inbound-rtp audio') {
        flow.soundIn += number('bytesReceived');
        flow.energy += number('totalAudioEnergy');
      }
      if (what === 'outbound-rtp audio') flow.soundOut += number('bytesSent');
      if (what === 'outbound-rtp video') flow.pictureOut += number('bytesSent');
    });
    return flow;
  });

type Channel = { id: string; kind: string; version: number; settings: object };

// Two people alone answer the shop's chat, whoever else is at a desk.
beforeAll(async () => {
  const lea = await scene.member();
  const { items: members } = await ask<{ items: { id: string; email: string }[] }>(lea.page, 'GET', 'members');
  const memberIds = members.filter(({ email }) => /^(gwenole|karim)@/.test(email)).map(({ id }) => id);
  const { id } = await ask<{ id: string }>(lea.page, 'POST', 'teams', { name: 'SOS', icon: 'card', memberIds });
  const { items: channels } = await ask<{ items: Channel[] }>(lea.page, 'GET', 'channels');
  const chat = channels.find(({ kind }) => kind === 'webchat');
  const settings = { ...chat?.settings, teamId: id };
  await ask(lea.page, 'PATCH', `channels/${chat?.id}`, { settings, version: chat?.version });
});

/** A member at her desk, free, with camera and microphone. */
async function adviser(name: string): Promise<Page> {
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

/** At whose desk it rings first. */
async function rings(desks: readonly Page[]): Promise<Page> {
  let first: Page | undefined;
  await expect
    .poll(async () => {
      for (const desk of desks) if (await bell(desk).isVisible()) first = desk;
      return first !== undefined;
    })
    .toBe(true);
  if (!first) throw new Error('it rings nowhere');
  return first;
}

/** The chat's frame, open or not. */
async function frameOf(page: Page): Promise<Frame> {
  await page.waitForSelector('html > [ready]', { state: 'attached' });
  const frame = page.frames().find((one) => one.url().includes('/chat/'));
  if (!frame) throw new Error('there is no chat');
  return frame;
}

const assistance = (chat: Frame) => chat.getByRole('region', { name: 'Assistance en direct' });

test('a press brings a human face; the page changes, she stays; one question at the end', async () => {
  const desks = [await adviser('gwenole'), await adviser('karim')];
  const customer = await watched(await scene.person(lent));
  await customer.page.goto(`${scene.house.shop}/aide.html?lang=fr`);
  let chat = await frameOf(customer.page);

  // The one who is called first passes it on; the other one gets it.
  await customer.page.getByRole('button', { name: 'Voir un conseiller maintenant' }).click();
  await assistance(chat).getByText('Nous appelons un conseiller').first().waitFor();
  expect(await axe(chat)).toEqual([]);
  const first = await rings(desks);
  expect(await axe(first)).toEqual([]);
  await bell(first)
    .getByRole('button', { name: /^Passer/ })
    .click();
  await first.getByRole('menuitem', { name: 'J’ai déjà trop en main' }).click();
  const other = desks.find((desk) => desk !== first) ?? first;
  await bell(other).waitFor();
  await expect.poll(() => bell(first).isVisible()).toBe(false);

  // One key answers: her face on the customer's page, sound both ways, and no picture of the customer.
  await expect
    .poll(async () => {
      await other.keyboard.press('a');
      return other.getByRole('banner', { name: /^SOS avec/ }).isVisible();
    })
    .toBe(true);
  await assistance(chat)
    .getByText(/ne vous voit pas\.$/)
    .last()
    .waitFor();
  await expect.poll(async () => (await flow(chat)).frames).toBeGreaterThan(0);
  await expect.poll(async () => (await flow(chat)).energy).toBeGreaterThan(0);
  await expect.poll(async () => (await flow(other)).energy).toBeGreaterThan(0);
  expect((await flow(chat)).pictureOut).toBe(0);
  expect((await flow(other)).frames).toBe(0);
  expect((await flow(other)).pictureOut).toBeGreaterThan(0);
  await other.getByText('vous voit').waitFor();
  expect(await axe(chat)).toEqual([]);
  expect(await axe(other)).toEqual([]);

  // She writes beside the picture.
  await assistance(chat).getByRole('button', { name: 'Écrire' }).click();
  await answer(other, 'Voici le plan du local à vélos.');
  await said(chat, 'Voici le plan du local à vélos.').waitFor();

  // Another page of the shop: the face is there again, without a press.
  await customer.page.goto(`${scene.house.shop}/compte.html?lang=fr`);
  chat = await frameOf(customer.page);
  await expect.poll(async () => (await flow(chat)).frames).toBeGreaterThan(0);
  await expect.poll(async () => (await flow(other)).soundIn).toBeGreaterThan(0);

  await assistance(chat).getByRole('button', { name: 'Raccrocher' }).click();
  await other.getByRole('banner', { name: /^SOS avec/ }).waitFor({ state: 'detached' });
  await assistance(chat).getByRole('button', { name: '5, Très facile' }).click();
  await assistance(chat)
    .getByText(/^Merci/)
    .waitFor();
  await other.getByText(/en direct avec le client/).waitFor();
});

test('without a microphone she sees and hears, is told so, and writes; her agent ends it by key', async () => {
  const desk = await adviser('gwenole');
  const customer = await watched(await scene.person());
  const chat = await customer.openChat();
  /** How many bytes of a part have come, as they were sent. */
  const weight = async (part: string) =>
    await chat.evaluate(
      (part) =>
        performance
          .getEntriesByType('resource')
          .map((one) => one as PerformanceResourceTiming)
          .filter(({ name }) => new URL(name).pathname.includes(part))
          .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
      part,
    );
  expect(await weight('/index-')).toBeGreaterThan(0);
  expect(await weight('/index-')).toBeLessThan(30_500);

  await chat.getByRole('button', { name: /SOS/ }).click();
  await assistance(chat).getByText('Nous appelons un conseiller').first().waitFor();
  expect(await weight('/sos-')).toBeGreaterThan(0);
  expect(await weight('/sos-')).toBeLessThan(15_000);
  await bell(desk)
    .getByRole('button', { name: /^Décrocher/ })
    .click();
  await expect.poll(async () => (await flow(chat)).frames).toBeGreaterThan(0);
  await expect.poll(async () => (await flow(chat)).soundIn).toBeGreaterThan(0);
  await assistance(chat)
    .getByText(/ne vous entend pas/)
    .last()
    .waitFor();
  expect((await flow(chat)).pictureOut).toBe(0);

  await desk.keyboard.press('Control+e');
  await assistance(chat).getByRole('button', { name: /^1, / }).waitFor();
  await chat.page().keyboard.press('Escape');
});

test('she changes her mind: nothing rings any more, and the conversation is kept', async () => {
  const desk = await adviser('gwenole');
  const customer = await scene.person(lent);
  const chat = await customer.openChat();
  await chat.getByRole('button', { name: /SOS/ }).click();
  await bell(desk).waitFor();
  await assistance(chat).getByRole('button', { name: 'Plutôt écrire' }).click();
  await bell(desk).waitFor({ state: 'detached' });
  await chat.locator('textarea').waitFor();
});
