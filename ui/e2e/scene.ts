import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Browser, BrowserContextOptions, Frame, Locator, Page } from 'playwright-core';
import { openBrowser, Person } from './browser.ts';
import { House, type Build } from './house.ts';
import { portrait } from './portrait.ts';

/** What the journeys of one file share: a fresh demo, one browser, and people who leave after each journey. */
export class Scene {
  #house: House | undefined;
  #browser: Browser | undefined;
  #people: Person[] = [];

  /**
   * `faces`: who shows herself has a face, and a room behind her. `anew`: each journey, and each further attempt at it, finds a house
   * that none was in.
   */
  constructor({ faces = false, anew = false, ...build }: Build & { faces?: boolean; anew?: boolean } = {}) {
    beforeAll(async () => {
      this.#browser = await openBrowser(faces ? { camera: await portrait(openBrowser) } : {});
    });
    (anew ? beforeEach : beforeAll)(async () => {
      await this.#house?.close();
      this.#house = await House.open(build);
    });
    afterEach(async () => {
      const people = this.#people;
      this.#people = [];
      for (const person of people) await person.leave();
    });
    afterAll(async () => {
      await this.#browser?.close();
      await this.#house?.close();
    });
  }

  get house(): House {
    if (!this.#house) throw new Error('the house is not open');
    return this.#house;
  }

  async person(options?: BrowserContextOptions): Promise<Person> {
    if (!this.#browser) throw new Error('there is no browser');
    const person = await Person.arrive(this.#browser, this.house, options);
    this.#people.push(person);
    return person;
  }

  /** A member at her desk. */
  async member(email?: string, options?: BrowserContextOptions): Promise<Person> {
    const person = await this.person(options);
    await person.signIn(email);
    return person;
  }
}

/** The words of a conversation, in a chat or on the desk. */
export const said = (place: Frame | Page, words: string): Locator => place.getByText(words, { exact: true }).last();

/** Writes in the chat and sends it. */
export async function write(chat: Frame, words: string): Promise<void> {
  const field = chat.locator('textarea');
  await field.fill(words);
  await field.press('Enter');
}

/** Writes in the chat on a phone, where Enter begins a new line. */
export async function tapWrite(chat: Frame, words: string): Promise<void> {
  await chat.locator('textarea').fill(words);
  await chat.getByRole('button', { name: 'Envoyer' }).click();
}

/** The conversation in the desk's list whose preview shows these words. */
export const row = (desk: Page, words: string): Locator => desk.locator('a[data-id]', { hasText: words }).first();

/** Goes to a list of the desk by its name in the spine. */
export async function go(desk: Page, list: string): Promise<void> {
  await desk
    .getByRole('navigation')
    .getByRole('link', { name: new RegExp(`^${list}`) })
    .first()
    .click();
}

/** Answers the open conversation. */
export async function answer(desk: Page, words: string): Promise<void> {
  const field = desk.locator('textarea').last();
  await field.fill(words);
  await field.press('Control+Enter');
}

/** Asks the server as a member does from her desk. */
export async function ask<T>(desk: Page, method: string, path: string, body?: object): Promise<T> {
  return desk.evaluate(
    async ({ method, path, body }) => {
      const answer = await fetch(`/api/v1/${path}`, {
        method,
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(text);
      return (text ? JSON.parse(text) : undefined) as never;
    },
    { method, path, body },
  ) as Promise<T>;
}
