import ExternalIcon from 'lucide-react/icons/external-link';
import { useState } from 'react';
import { moscowDay, useFormat, useNow } from '../i18n/format.ts';
import { useText } from '../i18n/text.ts';
import type { WatchSlot, WatchView } from '../ipc/host.ts';
import { useAnswer, useResume, useSetActivity } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { groupBy } from '../kit/group.ts';
import { Marked } from '../kit/marked.tsx';
import { ErrorNote, Note } from '../kit/Notes.tsx';
import { clockHabit, clockNext } from './clock.ts';
import { CheckButton } from './StatusLine.tsx';
import { stateSentence } from './state.tsx';
import { Rebind, useBook, useCopy, useOpenAlert } from './WatchCard.tsx';

const PAGE = 60;
type Kinds = ReadonlySet<WatchView['state']['kind']>;
const WARNS: Kinds = new Set(['unbound', 'clinicDown', 'siteDown', 'blocked', 'offline']);
const CHECKS: Kinds = new Set(['clinicDown', 'siteDown', 'blocked', 'offline', 'unchecked']);

/** Ends the pause that holds this watch: its own, or that of all. */
function ResumeButton({ view }: { view: WatchView }) {
  const text = useText();
  const activity = useSetActivity();
  const resume = useResume();
  const { id, activity: own } = view.watch;
  return (
    <Button
      onPress={() =>
        own.kind === 'on'
          ? resume.mutate(undefined)
          : activity.mutate({ id, activity: { kind: 'on' } })
      }
    >
      {text('resume')}
    </Button>
  );
}

export function SlotsTab({ view }: { view: WatchView }) {
  const text = useText();
  const format = useFormat();
  const { book, error } = useBook(view);
  const alert = useOpenAlert(view);
  const answer = useAnswer();
  const copy = useCopy(view);
  const [all, setAll] = useState(false);
  const now = useNow(60_000);
  const sentence = stateSentence(view, text, format);
  const { slots, others, state } = view;

  return (
    <>
      {sentence !== null && (
        <Note
          tone={WARNS.has(state.kind) ? 'warn' : 'neutral'}
          actions={
            state.kind === 'paused' ? (
              <ResumeButton view={view} />
            ) : CHECKS.has(state.kind) ? (
              <CheckButton id={view.watch.id} />
            ) : undefined
          }
        >
          {sentence}
          {state.kind === 'waiting' && view.clock !== null && (
            <p className="tabular mt-2">
              {clockHabit(view.clock, text)} {clockNext(view.clock, text, format, now)}
            </p>
          )}
          {state.kind === 'waiting' && view.clock === null && view.nextWorkDay !== null && (
            <p className="mt-2">
              {text('next-work-day', { day: format.dayTitle(view.nextWorkDay) })}
            </p>
          )}
        </Note>
      )}
      {view.stale && view.checkedAt !== null && (
        <Note tone="warn">{text('stale', { last: format.moment(view.checkedAt) })}</Note>
      )}
      {state.kind === 'unbound' && <Rebind view={view} />}
      {slots.length > 0 && (
        <>
          {state.kind !== 'found' && view.checkedAt !== null && (
            <h2 className="text-h3 font-semibold">
              {text('slots-last', { time: format.moment(view.checkedAt) })}
            </h2>
          )}
          <div className="flex flex-wrap items-center gap-2">
            <Button
              look="primary"
              icon={<ExternalIcon aria-hidden className="size-[1.2rem]" />}
              onPress={() => book()}
            >
              {text('book')}
            </Button>
            <Button onPress={copy}>{text('copy')}</Button>
            {alert !== undefined && (
              <Button
                isDisabled={answer.isPending}
                onPress={() => answer.mutate({ id: alert.id, answer: 'dismiss' })}
              >
                {text('dismiss')}
              </Button>
            )}
          </div>
          <p className="text-caption text-text-2">{text('book-hint')}</p>
          {error !== null && <ErrorNote error={error} />}
          {answer.isError && <ErrorNote error={answer.error} />}
          <Days view={view} slots={slots} />
        </>
      )}
      {others.length > 0 && (
        <div>
          <Button aria-expanded={all} onPress={() => setAll(!all)}>
            {all ? text('others-hide') : text('filters-hide', { n: others.length })}
          </Button>
        </div>
      )}
      {all && others.length > 0 && (
        <section className="flex flex-col gap-4">
          <h2 className="text-h3 font-semibold">{text('others', { n: others.length })}</h2>
          <Days view={view} slots={others} heading="h3" />
        </section>
      )}
    </>
  );
}

function Days({
  view,
  slots,
  heading: Heading = 'h2',
}: {
  view: WatchView;
  slots: WatchSlot[];
  heading?: 'h2' | 'h3';
}) {
  const text = useText();
  const format = useFormat();
  const { book } = useBook(view);
  const [limit, setLimit] = useState(PAGE);
  const days = groupBy(slots.slice(0, limit), ({ slot }) => moscowDay(slot.start));
  const manyClinics = view.watch.places.length > 1;
  const clinic = (id: string) =>
    view.watch.places.find(({ clinicId }) => clinicId === id)?.clinicName;
  return (
    <div className="flex flex-col gap-6">
      {[...days].map(([day, list]) => {
        const doctors = groupBy(list, ({ clinicId, doctorId }) => `${clinicId} ${doctorId}`);
        return (
          <section key={day} className="flex flex-col gap-3">
            <Heading className="text-h3 font-semibold">{format.dayTitle(day)}</Heading>
            {[...doctors].map(([key, own]) => (
              <div key={key} className="flex flex-col gap-2">
                <p className="text-text-2">
                  <Marked>
                    {[own[0]?.doctor, manyClinics ? clinic(own[0]?.clinicId ?? '') : null]
                      .filter(Boolean)
                      .join(' · ')}
                  </Marked>
                </p>
                <ul className="flex flex-wrap gap-2">
                  {own.map((slot) => (
                    <li key={slot.slot.start}>
                      <Button onPress={() => book(slot)}>
                        <span className="tabular">
                          {slot.slot.room === null
                            ? format.slotTime(slot.slot.start)
                            : text('slot-room', {
                                when: format.slotTime(slot.slot.start),
                                room: text('room', { room: slot.slot.room }),
                              })}
                        </span>
                      </Button>
                    </li>
                  ))}
                </ul>
              </div>
            ))}
          </section>
        );
      })}
      {slots.length > limit && (
        <div>
          <Button onPress={() => setLimit(limit + PAGE)}>
            {text('show-more', { n: slots.length - limit })}
          </Button>
        </div>
      )}
    </div>
  );
}
