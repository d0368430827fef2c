import { expect, test } from 'vitest';
import { axe } from '../browser.ts';
import { Scene, write } from '../scene.ts';

const scene = new Scene();

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
    for (const place of ['account', 'members', 'teams', 'channels', 'tokens', 'audit']) {
      await lea.page.goto(`${scene.house.desk}/desk/#/settings/${place}`);
      await lea.page.getByRole('heading', { level: 1 }).first().waitFor();
      await lea.page.waitForTimeout(700);
      findings[`settings, ${place}`] = await axe(lea.page);
    }
    const bad = Object.fromEntries(Object.entries(findings).filter(([, found]) => found.length > 0));
    expect(bad).toEqual({});
  });
}
