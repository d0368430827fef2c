import type { BrowserContextOptions } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Person } from '../browser.ts';
import { assistance, bell, placeOf, screen, shownAt, staffed, strokes, viewerOf } from '../call.ts';
import { ask, go, said, Scene, write } from '../scene.ts';

const scene = new Scene({ faces: true });

/** Each picture by day in both languages, and by night in one. */
const looks = [
  { suffix: '', lang: 'fr', member: 'nora', options: { locale: 'fr-FR' } },
  { suffix: '-en', lang: 'en', member: 'emma', options: { locale: 'en-GB', timezoneId: 'Europe/London' } },
  { suffix: '-dark', lang: 'fr', member: 'nora', options: { locale: 'fr-FR', colorScheme: 'dark' } },
] satisfies { suffix: string; lang: string; member: string; options: BrowserContextOptions }[];

const byNight = ['sos-desk', 'reasons-board', 'incident'];
const take = async (person: Person, name: string, suffix: string) => {
  if (suffix !== '-dark' || byNight.includes(name)) await person.picture(`${name}${suffix}`);
};

test('the pictures of the documentation', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const suffix = colorScheme === 'dark' ? '-dark' : '';
    const lea = await scene.member(undefined, { colorScheme });
    await lea.page.locator('a[data-id]', { hasText: 'Camille Rousseau' }).first().click();
    await lea.page.locator('[role=log]').getByText('voici la photo').waitFor();
    await lea.page.waitForTimeout(600);
    await lea.picture(`desk${suffix}`);
    await lea.page.keyboard.press('Control+k');
    await lea.page.getByRole('dialog').locator('input').waitFor();
    await lea.page.keyboard.type('cam');
    await lea.page.getByRole('dialog').getByText('Camille Rousseau').first().waitFor();
    await lea.page.waitForTimeout(400);
    await lea.picture(`palette${suffix}`);
    await lea.page.keyboard.press('Escape');

    const visitor = await scene.person({ colorScheme });
    const chat = await visitor.openChat();
    await write(chat, 'Le Ria 3 passe-t-il dans un ascenseur de 1,20 m ?');
    await chat.getByText('Reçu').first().waitFor();
    await go(lea.page, 'Toutes');
    await lea.page.locator('a[data-id]', { hasText: 'passe-t-il dans un ascenseur de 1,20' }).first().click();
    await said(lea.page, 'Le Ria 3 passe-t-il dans un ascenseur de 1,20 m ?').waitFor();
    await lea.page
      .locator('textarea')
      .last()
      .fill(
        'Non, il mesure 2,45 m. Relevé sur sa béquille arrière, il lui faut 1,35 m. Voulez-vous que je regarde les locaux à vélos près de chez vous ?',
      );
    await lea.page.keyboard.press('Control+Enter');
    await chat.getByText('Non, il mesure 2,45 m').first().waitFor();
    await visitor.page.waitForTimeout(500);
    await visitor.picture(`widget${suffix}`);
    await lea.page.goto(`${scene.house.desk}/desk/#/settings/channels`);
    await lea.page.waitForTimeout(1200);
    await lea.picture(`channels${suffix}`);
  }
  const english = await scene.member('emma@arzel.example', { locale: 'en-GB' });
  await english.page.locator('a[data-id]').first().click();
  await english.page.waitForTimeout(800);
  await english.picture('desk-en');
});

test('letters: the mail room, and the page of a mailbox', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const suffix = colorScheme === 'dark' ? '-dark' : '';
    const lea = await scene.member(undefined, { colorScheme });
    await lea.page.goto(`${scene.house.desk}/desk/#/mail`);
    await lea.page.getByText('Catalogue de printemps').first().click();
    await lea.page.getByRole('button', { name: 'En faire une conversation' }).first().waitFor();
    await lea.picture(`mail-room${suffix}`);
    await lea.page.goto(`${scene.house.desk}/desk/#/settings/channels`);
    await lea.page.locator('a[href*="settings/channels/0"]', { hasText: 'atelier@arzel.example' }).click();
    await lea.page.getByRole('heading', { name: 'atelier@arzel.example' }).first().waitFor();
    await lea.page.waitForTimeout(600);
    await lea.picture(`mailbox${suffix}`);
  }
});

