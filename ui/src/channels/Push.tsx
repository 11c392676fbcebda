// ntfy and webhooks: for those who use them already.

import { useState } from 'react';
import { useText } from '../i18n/text.ts';
import { errorSentence, problemSentences } from '../ipc/errors.ts';
import { type Channels, HostError, type PushSettings } from '../ipc/host.ts';
import { useChannelsAction } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { Radios, TextInput, Toggle } from '../kit/Fields.tsx';
import { announce } from '../kit/live.ts';
import { ErrorNote, ListSkeleton, Note } from '../kit/Notes.tsx';
import { Section } from '../kit/Page.tsx';
import { AskButton } from '../kit/Popups.tsx';
import { showToast } from '../kit/toasts.ts';
import { besideKeys, KeptWhere, Unlock, useKeeper } from './KeyStore.tsx';
import { TryButton } from './Trials.tsx';
import { InDemo, useChannels, WayState } from './WayState.tsx';

interface Sent {
  push: PushSettings;
  address: string | null;
  token: string | null;
}

export function Push() {
  const { demo, channels } = useChannels();
  if (demo) return <InDemo />;
  if (channels.isPending) return <ListSkeleton rows={3} />;
  if (channels.data === undefined)
    return <ErrorNote error={channels.error} retry={() => channels.refetch()} />;
  return <PushPage channels={channels.data} />;
}

export function PushPage({ channels }: { channels: Channels }) {
  const text = useText();
  const { host, hasToken, settings, state } = channels.push;
  const isSet = host !== null || state.kind !== 'off';
  const [kind, setKind] = useState(settings.kind);
  const [address, setAddress] = useState('');
  const [token, setToken] = useState('');
  const [saved, setSaved] = useState(false);
  const { keep, dialog } = useKeeper(channels);
  const set = useChannelsAction((commands, { push, address, token }: Sent) =>
    commands.setPush(push, address, token),
  );
  const onOff = useChannelsAction((commands, on: boolean) =>
    commands.setPush({ ...settings, on }, null, null),
  );
  const typed = () => {
    set.reset();
    setSaved(false);
  };
  const save = () =>
    keep(() =>
      set
        .mutateAsync({
          push: { on: true, kind },
          address: address.trim() || null,
          token: token.trim() || null,
        })
        .then(() => {
          setAddress('');
          setToken('');
          setSaved(true);
          announce(text('hook-saved'));
        }),
    );
  const error = besideKeys(set.error);
  const about = error instanceof HostError && error.problems.length > 0;
  return (
    <>
      <Section title={text('hook-title')} hint={text('hook-hint')}>
        {channels.keyStore === 'locked' && <Unlock />}
        <WayState way="push" channels={channels} isSet={isSet} />
        {isSet && (
          <>
            <Toggle
              label={text('hook-on')}
              selected={settings.on}
              onChange={(on) => onOff.mutate(on)}
            />
            {onOff.isError && <ErrorNote error={onOff.error} />}
            {settings.on && <TryButton channels={['push']} label={text('way-try')} />}
            <KeptWhere channels={channels} />
          </>
        )}
      </Section>
      <Section title={text('hook-kind')}>
        <Radios
          label={text('hook-kind')}
          hideLabel
          value={kind}
          onChange={(next) => {
            typed();
            setKind(next);
          }}
          options={(['ntfy', 'webhook'] as const).map((value) => ({
            value,
            label: text(`hook-kind-${value}`),
            hint: text(`hook-kind-${value}-hint`),
          }))}
        />
        <TextInput
          label={text('hook-address')}
          hint={host === null ? text(`hook-address-${kind}-hint`) : text('hook-kept', { host })}
          error={about ? text(problemSentences(error)[0] ?? errorSentence(error)) : null}
          secret
          value={address}
          onChange={(next) => {
            typed();
            setAddress(next);
          }}
          onEnter={save}
        />
        <TextInput
          label={text('hook-token')}
          hint={text(hasToken ? 'hook-token-kept' : 'hook-token-hint')}
          secret
          value={token}
          onChange={(next) => {
            typed();
            setToken(next);
          }}
          onEnter={save}
        />
        {error !== null && !about && <ErrorNote error={error} />}
        <div>
          <Button look="primary" isDisabled={set.isPending} onPress={save}>
            {text('hook-save')}
          </Button>
        </div>
        {saved && (
          <Note tone="ok" role="status">
            {text('hook-saved')}
          </Note>
        )}
        {dialog}
      </Section>
      {isSet && <Forget />}
    </>
  );
}

function Forget() {
  const text = useText();
  const forget = useChannelsAction((commands) => commands.forgetPush());
  return (
    <Section title={text('hook-forget')} hint={text('hook-forget-hint')}>
      <div>
        <AskButton
          label={text('hook-forget')}
          isDisabled={forget.isPending}
          title={text('hook-forget-ask')}
          confirm={text('hook-forget')}
          cancel={text('way-forget-cancel')}
          onConfirm={() =>
            forget.mutate(undefined, {
              onSuccess: () => showToast({ text: text('hook-forgotten'), lasts: 6_000 }),
            })
          }
        >
          {text('hook-forget-hint')}
        </AskButton>
      </div>
      {forget.isError && <ErrorNote error={forget.error} />}
    </Section>
  );
}
