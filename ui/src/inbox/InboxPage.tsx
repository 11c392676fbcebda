// «События»: nothing that was ever told is lost here.

import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import BellRingIcon from 'lucide-react/icons/bell-ring';
import CheckIcon from 'lucide-react/icons/circle-check';
import ClockIcon from 'lucide-react/icons/clock';
import ExternalIcon from 'lucide-react/icons/external-link';
import EyeOffIcon from 'lucide-react/icons/eye-off';
import HistoryIcon from 'lucide-react/icons/history';
import { type ReactNode, useState } from 'react';
import { channelName, kindOf } from '../channels/words.ts';
import { useBookingSite } from '../choice/booking.ts';
import { useRemoval, useRemoved } from '../choice/removed.ts';
import { type Format, useFormat, useNow } from '../i18n/format.ts';
import { type Text, useText } from '../i18n/text.ts';
import type { Alert, Answer, Delivery } from '../ipc/host.ts';
import { useAnswer, useQuestions } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { Radios } from '../kit/Fields.tsx';
import { announce } from '../kit/live.ts';
import { Marked } from '../kit/marked.tsx';
import { ErrorNote, ListSkeleton, Note, type Tone } from '../kit/Notes.tsx';
import { Page } from '../kit/Page.tsx';
import { query } from '../kit/query.ts';
import { Tag } from '../kit/Tag.tsx';

const FIRST = 50;
const SHOWN = 6;
type Filter = 'open' | 'all';

/** Alerts that still want an answer. */
const isOpen = ({ state }: Alert) => state.kind === 'raised' || state.kind === 'snoozed';

export function InboxPage() {
  const text = useText();
  const navigate = useNavigate();
  const search: { show?: string } = useSearch({ strict: false });
  const filter: Filter = search.show === 'open' ? 'open' : 'all';
  return (
    <Page title={text('nav-inbox')}>
      <Radios
        label={text('inbox-filter')}
        hideLabel
        row
        value={filter}
        onChange={(show) => navigate({ to: '/inbox', search: query({ show }), replace: true })}
        options={[
          { value: 'all', label: text('inbox-all') },
          { value: 'open', label: text('inbox-open') },
        ]}
      />
      <RemovedList />
      <Alerts filter={filter} />
    </Page>
  );
}

function RemovedList() {
  const text = useText();
  const removed = useRemoved();
  const { bringBack } = useRemoval();
  return removed.map((one) => (
    <Note
      key={one.id}
      tone="neutral"
      icon={<HistoryIcon />}
      actions={<Button onPress={() => bringBack(one.id)}>{text('undo')}</Button>}
    >
      {text('watch-removed', { title: one.title })}
    </Note>
  ));
}

function Alerts({ filter }: { filter: Filter }) {
  const text = useText();
  const [limit, setLimit] = useState(FIRST);
  const inbox = useQuery(useQuestions().inbox(limit));
  if (inbox.isPending) return <ListSkeleton rows={3} tall />;
  if (inbox.data === undefined)
    return <ErrorNote error={inbox.error} retry={() => inbox.refetch()} />;
  const shown = inbox.data.filter((alert) => filter === 'all' || isOpen(alert));
  return (
    <>
      {inbox.isError && <ErrorNote error={inbox.error} retry={() => inbox.refetch()} />}
      {shown.length === 0 ? (
        <Note tone="neutral">
          {text(inbox.data.length === 0 ? 'inbox-empty' : 'inbox-none-open')}
        </Note>
      ) : (
        <ul className="flex flex-col gap-4">
          {shown.map((alert) => (
            <li key={alert.id}>
              <AlertCard alert={alert} />
            </li>
          ))}
        </ul>
      )}
      {inbox.data.length === limit && (
        <div>
          <Button onPress={() => setLimit(limit + FIRST)}>{text('show-earlier')}</Button>
        </div>
      )}
    </>
  );
}

function alertLook(alert: Alert, text: Text, format: Format): [Tone, ReactNode, string] {
  switch (alert.state.kind) {
    case 'raised':
      return ['ok', <BellRingIcon key="i" aria-hidden />, text('alert-raised')];
    case 'snoozed':
      return [
        'info',
        <ClockIcon key="i" aria-hidden />,
        text('alert-snoozed', { time: format.moment(alert.state.until) }),
      ];
    case 'seen':
      return ['neutral', <CheckIcon key="i" aria-hidden />, text('alert-seen')];
    case 'acted':
      return ['neutral', <ExternalIcon key="i" aria-hidden />, text('alert-acted')];
    case 'dismissed':
      return ['neutral', <EyeOffIcon key="i" aria-hidden />, text('alert-dismissed')];
    case 'gone':
      return ['neutral', <HistoryIcon key="i" aria-hidden />, text('alert-gone')];
    default:
      return alert.state satisfies never;
  }
}

/** When the last slot went, if all are gone. */
function goneAt(alert: Alert): string | null {
  let last = '';
  for (const slot of alert.slots) {
    if (slot.goneAt === null) return null;
    if (slot.goneAt > last) last = slot.goneAt;
  }
  return last === '' ? null : last;
}

