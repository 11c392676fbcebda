import { expect, test } from 'vitest';
import { formats } from '../i18n/format.ts';
import { localization, type Text } from '../i18n/text.ts';
import type { TimeWish } from '../ipc/host.ts';
import { suits } from '../ipc/memory/memory.ts';
import { dialled } from './Call.tsx';
import { anyTime, badDates, badRange, presetOf, presetRanges, wishSentence } from './wish.ts';

const say =
  (language: 'ru' | 'en'): Text =>
  (id, ...args) =>
    localization(language).getString(id, args[0] ?? undefined);
const ru = (wish: Partial<TimeWish>) =>
  wishSentence({ ...anyTime(), ...wish }, say('ru'), formats('ru-RU', say('ru')));
const en = (wish: Partial<TimeWish>) =>
  wishSentence({ ...anyTime(), ...wish }, say('en'), formats('en-GB', say('en')));

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
const year = new Date().getFullYear();

test('a wish is repeated as a sentence', () => {
  expect(ru({})).toBe('В любое время.');
  expect(ru({ ranges: presetRanges('morning') })).toBe('До 12:00.');
  expect(
    ru({
      ranges: [{ days: [...WEEKDAYS], from: '17:00:00', to: null }],
      notAfter: `${year}-12-10`,
    }),
  ).toBe('По будням после 17:00, не позже 10 декабря.');
  expect(
    ru({
      ranges: [
        { days: ['tue', 'thu'], from: '09:00:00', to: '12:30:00' },
        { days: ['sat', 'sun'], from: null, to: null },
      ],
      except: [`${year}-12-01`],
      noticeMinutes: 120,
    }),
  ).toBe(
    'По вторникам и четвергам с 9:00 до 12:30 или по выходным, кроме 1 декабря, хотя бы за 2 часа до приёма.',
  );
  expect(en({ ranges: [{ days: [...WEEKDAYS], from: '17:00:00', to: null }] })).toMatch(
    /weekdays after 17:00/i,
  );
});

test('ready answers are recognised, anything else is one’s own', () => {
  for (const preset of ['any', 'morning', 'day', 'evening', 'own'] as const)
    expect(presetOf({ ...anyTime(), ranges: presetRanges(preset) })).toBe(preset);
});

test('rules that suit nothing are seen', () => {
  expect(badRange({ days: [], from: '12:00:00', to: '09:00:00' })).toBe(true);
  expect(badRange({ days: [], from: '09:00:00', to: null })).toBe(false);
  expect(badDates({ ...anyTime(), notBefore: '2026-12-02', notAfter: '2026-12-01' })).toBe(true);
});

test('the city in memory suits as the program does, in Moscow time', () => {
  const now = Date.parse('2026-11-20T06:00:00Z');
  const evening = { ...anyTime(), ranges: presetRanges('evening') };
  expect(suits(evening, '2026-11-24T14:00:00Z', now)).toBe(true);
  expect(suits(evening, '2026-11-24T13:59:00Z', now)).toBe(false);
  expect(suits({ ...anyTime(), except: ['2026-11-25'] }, '2026-11-24T21:30:00Z', now)).toBe(false);
  expect(suits({ ...anyTime(), noticeMinutes: 120 }, '2026-11-20T07:00:00Z', now)).toBe(false);
});

test('a phone of a free text is dialled', () => {
  expect(dialled('8 (812) 000-39-90, 000-99-01')).toBe('+78120003990');
  expect(dialled('000-17-59')).toBe('+78120001759');
  expect(dialled('регистратура +7 812 000 17 59')).toBe('+78120001759');
  expect(dialled('нет')).toBeNull();
});