test('the editor of a chat, with its preview, on a desk and on a phone', async () => {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1440, 390]) {
      const viewport = { width, height: width === 390 ? 844 : 900 };
      const lea = await scene.member(undefined, { colorScheme, viewport });
      const name = `channel-editor-${width}${colorScheme === 'dark' ? '-dark' : ''}`;
      await lea.page.goto(`${scene.house.desk}/desk/#/settings/channels`);
      await lea.page.locator('a[href*="settings/channels/0"]', { hasText: 'Boutique en ligne' }).click();
      const heading = lea.page.frameLocator('iframe').getByRole('heading', { level: 1 });
      await lea.page.getByLabel('Accueil en français').fill('Bonjour. Un vélo, une question ?');
      await heading.filter({ hasText: 'Un vélo, une question ?' }).waitFor();
      await lea.picture(name);
      if (width > 390) continue;
      await lea.page.locator('iframe').scrollIntoViewIfNeeded();
      await lea.picture(`${name}-preview`);
    }
});

test('what is promised, and whether it is kept', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const suffix = colorScheme === 'dark' ? '-dark' : '';
    const lea = await scene.member(undefined, { colorScheme });
    for (const [name, place] of [
      ['board', 'board'],
      ['board-wall', 'board/wall'],
      ['priority', 'settings/priority'],
      ['hours', 'settings/hours'],
      ['promises', 'settings/promises'],
      ['rules', 'settings/rules'],
    ] as const) {
      await lea.page.goto(`${scene.house.desk}/desk/#/${place}`);
      await lea.page.waitForTimeout(1500);
      await lea.picture(`${name}${suffix}`);
    }
    await lea.page.goto(`${scene.house.desk}/desk/#/settings/promisepage`);
    const url = await lea.page.getByRole('link', { name: 'Ouvrir la page' }).getAttribute('href');
    const stranger = await scene.person({ colorScheme, locale: 'fr-FR' });
    await stranger.page.goto(url ?? '');
    await stranger.picture(`promise-page${suffix}`);
  }
});

test('what a message was read to say, and the reasons there are', async () => {
  const words = 'Impossible de me connecter à mon compte, le mot de passe est toujours refusé et personne ne répond';
  const visitor = await scene.person();
  const chat = await visitor.openChat();
  await write(chat, words);
  await chat.getByText('Reçu').first().waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    const suffix = colorScheme === 'dark' ? '-dark' : '';
    const lea = await scene.member(undefined, { colorScheme });
    await go(lea.page, 'Toutes');
    await lea.page.locator('a[data-id]', { hasText: 'Impossible de me connecter' }).first().click();
    await lea.page.getByRole('button', { name: 'Voir ce qui a été lu dans ce message' }).last().click();
    await lea.page.getByRole('region', { name: 'Lu dans ce message' }).getByText('Motif').hover();
    await lea.page.locator('mark').first().waitFor();
    await lea.picture(`reading${suffix}`);
    await lea.page.goto(`${scene.house.desk}/desk/#/settings/reasons`);
    await lea.page.getByText('Motif juste').waitFor();
    await lea.picture(`reasons${suffix}`);
  }
});

