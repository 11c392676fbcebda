import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import ExternalIcon from 'lucide-react/icons/external-link';
import { useBookingSite } from '../choice/booking.ts';
import { CallButton } from '../choice/Call.tsx';
import { useRemoval } from '../choice/removed.ts';
import { wishSentence } from '../choice/wish.ts';
import { watchTitle, whereWords } from '../choice/words.ts';
import { addDays, type Format, moscowDay, moscowMoment, useFormat } from '../i18n/format.ts';
import { type Text, useText } from '../i18n/text.ts';
import type { Alert, WatchSlot, WatchView } from '../ipc/host.ts';
import {
  useAnswer,
  useCheckNow,
  useQuestions,
  useSetActivity,
  useUpdateWatch,
} from '../ipc/queries.ts';
import { Button, LinkButton } from '../kit/Button.tsx';
import { copyText } from '../kit/copy.ts';
import { isKey, keyWords } from '../kit/keys.ts';
import { announce } from '../kit/live.ts';
import { Marked } from '../kit/marked.tsx';
import { ErrorNote, Note } from '../kit/Notes.tsx';
import { type MenuEntry, MoreMenu } from '../kit/Popups.tsx';
import { query } from '../kit/query.ts';
import { showToast } from '../kit/toasts.ts';
import { clockBrief } from './clock.ts';
import { SHARED, StateTag, stateSentence } from './state.tsx';

export const INBOX = 200;
const SHOWN = 3;

/** The page of the booking site for the clinic of a slot. */
export const linkOf = (view: WatchView, clinicId: string): string | undefined =>
  view.links[view.watch.places.findIndex((place) => place.clinicId === clinicId)] ?? view.links[0];

export function useOpenAlert(view: WatchView): Alert | undefined {
  const inbox = useQuery(useQuestions().inbox(INBOX));
  return inbox.data?.find(
    ({ watchId, state }) =>
      watchId === view.watch.id && ['raised', 'snoozed', 'seen'].includes(state.kind),
  );
}

/** Opens the booking site and notes that the alert was acted on. */
export function useBook(view: WatchView) {
  const site = useBookingSite();
  const answer = useAnswer();
  const alert = useOpenAlert(view);
  return {
    error: site.error,
    book: (slot?: WatchSlot) => {
      const url = linkOf(view, slot?.clinicId ?? view.slots[0]?.clinicId ?? '');
      if (url === undefined) return;
      site.open(url, () => {
        if (alert !== undefined) answer.mutate({ id: alert.id, answer: 'acted' });
      });
    },
  };
}

export function slotWords(slot: WatchSlot, text: Text, format: Format): string {
  const when = format.when(slot.slot.start);
  return slot.slot.room === null
    ? when
    : text('slot-room', { when, room: text('room', { room: slot.slot.room }) });
}

/** The one line that helps whoever waits: when slots usually appear, else when the doctor works. */
function hint({ clock, nextWorkDay }: WatchView, text: Text, format: Format): string | null {
  if (clock !== null) return clockBrief(clock, text);
  return nextWorkDay === null ? null : text('next-work-day', { day: format.dayTitle(nextWorkDay) });
}

