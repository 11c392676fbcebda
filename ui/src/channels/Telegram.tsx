// Telegram: a bot of the person's own, set up in three steps.

import { useState } from 'react';
import { useText } from '../i18n/text.ts';
import { errorSentence, problemSentences } from '../ipc/errors.ts';
import { type Channels, HostError, type Qr } from '../ipc/host.ts';
import { useChannelsAction, useSettings } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { TextInput, Toggle } from '../kit/Fields.tsx';
import { announce } from '../kit/live.ts';
import { ErrorNote, ListSkeleton } from '../kit/Notes.tsx';
import { Section } from '../kit/Page.tsx';
import { AskButton } from '../kit/Popups.tsx';
import { showToast } from '../kit/toasts.ts';
import { Chats } from './Chats.tsx';
import { besideKeys, KeptWhere, Unlock, useKeeper } from './KeyStore.tsx';
import { LinkChat, QrCode } from './LinkChat.tsx';
import { Copied, Turning } from './Steps.tsx';
import { TelegramWay } from './TelegramWay.tsx';
import { TryButton } from './Trials.tsx';
import { InDemo, useChannels, WayState } from './WayState.tsx';

export function Telegram() {
  const text = useText();
  const { demo, channels } = useChannels();
  return (
    <>
      {demo ? (
        <InDemo />
      ) : channels.isPending ? (
        <ListSkeleton rows={3} />
      ) : channels.data === undefined ? (
        <ErrorNote error={channels.error} retry={() => channels.refetch()} />
      ) : (
        <TelegramPage channels={channels.data} />
      )}
      {demo && <p className="measure text-text-2">{text('bot-hint')}</p>}
    </>
  );
}

export function TelegramPage({ channels }: { channels: Channels }) {
  const text = useText();
  const { settings, change } = useSettings();
  const { bot, chats, state } = channels.telegram;
  const linked = chats.filter((chat) => chat.state !== 'asking');
  const asking = chats.filter((chat) => chat.state === 'asking');
  const [adding, setAdding] = useState(false);
  const sealed = channels.keyStore === 'locked';
  // Nothing was set up yet when the page was opened: the steps are counted.
  const [fresh] = useState(bot === null || linked.length === 0);
  const lost = bot !== null && !sealed && (state.kind === 'locked' || isRefused(state));
  const step = bot === null ? 1 : linked.length === 0 ? 2 : 3;
  const stepTitle = (n: number, what: string) => (fresh ? text('way-step', { n, what }) : what);

  return (
    <>
      <Section title={text('bot-title')} hint={text('bot-hint')}>
        {sealed && <Unlock forgot={bot !== null} />}
        <WayState
          way="telegram"
          channels={channels}
          isSet={bot !== null}
          empty={linked.length === 0}
        />
        {bot !== null && (
          <>
            <p className="break-words">{text('bot-name', { name: bot })}</p>
            {settings !== undefined && linked.length > 0 && (
              <Toggle
                label={text('bot-on')}
                selected={settings.telegram}
                onChange={(telegram) => change({ telegram })}
              />
            )}
            <KeptWhere channels={channels} />
          </>
        )}
        {lost && <Token channels={channels} again />}
      </Section>
      <Turning turn={String(step)}>
        {step === 1 && !sealed && (
          <Section title={stepTitle(1, text('bot-make'))} hint={text('bot-make-hint')}>
            <Recipe maker={channels.telegram.maker} />
            <Token channels={channels} />
          </Section>
        )}
        {step === 2 && (
          <Section title={stepTitle(2, text('bot-link'))}>
            <LinkChat telegram={channels.telegram} asking={asking} />
          </Section>
        )}
        {step === 3 && (
          <>
            <Section title={stepTitle(3, text(fresh ? 'bot-check' : 'bot-check-again'))}>
              <TryButton
                channels={linked.map(({ id }) => `telegram/${id}`)}
                label={text('way-try')}
                hint={text('bot-check-hint')}
                look={fresh ? 'primary' : 'secondary'}
              />
            </Section>
            <Chats chats={linked} />
            {adding || asking.length > 0 ? (
              <Section title={text('bot-chat-add')}>
                <LinkChat
                  telegram={channels.telegram}
                  asking={asking}
                  focused={adding}
                  onDone={() => setAdding(false)}
                />
              </Section>
            ) : (
              <div>
                <Button onPress={() => setAdding(true)}>{text('bot-chat-add')}</Button>
              </div>
            )}
          </>
        )}
      </Turning>
      <TelegramWay channels={channels} />
      {bot !== null && <Forget />}
    </>
  );
}

