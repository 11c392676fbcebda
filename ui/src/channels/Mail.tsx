// The person's own mailbox: letters go from it.

import { useState } from 'react';
import type { PlainId } from '../i18n/text.ts';
import { useText } from '../i18n/text.ts';
import { errorSentence, problemSentences } from '../ipc/errors.ts';
import { useKept } from '../ipc/form.ts';
import { type Channels, HostError, type MailSettings, type Problem } from '../ipc/host.ts';
import { useChannelsAction } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { Radios, Select, TextInput, Toggle } from '../kit/Fields.tsx';
import { announce } from '../kit/live.ts';
import { ErrorNote, ListSkeleton, Note } from '../kit/Notes.tsx';
import { Section } from '../kit/Page.tsx';
import { AskButton } from '../kit/Popups.tsx';
import { showToast } from '../kit/toasts.ts';
import { besideKeys, KeptWhere, Unlock, useKeeper } from './KeyStore.tsx';
import { TryButton } from './Trials.tsx';
import { InDemo, useChannels, WayState } from './WayState.tsx';

/** Their servers as their own help names them; each wants a password of its own for programs. */
const SERVERS = {
  yandex: 'smtp.yandex.ru',
  mailru: 'smtp.mail.ru',
  gmail: 'smtp.gmail.com',
  rambler: 'smtp.rambler.ru',
} as const;
type Service = keyof typeof SERVERS | 'own';
const SERVICES = [...(Object.keys(SERVERS) as (keyof typeof SERVERS)[]), 'own'] as const;
const PORT = 465;

function serviceOf({ server, port, security }: MailSettings): Service {
  if (server === '') return 'yandex';
  const usual = port === PORT && security === 'tls';
  return SERVICES.find((one) => one !== 'own' && usual && SERVERS[one] === server) ?? 'own';
}

export function Mail() {
  const { demo, channels } = useChannels();
  // Read along with the channels: what comes later would push the page about.
  const [kept] = useKept('mail');
  if (demo) return <InDemo />;
  if (channels.isPending || kept === undefined) return <ListSkeleton rows={3} />;
  if (channels.data === undefined)
    return <ErrorNote error={channels.error} retry={() => channels.refetch()} />;
  return <MailPage channels={channels.data} />;
}

export function MailPage({ channels }: { channels: Channels }) {
  const text = useText();
  const { settings } = channels.mail;
  const isSet = settings.server !== '';
  // What was typed and not saved is there when the window opens again; a password is not.
  const [kept, keep] = useKept('mail');
  // The form begins anew when the mailbox is forgotten.
  const [round, setRound] = useState(0);
  const set = useChannelsAction((commands, mail: MailSettings) => commands.setMail(mail, null));
  return (
    <>
      <Section title={text('post-title')} hint={text('post-hint')}>
        {channels.keyStore === 'locked' && <Unlock forgot={isSet} />}
        <WayState way="mail" channels={channels} isSet={isSet} />
        {isSet && (
          <>
            <Toggle
              label={text('post-on')}
              selected={settings.on}
              onChange={(on) => set.mutate({ ...settings, on })}
            />
            {set.isError && <ErrorNote error={set.error} />}
            {settings.on && (
              <TryButton
                channels={['mail']}
                label={text('post-try')}
                hint={text('post-try-hint')}
              />
            )}
            <KeptWhere channels={channels} />
          </>
        )}
      </Section>
      {kept !== undefined && (
        <Mailbox key={round} channels={channels} begun={round === 0 ? kept : null} keep={keep} />
      )}
      {isSet && (
        <Forget
          onDone={() => {
            keep('');
            setRound(round + 1);
          }}
        />
      )}
    </>
  );
}

/** Which field a problem is about. */
const FIELD: Partial<Record<Problem, 'server' | 'to' | 'password'>> = {
  badServer: 'server',
  badMailAddress: 'to',
  noPassword: 'password',
};

interface Form {
  mail: MailSettings;
  service: Service;
  port: string;
}

function formFrom(text: string | null, settings: MailSettings): Form {
  const form = {
    mail: settings,
    service: serviceOf(settings),
    port: String(settings.port || PORT),
  };
  if (!text) return form;
  try {
    return { ...form, ...(JSON.parse(text) as Partial<Form>) };
  } catch {
    return form;
  }
}

