// What the past of a watch says, and the single facts behind it: every slot, every look.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useFormat, useNow } from '../i18n/format.ts';
import { useText } from '../i18n/text.ts';
import type { Look, WatchView } from '../ipc/host.ts';
import { useQuestions } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { Fold } from '../kit/Fold.tsx';
import { Marked } from '../kit/marked.tsx';
import { ErrorNote, ListSkeleton, Note } from '../kit/Notes.tsx';
import { Appearances } from './Appearances.tsx';
import { Gaps, Lives, Releases } from './Past.tsx';

const PAGE = 20;
const MOST = 500;

export function HistoryTab({ view }: { view: WatchView }) {
  const text = useText();
  return (
    <>
      <Past view={view} />
      <Fold title={text('history-openings')}>
        <Openings view={view} />
      </Fold>
      <Fold title={text('history-looks')}>
        <Looks view={view} />
      </Fold>
    </>
  );
}

function Past({ view }: { view: WatchView }) {
  const history = useQuery(useQuestions().history(view.watch.id));
  if (history.isPending) return <ListSkeleton rows={3} tall />;
  if (history.data === undefined)
    return <ErrorNote error={history.error} retry={() => history.refetch()} />;
  return (
    <>
      <Appearances history={history.data} clock={view.clock} />
      {history.data.since !== null && (
        <>
          <Lives history={history.data} />
          <Releases view={view} history={history.data} />
        </>
      )}
      <Gaps view={view} history={history.data} />
    </>
  );
}

function useMore() {
  const [limit, setLimit] = useState(PAGE);
  return { limit, more: () => setLimit(Math.min(MOST, limit * 2)), full: limit >= MOST };
}

const BOX = 'divide-y divide-border rounded-card border border-border bg-surface px-4';

function Openings({ view }: { view: WatchView }) {
  const text = useText();
  const format = useFormat();
  const now = useNow(60_000);
  const { limit, more, full } = useMore();
  const openings = useQuery(useQuestions().openings(view.watch.id, limit));
  if (openings.isPending) return <ListSkeleton rows={3} />;
  if (openings.data === undefined)
    return <ErrorNote error={openings.error} retry={() => openings.refetch()} />;
  if (openings.data.length === 0) return <Note tone="neutral">{text('history-none')}</Note>;

  const clinic = (id: string) =>
    view.watch.places.find(({ clinicId }) => clinicId === id)?.clinicName;
  return (
    <>
      <ul className={BOX}>
        {openings.data.map((opening) => (
          <li
            key={`${opening.clinicId}${opening.doctorId}${opening.slot.start}${opening.firstSeen}`}
            className="flex flex-wrap items-baseline justify-between gap-x-6 py-3"
          >
            <span className="min-w-0">
              <span className="tabular block font-medium">
                {format.when(opening.slot.start, now)}
              </span>
              <span className="block text-caption text-text-2">
                <Marked>
                  {[opening.doctor, view.watch.places.length > 1 ? clinic(opening.clinicId) : null]
                    .filter(Boolean)
                    .join(' · ')}
                </Marked>
              </span>
            </span>
            <span className="tabular text-caption text-text-2">
              {text('history-appeared', { when: format.moment(opening.firstSeen, now) })}
              {' · '}
              {opening.goneAt === null ? (
                <span className="font-semibold text-ok">{text('history-still')}</span>
              ) : (
                text('history-lived', {
                  duration: format.duration(
                    Date.parse(opening.goneAt) - Date.parse(opening.firstSeen),
                  ),
                })
              )}
            </span>
          </li>
        ))}
      </ul>
      {openings.data.length === limit && !full && (
        <div>
          <Button onPress={more}>{text('show-earlier')}</Button>
        </div>
      )}
    </>
  );
}

function Looks({ view }: { view: WatchView }) {
  const text = useText();
  const format = useFormat();
  const { limit, more, full } = useMore();
  const looks = useQuery(useQuestions().looks(view.watch.id, limit));
  if (looks.isPending) return <ListSkeleton rows={5} />;
  if (looks.data === undefined)
    return <ErrorNote error={looks.error} retry={() => looks.refetch()} />;
  if (looks.data.length === 0) return <Note tone="neutral">{text('history-no-looks')}</Note>;
  const words = (look: Look) => {
    const outcome = text(`outcome-${look.outcome}`);
    return look.appeared > 0 ? `${outcome}, ${text('outcome-new', { n: look.appeared })}` : outcome;
  };
  return (
    <>
      <ul className={BOX}>
        {looks.data.map((look, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: two looks may end in the same moment
            key={`${look.at}${look.level}${index}`}
            className="flex flex-wrap justify-between gap-x-6 py-2"
          >
            <span className="tabular">{format.moment(look.at)}</span>
            <span
              className={
                look.outcome === 'fresh' || look.outcome === 'empty' ? 'text-text-2' : 'text-warn'
              }
            >
              {words(look)}
            </span>
          </li>
        ))}
      </ul>
      {looks.data.length === limit && !full && (
        <div>
          <Button onPress={more}>{text('show-earlier')}</Button>
        </div>
      )}
    </>
  );
}