const isRefused = (state: Channels['telegram']['state']) =>
  state.kind === 'failing' && state.why === 'token';

/** What to do at BotFather, word for word. */
function Recipe({ maker }: { maker: Qr }) {
  const text = useText();
  return (
    <ol className="measure flex list-decimal flex-col gap-4 pl-6">
      <li>
        {text('bot-make-1')}
        <div className="mt-2 flex flex-wrap items-start gap-x-6 gap-y-3">
          <QrCode qr={maker} label={text('bot-father-qr')} />
          <div className="flex min-w-0 flex-1 basis-[16rem] flex-col gap-3">
            <p className="text-text-2">{text('bot-father-hint')}</p>
            <Copied what={text('bot-father-address')} words="https://t.me/BotFather" />
          </div>
        </div>
      </li>
      <li>
        {text('bot-make-2')}
        <Copied what={text('bot-words')} words="/newbot" />
      </li>
      <li>
        {text('bot-make-3')} <b className="font-semibold">{text('bot-make-3-example')}</b>
      </li>
      <li>
        {text('bot-make-4')} <b className="font-semibold">ivanova_talon_bot</b>
      </li>
      <li>{text('bot-make-5')}</li>
    </ol>
  );
}

/** What Telegram says to a token, in its own words where it has some. */
function tokenError(error: unknown) {
  const [problem] = problemSentences(error);
  if (problem !== undefined) return problem;
  if (error instanceof HostError && error.code === 'tokenRefused') return 'error-telegram-token';
  if (error instanceof HostError && error.code === 'unreachable')
    return 'error-telegram-unreachable';
  return errorSentence(error);
}

function Token({ channels, again = false }: { channels: Channels; again?: boolean }) {
  const text = useText();
  const [token, setToken] = useState('');
  const { keep, dialog } = useKeeper(channels);
  const take = useChannelsAction((commands, typed: string) => commands.setTelegramToken(typed));
  const send = () =>
    keep(() =>
      take.mutateAsync(token.trim()).then(({ telegram }) => {
        setToken('');
        announce(text('bot-token-fine', { name: telegram.bot ?? '' }));
      }),
    );
  const error = besideKeys(take.error);
  return (
    <div className="flex flex-col gap-3">
      <TextInput
        label={text(again ? 'bot-token-new' : 'bot-token')}
        hint={text('bot-token-hint')}
        error={error === null ? null : text(tokenError(error))}
        secret
        value={token}
        onChange={(typed) => {
          take.reset();
          setToken(typed);
        }}
        onEnter={() => token.trim() !== '' && send()}
      />
      <div>
        <Button look="primary" isDisabled={take.isPending || token.trim() === ''} onPress={send}>
          {text(take.isPending ? 'bot-token-checking' : 'bot-token-take')}
        </Button>
      </div>
      {dialog}
    </div>
  );
}

function Forget() {
  const text = useText();
  const forget = useChannelsAction((commands) => commands.forgetTelegram());
  return (
    <Section title={text('bot-forget')} hint={text('bot-forget-hint')}>
      <div>
        <AskButton
          label={text('bot-forget')}
          isDisabled={forget.isPending}
          title={text('bot-forget-ask')}
          confirm={text('bot-forget')}
          cancel={text('way-forget-cancel')}
          onConfirm={() =>
            forget.mutate(undefined, {
              onSuccess: () => showToast({ text: text('bot-forgotten'), lasts: 6_000 }),
            })
          }
        >
          {text('bot-forget-hint')}
        </AskButton>
      </div>
      {forget.isError && <ErrorNote error={forget.error} />}
    </Section>
  );
}
