// A simulated slot goes to the channels: did it get through, and if not, what is to be done?

import { useNavigate, useSearch } from '@tanstack/react-router';
import CheckIcon from 'lucide-react/icons/circle-check';
import AlertIcon from 'lucide-react/icons/triangle-alert';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../i18n/text.ts';
import type { Trial } from '../ipc/host.ts';
import { useTryChannels } from '../ipc/queries.ts';
import { Button, LinkButton } from '../kit/Button.tsx';
import { announce } from '../kit/live.ts';
import { Marked } from '../kit/marked.tsx';
import { ErrorNote, ListSkeleton, Note } from '../kit/Notes.tsx';
import { Section } from '../kit/Page.tsx';
import { InDemo, useChannels } from './WayState.tsx';
import { adviceOn, kindOf } from './words.ts';

export function TrialResults({ trials }: { trials: Trial[] }) {
  const text = useText();
  if (trials.length === 0) return <Note tone="neutral">{text('way-nothing-tried')}</Note>;
  const name = ({ channel, title }: Trial) => {
    const kind = kindOf(channel);
    if (kind === 'telegram')
      return title === null ? text('channel-telegram') : text('channel-chat', { title });
    return text(kind === 'screen' ? 'channel-desktop' : `channel-${kind}`);
  };
  return (
    <ul className="flex flex-col divide-y divide-border">
      {trials.map((trial) => {
        const kind = kindOf(trial.channel);
        const icon = 'mt-[0.15rem] size-[1.25rem] shrink-0';
        return (
          <li key={`${trial.channel}${trial.why}`} className="flex gap-3 py-3 first:pt-0 last:pb-0">
            {trial.why === null ? (
              <CheckIcon aria-hidden className={`${icon} text-ok`} />
            ) : (
              <AlertIcon aria-hidden className={`${icon} text-warn`} />
            )}
            <div className="min-w-0">
              <p className="font-medium">
                <Marked>{name(trial)}</Marked>
              </p>
              <p className="measure text-text-2">
                {trial.why === null
                  ? text(kind === 'screen' ? 'try-screen-fine' : 'way-came')
                  : text(adviceOn(kind, trial.why))}
              </p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}

/** A button that sends a simulated slot to these channels, one after another. */
export function TryButton({
  channels,
  label,
  hint,
  look = 'secondary',
}: {
  channels: string[];
  label: string;
  hint?: string;
  look?: 'primary' | 'secondary';
}) {
  const text = useText();
  const trial = useTryChannels();
  const [results, setResults] = useState<Trial[] | null>(null);
  const send = async () => {
    setResults(null);
    const trials: Trial[] = [];
    for (const only of channels) trials.push(...(await trial.mutateAsync(only)));
    setResults(trials);
    announce(text(trials.every(({ why }) => why === null) ? 'way-came' : 'try-some'));
  };
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button look={look} isDisabled={trial.isPending} onPress={() => send().catch(() => {})}>
          {label}
        </Button>
        <p className="text-text-2">{trial.isPending ? text('way-trying') : hint}</p>
      </div>
      {trial.isError && <ErrorNote error={trial.error} />}
      {results !== null && <TrialResults trials={results} />}
    </div>
  );
}

/** «Проверить, что оповещения дойдут»: every channel, the screen included. */
export function TryAll() {
  const text = useText();
  const { demo } = useChannels();
  return (
    <Section title={text('try-title')} hint={text('try-hint')}>
      {demo ? <InDemo /> : <TryEach />}
    </Section>
  );
}

function TryEach() {
  const text = useText();
  const navigate = useNavigate();
  const search: { try?: unknown } = useSearch({ strict: false });
  const trial = useTryChannels();
  const send = () =>
    trial.mutate(null, {
      onSuccess: (trials) => {
        const fine = trials.every(({ why }) => why === null);
        announce(text(fine ? 'try-all-fine' : 'try-some'));
      },
    });
  const asked = search.try !== undefined;
  const start = useRef(send);
  start.current = send;
  // Asked for in the palette: once, not again when the page is come back to.
  useEffect(() => {
    if (!asked) return;
    start.current();
    navigate({ to: '/settings/notifications', replace: true });
  }, [asked, navigate]);
  const results = trial.data ?? [];
  const screenOnly =
    results.length > 0 && results.every(({ channel }) => kindOf(channel) === 'screen');
  const unseen = results.some(({ channel, why }) => kindOf(channel) === 'screen' && why !== 'off');
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button isDisabled={trial.isPending} onPress={send}>
          {text('try-all')}
        </Button>
        {trial.isPending && <p className="text-text-2">{text('way-trying')}</p>}
      </div>
      {trial.isPending && <ListSkeleton rows={2} details />}
      {trial.isError && <ErrorNote error={trial.error} retry={send} />}
      {trial.isSuccess && (
        <>
          <Note tone={results.every(({ why }) => why === null) ? 'ok' : 'warn'}>
            {text(results.every(({ why }) => why === null) ? 'try-all-fine' : 'try-some')}
          </Note>
          <TrialResults trials={results} />
          {unseen && (
            <div>
              <LinkButton look="quiet" to="/help/notifications">
                {text('help-notify')}
              </LinkButton>
            </div>
          )}
          {screenOnly && (
            <Note
              tone="info"
              actions={
                <>
                  <LinkButton to="/settings/$section" params={{ section: 'telegram' }}>
                    {text('settings-telegram')}
                  </LinkButton>
                  <LinkButton to="/settings/$section" params={{ section: 'mail' }}>
                    {text('settings-mail')}
                  </LinkButton>
                </>
              }
            >
              {text('try-only-screen')}
            </Note>
          )}
        </>
      )}
    </>
  );
}
