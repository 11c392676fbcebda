// When slots appear: a sentence, a table of weekdays and half-hours, and the same as a list where there is no room for it.

import { DAYS, type Format, halfHours, moscowDay, useFormat, useNow } from '../i18n/format.ts';
import { type Text, useText } from '../i18n/text.ts';
import type { Cell, Day, HalfHour, History, ReleaseClock } from '../ipc/host.ts';
import { cx } from '../kit/cx.ts';
import { Note } from '../kit/Notes.tsx';
import { Section } from '../kit/Page.tsx';
import { clockHabit, clockNext } from './clock.ts';

const SHADES = ['heat-1', 'heat-2', 'heat-3', 'heat-4', 'heat-5'];
const HALF_HOURS = 48;
const WEEKEND: readonly Day[] = ['sat', 'sun'];

export function Appearances({ history, clock }: { history: History; clock: ReleaseClock | null }) {
  const text = useText();
  const format = useFormat();
  const { timing, since, unplaced } = history;
  return (
    <Section
      title={text('history-when')}
      hint={
        since === null
          ? undefined
          : text('history-when-hint', { since: format.date(moscowDay(since)) })
      }
    >
      {clock !== null && <Habit clock={clock} />}
      {since === null ? (
        <Note tone="neutral">{text('history-not-yet')}</Note>
      ) : timing.kind === 'tooFew' ? (
        <Note tone="neutral">
          {[
            text('history-few', { n: timing.releases }),
            timing.daysLeft === null ? null : text('history-few-days', { n: timing.daysLeft }),
          ]
            .filter(Boolean)
            .join(' ')}
        </Note>
      ) : (
        <>
          {clock === null && (
            <p className="measure text-lead font-medium">{text('history-no-clock')}</p>
          )}
          <Table cells={timing.cells} unlooked={timing.unlooked} />
          <Days cells={timing.cells} unlooked={timing.unlooked} text={text} format={format} />
          <Never unlooked={timing.unlooked} />
        </>
      )}
      {unplaced > 0 && (
        <p className="measure text-text-2">{text('history-unplaced', { n: unplaced })}</p>
      )}
    </Section>
  );
}

function Habit({ clock }: { clock: ReleaseClock }) {
  const text = useText();
  const format = useFormat();
  const now = useNow(60_000);
  return (
    <div className="measure flex flex-col gap-1">
      <p className="text-lead font-medium">{clockHabit(clock, text)}</p>
      <p className="tabular">{clockNext(clock, text, format, now)}</p>
    </div>
  );
}

/** Monday to Friday always, a day of the weekend when something appeared on it or on the day beside it. */
function shownDays(cells: readonly Cell[]): Day[] {
  const has = (day: Day | undefined) => cells.some((cell) => cell.day === day);
  return DAYS.filter(
    (day, at) => !WEEKEND.includes(day) || has(day) || has(DAYS[at - 1]) || has(DAYS[at + 1]),
  );
}

/** The half-hours in which something appeared, and those beside them, in order of time. */
function shownTimes(cells: readonly Cell[]): number[] {
  const near = cells.flatMap(({ halfHour }) => [halfHour - 1, halfHour, halfHour + 1]);
  return [...new Set(near)].filter((at) => at >= 0 && at < HALF_HOURS).sort((a, b) => a - b);
}

/** Half-hours one after another as «0:00–7:30». */
function spans(times: readonly number[], format: Format): string {
  const runs: { from: number; to: number }[] = [];
  for (const at of [...times].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last.to === at - 1) last.to = at;
    else runs.push({ from: at, to: at });
  }
  return format.list(runs.map(({ from, to }) => halfHours(from, to)));
}

const timesOf = (day: Day, unlooked: readonly HalfHour[]) =>
  unlooked.filter((at) => at.day === day).map(({ halfHour }) => halfHour);

/** The half-hours in which nobody has looked on any day. */
function neverLooked(unlooked: readonly HalfHour[]): number[] {
  const [first, ...others] = DAYS.map((day) => timesOf(day, unlooked));
  return (first ?? []).filter((at) => others.every((times) => times.includes(at)));
}

/** Of the hours without a single look nothing is known: said, lest they seem hours without slots. */
function Never({ unlooked }: { unlooked: readonly HalfHour[] }) {
  const text = useText();
  const format = useFormat();
  const never = neverLooked(unlooked);
  if (never.length === 0) return null;
  return (
    <p className="measure text-text-2">{text('history-never', { times: spans(never, format) })}</p>
  );
}

interface Filled {
  cells: readonly Cell[];
  unlooked: readonly HalfHour[];
}