function Mailbox({
  channels,
  begun,
  keep: keepTyped,
}: {
  channels: Channels;
  begun: string | null;
  keep: (text: string) => void;
}) {
  const text = useText();
  const { settings, hasPassword } = channels.mail;
  const [{ mail: form, service, port }, setForm] = useState(() => formFrom(begun, settings));
  const [password, setPassword] = useState('');
  const [saved, setSaved] = useState(false);
  const { keep, dialog } = useKeeper(channels);
  const set = useChannelsAction((commands, mail: MailSettings) =>
    commands.setMail(mail, password === '' ? null : password),
  );
  const own = service === 'own';
  const change = (part: Partial<Form>) => {
    const next = { mail: form, service, port, ...part };
    set.reset();
    setSaved(false);
    setForm(next);
    keepTyped(JSON.stringify(next));
  };
  const put = (part: Partial<MailSettings>) => change({ mail: { ...form, ...part } });
  const whole = (): MailSettings => ({
    on: true,
    server: own ? form.server.trim() : SERVERS[service],
    port: own ? Number.parseInt(port, 10) || 0 : PORT,
    security: own ? form.security : 'tls',
    login: form.login.trim(),
    from: own ? form.from.trim() : '',
    to: form.to.trim() || (own && form.from.trim()) || form.login.trim(),
  });
  const save = () =>
    keep(() =>
      set.mutateAsync(whole()).then(() => {
        setPassword('');
        keepTyped('');
        setSaved(true);
        announce(text('post-saved'));
      }),
    );
  const error = besideKeys(set.error);
  const [problem] = error instanceof HostError ? error.problems : [];
  const field = problem === undefined ? undefined : FIELD[problem];
  const words = error === null ? null : text(problemSentences(error)[0] ?? errorSentence(error));
  // An address that is no address is the login's fault where nothing else was typed.
  const at =
    field === 'to' && (form.to.trim() === '' || !form.login.includes('@')) ? 'login' : field;
  const wrong = (of: 'server' | 'to' | 'password' | 'login') => (at === of ? words : null);
  const kept = hasPassword && form.login.trim() === settings.login;
  const passwordHint: PlainId = kept
    ? 'post-password-kept'
    : own
      ? 'post-password-own-hint'
      : 'post-password-hint';
  return (
    <Section title={text('post-box')}>
      <Select
        label={text('post-service')}
        value={service}
        onChange={(next) => change({ service: next })}
        options={SERVICES.map((value) => ({ value, label: text(`post-service-${value}`) }))}
      />
      {own ? (
        <>
          <TextInput
            label={text('post-server')}
            hint={text('post-server-hint')}
            error={wrong('server')}
            plain
            value={form.server}
            onChange={(server) => put({ server })}
          />
          <TextInput
            label={text('post-port')}
            plain
            value={port}
            onChange={(typed) => change({ port: typed.replace(/\D/g, '').slice(0, 5) })}
          />
          <Radios
            label={text('post-security')}
            value={form.security}
            onChange={(security) => put({ security })}
            options={(['tls', 'startTls'] as const).map((value) => ({
              value,
              label: text(`post-security-${value}`),
            }))}
          />
        </>
      ) : (
        <p className="text-caption text-text-2">
          {text('post-server-is', { server: SERVERS[service], port: String(PORT) })}
        </p>
      )}
      <TextInput
        label={text(own ? 'post-login-own' : 'post-login')}
        hint={own ? undefined : text('post-login-hint')}
        error={wrong('login')}
        plain
        value={form.login}
        onChange={(login) => put({ login })}
      />
      <TextInput
        label={text(own ? 'post-password-own' : 'post-password')}
        hint={text(passwordHint)}
        error={wrong('password')}
        secret
        value={password}
        onChange={(typed) => {
          set.reset();
          setSaved(false);
          setPassword(typed);
        }}
      />
      <TextInput
        label={text('post-to')}
        hint={text('post-to-hint')}
        error={wrong('to')}
        plain
        value={form.to}
        onChange={(to) => put({ to })}
        onEnter={save}
      />
      {own && (
        <TextInput
          label={text('post-from')}
          hint={text('post-from-hint')}
          plain
          value={form.from}
          onChange={(from) => put({ from })}
        />
      )}
      {error !== null && field === undefined && <ErrorNote error={error} />}
      <div>
        <Button
          look="primary"
          isDisabled={set.isPending || form.login.trim() === ''}
          onPress={save}
        >
          {text('post-save')}
        </Button>
      </div>
      {saved && (
        <Note tone="ok" role="status">
          {text('post-saved')}
        </Note>
      )}
      {dialog}
    </Section>
  );
}

function Forget({ onDone }: { onDone: () => void }) {
  const text = useText();
  const forget = useChannelsAction((commands) => commands.forgetMail());
  return (
    <Section title={text('post-forget')} hint={text('post-forget-hint')}>
      <div>
        <AskButton
          label={text('post-forget')}
          isDisabled={forget.isPending}
          title={text('post-forget-ask')}
          confirm={text('post-forget')}
          cancel={text('way-forget-cancel')}
          onConfirm={() =>
            forget.mutate(undefined, {
              onSuccess: () => {
                showToast({ text: text('post-forgotten'), lasts: 6_000 });
                onDone();
              },
            })
          }
        >
          {text('post-forget-hint')}
        </AskButton>
      </div>
      {forget.isError && <ErrorNote error={forget.error} />}
    </Section>
  );
}