export function WatchCard({ view }: { view: WatchView }) {
  const text = useText();
  const format = useFormat();
  const { watch, state } = view;
  const title = watchTitle(watch.places, text);
  const where = whereWords(view, text);
  // The tag and the line of the page say the rest.
  const brief = SHARED.has(state.kind) || state.kind === 'waiting';
  // A pause of all watches is told above the list.
  const shared = state.kind === 'paused' && watch.activity.kind === 'on';
  const sentence = brief || shared ? null : stateSentence(view, text, format);
  const found = state.kind === 'found';
  const menu = useWatchMenu(view, title);
  const removal = useRemoval();

  return (
    <article
      aria-labelledby={`watch-${watch.id}`}
      onKeyDown={(event) => {
        const onTitle = event.target instanceof HTMLAnchorElement;
        if (onTitle && isKey('remove', event.nativeEvent)) removal.remove(watch.id, title);
      }}
      className={
        found
          ? 'flex flex-col gap-4 rounded-card border-2 border-ok bg-surface p-4 @min-[40rem]:p-6'
          : 'flex flex-col gap-4 rounded-card border-2 border-border bg-surface p-4 @min-[40rem]:p-6'
      }
    >
      <div className="flex flex-col gap-2">
        <div className="flex items-center justify-between gap-2">
          <StateTag view={view} />
          <div className="hidden @min-[32rem]:block">
            <MoreMenu label={text('more')} entries={menu} />
          </div>
        </div>
        <h2 id={`watch-${watch.id}`} className="-mb-2 text-h2 font-semibold">
          <Link
            to="/watches/$id"
            params={{ id: String(watch.id) }}
            className="relative inline-block rounded-field py-2 text-text no-underline hover:text-primary hover:underline"
          >
            <Marked>{title}</Marked>
          </Link>
        </h2>
        <p className="text-text-2">
          <Marked>{where}</Marked>
        </p>
        {watch.wish.ranges.length > 0 || watch.wish.notAfter !== null ? (
          <p className="text-text-2">{wishSentence(watch.wish, text, format)}</p>
        ) : null}
      </div>
      {found && <FoundSlots view={view} />}
      {sentence !== null && <p className="measure">{sentence}</p>}
      {brief && (
        <p className="tabular text-text-2">
          {[
            view.checkedAt === null
              ? text('status-never')
              : text('checked-at', { time: format.moment(view.checkedAt) }),
            state.kind === 'waiting' ? hint(view, text, format) : null,
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      )}
      {view.stale && view.checkedAt !== null && (
        <p className="text-warn">{text('stale', { last: format.moment(view.checkedAt) })}</p>
      )}
      <CardActions view={view} />
      <div className="@min-[32rem]:hidden">
        <MoreMenu label={text('more')} entries={menu} />
      </div>
    </article>
  );
}

function FoundSlots({ view }: { view: WatchView }) {
  const text = useText();
  const format = useFormat();
  const { book, error } = useBook(view);
  const answer = useAnswer();
  const alert = useOpenAlert(view);
  const { slots, watch } = view;
  const firstSeen = slots.reduce<string | null>(
    (first, slot) => (first === null || slot.firstSeen < first ? slot.firstSeen : first),
    null,
  );
  const manyDoctors = new Set(slots.map(({ doctorId }) => doctorId)).size > 1;
  const [soonest] = slots;
  const named = soonest !== undefined && watchTitle(watch.places, text).includes(soonest.doctor);
  return (
    <>
      {!manyDoctors && !named && soonest !== undefined && (
        <p className="-mb-2">
          <Marked>{soonest.doctor}</Marked>
        </p>
      )}
      <ul
        aria-label={text('slots-soonest')}
        className="flex flex-wrap gap-2 in-data-simple:flex-col"
      >
        {slots.slice(0, SHOWN).map((slot) => (
          <li key={`${slot.clinicId}${slot.doctorId}${slot.slot.start}`} className="max-w-full">
            <Button onPress={() => book(slot)}>
              <span>
                <span className="tabular block font-semibold">{slotWords(slot, text, format)}</span>
                {manyDoctors && (
                  <span className="block text-caption text-text-2">
                    <Marked>{slot.doctor}</Marked>
                  </span>
                )}
              </span>
            </Button>
          </li>
        ))}
        {slots.length > SHOWN && (
          <li className="pl-2">
            <LinkButton look="quiet" to="/watches/$id" params={{ id: String(watch.id) }}>
              {text('slots-more', { n: slots.length - SHOWN })}
            </LinkButton>
          </li>
        )}
      </ul>
      <div className="flex flex-wrap items-center gap-2">
        <Button
          look="primary"
          icon={<ExternalIcon aria-hidden className="size-[1.2rem]" />}
          onPress={() => book()}
        >
          {text('book')}
        </Button>
        {alert !== undefined && (
          <Button
            isDisabled={answer.isPending}
            onPress={() => answer.mutate({ id: alert.id, answer: 'dismiss' })}
          >
            {text('dismiss')}
          </Button>
        )}
      </div>
      {firstSeen !== null && (
        <p className="tabular text-caption text-text-2">
          {text('found-at', { time: format.moment(firstSeen) })} · {text('book-hint')}
        </p>
      )}
      {error !== null && <ErrorNote error={error} />}
      {answer.isError && <ErrorNote error={answer.error} />}
    </>
  );
}

/** States that ask something of the person. */
const ACTS: ReadonlySet<WatchView['state']['kind']> = new Set([
  'unbound',
  'paused',
  'clinicDown',
  'noOnline',
  'expired',
]);

function CardActions({ view }: { view: WatchView }) {
  const text = useText();
  const activity = useSetActivity();
  const check = useCheckNow();
  const { watch, state } = view;
  if (!ACTS.has(state.kind)) return null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {state.kind === 'unbound' && <Rebind view={view} />}
      {state.kind === 'paused' && watch.activity.kind !== 'on' && (
        <Button onPress={() => activity.mutate({ id: watch.id, activity: { kind: 'on' } })}>
          {text('resume')}
        </Button>
      )}
      {state.kind === 'clinicDown' && (
        <Button isDisabled={check.isPending} onPress={() => check.mutate(watch.id)}>
          {text(check.isPending ? 'checking' : 'check')}
        </Button>
      )}
      {state.kind === 'noOnline' && <CallButton phone={state.phone} />}
      {state.kind === 'expired' && (
        <LinkButton
          look="secondary"
          to="/watches/$id"
          params={{ id: String(watch.id) }}
          search={query({ tab: 'setup' })}
        >
          {text('extend')}
        </LinkButton>
      )}
      {check.isError && <ErrorNote error={check.error} />}
    </div>
  );
}

/** The best match for what the clinic has renamed, taken with one button. */
export function Rebind({ view }: { view: WatchView }) {
  const text = useText();
  const update = useUpdateWatch();
  const { watch, state } = view;
  if (state.kind !== 'unbound') return null;
  const offers = state.lost.filter(({ suggestion }) => suggestion !== null);
  const all = offers.length === state.lost.length && offers.length > 0;
  const places = watch.places.map(
    (place, index) => offers.find((lost) => lost.place === index)?.suggestion ?? place,
  );
  return (
    <div className="flex w-full flex-col gap-3">
      {offers.map(({ place, suggestion }) =>
        suggestion === null ? null : (
          <Note key={place} tone="info">
            {text('rebind-offer', { what: watchTitle([suggestion], text) })}
          </Note>
        ),
      )}
      <div className="flex flex-wrap gap-2">
        {all && (
          <Button
            look="primary"
            isDisabled={update.isPending}
            onPress={() =>
              update.mutate({
                id: watch.id,
                draft: {
                  places,
                  wish: watch.wish,
                  nickname: watch.nickname,
                  until: watch.until,
                  tell: watch.tell,
                },
              })
            }
          >
            {text('rebind-take')}
          </Button>
        )}
        <LinkButton
          look="secondary"
          to="/watches/$id"
          params={{ id: String(watch.id) }}
          search={query({ tab: 'setup' })}
        >
          {text('rebind-choose')}
        </LinkButton>
      </div>
      {update.isError && <ErrorNote error={update.error} />}
    </div>
  );
}

/** Everything about the watch and its slots as text, for a message to somebody else. */
export function useCopy(view: WatchView): () => void {
  const text = useText();
  const format = useFormat();
  const { places, wish } = view.watch;
  const words = () =>
    [
      watchTitle(places, text),
      whereWords(view, text),
      wishSentence(wish, text, format),
      ...view.slots.map((slot) => `${slotWords(slot, text, format)} — ${slot.doctor}`),
      view.links[0],
    ]
      .filter(Boolean)
      .join('\n');
  return () => {
    copyText(words()).then((done) =>
      showToast({ text: text(done ? 'copied' : 'copy-failed'), lasts: 5_000 }),
    );
  };
}

export function useWatchMenu(view: WatchView, title: string): MenuEntry[] {
  const text = useText();
  const navigate = useNavigate();
  const check = useCheckNow();
  const activity = useSetActivity();
  const removal = useRemoval();
  const copy = useCopy(view);
  const { watch } = view;
  const pause = (until: Date | null) =>
    activity.mutate({
      id: watch.id,
      activity:
        until === null ? { kind: 'off' } : { kind: 'pausedUntil', until: until.toISOString() },
    });
  const on = watch.activity.kind === 'on';
  return [
    {
      id: 'check',
      label: text('check-now'),
      run: () =>
        check.mutate(watch.id, {
          onSuccess: () => showToast({ text: text('checked'), lasts: 5_000 }),
          onError: () => announce(text('check-failed')),
        }),
    },
    ...(on
      ? [
          {
            id: 'pause-hour',
            label: text('pause-hour'),
            apart: true,
            run: () => pause(new Date(Date.now() + 3_600_000)),
          },
          {
            id: 'pause-tomorrow',
            label: text('pause-tomorrow'),
            run: () => pause(moscowMoment(addDays(moscowDay(Date.now()), 1), '08:00')),
          },
          { id: 'pause-off', label: text('pause-off'), run: () => pause(null) },
        ]
      : [
          {
            id: 'resume',
            label: text('resume'),
            apart: true,
            run: () => activity.mutate({ id: watch.id, activity: { kind: 'on' } }),
          },
        ]),
    {
      id: 'edit',
      label: text('edit'),
      apart: true,
      run: () =>
        navigate({
          to: '/watches/$id',
          params: { id: String(watch.id) },
          search: query({ tab: 'setup' }),
        }),
    },
    {
      id: 'copy',
      label: text('copy'),
      run: copy,
    },
    {
      id: 'remove',
      label: text('remove'),
      keys: keyWords('remove').join(', '),
      apart: true,
      danger: true,
      run: () => removal.remove(watch.id, title),
    },
  ];
}