const HEAD = 'min-w-[3.2rem] py-2 align-bottom text-caption font-medium text-text-2';
const PINNED = 'sticky left-0 z-1 bg-surface px-1 text-left font-medium';
/** Hours are left out before this column. */
const APART = 'pl-3';

function Table({ cells, unlooked }: Filled) {
  const text = useText();
  const format = useFormat();
  const times = shownTimes(cells);
  const days = shownDays(cells);
  const most = Math.max(...cells.map(({ releases }) => releases), 1);
  const of = (day: Day, at: number) => {
    if (unlooked.some((one) => one.day === day && one.halfHour === at)) return null;
    return cells.find((cell) => cell.day === day && cell.halfHour === at)?.releases ?? 0;
  };
  const apart = (index: number) => index > 0 && times[index] !== (times[index - 1] ?? 0) + 1;
  const hatched = days.some((day) => times.some((at) => of(day, at) === null));
  return (
    <div className="hidden flex-col gap-3 @min-[44rem]:flex">
      <section
        aria-label={text('history-table')}
        // The arrow keys scroll it.
        tabIndex={0}
        className="scroll-x relative -mx-1 rounded-field p-1"
      >
        <table className="tabular w-full border-separate border-spacing-1">
          <caption className="sticky left-0 w-fit pb-2 text-left whitespace-nowrap text-text-2">
            {text('history-table')}
          </caption>
          <thead>
            <tr>
              <th scope="col" className={cx(PINNED, 'py-2 align-bottom text-caption text-text-2')}>
                {text('history-day')}
              </th>
              {times.map((at, index) => (
                <th key={at} scope="col" className={cx(HEAD, apart(index) && APART)}>
                  {halfHours(at).split('–')[0]}–<wbr />
                  {halfHours(at).split('–')[1]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map((day) => (
              <tr key={day}>
                <th scope="row" className={PINNED}>
                  {format.weekday(day)}
                </th>
                {times.map((at, index) => (
                  <Count key={at} n={of(day, at)} most={most} apart={apart(index)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {hatched && (
        <p className="flex items-center gap-2 text-caption text-text-2">
          <span aria-hidden className="hatch h-6 w-9 shrink-0 rounded-field" />
          {text('history-hatched')}
        </p>
      )}
    </div>
  );
}

/** A number, or that nobody looked; the shade only repeats it. */
function Count({ n, most, apart }: { n: number | null; most: number; apart: boolean }) {
  const text = useText();
  const format = useFormat();
  const shade = (n: number) =>
    n === 0
      ? 'bg-sunken text-text-3'
      : `font-semibold ${SHADES[Math.ceil((n / most) * SHADES.length) - 1]}`;
  return (
    <td className={cx('p-0', apart && APART)}>
      <span
        className={cx(
          'flex h-11 items-center justify-center rounded-field forced-colors:border',
          n === null ? 'hatch' : shade(n),
        )}
      >
        {n === null ? (
          <span className="sr-only">{text('history-unlooked')}</span>
        ) : (
          format.number(n)
        )}
      </span>
    </td>
  );
}

function Days({ cells, unlooked, text, format }: Filled & { text: Text; format: Format }) {
  const never = neverLooked(unlooked);
  return (
    <div className="@min-[44rem]:hidden">
      <p className="pb-2 text-text-2">{text('history-table')}</p>
      <dl className="tabular divide-y divide-border">
        {shownDays(cells).map((day) => {
          const own = cells.filter((cell) => cell.day === day);
          const blind = timesOf(day, unlooked);
          const rest = blind.filter((at) => !never.includes(at));
          return (
            <div key={day} className="flex gap-4 py-3">
              <dt className="w-[2.6rem] shrink-0 font-semibold">{format.weekday(day)}</dt>
              {blind.length === HALF_HOURS ? (
                <dd className="text-text-2">{text('history-unlooked')}</dd>
              ) : (
                <dd className="min-w-0">
                  {own.length === 0 ? (
                    <p className="text-text-2">{text('history-day-none')}</p>
                  ) : (
                    <ul className="flex flex-col gap-1">
                      {own.map((cell) => (
                        <li key={cell.halfHour}>
                          {text('history-cell', {
                            time: halfHours(cell.halfHour),
                            times: text('history-times', { n: cell.releases }),
                          })}
                        </li>
                      ))}
                    </ul>
                  )}
                  {rest.length > 0 && (
                    <p className="text-caption text-text-2">
                      {text('history-day-unlooked', { times: spans(rest, format) })}
                    </p>
                  )}
                </dd>
              )}
            </div>
          );
        })}
      </dl>
    </div>
  );
}