export function AlertCard({ alert }: { alert: Alert }) {
  const text = useText();
  const format = useFormat();
  const now = useNow(60_000);
  const answer = useAnswer();
  const site = useBookingSite();
  const { state, slots } = alert;
  const [tone, icon, words] = alertLook(alert, text, format);
  const gone = goneAt(alert);
  const say = (given: Answer) =>
    answer.mutate(
      { id: alert.id, answer: given },
      { onSuccess: () => announce(text(`answered-${given}`)) },
    );
  const manyDoctors = new Set(slots.map(({ doctorId }) => doctorId)).size > 1;
  const waits = isOpen(alert);
  const bookable = gone === null && state.kind !== 'dismissed' && state.kind !== 'gone';

  return (
    <article
      aria-labelledby={`alert-${alert.id}`}
      className={`flex flex-col gap-3 rounded-card border-2 bg-surface p-4 @min-[40rem]:p-6 ${state.kind === 'raised' ? 'border-ok' : 'border-border'}`}
    >
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Tag tone={tone} icon={icon}>
          {words}
        </Tag>
        <span className="tabular text-caption text-text-2">
          {format.moment(alert.raisedAt, now)}
        </span>
      </div>
      <div>
        <h2 id={`alert-${alert.id}`} className="text-h3 font-semibold">
          <Link
            to="/watches/$id"
            params={{ id: String(alert.watchId) }}
            className="relative -my-2 inline-block rounded-field py-2 text-text no-underline hover:text-primary hover:underline"
          >
            <Marked>{text('found-title', { specialty: alert.specialty })}</Marked>
          </Link>
        </h2>
        <p className="text-text-2">
          <Marked>
            {[
              alert.clinic,
              alert.address,
              alert.nickname === '' ? null : text('for-whom', { nick: alert.nickname }),
            ]
              .filter(Boolean)
              .join(' · ')}
          </Marked>
        </p>
      </div>
      {gone !== null ? (
        <p>
          {text('gone', {
            duration: format.duration(Date.parse(gone) - Date.parse(alert.raisedAt)),
          })}
        </p>
      ) : (
        <ul className="flex flex-col gap-1">
          {!manyDoctors && slots[0] !== undefined && (
            <li>
              <Marked>{slots[0].doctor}</Marked>
            </li>
          )}
          {slots.slice(0, SHOWN).map((slot) => (
            <li key={`${slot.doctorId}${slot.start}`}>
              <span
                className={`tabular font-semibold ${slot.goneAt === null ? '' : 'line-through'}`}
              >
                {format.when(slot.start, now)}
              </span>
              {manyDoctors && <Marked>{` — ${slot.doctor}`}</Marked>}
              {slot.room !== null && `, ${text('room', { room: slot.room })}`}
              {slot.goneAt !== null && <span className="text-text-2"> · {text('slot-taken')}</span>}
            </li>
          ))}
          {slots.length > SHOWN && <li>{text('free-more', { n: slots.length - SHOWN })}</li>}
        </ul>
      )}
      <Deliveries deliveries={alert.deliveries} />
      {(waits || bookable) && (
        <div className="flex flex-wrap gap-2">
          {bookable && (
            <Button
              look={waits ? 'primary' : 'secondary'}
              icon={<ExternalIcon aria-hidden className="size-[1.2rem]" />}
              onPress={() => site.open(alert.link, () => say('acted'))}
            >
              {text('book')}
            </Button>
          )}
          {waits && bookable && (
            <>
              {state.kind === 'raised' && (
                <Button isDisabled={answer.isPending} onPress={() => say('later')}>
                  {text('later')}
                </Button>
              )}
              <Button isDisabled={answer.isPending} onPress={() => say('dismiss')}>
                {text('dismiss')}
              </Button>
            </>
          )}
          {waits && (
            <Button isDisabled={answer.isPending} onPress={() => say('seen')}>
              {text('understood')}
            </Button>
          )}
        </div>
      )}
      {site.error !== null && <ErrorNote error={site.error} />}
      {answer.isError && <ErrorNote error={answer.error} />}
    </article>
  );
}

/** Told where and when; not delivered and why. */
function Deliveries({ deliveries }: { deliveries: Delivery[] }) {
  const text = useText();
  const format = useFormat();
  const elsewhere = deliveries.some(({ channel }) => kindOf(channel) !== 'screen');
  const channels = useQuery({ ...useQuestions().channels(), enabled: elsewhere });
  if (deliveries.length === 0) return null;
  const chats = channels.data?.telegram.chats ?? [];
  return (
    <ul className="flex flex-col gap-1 text-caption text-text-2">
      {deliveries.map((delivery) => {
        const channel = channelName(delivery.channel, chats, text);
        const said = { channel, time: format.moment(delivery.at) };
        const failed = delivery.state === 'dead' || delivery.state === 'expired';
        const waits = delivery.state === 'due' ? delivery.why : null;
        const later = waits === 'ladder';
        const held = waits === 'quiet';
        const retried = waits !== null && !held && !later;
        const how = held ? 'held' : retried ? 'retry' : delivery.state;
        return (
          <li
            key={`${delivery.channel}${delivery.at}${delivery.state}`}
            className={failed || retried ? 'text-warn' : undefined}
          >
            <Marked>
              {later
                ? text('message-later', said)
                : kindOf(delivery.channel) === 'screen'
                  ? text(`delivery-${how}`, said)
                  : text(`message-${how}`, said)}
            </Marked>
            {delivery.why !== null && !later && (
              <span className="block text-text-2">{text(`delivery-why-${delivery.why}`)}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
