// The code for a new chat, and the question when a chat has sent it.

import LinkIcon from 'lucide-react/icons/message-circle';
import { useEffect, useRef } from 'react';
import { useFormat, useNow } from '../i18n/format.ts';
import { useText } from '../i18n/text.ts';
import type { Chat, Qr, TelegramView } from '../ipc/host.ts';
import { useChannelsAction, useNewChatLink } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { announce } from '../kit/live.ts';
import { Marked } from '../kit/marked.tsx';
import { ErrorNote, Note } from '../kit/Notes.tsx';
import { Copied } from './Steps.tsx';

export function LinkChat({
  telegram,
  asking,
  focused = false,
  onDone = () => {},
}: {
  telegram: TelegramView;
  asking: Chat[];
  /** It was opened by a button that is gone. */
  focused?: boolean;
  onDone?: () => void;
}) {
  const text = useText();
  const format = useFormat();
  const now = useNow(1_000);
  const ask = useNewChatLink();
  const place = useRef<HTMLDivElement>(null);
  const link =
    telegram.link !== null && Date.parse(telegram.link.until) > now ? telegram.link : null;

  // A code is shown at once, and a new one only when asked for.
  const begun = useRef(link !== null || asking.length > 0);
  const request = useRef(() => ask.mutate());
  useEffect(() => {
    if (!begun.current) request.current();
    begun.current = true;
  }, []);
  useEffect(() => {
    if (focused) place.current?.focus();
  }, [focused]);

  const titles = asking.map(({ title }) => title).join(', ');
  useEffect(() => {
    if (titles !== '') announce(text('bot-asked', { title: titles }), 'assertive');
  }, [titles, text]);

  return (
    <div ref={place} tabIndex={-1} className="flex flex-col gap-4">
      {asking.map((chat) => (
        <Question key={chat.id} chat={chat} onDone={onDone} />
      ))}
      {asking.length === 0 && link !== null && (
        <>
          <p className="measure">{text('bot-link-hint')}</p>
          <div className="flex flex-wrap items-start gap-x-6 gap-y-4">
            <QrCode qr={link.qr} label={text('bot-link-qr')} />
            <div className="flex min-w-0 flex-1 basis-[16rem] flex-col gap-3">
              <Copied what={text('bot-link-address')} words={link.url} />
              <p className="tabular">{text('bot-link-until', { time: format.time(link.until) })}</p>
              <p className="text-text-2">{text('bot-link-waits')}</p>
            </div>
          </div>
        </>
      )}
      {asking.length === 0 && link === null && !ask.isPending && !ask.isError && (
        <Note tone="neutral">{text('bot-link-over')}</Note>
      )}
      {ask.isError && <ErrorNote error={ask.error} />}
      {asking.length === 0 && (
        <div>
          <Button isDisabled={ask.isPending} onPress={() => ask.mutate()}>
            {text('bot-link-new')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Black on white in every theme: cameras do not read it otherwise. */
export function QrCode({ qr, label }: { qr: Qr; label: string }) {
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${qr.size} ${qr.size}`}
      shapeRendering="crispEdges"
      className="w-full max-w-[14rem] shrink-0 rounded-field border border-border bg-[white] text-[black] forced-color-adjust-none"
    >
      <path d={qr.path} fill="currentColor" />
    </svg>
  );
}

function Question({ chat, onDone }: { chat: Chat; onDone: () => void }) {
  const text = useText();
  const link = useChannelsAction((commands) => commands.linkChat(chat.id));
  const refuse = useChannelsAction((commands) => commands.unlinkChat(chat.id));
  const busy = link.isPending || refuse.isPending;
  const error = link.error ?? refuse.error;
  const { title } = chat;
  const said = (id: 'bot-linked' | 'bot-refused') => ({
    onSuccess: () => {
      announce(text(id));
      onDone();
    },
  });
  return (
    <Note
      tone="info"
      icon={<LinkIcon />}
      actions={
        <>
          <Button
            look="primary"
            isDisabled={busy}
            onPress={() => link.mutate(undefined, said('bot-linked'))}
          >
            {text('bot-ask-yes')}
          </Button>
          <Button isDisabled={busy} onPress={() => refuse.mutate(undefined, said('bot-refused'))}>
            {text('no')}
          </Button>
        </>
      }
    >
      <p className="font-semibold">
        <Marked>{text(chat.isGroup ? 'bot-ask-group' : 'bot-ask', { title })}</Marked>
      </p>
      <p>{text('bot-ask-hint')}</p>
      {chat.isGroup && <p>{text('bot-chat-group-hint')}</p>}
      {error !== null && <ErrorNote error={error} />}
    </Note>
  );
}
