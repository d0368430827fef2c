import { I18n } from '@visavis/kit';
import { expect, test } from 'vitest';
import { routingEn } from '../../strings/routing.en.ts';
import { routingFr } from '../../strings/routing.fr.ts';
import type { Policy, Term } from '../routing-calls.ts';
import { cleaned, PolicyDraft } from './draft.svelte.ts';
import { draftOf, termKinds, termOf, termsText, termText, wrongTerm } from './terms.ts';
import { escalationText, scopeText } from './wording.ts';

const en = new I18n({ fr: routingFr, en: routingEn }, 'en').t;
const fr = new I18n({ fr: routingFr, en: routingEn }, 'fr').t;
const names = { team: (id: string) => `team ${id}`, channel: (id: string) => `channel ${id}` };

test.each<[Term, string, string]>([
  [{ for: 60 }, 'en 1\u202fmin', 'within 1\u202fmin'],
  [{ for: 14_400 }, 'en 4\u202fh d’ouverture', 'within 4\u202fh of opening hours'],
  [{ for: 5, always: true }, 'en 5\u202fs, jour et nuit', 'within 5\u202fs, day and night'],
  [{ days: 1 }, 'avant la fin du prochain jour ouvert', 'by the end of the next open day'],
  [{ days: 3 }, 'en 3 jours ouverts', 'within 3 open days'],
  [{ sameDay: true }, 'avant la fermeture', 'before closing time'],
])('%o is said in both languages', (term, french, english) => {
  expect(termText(term, fr, 'fr')).toBe(french);
  expect(termText(term, en, 'en')).toBe(english);
});

test.each<Term>([{ for: 90 }, { for: 5, always: true }, { days: 2 }, { sameDay: true }])(
  '%o survives its form',
  (term) => {
    for (const kind of termKinds) expect(termOf(draftOf(kind, term))).toEqual(term);
  },
);

test('what is not promised stays unpromised', () => {
  expect(termOf(draftOf('resolve', undefined))).toBeUndefined();
  expect(termsText({}, en, 'en')).toBe('promises nothing');
});

test('a term of no length is wrong', () => {
  expect(wrongTerm({ mode: 'open', seconds: 0, days: 1 })).toBe(true);
  expect(wrongTerm({ mode: 'days', seconds: 60, days: 0 })).toBe(true);
  expect(wrongTerm({ mode: 'none', seconds: 0, days: 0 })).toBe(false);
});

test('who it is for is said in a line', () => {
  expect(scopeText({}, names, en)).toBe('Everybody, on every channel');
  expect(scopeText({ kinds: ['webchat'], teamIds: ['1'], segments: ['gold'], minCriticality: 2 }, names, en)).toBe(
    'Chat · team 1 · gold · criticality 2 and up',
  );
});

test('an escalation is a sentence', () => {
  const line = escalationText({ at: 'warned_first', do: 'notify', to: 'team' }, [60, 90], names, en);
  expect(line).toBe('At 60\u202f% of the time: tell the team');
});

test('an escalation keeps only what its verb takes', () => {
  expect(cleaned({ at: 'missed', do: 'raise', to: 'team', teamId: '1' })).toEqual({ at: 'missed', do: 'raise' });
  expect(cleaned({ at: 'missed', do: 'notify', teamId: '1' })).toEqual({ at: 'missed', do: 'notify', to: 'owner' });
  expect(cleaned({ at: 'missed', do: 'reassign', to: 'team', teamId: '1' })).toEqual({
    at: 'missed',
    do: 'reassign',
    teamId: '1',
  });
});

test('a policy that was only read has not changed, and an empty one promises nothing', () => {
  const policy: Policy = {
    id: '1',
    name: 'Gold',
    position: 1,
    disabled: false,
    when: { segments: ['gold'] },
    terms: { first: { for: 60 } },
    escalations: [],
    warnAt: [75, 90],
    version: 3,
    createdAt: '2026-01-01T00:00:00Z',
  };
  const draft = new PolicyDraft(policy);
  expect(draft.changed).toBe(false);
  draft.setTerm('first', { mode: 'none' });
  expect(draft.changed).toBe(true);
  expect(draft.empty).toBe(true);
});