test('live assistance, from the ring to the page seen together', { timeout: 300_000 }, async () => {
  await staffed(scene, {}, /^(nora|emma)@/);
  for (const { suffix, lang, member, options } of looks) {
    const lent = { ...options, permissions: ['camera', 'microphone'] };
    const adviser = await scene.person(lent);
    // A computer's own names for its devices, and a choice that was made.
    await adviser.context.addInitScript((lang) => {
      const names = lang === 'fr' ? ['Caméra intégrée', 'Micro intégré'] : ['Built-in camera', 'Built-in microphone'];
      Object.defineProperty(MediaDeviceInfo.prototype, 'label', {
        get(this: MediaDeviceInfo) {
          return names[this.kind === 'videoinput' ? 0 : 1];
        },
      });
      localStorage.setItem('visavis.devices', JSON.stringify({ checked: true, background: 'shelf' }));
    }, lang);
    await adviser.signIn(`${member}@arzel.example`);
    const desk = adviser.page;
    await desk.locator('nav button[aria-haspopup=menu]').last().click();
    await desk.getByRole('menuitem', { name: /^(Caméra et micro|Camera and microphone)$/ }).click();
    const sheet = desk.getByRole('dialog');
    await sheet.getByText(/reste dans ce navigateur|stays in this browser/).waitFor();
    await take(adviser, 'sos-camera', suffix);
    await sheet.getByText(/Tel quel|As it is/).click();
    await sheet.getByRole('button', { name: /^(C’est bon|All good)$/ }).click();

    const customer = await scene.person(lent);
    const chat = await customer.openChat(`/compte.html?lang=${lang}`);
    await chat.getByRole('button', { name: /SOS/ }).click();
    await bell(desk).waitFor();
    await assistance(chat)
      .getByText(/^[1-9]\d?\s?s$/)
      .first()
      .waitFor();
    await take(customer, 'sos-call', suffix);
    await take(adviser, 'sos-ring', suffix);

    await bell(desk)
      .getByRole('button', { name: /^(Décrocher|Answer)/ })
      .click();
    await assistance(chat)
      .getByText(/ne vous voit pas\.$|does not see you\.$|cannot see you\.$/)
      .last()
      .waitFor();
    await desk.getByRole('button', { name: /^(Demander à voir|Ask to see)/ }).click();
    const yes = chat.getByRole('button', { name: /^(Montrer la page|Show the page)$/ });
    await yes.waitFor();
    await assistance(chat).locator('video.shown').first().waitFor();
    await take(customer, 'sos-consent', suffix);
    await yes.click();
    const viewer = await viewerOf(desk);
    await expect.poll(() => shownAt(viewer)).toMatch(/Bonjour Camille|Hello Camille/);

    // Two strokes, and a picture of each side while they stand.
    for (const person of [customer, adviser]) {
      await desk.keyboard.press('f');
      const [x, y] = await placeOf(desk, '[name=postcode]');
      await desk.mouse.move(x + 260, y - 90);
      await desk.mouse.down();
      await desk.mouse.move(x + 130, y - 8, { steps: 6 });
      await desk.mouse.up();
      await expect.poll(() => strokes(customer.page)).toBeGreaterThan(0);
      await take(person, person === customer ? 'sos-drawn' : 'sos-desk', suffix);
    }
    await screen(desk).waitFor();
    await desk.keyboard.press('Control+e');
    await assistance(chat).getByRole('button', { name: /^5, / }).click();
    await desk.getByRole('button', { name: /^(Résolu|Solved)/ }).click();
    await customer.page.close();
    await desk.close();
  }
});

test(
  'what keeps coming back: the board of reasons, the matrix, searches, an incident',
  { timeout: 300_000 },
  async () => {
    const lea = await scene.member();
    const { items } = await ask<{ items: { id: string; email: string; version: number }[] }>(
      lea.page,
      'GET',
      'members',
    );
    const emma = items.find(({ email }) => email.startsWith('emma@'));
    await ask(lea.page, 'PATCH', `members/${emma?.id}`, { role: 'administrator', version: emma?.version });

    // What is looked for, mostly in vain.
    const text = { fr: 'Du mardi au samedi, de 9 h à 19 h.' };
    await ask(lea.page, 'POST', 'templates', { name: 'Horaires des ateliers', text, public: true });
    const chat = await (await scene.person()).openChat();
    const key = new URL(chat.url()).searchParams.get('channel');
    for (const [query, people] of [
      ['horaires', 7],
      ['garantie du cadre', 6],
      ['assurance vol', 4],
      ['siège enfant', 3],
      ['location longue durée', 2],
    ] as const)
      for (let i = 0; i < people; i++)
        await ask(lea.page, 'POST', 'visitor/answers', { key, query, locale: 'fr', reader: crypto.randomUUID() });

    const incidents = await ask<{ items: { id: string; state: string }[] }>(lea.page, 'GET', 'incidents');
    const idOf = (state: string) => incidents.items.find((one) => one.state === state)?.id;

    for (const { suffix, lang, options } of looks) {
      const person = await scene.member(`${lang === 'en' ? 'emma' : 'lea'}@arzel.example`, options);
      // Nothing rings while pictures are taken, and what rang before has gone to somebody else.
      await ask(person.page, 'PUT', 'me/presence', { presence: 'away' });
      await person.page.waitForTimeout(9000);
      for (const [name, place] of [
        ['reasons-board', 'reasons'],
        ['reasons-matrix', 'reasons/matrix'],
        ['searches', 'reasons/searches'],
        ['incident', `incidents/${idOf('suspected')}`],
        ['incident-after', `incidents/${idOf('solved')}`],
      ] as const) {
        await person.page.setViewportSize({ width: 1440, height: name === 'incident' ? 1220 : 900 });
        await person.page.goto(`${scene.house.desk}/desk/#/${place}`);
        await person.page.waitForTimeout(1500);
        await take(person, name, suffix);
      }
    }
  },
);
