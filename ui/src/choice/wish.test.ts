import { afterEach, expect, test, vi } from 'vitest';
import examples from '../../../tests/wishes.json';
import { formats } from '../i18n/format.ts';
import { localization, type Text } from '../i18n/text.ts';
import type { Day, TimeWish } from '../ipc/host.ts';
import { suits } from '../ipc/memory/memory.ts';
import { dialled } from './Call.tsx';
import {
  anyTime,
  badDates,
  badRange,
  daysOf,
  presetOf,
  presetRanges,
  wishFits,
  wishSentence,
} from './wish.ts';

const say =
  (language: 'ru' | 'en'): Text =>
  (id, ...args) =>
    localization(language).getString(id, args[0] ?? undefined);

afterEach(() => {
  vi.useRealTimers();
});

test('wishes read and suit as in the examples, which the program’s own tests read too', () => {
  const now = Date.parse('2026-11-20T09:00:00+03:00');
  vi.useFakeTimers({ toFake: ['Date'], now });
  for (const { wish: part, suits: yes, not, ...said } of examples) {
    const wish = { ...anyTime(), ...part } as TimeWish;
    for (const [language, locale] of [
      ['ru', 'ru-RU'],
      ['en', 'en-GB'],
    ] as const) {
      const text = say(language);
      expect(wishSentence(wish, text, formats(locale, text))).toBe(said[language]);
    }
    const suiting = (slots: string[]) =>
      slots.filter((slot) => suits(wish, `${slot}:00+03:00`, now));
    expect(suiting([...yes, ...not])).toEqual(yes);
  }
});

test('ready answers are recognised on any days, anything else is one’s own', () => {
  const wish = (ranges: TimeWish['ranges']) => ({ ...anyTime(), ranges });
  for (const preset of ['any', 'morning', 'day', 'evening'] as const)
    for (const days of [[], ['mon', 'tue', 'wed', 'thu', 'fri'], ['sun']] as Day[][]) {
      const ranges = presetRanges(preset, days);
      expect(presetOf(wish(ranges))).toBe(preset);
      expect(daysOf(ranges)).toEqual(days);
    }
  const evening = presetRanges('evening');
  expect(presetOf(wish([...evening, ...evening]))).toBe('own');
  expect(presetOf(wish([{ days: [], from: '18:00:00', to: null }]))).toBe('own');
});

test('the days of several rules are those of any of them', () => {
  const rule = (...days: Day[]) => ({ days, from: null, to: null });
  expect(daysOf([rule('thu'), rule('mon', 'thu')])).toEqual(['mon', 'thu']);
  expect(daysOf([rule('thu'), rule()])).toEqual([]);
});

test('rules that suit nothing are seen', () => {
  expect(badRange({ days: [], from: '12:00:00', to: '09:00:00' })).toBe(true);
  expect(badRange({ days: [], from: null, to: '00:00:00' })).toBe(true);
  expect(badRange({ days: [], from: '09:00:00', to: null })).toBe(false);
  expect(badDates({ ...anyTime(), notBefore: '2026-12-02', notAfter: '2026-12-01' })).toBe(true);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-20T22:00:00Z') });
  expect(wishFits({ ...anyTime(), notAfter: '2026-11-20' })).toBe(false);
  expect(wishFits({ ...anyTime(), notAfter: '2026-11-21' })).toBe(true);
});

test('a phone of a free text is dialled', () => {
  expect(dialled('8 (812) 000-39-90, 000-99-01')).toBe('+78120003990');
  expect(dialled('000-17-59')).toBe('+78120001759');
  expect(dialled('регистратура +7 812 000 17 59')).toBe('+78120001759');
  expect(dialled('нет')).toBeNull();
});
