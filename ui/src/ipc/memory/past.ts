// A plausible past of a watch: five weeks of mornings; at night and on Sundays the computer is off.

import type { Cell, Gap, HalfHour, History, Release, ReleaseClock, Watch } from '../host.ts';
import { doctorsOf, hash, NO_ONLINE } from './city.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const MONDAY_FIRST = [...DAYS.slice(1), 'sun'] as const;

export const noPast = (): History => ({
  since: null,
  timing: { kind: 'tooFew', releases: 0, daysLeft: null },
  unplaced: 0,
  lives: { kind: 'tooFew', counted: 0 },
  unclaimed: 0,
  releases: [],
  gaps: [],
  earlierGaps: 0,
});

/** What that past says: mornings of workdays. */
export const mornings = (watch: Watch, now: number): ReleaseClock => {
  const { timing } = pastOf(watch, now);
  const cells = timing.kind === 'known' ? timing.cells : [];
  const workdays = cells.filter(({ day }) => day !== 'sat' && day !== 'sun');
  const count = (of: readonly Cell[]) => of.reduce((sum, cell) => sum + cell.releases, 0);
  const hits = count(workdays.filter(({ halfHour }) => halfHour === 16));
  const day = (ahead: number) => new Date(now + 3 * HOUR + ahead * DAY).toISOString().slice(0, 10);
  const isWorkday = (day: string) => ![0, 6].includes(new Date(`${day}T12:00:00Z`).getUTCDay());
  const next = [1, 2, 3].map(day).find(isWorkday) ?? day(1);
  return {
    days: { kind: 'workdays' },
    from: '08:00:00',
    to: '08:20:00',
    hits,
    of: count(workdays),
    hitDays: hits,
    watchedDays: 25,
    next: `${next}T05:00:00Z`,
    chance: { low: 5, high: 7 },
  };
};

export function pastOf(watch: Watch, now: number): History {
  const [place] = watch.places;
  if (place === undefined || place.clinicId === NO_ONLINE) return noPast();
  const doctors = doctorsOf(place.clinicId, place.specialtyId).map(({ name }) => name);
  const iso = (at: number) => new Date(at).toISOString();
  const luck = (of: string) => hash(`${place.clinicId}/${place.specialtyId}/${of}`);
  const midnight = Math.floor((now + 3 * HOUR) / DAY) * DAY - 3 * HOUR;

  const dayOf = (ago: number) =>
    DAYS[new Date(midnight - ago * DAY + 12 * HOUR).getUTCDay()] ?? 'sun';

  const releases: Release[] = [];
  const cells = new Map<string, Cell>();
  for (let ago = 1; ago <= 35; ago++) {
    const start = midnight - ago * DAY;
    const day = dayOf(ago);
    if (day === 'sun') continue;
    const weekend = day === 'sat';
    const times = [
      luck(`morning${ago}`) < (weekend ? 0.05 : 0.7) ? 8 * 60 + luck(`late${ago}`) * 20 : null,
      luck(`noon${ago}`) < (weekend ? 0.1 : 0.3) ? 11 * 60 + luck(`when${ago}`) * 180 : null,
      luck(`evening${ago}`) < 0.2 ? 17 * 60 + luck(`then${ago}`) * 170 : null,
    ];
    for (const minute of times) {
      if (minute === null) continue;
      const morning = minute < 9 * 60;
      const slots = 1 + Math.floor(luck(`slots${ago}${minute}`) * (morning ? 11 : 2));
      const halfHour = Math.floor(minute / 30);
      const cell = cells.get(`${day}${halfHour}`) ?? { day, halfHour, releases: 0, slots: 0 };
      cell.releases += 1;
      cell.slots += slots;
      cells.set(`${day}${halfHour}`, cell);
      const chosen = doctors[Math.floor(luck(`who${ago}${minute}`) * doctors.length)];
      releases.push({
        clinicId: place.clinicId,
        doctors: chosen === undefined ? [] : [chosen],
        firstSeen: iso(start + Math.floor(minute) * MINUTE),
        unseenSince: null,
        slots,
        free: 0,
        lifeSecs: Math.round(60 + luck(`life${ago}${minute}`) * (morning ? 420 : 5_400)),
      });
    }
  }
  // Nobody looks from a quarter past eleven to twenty to eight, nor on a Sunday.
  const gaps: Gap[] = [];
  for (let ago = now > midnight + 8 * HOUR ? 0 : 1; ago < 35; ago++) {
    const day = dayOf(ago);
    if (day === 'sun') continue;
    gaps.push({
      clinicId: null,
      from: iso(midnight - (day === 'mon' ? ago + 1 : ago) * DAY - 48 * MINUTE),
      to: iso(midnight - ago * DAY + 7 * HOUR + 41 * MINUTE),
      cause: gaps.length === 0 ? 'asleep' : 'off',
    });
  }
  gaps.splice(2, 0, {
    clinicId: null,
    from: iso(Date.parse(gaps[1]?.from ?? '') - 9 * HOUR),
    to: iso(Date.parse(gaps[1]?.from ?? '') - 8 * HOUR + 15 * MINUTE),
    cause: 'offline',
  });
  const unlooked: HalfHour[] = MONDAY_FIRST.flatMap((day) =>
    Array.from({ length: 48 }, (_, halfHour) => ({ day, halfHour })).filter(
      ({ halfHour }) => day === 'sun' || halfHour < 15 || halfHour > 46,
    ),
  );
  const [woken] = gaps;
  if (woken !== undefined && woken.to !== null)
    releases.push({
      clinicId: place.clinicId,
      doctors: doctors.slice(0, 1),
      firstSeen: woken.to,
      unseenSince: woken.from,
      slots: 2,
      free: 1,
      lifeSecs: null,
    });
  releases.sort((a, b) => (a.firstSeen < b.firstSeen ? 1 : -1));

  const placed = releases.filter(({ unseenSince }) => unseenSince === null);
  const lived = placed
    .map(({ lifeSecs }) => lifeSecs)
    .filter((life) => life !== null)
    .sort((a, b) => a - b);
  return {
    since: iso(midnight - 35 * DAY),
    timing: {
      kind: 'known',
      releases: placed.length,
      cells: [...cells.values()].sort(
        (a, b) =>
          MONDAY_FIRST.indexOf(a.day) - MONDAY_FIRST.indexOf(b.day) || a.halfHour - b.halfHour,
      ),
      unlooked,
    },
    unplaced: releases.length - placed.length,
    lives: {
      kind: 'known',
      counted: lived.length,
      medianSecs: lived[Math.floor((lived.length - 1) / 2)] ?? 0,
      short: lived.filter((life) => life < 300).length,
    },
    unclaimed: 3,
    releases: releases.slice(0, 20),
    gaps: gaps.slice(0, 10),
    earlierGaps: Math.max(0, gaps.length - 10),
  };
}
