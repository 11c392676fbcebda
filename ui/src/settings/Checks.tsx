// How much the booking site is asked: how much it may be, how much it was, and for whom.

import { useQuery } from '@tanstack/react-query';
import MinusIcon from 'lucide-react/icons/minus';
import PlusIcon from 'lucide-react/icons/plus';
import { type ReactNode, useId } from 'react';
import { watchTitle, whereWords } from '../choice/words.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/text.ts';
import { useQuestions, useSettings } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { Toggle } from '../kit/Fields.tsx';
import { Fold } from '../kit/Fold.tsx';
import { Marked } from '../kit/marked.tsx';
import { ErrorNote, ListSkeleton, Note } from '../kit/Notes.tsx';
import { Section } from '../kit/Page.tsx';
import { useShown } from '../kit/shown.tsx';

const USUAL = 360;
const BUDGETS = [30, 60, 90, 120, 180, 240, 300, USUAL, 450, 600, 720];

export function Checks() {
  const text = useText();
  const { settings, change: set } = useSettings();
  if (settings === undefined) return null;
  return (
    <>
      <Section title={text('budget-label')} hint={text('checks-hint')}>
        <Budget
          value={settings.budgetPerHour}
          onChange={(budgetPerHour) => set({ budgetPerHour })}
        />
        <Toggle
          label={text('bursts-label')}
          hint={text('bursts-hint')}
          selected={settings.bursts}
          onChange={(bursts) => set({ bursts })}
        />
      </Section>
      <Section title={text('checks-today')} hint={text('checks-today-hint')}>
        <Requests />
        <Fold title={text('ledger-open')} level="h3">
          <Ledger />
        </Fold>
      </Section>
    </>
  );
}

/** A value and two buttons. At the ends they stay, so that the focus does. */
function Budget({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  const text = useText();
  const id = useId();
  const less = BUDGETS.findLast((budget) => budget < value);
  const more = BUDGETS.find((budget) => budget > value);
  const seconds = Math.round(3600 / value);
  const step = (to: number | undefined) => () => {
    if (to !== undefined) onChange(to);
  };
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="sr-only">{text('budget-label')}</legend>
      <p id={id} role="status" className="tabular text-h3 font-semibold">
        {text('budget-hint', { n: value })}
      </p>
      <div className="flex flex-wrap gap-3">
        <Button
          icon={<MinusIcon aria-hidden className="size-[1.2rem]" />}
          aria-describedby={id}
          onPress={step(less)}
        >
          {text('budget-less')}
        </Button>
        <Button
          icon={<PlusIcon aria-hidden className="size-[1.2rem]" />}
          aria-describedby={id}
          onPress={step(more)}
        >
          {text('budget-more')}
        </Button>
      </div>
      {/* Below the buttons: its length may change, and they must not move under the hand. */}
      <p className="measure text-text-2">
        {seconds < 60
          ? text('budget-seconds', { n: seconds })
          : text('budget-minutes', { n: Math.round(seconds / 60) })}
        {value === USUAL && ` ${text('budget-usual')}`}
        {less === undefined && ` ${text('budget-least')}`}
        {more === undefined && ` ${text('budget-most')}`}
      </p>
      {value > USUAL && <Note tone="warn">{text('budget-much', { n: USUAL })}</Note>}
    </fieldset>
  );
}

function Requests() {
  const text = useText();
  const format = useFormat();
  const status = useQuery(useQuestions().status());
  if (status.isPending) return <ListSkeleton rows={2} />;
  if (status.isError) return <ErrorNote error={status.error} retry={() => status.refetch()} />;
  const { requestsToday, budgetPerDay, requestsLastHour, budgetPerHour } = status.data;
  return (
    <>
      <Meter part={requestsToday / budgetPerDay}>
        {text('requests-today', { n: requestsToday, of: format.number(budgetPerDay) })}
      </Meter>
      <Meter part={requestsLastHour / budgetPerHour}>
        {text('requests-hour', { n: requestsLastHour, of: format.number(budgetPerHour) })}
      </Meter>
      <p>
        {status.data.checkedAt === null
          ? text('status-never')
          : text('checked-at', { time: format.moment(status.data.checkedAt) })}
      </p>
      {status.data.service === 'slowed' && (
        <Note tone="neutral">
          {text('slowed', {
            time:
              status.data.nextLookAt === null ? text('soon') : format.time(status.data.nextLookAt),
          })}
        </Note>
      )}
    </>
  );
}

