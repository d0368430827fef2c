import { mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readFile } from 'node:fs/promises';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Frame,
  type Page,
} from 'playwright-core';
import { expect } from 'vitest';
import type { House } from './house.ts';

const executablePath = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path));

/** Where pictures go: into the documentation when it is asked for, else beside the tests. */
const pictures = resolve(
  import.meta.dirname,
  process.env.VISAVIS_SCREENSHOTS === 'docs' ? '../../docs/screenshots' : 'results',
);

/** `camera` is a film that the browser takes for its camera; without one it makes up its own. */
export async function openBrowser({ camera = '' } = {}): Promise<Browser> {
  if (!executablePath) throw new Error('install chromium to run the browser journeys');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Live assistance: a made-up camera and microphone, and media that stay on this machine.
      '--use-fake-device-for-media-stream',
      ...(camera ? [`--use-file-for-fake-video-capture=${camera}`] : []),
      '--allow-loopback-in-peer-connection',
      '--disable-features=WebRtcHideLocalIpsWithMdns',
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
    ],
  });
}

/** Somebody at a browser of her own, with everything that went wrong in it. */
export class Person {
  readonly troubles: string[] = [];

  page: Page;

  private constructor(
    readonly context: BrowserContext,
    page: Page,
    private readonly house: House,
  ) {
    this.page = this.#watch(page);
  }

  #watch(page: Page): Page {
    page.on('pageerror', (error) => this.troubles.push(`error: ${error.message}`));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && /Content Security Policy|Trusted|Uncaught/i.test(text))
        this.troubles.push(text);
    });
    page.on('dialog', (dialog) => {
      this.troubles.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    return page;
  }

  /** Closes the page and opens another one in the same browser, as somebody who comes back. */
  async comeBack(): Promise<void> {
    await this.page.close();
    await this.another();
  }

  /** Opens another page in the same browser, beside the one that is there. */
  async another(): Promise<void> {
    this.page = this.#watch(await this.context.newPage());
  }

  static async arrive(browser: Browser, house: House, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({
      locale: 'fr-FR',
      timezoneId: 'Europe/Paris',
      viewport: { width: 1440, height: 900 },
      ...options,
    });
    context.setDefaultTimeout(60_000); // a machine may be slow: what is there is seen at once all the same
    return new Person(context, await context.newPage(), house);
  }

  /** Signs a member in and waits until the desk stands. */
  async signIn(email = this.house.email): Promise<void> {
    await this.page.goto(`${this.house.desk}/desk/`);
    await this.page.locator('input[type=email]').fill(email);
    await this.page.locator('input[type=password]').fill(this.house.password);
    await this.page.keyboard.press('Enter');
    await this.page.getByRole('navigation').first().waitFor();
  }

  /** Opens the shop and presses the chat's button, which stands in the lower right corner and which no page can reach into. */
  async openChat(path = '/?lang=fr', shop = this.house.shop): Promise<Frame> {
    await this.page.goto(`${shop}${path}`);
    await this.page.waitForSelector('html > [ready]', { state: 'attached' });
    const size = this.page.viewportSize() ?? { width: 1440, height: 900 };
    await this.page.mouse.click(size.width - 50, size.height - 50);
    return this.chat();
  }

  /** The chat's frame, once one can write in it. */
  async chat(): Promise<Frame> {
    for (let i = 0; i < 600; i++) {
      const frame = this.page.frames().find((f) => f.url().includes('/chat/'));
      if (
        frame &&
        (await frame
          .locator('textarea')
          .isVisible()
          .catch(() => false))
      )
        return frame;
      await this.page.waitForTimeout(50);
    }
    throw new Error('the chat did not open');
  }

  async picture(name: string): Promise<void> {
    await mkdir(pictures, { recursive: true });
    await this.page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled', caret: 'hide' });
  }

  async leave(): Promise<void> {
    const troubles = this.troubles;
    await this.context.close();
    expect(troubles).toEqual([]);
  }
}

/** What axe finds wrong on a page or in a frame, by rule and place. */
export async function axe(target: Page | Frame): Promise<string[]> {
  const source = await readFile(resolve(import.meta.dirname, '../node_modules/axe-core/axe.min.js'), 'utf8');
  await target.evaluate(source);
  return target.evaluate(async () => {
    // What fades in has other colours than it will have: what is short is waited for.
    const short = document
      .getAnimations()
      .filter(
        ({ effect, playState }) => playState === 'running' && Number(effect?.getComputedTiming().endTime) <= 1000,
      );
    await Promise.allSettled(short.map(({ finished }) => finished));
    const { axe } = globalThis as unknown as {
      axe: {
        run: (
          root: Document,
          options: object,
        ) => Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }>;
      };
    };
    const found = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
  });
}
