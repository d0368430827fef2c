import { expect, test } from 'vitest';
import { zoneOptions } from './zones.ts';

test('a zone is found by its town', () => {
  expect(zoneOptions('Europe/Paris')).toContainEqual({ value: 'Europe/Paris', label: 'Paris (Europe)' });
  expect(zoneOptions('UTC')).toContainEqual({ value: 'America/New_York', label: 'New York (America)' });
});

test('a zone this browser has never heard of stays choosable', () => {
  expect(zoneOptions('Mars/Olympus')).toContainEqual({ value: 'Mars/Olympus', label: 'Olympus (Mars)' });
});
