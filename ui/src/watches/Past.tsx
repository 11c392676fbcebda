// How long slots live, the last releases, and when nobody looked.

import { useState } from 'react';
import { moscowDay, useFormat, useNow } from '../i18n/format.ts';
import { useText } from '../i18n/text.ts';
import type { Gap, History, Release, WatchView } from '../ipc/host.ts';
import { useSaveHistory } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { Marked } from '../kit/marked.tsx';
import { ErrorNote, Note } from '../kit/Notes.tsx';
import { Section } from '../kit/Page.tsx';

/** Releases and gaps shown before the rest is asked for. */
const FEW = 5;

export function Lives({ history: { lives, unclaimed } }: { history: History }) {
  const text = useText();
  const format = useFormat();
  const rest =
    unclaimed === 0 ? null : (
      <p className="text-text-2">{text('history-unclaimed', { n: unclaimed })}</p>
    );
  if (lives.kind === 'tooFew')
    return (
      <Section title={text('history-life')}>
        <Note tone="neutral">{text('history-life-few', { n: lives.counted })}</Note>
        {rest}
      </Section>
    );
  return (
    <Section title={text('history-life')} hint={text('history-life-hint')}>
      <div className="measure flex flex-col gap-1">
        <p className="text-lead font-medium">
          {text('history-life-usual', { duration: format.duration(lives.medianSecs * 1000) })}
        </p>
        <p>{text('history-life-short', { short: lives.short, n: lives.counted })}</p>
        {rest}
      </div>
    </Section>
  );
}

export function Releases({ view, history }: { view: WatchView; history: History }) {
  const text = useText();
  const [all, setAll] = useState(false);
  const { releases } = history;
  const save = useSaveHistory();
  const shown = all ? releases : releases.slice(0, FEW);
  return (
    <Section title={text('history-releases')}>
      {releases.length === 0 ? (
        <p className="measure text-text-2">{text('history-none')}</p>
      ) : (
        <ul className="divide-y divide-border">
          {shown.map((release) => (
            <Row
              key={`${release.firstSeen}${release.clinicId}${release.unseenSince}`}
              release={release}
              clinic={
                view.watch.places.length > 1
                  ? view.watch.places.find(({ clinicId }) => clinicId === release.clinicId)
                      ?.clinicName
                  : undefined
              }
            />
          ))}
        </ul>
      )}
      {shown.length < releases.length && (
        <div>
          <Button onPress={() => setAll(true)}>
            {text('show-more', { n: releases.length - shown.length })}
          </Button>
        </div>
      )}
      <div className="flex flex-col gap-2 border-t border-border pt-4">
        <p className="measure text-caption text-text-2">{text('history-save-hint')}</p>
        <div>
          <Button isDisabled={save.isPending} onPress={() => save.mutate(view.watch.id)}>
            {text('history-save')}
          </Button>
        </div>
        {save.data === true && (
          <Note tone="ok" role="status">
            {text('data-exported')}
          </Note>
        )}
        {save.isError && <ErrorNote error={save.error} />}
      </div>
    </Section>
  );
}

function Row({ release, clinic }: { release: Release; clinic: string | undefined }) {
  const text = useText();
  const format = useFormat();
  const now = useNow(60_000);
  const { slots, free, lifeSecs, unseenSince } = release;
  const life =
    lifeSecs === null
      ? null
      : text('history-were-free', { n: slots, duration: format.duration(lifeSecs * 1000) });
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-6 py-3">
      <span className="min-w-0">
        <span className="tabular block font-medium">{format.moment(release.firstSeen, now)}</span>
        {unseenSince !== null && (
          <span className="tabular block text-caption text-warn">
            {text('history-since', { from: format.dateTime(unseenSince) })}
          </span>
        )}
        <span className="block text-caption text-text-2">
          <Marked>{[format.list(release.doctors), clinic].filter(Boolean).join(' · ')}</Marked>
        </span>
      </span>
      <span className="tabular text-caption text-text-2">
        <span className="font-semibold text-text">{text('history-slots', { n: slots })}</span>
        {life !== null && ` · ${life}`}
        {free > 0 && (
          <>
            {' · '}
            <span className="font-semibold text-ok">{text('history-free-now', { n: free })}</span>
          </>
        )}
      </span>
    </li>
  );
}

export function Gaps({ view, history }: { view: WatchView; history: History }) {
  const text = useText();
  const format = useFormat();
  const [all, setAll] = useState(false);
  const { gaps, earlierGaps, since } = history;
  if (since === null && gaps.length === 0) return null;
  const shown = all ? gaps : gaps.slice(0, FEW);
  const span = ({ from, to }: Gap) => {
    if (to === null) return text('history-gap-open', { from: format.dateTime(from) });
    const end = moscowDay(from) === moscowDay(to) ? format.slotTime(to) : format.dateTime(to);
    return text('history-gap', { from: format.dateTime(from), to: end });
  };
  const cause = ({ clinicId, cause }: Gap) =>
    clinicId !== null && cause === 'idle'
      ? text('unlooked-idle-clinic')
      : text(`unlooked-${cause}`);
  const clinic = (id: string | null) =>
    view.watch.places.find(({ clinicId }) => clinicId === id)?.clinicName;
  return (
    <Section
      title={text('history-gaps')}
      hint={gaps.length === 0 ? undefined : text('history-gaps-hint')}
    >
      {gaps.length === 0 ? (
        <p className="measure text-text-2">{text('history-gaps-none')}</p>
      ) : (
        <ul className="divide-y divide-border">
          {shown.map((gap) => (
            <li key={`${gap.from}${gap.clinicId}`} className="flex gap-4 py-3">
              <span aria-hidden className="hatch mt-[0.15rem] h-6 w-9 shrink-0 rounded-field" />
              <span className="min-w-0">
                <span className="tabular block font-medium">{span(gap)}</span>
                <span className="block text-caption text-text-2">
                  {[cause(gap), clinic(gap.clinicId)].filter(Boolean).join(' · ')}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
      {shown.length < gaps.length && (
        <div>
          <Button onPress={() => setAll(true)}>
            {text('show-more', { n: gaps.length - shown.length })}
          </Button>
        </div>
      )}
      {shown.length === gaps.length && earlierGaps > 0 && (
        <p className="text-caption text-text-2">
          {text('history-gaps-earlier', { n: earlierGaps })}
        </p>
      )}
    </Section>
  );
}
