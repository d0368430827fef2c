import { test } from 'vitest';
import { go, said, Scene, write } from '../scene.ts';

const scene = new Scene();

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