/** Numbers in words; the bar only repeats them. */
function Meter({ part, children }: { part: number; children: ReactNode }) {
  return (
    <div className="flex max-w-2xl flex-col gap-1">
      <p className="tabular">{children}</p>
      <div
        aria-hidden
        className="h-3 overflow-hidden rounded-round border border-line bg-sunken forced-colors:border-[CanvasText]"
      >
        <div
          className="h-full bg-primary forced-colors:bg-[Highlight]"
          style={{ width: `${Math.min(part, 1) * 100}%` }}
        />
      </div>
    </div>
  );
}

function Ledger() {
  const text = useText();
  const format = useFormat();
  const ask = useQuestions();
  const ledger = useQuery(ask.ledger());
  const watches = useQuery(ask.watches());
  const { shown, more } = useShown(ledger.data?.watches ?? []);
  const views = new Map(watches.data?.map((view) => [view.watch.id, view]));
  if (ledger.isPending || watches.isPending) return <ListSkeleton rows={3} />;
  if (ledger.data === undefined)
    return <ErrorNote error={ledger.error} retry={() => ledger.refetch()} />;
  const requests = (n: number) =>
    n === 0 ? text('ledger-hardly') : text('ledger-requests', { n });
  const often = (gapSecs: number | null | undefined) =>
    gapSecs === null || gapSecs === undefined
      ? null
      : gapSecs < 60
        ? text('gap-short')
        : text('gap', { every: format.duration(gapSecs * 1000) });
  return (
    <div className="flex flex-col gap-6">
      <Rows title={text('ledger-watches')}>
        {shown.map((row) => {
          const view = views.get(row.watchId);
          if (view === undefined) return null;
          return (
            <Row
              key={row.watchId}
              name={watchTitle(view.watch.places, text)}
              about={[
                whereWords(view, text),
                often(view.gapSecs),
                row.sharedWith > 0 && text('ledger-shared', { n: row.sharedWith }),
              ]}
              number={requests(row.part)}
            />
          );
        })}
        {ledger.data.besideWatches > 0 && (
          <Row name={text('ledger-beside-watches')} number={requests(ledger.data.besideWatches)} />
        )}
      </Rows>
      {more}
      <Rows title={text('ledger-clinics')}>
        {ledger.data.clinics.map((row) => (
          <Row
            key={row.clinicId}
            name={row.name ?? text('ledger-clinic', { id: row.clinicId })}
            number={requests(row.requests)}
          />
        ))}
        {ledger.data.besideClinics > 0 && (
          <Row name={text('ledger-beside-clinics')} number={requests(ledger.data.besideClinics)} />
        )}
      </Rows>
    </div>
  );
}

function Rows({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h4 id={id} className="pb-2 font-semibold">
        {title}
      </h4>
      <ul className="divide-y divide-border rounded-card border border-border bg-surface px-4">
        {children}
      </ul>
    </section>
  );
}

function Row({
  name,
  about = [],
  number,
}: {
  name: string;
  about?: (string | false | null)[];
  number: string;
}) {
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-6 py-3">
      <span className="min-w-0 flex-1 basis-[14rem]">
        <span className="block break-words">
          <Marked>{name}</Marked>
        </span>
        {about.filter(Boolean).map((words) => (
          <span key={String(words)} className="block text-caption text-text-2">
            <Marked>{String(words)}</Marked>
          </span>
        ))}
      </span>
      <span className="tabular font-medium">{number}</span>
    </li>
  );
}
