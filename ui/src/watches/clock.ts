// When slots usually appear, in words.

import { type Format, moscowDay } from '../i18n/format.ts';
import type { Text } from '../i18n/text.ts';
import type { ReleaseClock } from '../ipc/host.ts';

const days = ({ days }: ReleaseClock) => (days.kind === 'one' ? days.day : days.kind);
/** «8:00–8:15»; a line does not end inside it. */
const window = ({ from, to }: ReleaseClock) =>
  [from, to].map((time) => time.slice(0, 5).replace(/^0/, '')).join('–\u2060');

/** «Обычно появляются 8:00–8:15, по будням». */
export function clockBrief(clock: ReleaseClock, text: Text): string {
  return text('clock-brief', { time: window(clock), days: days(clock) });
}

/** «Чаще всего талоны появляются по будням в 8:00–8:15: 12 раз из 15.» */
export function clockHabit(clock: ReleaseClock, text: Text): string {
  const { hits: n, of } = clock;
  return text('clock-habit', { time: window(clock), days: days(clock), n, of });
}

/** When it comes next, and how likely something is seen then. */
export function clockNext(clock: ReleaseClock, text: Text, format: Format, now: number): string {
  const { next, chance } = clock;
  const when =
    Date.parse(next) <= now
      ? text('clock-now')
      : text('clock-next', {
          day: format.day(moscowDay(next), now),
          time: format.slotTime(next),
        });
  if (chance === null) return when;
  const { low, high } = chance;
  const often =
    low === 0
      ? text('clock-chance-low', { n: `${high}` })
      : text('clock-chance', { n: low === high ? `${low}` : `${low}–\u2060${high}` });
  return `${when} ${often}`;
}
