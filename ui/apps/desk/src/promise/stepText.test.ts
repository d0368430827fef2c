import { describe, expect, test } from 'vitest';
import { readStep } from './stepText.ts';

/** Wednesday, ten in the morning. */
const now = new Date(2026, 10, 25, 10, 0);
const on = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute);

describe('a time at the end is taken out of the words', () => {
  test.each([
    ['Pièce demandée, réponse avant 16 h', 'Pièce demandée, réponse', on(25, 16)],
    ['Pièce demandée, réponse avant 16\u202fh\u202f30', 'Pièce demandée, réponse', on(25, 16, 30)],
    ['Rendez-vous vers 16h45', 'Rendez-vous', on(25, 16, 45)],
    ['Le technicien appelle à 9 h', 'Le technicien appelle', on(26, 9)],
    ['Colis repéré d’ici midi', 'Colis repéré', on(25, 12)],
    ['Contrôle (demain 9 h)', 'Contrôle', on(26, 9)],
    ['Contrôle demain à 9:15', 'Contrôle', on(26, 9, 15)],
    ['Réponse pour vendredi', 'Réponse', on(27, 18)],
    ['Réponse avant mercredi', 'Réponse', on(2 + 30, 18)],
    ['Réponse avant ce soir', 'Réponse', on(25, 18)],
    ['Nouvelle dans 30 min', 'Nouvelle', on(25, 10, 30)],
    ['Remboursement sous 3 jours', 'Remboursement', on(28, 10)],
    ['Réponse d’ici 20 min', 'Réponse', on(25, 10, 20)],
    ['Karim has asked the warehouse, answer by 16:00', 'Karim has asked the warehouse, answer', on(25, 16)],
    ['Answer by 4pm', 'Answer', on(25, 16)],
    ['Answer by 4:30 pm.', 'Answer', on(25, 16, 30)],
    ['Parcel located within 2 hours', 'Parcel located', on(25, 12)],
    ['Check tomorrow 9:00', 'Check', on(26, 9)],
    ['Call on Friday at 2pm', 'Call', on(27, 14)],
    ['Done by noon', 'Done', on(25, 12)],
  ])('%s', (typed, text, at) => {
    expect(readStep(typed, now)).toMatchObject({ text, at });
  });
});

describe('what only looks like a time stays', () => {
  test.each([
    'Pièce réservée',
    'Retard de 2 h',
    'Le technicien passe demain',
    'Colis 16',
    'Réglé à 25 h',
    'Réponse avant le départ',
    'Vu ce matin à 10 h par Yann',
    '',
  ])('%s', (typed) => {
    expect(readStep(typed, now)).toEqual({ text: typed, at: undefined, matched: '' });
  });
});

test('words that are nothing but a time keep their words', () => {
  expect(readStep('avant 16 h', now)).toMatchObject({ text: 'avant 16 h', at: on(25, 16) });
});
test('an hour that is past is tomorrow’s', () => {
  expect(readStep('Réponse avant 9 h', now).at).toEqual(on(26, 9));
});
