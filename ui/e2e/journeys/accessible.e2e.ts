import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { ask, Scene, write } from '../scene.ts';

const scene = new Scene({ anew: true });

/** Makes a mailbox whose provider takes no passwords, and returns the place of its page. */
async function signedInAtProvider(desk: Page, address: string): Promise<string> {
  const server = (host: string, port: number) => ({ host, port, security: 'tls', user: address, bearer: true });
  const { id } = await ask<{ id: string }>(desk, 'POST', 'channels', {
    kind: 'email',
    name: address,
    disabled: true,
    mailbox: {
      addresses: [{ address }],
      in: server('imap.gmail.com', 993),
      out: server('smtp.gmail.com', 465),
      oauth: { provider: 'google', clientId: '1234.apps.googleusercontent.com' },
    },
  });
  return `channels/${id}`;
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on any page, in ${colorScheme}`, async () => {
    const findings: Record<string, string[]> = {};
    const visitor = await scene.person({ colorScheme });
    const chat = await visitor.openChat();
    findings['chat, empty'] = await axe(chat);
    await write(chat, 'Bonjour');
    await chat.getByText('Reçu').first().waitFor();
    findings['chat'] = await axe(chat);
    await chat.getByText('quitter sans rien perdre').click();
    await chat.locator('input[type=email], input[autocomplete=email]').first().waitFor();
    findings['chat, name and address'] = await axe(chat);

    const somebody = await scene.person({ colorScheme });
    await somebody.page.goto(`${scene.house.desk}/desk/`);
    await somebody.page.locator('input[type=password]').waitFor();
    findings['sign-in'] = await axe(somebody.page);

    const lea = await scene.member(undefined, { colorScheme });
    await lea.page.locator('a[data-id]').first().waitFor();
    findings['desk, list'] = await axe(lea.page);
    await lea.page.locator('a[data-id]', { hasText: 'Camille Rousseau' }).first().click();
    await lea.page.locator('[role=log]').getByText('voici la photo').waitFor();
    findings['desk, thread'] = await axe(lea.page);
    await lea.page.keyboard.press('n');
    findings['desk, note'] = await axe(lea.page);
    await lea.page.keyboard.press('Escape');
    await lea.page.keyboard.press('h');
    await lea.page.waitForTimeout(300);
    findings['desk, snooze'] = await axe(lea.page);
    await lea.page.keyboard.press('Escape');
    await lea.page.keyboard.press('Control+k');
    await lea.page.getByRole('dialog').waitFor();
    findings['palette'] = await axe(lea.page);
    await lea.page.keyboard.press('Escape');
    const mailbox = await signedInAtProvider(lea.page, `cycles.arzel.${colorScheme}@gmail.com`);
    for (const place of [
      'account',
      'members',
      'teams',
      'channels',
      mailbox,
      'tokens',
      'audit',
      'ready',
      'ready/new',
      'signatures',
    ]) {
      await lea.page.goto(`${scene.house.desk}/desk/#/settings/${place}`);
      await lea.page.getByRole('heading', { level: 1 }).first().waitFor();
      await lea.page.waitForTimeout(700);
      findings[`settings, ${place}`] = await axe(lea.page);
    }
    await lea.page
      .getByRole('button', { name: /^Écrire/ })
      .first()
      .click();
    await lea.page.getByRole('dialog').waitFor();
    findings['settings, a signature'] = await axe(lea.page);
    await lea.page.keyboard.press('Escape');
    const idsOf = async (what: string) =>
      (await ask<{ items: { id: string }[] }>(lea.page, 'GET', what)).items.map(({ id }) => id);
    const [now, solved] = await idsOf('incidents');
    const [scenario] = await idsOf('scenarios');
    for (const [name, place, seen] of [
      ['incident', `incidents/${now}`, 'Les premiers mots'],
      ['incident that is over', `incidents/${solved}`, 'Bilan'],
      ['scenario', `settings/scenarios/${scenario}`, 'Étapes'],
    ] as const) {
      await lea.page.goto(`${scene.house.desk}/desk/#/${place}`);
      await lea.page.getByRole('heading', { name: seen }).waitFor();
      findings[name] = await axe(lea.page);
    }
    const bad = Object.fromEntries(Object.entries(findings).filter(([, found]) => found.length > 0));
    expect(bad).toEqual({});
  }, 240_000);
}
