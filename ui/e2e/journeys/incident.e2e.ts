import { expect, test } from 'vitest';
import type { Frame } from 'playwright-core';
import { axe } from '../browser.ts';
import { ask, said, Scene, write } from '../scene.ts';

const scene = new Scene({ anew: true });
const words = 'Plus de connexion à mon compte depuis midi, c’est une panne ?';

interface Incident {
  id: string;
  conversations: number;
}

/** The server's own supervision speaks of what customers write, until they are among those whom it concerns. */
async function suspect(desk: Parameters<typeof ask>[0], customers: number): Promise<string> {
  const { items } = await ask<{ items: { reason?: string; preview: { text: string } }[] }>(
    desk,
    'GET',
    'conversations?view=all',
  );
  const { reason } = items.find(({ preview }) => preview.text.startsWith(words.slice(0, 20))) ?? {};
  let id = '';
  let n = 0;
  await expect
    .poll(
      async () => {
        const alert = { source: 'Sonde', key: `c-${n++}`, title: 'Connexion', state: 'firing', reason };
        ({ id } = await ask<Incident>(desk, 'POST', 'signals', alert));
        return (await ask<Incident>(desk, 'GET', `incidents/${id}`)).conversations;
      },
      { timeout: 60_000, interval: 700 },
    )
    .toBeGreaterThanOrEqual(customers);
  return id;
}

test(
  'a supervisor takes an incident from suspicion to solved, and each customer hears of it twice',
  { timeout: 240_000 },
  async () => {
    const lea = await scene.member();
    const desk = lea.page;
    const chats: Frame[] = [];
    for (const more of ['', ' !']) {
      const chat = await (await scene.person()).openChat();
      await write(chat, words + more);
      await chat.getByText('Reçu').first().waitFor();
      chats.push(chat);
    }
    const [ada, bob] = chats as [Frame, Frame];
    await expect
      .poll(async () => {
        const { items } = await ask<{ items: { reason?: string; preview: { text: string } }[] }>(
          desk,
          'GET',
          'conversations?view=all',
        );
        return items.filter(({ preview, reason }) => preview.text.startsWith(words) && reason).length;
      })
      .toBe(2);
    const { items: members } = await ask<{ items: { id: string; email: string }[] }>(desk, 'GET', 'members');
    const idOf = (who: string) => members.find(({ email }) => email.startsWith(who))?.id;
    await ask(desk, 'POST', 'scenarios', {
      name: 'Panne de connexion',
      steps: [
        { text: 'Appeler l’hébergeur', ownerId: idOf('lea') },
        { text: 'Prévenir les boutiques', ownerId: idOf('thomas') },
      ],
      texts: { solved: { fr: 'C’est réparé, merci de votre patience.', en: 'It is mended.' } },
    });
    const id = await suspect(desk, 2);

    await desk.getByRole('button', { name: 'Voir' }).click();
    await desk.waitForURL(`**/#/incidents/${id}`);
    await desk.getByText('×2 semblables').waitFor();
    await desk.getByLabel('Scénario').selectOption({ label: 'Panne de connexion' });
    await desk.getByText('À vous', { exact: true }).waitFor();
    await desk.getByLabel('Appeler l’hébergeur').check();
    await desk.getByText('1 sur 2 étapes faites').waitFor();
    await desk.getByText('À vous', { exact: true }).waitFor({ state: 'detached' });
    const map = desk.getByRole('table', { name: 'Où' });
    await map.getByRole('button', { name: /\d clients/ }).click();
    await desk.getByText(/^Seulement .+, Boutique en ligne\./).waitFor();
    await desk.getByText('×2 semblables').waitFor();
    await desk.getByRole('button', { name: 'Tout montrer' }).click();
    expect(await axe(desk)).toEqual([]);

    await desk.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await desk.keyboard.press('c');
    const sheet = desk.getByRole('dialog', { name: 'Confirmer l’incident' });
    await sheet.getByLabel('Réponse d’attente, en français').fill('Nous savons, et nous réparons.');
    await sheet.getByLabel('Bandeau, en français').fill('Connexion en panne : nous réparons.');
    await sheet.getByText(/\d conversations\s: \d en français/).waitFor();
    await sheet.getByRole('button', { name: /^Confirmer et prévenir \d clients$/ }).click();
    await sheet.waitFor({ state: 'hidden' });
    for (const chat of [ada, bob]) {
      await said(chat, 'Nous savons, et nous réparons.').waitFor();
      await chat.getByRole('status').getByText('Connexion en panne').waitFor();
    }
    await desk.getByText(/^Réponse d’attente\s: (\d) sur \1$/).waitFor();
    expect(await axe(ada)).toEqual([]);
    await ada.getByRole('button', { name: 'Masquer cette annonce' }).click();
    await ada.getByText('Connexion en panne').waitFor({ state: 'detached' });

    // Whose step it is was told so, once it was confirmed.
    const thomas = (await scene.member('thomas@arzel.example')).page;
    await thomas.getByRole('button', { name: /^Notifications/ }).click();
    await thomas.getByText('Léa Morvan vous appelle en renfort sur un incident').click();
    await thomas.waitForURL(`**/#/incidents/${id}`);
    await thomas.getByText('À vous', { exact: true }).waitFor();
    await thomas.getByLabel('Prévenir les boutiques').check();
    await desk.getByText('2 sur 2 étapes faites').waitFor();

    await desk.keyboard.press('f');
    await desk.getByText('En réparation', { exact: true }).first().waitFor();
    await desk.keyboard.press('e');
    await desk.getByRole('button', { name: /^Clore et prévenir \d clients$/ }).click();
    for (const chat of [ada, bob]) await said(chat, 'C’est réparé, merci de votre patience.').waitFor();
    await bob.getByText('Connexion en panne').waitFor({ state: 'detached' });
    for (const chat of [ada, bob]) expect(await chat.getByText('Nous savons, et nous réparons.').count()).toBe(1);

    const after = desk.getByRole('article', { name: 'Bilan' });
    await after.getByLabel('Ce qu’on en retient').fill('Appeler l’hébergeur plus tôt.');
    await after.getByRole('button', { name: 'Enregistrer' }).click();
    await desk.getByText('Bilan enregistré.').waitFor();
    expect(await axe(desk)).toEqual([]);
    await desk.getByRole('link', { name: 'Tous les incidents' }).click();
    await desk.getByRole('list', { name: 'Terminés' }).getByText('Résolu').first().waitFor();
  },
);

