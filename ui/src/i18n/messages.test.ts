import { expect, test } from 'vitest';
import { formats } from './format.ts';
import { localization, type Text, unbroken } from './text.ts';

const own = import.meta.glob<string>('../../../locales/*/{ui,channels}.ftl', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const code = Object.values(
  import.meta.glob<string>(
    ['../**/*.{ts,tsx}', '!../**/*.test.*', '!../**/*.gen.ts', '!../app/gallery/**'],
    {
      query: '?raw',
      import: 'default',
      eager: true,
    },
  ),
).join('\n');

const ids = (source: string) =>
  [...source.matchAll(/^([a-z][a-z0-9-]*) =/gm)].map(([, id]) => id ?? '');

test('every sentence of the window is used by it', () => {
  const built = [...code.matchAll(/`([a-z-]+-)\$\{/g)].map(([, prefix]) => prefix ?? '');
  const unused = Object.values(own)
    .flatMap(ids)
    .filter((id) => !code.includes(`'${id}'`) && !built.some((prefix) => id.startsWith(prefix)));
  expect(unused).toEqual([]);
});

test('numbers take their plural forms', () => {
  const ru: Text = (id, ...args) => localization('ru').getString(id, args[0] ?? undefined);
  expect([1, 2, 5, 11, 21, 22].map((n) => ru('clinic-count', { n }))).toEqual([
    '1 поликлиника',
    '2 поликлиники',
    '5 поликлиник',
    '11 поликлиник',
    '21 поликлиника',
    '22 поликлиники',
  ]);
});

test('dates are told as people say them, in Moscow time', () => {
  const ru: Text = (id, ...args) => localization('ru').getString(id, args[0] ?? undefined);
  const { when, day, moment, duration, dayTitle } = formats('ru-RU', ru);
  const now = Date.parse('2026-11-20T05:42:00Z');
  expect(when('2026-11-21T10:40:00Z', now)).toBe('завтра, 13:40');
  expect(when('2026-11-20T06:10:00Z', now)).toBe('сегодня, 9:10');
  expect(day('2026-11-24', now)).toBe('вт, 24 ноября');
  expect(dayTitle('2026-11-21', now)).toBe('завтра, 21 ноября');
  expect(moment('2026-11-20T05:42:00Z', now)).toBe('08:42');
  expect(moment('2026-11-19T05:42:00Z', now)).toBe('вчера, 08:42');
  expect(duration(3 * 60_000)).toBe('3 минуты');
  expect(duration(60_000)).toBe('1 минуту');
  expect(duration(2 * 3_600_000)).toBe('2 часа');
});

test('a line never ends after «№», «ул.», «каб.» nor between a number and its word', () => {
  const tied = (text: string) => unbroken(text).replaceAll('\u00a0', '_');
  expect(tied('ГП № 87 · ул. Дыбенко, 21 · Для: мама')).toBe(
    'ГП №_87 · ул._Дыбенко, 21 · Для:_мама',
  );
  expect(tied('вт, 24 ноября, 13:40, каб. 435')).toBe('вт, 24_ноября, 13:40, каб._435');
  expect(tied('Город. 7 Прививка')).toBe('Город. 7 Прививка');
});
