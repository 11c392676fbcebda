// Dates, times and durations as people read them. Always Moscow time: the clinics are there.

import { useLocalization } from '@fluent/react';
import { useEffect, useMemo, useState } from 'react';
import type { Day } from '../ipc/host.ts';
import { type Text, useText } from './text.ts';

const ZONE = 'Europe/Moscow';
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The calendar day in Moscow, «2026-11-24». */
export function moscowDay(at: Date | number | string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE }).format(new Date(at));
}

/** Minutes since midnight in Moscow. */
export function moscowMinutes(at: Date | number | string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: ZONE,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(new Date(at));
  const [hours = 0, minutes = 0] = parts.split(':').map(Number);
  return hours * 60 + minutes;
}

/** The moment of a Moscow clock time (UTC+3 all year since 2014). */
export function moscowMoment(day: string, time: string): Date {
  return new Date(`${day}T${time.length === 5 ? `${time}:00` : time}+03:00`);
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** Is the computer's clock in another zone than the clinics? */
export function elsewhere(): boolean {
  return -new Date().getTimezoneOffset() !== 180;
}

/** «8:00–8:30»: a half-hour of the day by its number, or all from the first to the last. */
export function halfHours(first: number, last = first): string {
  const clock = (half: number) => `${Math.floor(half / 2) % 24}:${half % 2 === 0 ? '00' : '30'}`;
  return `${clock(first)}–${clock(last + 1)}`;
}

export const DAYS: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export type Format = ReturnType<typeof formats>;

export function formats(locale: string, text: Text) {
  const of = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: ZONE, ...options });
  const clock = of({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const bare = of({ hour: 'numeric', minute: '2-digit', hourCycle: 'h23' });
  const dayMonth = of({ day: 'numeric', month: 'long' });
  const weekday = of({ weekday: 'short' });
  const monthName = of({ month: 'short' });
  const noon = (day: string) => new Date(`${day}T12:00:00+03:00`);
  const sameYear = (day: string) => day.slice(0, 4) === moscowDay(Date.now()).slice(0, 4);
  const number = new Intl.NumberFormat(locale);

  /** «08:42»: when something was checked. */
  const time = (at: string | number | Date) => clock.format(new Date(at));
  /** «9:10»: when a visit starts. */
  const slotTime = (at: string | number | Date) =>
    bare.format(new Date(at)).replace(/^0(?=\d:)/, '');
  /** «10 декабря», «10 декабря 2027 года» */
  const date = (day: string) => {
    const said = dayMonth.format(noon(day));
    return sameYear(day) ? said : text('day-of-year', { day: said, year: day.slice(0, 4) });
  };
  /** «сегодня», «завтра», «вт, 24 ноября» */
  const day = (of: string, now: number = Date.now()) => {
    const today = moscowDay(now);
    if (of === today) return text('today');
    if (of === addDays(today, 1)) return text('tomorrow');
    return text('date', { weekday: weekday.format(noon(of)), day: date(of) });
  };
  /** The same with the date always said: «завтра, 24 ноября». */
  const dayTitle = (of: string, now: number = Date.now()) => {
    const today = moscowDay(now);
    if (of === today) return `${text('today')}, ${date(of)}`;
    if (of === addDays(today, 1)) return `${text('tomorrow')}, ${date(of)}`;
    return day(of, now);
  };
  /** «завтра, 13:40» */
  const when = (at: string, now?: number) => `${day(moscowDay(at), now)}, ${slotTime(at)}`;
  /** «08:42» today, else «вчера» or the day before the time. */
  const moment = (at: string, now: number = Date.now()) => {
    const of = moscowDay(at);
    if (of === moscowDay(now)) return time(at);
    if (of === addDays(moscowDay(now), -1)) return `${text('day-yesterday')}, ${time(at)}`;
    return `${day(of, now)}, ${time(at)}`;
  };
  /** «24 ноября, 13:40»: after a preposition. */
  const dateTime = (at: string) => `${date(moscowDay(at))}, ${slotTime(at)}`;
  const duration = (milliseconds: number) => {
    const minutes = Math.round(milliseconds / MINUTE);
    if (minutes < 1) return text('duration-moment');
    if (minutes < 60) return text('duration-minutes', { n: minutes });
    const hours = Math.round(minutes / 60);
    if (hours < 48) return text('duration-hours', { n: hours });
    return text('duration-days', { n: Math.round(hours / 24) });
  };
  const weekdays = Object.fromEntries(
    DAYS.map((name, index) => [name, weekday.format(new Date(Date.UTC(2024, 0, 1 + index, 12)))]),
  ) as Record<Day, string>;
  return {
    time,
    slotTime,
    date,
    day,
    dayTitle,
    when,
    moment,
    dateTime,
    duration,
    /** «дек.» */
    month: (day: string) => monthName.format(noon(day)),
    number: (n: number) => number.format(n),
    /** «Пн» */
    weekday: (name: Day) => weekdays[name].charAt(0).toUpperCase() + weekdays[name].slice(1),
    list: (items: string[]) => new Intl.ListFormat(locale, { type: 'conjunction' }).format(items),
  };
}

export function useFormat(): Format {
  const { l10n } = useLocalization();
  const text = useText();
  const locale = [...l10n.bundles][0]?.locales[0] ?? 'ru-RU';
  return useMemo(() => formats(locale, text), [locale, text]);
}

/** The time, looked at again every so often, for «2 минуты назад». */
export function useNow(every = 15_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
