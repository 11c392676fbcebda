// The line that tells how a channel does. It is always there.

import { useQuery } from '@tanstack/react-query';
import CheckIcon from 'lucide-react/icons/circle-check';
import CircleIcon from 'lucide-react/icons/circle-dashed';
import LockIcon from 'lucide-react/icons/lock';
import { type Format, useFormat } from '../i18n/format.ts';
import { type Text, useText } from '../i18n/text.ts';
import type { ChannelState, Channels } from '../ipc/host.ts';
import { useDemo, useQuestions } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { ErrorNote, Note } from '../kit/Notes.tsx';
import { adviceOn } from './words.ts';

type Way = 'telegram' | 'mail' | 'push';
type Failing = Extract<ChannelState, { kind: 'failing' }>;

const isUnreachable = (way: Way, { why }: Failing) =>
  way === 'telegram' && (why === 'unreachable' || why === 'silent');

/** «Не доставлено: 3. Пробуем ещё.», or what else is the matter. */
function failingWords(way: Way, state: Failing, undelivered: number, text: Text): string {
  const { why } = state;
  if (why === 'token') return text(`way-token-${way}`);
  if (why === 'conflict') return text('way-conflict');
  if (undelivered === 0) return text('way-fails');
  return isUnreachable(way, state)
    ? text('tg-wait', { n: undelivered })
    : text('way-waits', { n: undelivered });
}

export function WayState({
  way,
  channels,
  isSet,
  empty = false,
}: {
  way: Way;
  channels: Channels;
  /** Has the person set it up? */
  isSet: boolean;
  /** It works, but writes to nobody. */
  empty?: boolean;
}) {
  const text = useText();
  const format = useFormat();
  const { state, undelivered } = channels[way];
  const waits = undelivered > 0 && (
    <p className="font-medium">{text('way-waits', { n: undelivered })}</p>
  );
  if (!isSet)
    return (
      <Note tone="neutral" icon={<CircleIcon />}>
        {text('way-not-set')}
      </Note>
    );
  if (empty && (state.kind === 'ready' || state.kind === 'works'))
    return (
      <Note tone="neutral" icon={<CircleIcon />} role="status">
        {text('way-no-chat')}
      </Note>
    );
  switch (state.kind) {
    case 'off':
      return (
        <Note tone="neutral" icon={<CircleIcon />} role="status">
          {text('way-off')}
        </Note>
      );
    case 'locked':
      // Of a locked file the question for its passphrase tells.
      return channels.keyStore === 'locked' ? null : (
        <Note tone="warn" icon={<LockIcon />} role="status">
          <p className="font-medium">{text(`way-locked-${way}`)}</p>
          {waits}
          <p>{text('way-locked-hint')}</p>
        </Note>
      );
    case 'ready':
      return (
        <Note tone="neutral" icon={<CheckIcon />} role="status">
          {waits}
          {text('way-ready')}
        </Note>
      );
    case 'works':
      return (
        <Note tone="ok" icon={<CheckIcon />} role="status">
          <p className="tabular font-medium">
            {text('way-works', { time: format.moment(state.at) })}
          </p>
          {waits}
        </Note>
      );
    case 'failing':
      return (
        <Note tone="warn" role="status">
          <p className="font-medium">{failingWords(way, state, undelivered, text)}</p>
          {(state.why === 'token' || state.why === 'conflict') && waits}
          <p>
            {isUnreachable(way, state) && undelivered > 0
              ? text('tg-wait-hint')
              : text(adviceOn(way, state.why))}
          </p>
          <Since at={state.since} format={format} />
        </Note>
      );
    default:
      return state satisfies never;
  }
}

function Since({ at, format }: { at: string; format: Format }) {
  const text = useText();
  return (
    <p className="tabular text-caption text-text-2">
      {text('way-since', { time: format.moment(at) })}
    </p>
  );
}

/** In the practice city nothing is sent out, so there is nothing to set up. */
export function InDemo() {
  const text = useText();
  const demo = useDemo();
  return (
    <>
      <Note
        tone="neutral"
        actions={
          <Button isDisabled={demo.isPending} onPress={() => demo.mutate(false)}>
            {text('demo-leave')}
          </Button>
        }
      >
        <p className="font-medium">{text('way-demo')}</p>
        <p>{text('way-demo-hint')}</p>
      </Note>
      {demo.isError && <ErrorNote error={demo.error} />}
    </>
  );
}

/** The channels, asked for where they are shown; `null` while they come. */
export function useChannels() {
  const questions = useQuestions();
  const status = useQuery(questions.status());
  const channels = useQuery(questions.channels());
  return { demo: status.data?.demo === true, channels };
}
