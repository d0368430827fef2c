import { describe, expect, test } from 'vitest';
import { answer, go, row, said, Scene, write } from '../scene.ts';

const scene = new Scene();

describe('First contact', () => {
  test('a customer writes, an agent answers, and both see it at once', async () => {
    const lea = await scene.member();
    await go(lea.page, 'Non attribuées');
    const camille = await scene.person();
    const chat = await camille.openChat();
    await write(chat, 'Bonjour, le Ria 3 est-il livré monté ?');
    await chat.getByText('Reçu').first().waitFor();

    await row(lea.page, 'Bonjour, le Ria 3 est-il livré monté').click();
    await said(lea.page, 'Bonjour, le Ria 3 est-il livré monté ?').waitFor();
    await chat.getByText(/^Lu/).first().waitFor();

    await lea.page.locator('textarea').last().pressSequentially('Oui, ', { delay: 20 });
    await chat.getByText('Léa écrit').first().waitFor();
    await answer(lea.page, 'Oui, monté et réglé.');
    await said(chat, 'Oui, monté et réglé.').waitFor();
    expect(await chat.getByText('Léa').first().isVisible()).toBe(true);

    await chat.locator('textarea').pressSequentially('Merci', { delay: 20 });
    await lea.page.getByText('écrit').first().waitFor();
    await write(chat, 'Merci !');
    await said(lea.page, 'Merci !').waitFor();
  });

  test('who closes the page and comes back finds the conversation', async () => {
    const camille = await scene.person();
    const chat = await camille.openChat();
    await write(chat, 'Je reviens demain');
    await chat.getByText('Reçu').first().waitFor();
    await camille.comeBack();
    const again = await camille.openChat();
    await said(again, 'Je reviens demain').waitFor();
  });

  test('a browser that lends other sites no storage still lets a customer talk', async () => {
    const lea = await scene.member();
    await go(lea.page, 'Toutes');
    const visitor = await scene.person();
    const chat = await visitor.openChat('/?lang=fr', scene.house.foreignShop);
    await write(chat, 'Sans rien garder');
    await chat.getByText('Reçu').first().waitFor();
    await row(lea.page, 'Sans rien garder').click();
    await said(lea.page, 'Sans rien garder').waitFor();
    await answer(lea.page, 'Nous non plus');
    await said(chat, 'Nous non plus').waitFor();
  });

  test('the site vouches for a customer, who is recognised with her history', async () => {
    const lea = await scene.member();
    const camille = await scene.person();
    const chat = await camille.openChat('/compte.html?lang=fr');
    await chat.getByText('Où trouver mon numéro de cadre').or(chat.getByText('Camille')).first().waitFor();
    await write(chat, 'C’est encore moi');
    await chat.getByText('Reçu').first().waitFor();
    await go(lea.page, 'Toutes');
    await row(lea.page, 'C’est encore moi').click();
    await lea.page.getByText('Identité vérifiée').first().waitFor();
    await lea.page.getByText('camille.rousseau@mel.example').locator('visible=true').first().waitFor();
  });
});
