import type { BrowserContextOptions, Frame, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Person } from './browser.ts';
import { ask, type Scene } from './scene.ts';

/** A person who lends camera and microphone. */
export const lent: BrowserContextOptions = { permissions: ['camera', 'microphone'] };

/** What one side's connection has carried so far; through LiveKit there are two. */
export interface Flow {
  /** Frames of the other side's picture that were decoded. */
  frames: number;
  soundIn: number;
  soundOut: number;
  /** Loudness times time, of what is heard. */
  energy: number;
  pictureOut: number;
}

/** Keeps the page's connections where a journey finds them. */
export async function watched(person: Person): Promise<Person> {
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

export const flow = (place: Frame | Page): Promise<Flow> =>
  place.evaluate(async () => {
    const { peers } = globalThis as unknown as { peers: RTCPeerConnection[] };
    const flow = { frames: 0, soundIn: 0, soundOut: 0, energy: 0, pictureOut: 0 };
    for (const peer of peers.filter((peer) => peer.connectionState === 'connected'))
      (await peer.getStats()).forEach((one: Record<string, unknown>) => {
        const number = (name: string) => Number(one[name] ?? 0);
        const what = `${String(one['type'])} ${String(one['kind'])}`;
        if (what === 'inbound-rtp video') flow.frames = Math.max(flow.frames, number('framesDecoded'));
        if (what === 'inbound-rtp audio') {
          flow.soundIn += number('bytesReceived');
          flow.energy += number('totalAudioEnergy');
        }
        if (what === 'outbound-rtp audio') flow.soundOut += number('bytesSent');
        if (what === 'outbound-rtp video') flow.pictureOut += number('bytesSent');
      });
    return flow;
  });

type Queue = { teamId: string; mode: string; version: number };
type Channel = { id: string; kind: string; version: number; settings: object };

/** Changes what the shop's chat is set to. */
export async function setChat(admin: Page, change: object): Promise<void> {
  const { items: channels } = await ask<{ items: Channel[] }>(admin, 'GET', 'channels');
  const chat = channels.find(({ kind }) => kind === 'webchat');
  const settings = { ...chat?.settings, ...change };
  await ask(admin, 'PATCH', `channels/${chat?.id}`, { settings, version: chat?.version });
}

/**
 * Two people alone answer the shop's chat, whoever else is at a desk. Nothing else rings for them: whoever lets it ring counts
 * as away.
 */
export async function staffed(scene: Scene, change: object = {}, who = /^(gwenole|karim)@/): Promise<void> {
  const lea = await scene.member();
  const { items: members } = await ask<{ items: { id: string; email: string }[] }>(lea.page, 'GET', 'members');
  const memberIds = members.filter(({ email }) => who.test(email)).map(({ id }) => id);
  const { id } = await ask<{ id: string }>(lea.page, 'POST', 'teams', { name: 'SOS', icon: 'card', memberIds });
  await setChat(lea.page, { teamId: id, ...change });
  const { items: queues } = await ask<{ items: Queue[] }>(lea.page, 'GET', 'queues');
  for (const { teamId, version } of queues)
    await ask(lea.page, 'PUT', `queues/${teamId || 'general'}`, { mode: 'pull', version });
}

/** A member at her desk, free, with camera and microphone. */
export async function adviser(scene: Scene, name: string): Promise<Page> {
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

/** What rings at a desk. */
export const bell = (desk: Page) => desk.getByRole('region', { name: /^SOS (de|from) / });

/** At whose desk it rings first. */
export async function rings(desks: readonly Page[]): Promise<Page> {
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
export async function frameOf(page: Page): Promise<Frame> {
  await page.waitForSelector('html > [ready]', { state: 'attached' });
  const frame = page.frames().find((one) => one.url().includes('/chat/'));
  if (!frame) throw new Error('there is no chat');
  return frame;
}

/** What a customer sees of her call. */
export const assistance = (chat: Frame) =>
  chat.getByRole('region', { name: /^(Assistance en direct|Live assistance)$/ });

/** The customer's page on the desk. */
export const screen = (desk: Page) => desk.getByTitle(/^(Page du client|The customer’s page)$/);

/** The page on which the customer's is shown, on its own origin. */
export async function viewerOf(desk: Page): Promise<Frame> {
  const viewer = await (await screen(desk).elementHandle())?.contentFrame();
  if (!viewer) throw new Error('no page is shown');
  return viewer;
}
/** What the agent is shown there, with what stands in fields. */
export const shownAt = (viewer: Frame): Promise<string> =>
  viewer.evaluate(() => {
    const body = document.querySelector('iframe')?.contentDocument?.body;
    const fields = [...(body?.querySelectorAll('input') ?? [])].map(({ name, value }) => `${name}=${value}`);
    return `${body?.innerText ?? ''} ${fields.join(' ')} ${body?.innerHTML ?? ''}`;
  });

/** Where an element of the customer's page is on the desk. */
export async function placeOf(desk: Page, selector: string): Promise<[number, number]> {
  const frame = await screen(desk).boundingBox();
  const [x, y] = await (
    await viewerOf(desk)
  ).evaluate((selector) => {
    const page = document.querySelector('iframe');
    const outer = page?.getBoundingClientRect();
    const inner = page?.contentDocument?.querySelector(selector)?.getBoundingClientRect();
    if (!page || !outer || !inner) throw new Error(`${selector} is not shown`);
    const scale = outer.width / Number(page.width);
    return [outer.x + (inner.x + inner.width / 2) * scale, outer.y + (inner.y + inner.height / 2) * scale] as const;
  }, selector);
  return [(frame?.x ?? 0) + x, (frame?.y ?? 0) + y];
}

/** How many lines are drawn over the customer's page, in a root that the page itself cannot look into. */
export async function strokes(page: Page): Promise<number> {
  interface Part {
    nodeName: string;
    children?: Part[];
    shadowRoots?: Part[];
  }
  const count = (part: Part, inked: boolean): number =>
    [...(part.children ?? []), ...(part.shadowRoots ?? [])].reduce(
      (sum, one) => sum + count(one, inked || part.nodeName === 'VISAVIS-INK'),
      inked && part.nodeName === 'path' ? 1 : 0,
    );
  const session = await page.context().newCDPSession(page);
  const { root } = await session.send('DOM.getDocument', { depth: -1, pierce: true });
  await session.detach();
  return count(root, false);
}

/** A figure, once it has been the same for longer than a beep of the made-up microphone comes again. */
export async function settled(figure: () => Promise<number>): Promise<number> {
  const seen: number[] = [];
  await expect
    .poll(async () => {
      seen.push(await figure());
      return new Set(seen.slice(-15)).size === 1 && seen.length > 14;
    })
    .toBe(true);
  return seen.at(-1) ?? NaN;
}
