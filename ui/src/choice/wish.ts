// A wish for time in words and in parts. The sentence is made exactly as the program makes it.

import type { Format } from '../i18n/format.ts';
import { DAYS, moscowDay } from '../i18n/format.ts';
import type { Text } from '../i18n/text.ts';
import type { Day, TimeRange, TimeWish } from '../ipc/host.ts';

const NAMED_EXCEPTIONS = 5;

export function anyTime(): TimeWish {
  return {
    ranges: [],
    notBefore: null,
    notAfter: null,
    except: [],
    noticeMinutes: 0,
    earlierThan: null,
  };
}

export const PRESETS = ['any', 'morning', 'day', 'evening', 'own'] as const;
export type Preset = (typeof PRESETS)[number];

type Times = Pick<TimeRange, 'from' | 'to'>;
const TIMES: Record<Exclude<Preset, 'own'>, Times> = {
  any: { from: null, to: null },
  morning: { from: null, to: '12:00:00' },
  day: { from: '12:00:00', to: '17:00:00' },
  evening: { from: '17:00:00', to: null },
};

/** A ready answer on some days; no day is every day. One's own begins with nothing narrowed. */
export function presetRanges(preset: Preset, days: Day[] = []): TimeRange[] {
  if (preset === 'own') return [{ days, ...TIMES.any }];
  return preset === 'any' && days.length === 0 ? [] : [{ days, ...TIMES[preset] }];
}

const same = (a: string | null, b: string | null) =>
  (a ?? '').slice(0, 5) === (b ?? '').slice(0, 5);

export function presetOf(wish: TimeWish): Preset {
  const [range, ...more] = wish.ranges;
  if (range === undefined) return 'any';
  const ready = (['any', 'morning', 'day', 'evening'] as const).find(
    (preset) => same(TIMES[preset].from, range.from) && same(TIMES[preset].to, range.to),
  );
  return more.length > 0 ? 'own' : (ready ?? 'own');
}

export const WEEKDAYS: readonly Day[] = DAYS.slice(0, 5);
export const WEEKEND: readonly Day[] = DAYS.slice(5);

/** The days of all rules together; a rule without days is for every day. */
export function daysOf(ranges: TimeRange[]): Day[] {
  if (ranges.some(({ days }) => days.length === 0)) return [];
  return DAYS.filter((day) => ranges.some(({ days }) => days.includes(day)));
}

/** A rule that ends before it begins suits nothing. */
export function badRange(range: TimeRange): boolean {
  return range.to !== null && (range.from ?? '00:00:00') >= range.to;
}
export function badDates(wish: TimeWish): boolean {
  return wish.notBefore !== null && wish.notAfter !== null && wish.notBefore > wish.notAfter;
}
/** Has the day passed in Moscow? */
export const isPast = (day: string | null) => day !== null && day < moscowDay(Date.now());
export function wishFits(wish: TimeWish): boolean {
  return !wish.ranges.some(badRange) && !badDates(wish) && !isPast(wish.notAfter);
}

/** «a, b и c» */
const allOf = (text: Text, items: string[]) => {
  const last = items.at(-1);
  if (last === undefined) return '';
  return items.length === 1
    ? last
    : text('list-and', { first: items.slice(0, -1).join(', '), last });
};

/** «a или b или c»: a comma would be read as part of an item. */
const anyOf = (text: Text, items: string[]) =>
  items.reduce((first, last) => text('list-or', { first, last }));

/** «9:10» of «09:10:00» */
const clock = (time: string) => time.slice(0, 5).replace(/^0/, '');

function daysPhrase(days: Day[], text: Text): string | null {
  const chosen = DAYS.filter((day) => days.includes(day));
  const key = chosen.join();
  if (chosen.length === 0 || chosen.length === 7) return null;
  if (key === 'mon,tue,wed,thu,fri') return text('wish-weekdays');
  if (key === 'sat,sun') return text('wish-weekend');
  return text('wish-days', {
    days: allOf(
      text,
      chosen.map((day) => text(`wish-${day}`)),
    ),
  });
}

function rangePhrase(range: TimeRange, text: Text): string {
  const from = range.from === null ? null : clock(range.from);
  const to = range.to === null ? null : clock(range.to);
  const times =
    from !== null && to !== null
      ? text('wish-between', { from, to })
      : from !== null
        ? text('wish-from', { from })
        : to !== null
          ? text('wish-to', { to })
          : null;
  const days = daysPhrase(range.days, text);
  if (days !== null && times !== null) return text('wish-days-times', { days, times });
  return days ?? times ?? text('wish-any');
}

export function exactDuration(minutes: number, text: Text): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return text('duration-minutes', { n: rest });
  if (rest === 0 && hours % 24 === 0) return text('duration-days', { n: hours / 24 });
  if (rest === 0) return text('duration-hours', { n: hours });
  return text('duration-both', {
    hours: text('duration-hours', { n: hours }),
    minutes: text('duration-minutes', { n: rest }),
  });
}

/** «По будням после 17:00, не позже 10 декабря.» */
export function wishSentence(wish: TimeWish, text: Text, format: Format): string {
  const parts = [
    wish.ranges.length === 0
      ? text('wish-any')
      : anyOf(
          text,
          wish.ranges.map((range) => rangePhrase(range, text)),
        ),
  ];
  if (wish.notBefore !== null)
    parts.push(text('wish-not-before', { day: format.date(wish.notBefore) }));
  if (wish.notAfter !== null)
    parts.push(text('wish-not-after', { day: format.date(wish.notAfter) }));
  if (wish.except.length > 0) {
    const days = wish.except.slice(0, NAMED_EXCEPTIONS).map((day) => format.date(day));
    const unnamed = wish.except.length - days.length;
    if (unnamed > 0) days.push(text('wish-except-more', { n: unnamed }));
    parts.push(text('wish-except', { days: allOf(text, days) }));
  }
  if (wish.noticeMinutes > 0)
    parts.push(text('wish-notice', { duration: exactDuration(wish.noticeMinutes, text) }));
  if (wish.earlierThan !== null)
    parts.push(text('wish-earlier', { when: format.dateTime(wish.earlierThan) }));
  const sentence = parts.join(', ');
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}