test(
  'where no alert came, a member says when the monitoring saw it, and the minutes follow',
  { timeout: 120_000 },
  async () => {
    const desk = (await scene.member('thomas@arzel.example')).page;
    await desk.goto(`${scene.house.desk}/desk/#/incidents`);
    await desk
      .getByRole('link', { name: /L’espace client ne s’ouvre plus.*21\s?min d’avance sur la supervision/ })
      .click();
    const after = desk.getByRole('article', { name: 'Bilan' });
    await after.getByText('Notre supervision l’a vu').waitFor();
    await after.getByRole('button', { name: 'Revenir en arrière' }).click();
    await after.getByRole('button', { name: /^Dire quand la supervision/ }).click();
    // The field begins at the alarm; an hour of tomorrow cannot be, seven minutes before can.
    const field = after.getByLabel('Vu le');
    const opened = await field.inputValue();
    const moved = (minutes: number) => new Date(Date.parse(`${opened}Z`) + minutes * 60_000).toISOString().slice(0, 16);
    await field.fill(moved(6 * 24 * 60));
    await after.getByRole('button', { name: 'Enregistrer l’heure' }).click();
    await after.getByText('Cette heure n’est pas encore passée.').waitFor();
    await field.fill(moved(-7));
    await after.getByLabel('Par qui').fill('La boutique de Nantes');
    expect(await axe(desk)).toEqual([]);
    await after.getByRole('button', { name: 'Enregistrer l’heure' }).click();
    await after.getByText('Minutes perdues').waitFor();
    await after.getByText(/^La boutique de Nantes l’a vu à .+, note Thomas Nkemba\.$/).waitFor();
    await desk.getByRole('link', { name: 'Tous les incidents' }).click();
    await desk.getByText(/^7\s?min après La boutique de Nantes$/).waitFor();
  },
);
