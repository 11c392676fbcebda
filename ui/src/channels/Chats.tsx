// The chats that are told: which watches each hears of, and how it is taken off.

import { useQuery } from '@tanstack/react-query';
import AlertIcon from 'lucide-react/icons/triangle-alert';
import UsersIcon from 'lucide-react/icons/users';
import { watchTitle, whereWords } from '../choice/words.ts';
import { useText } from '../i18n/text.ts';
import type { Chat, WatchChoice } from '../ipc/host.ts';
import { useChannelsAction, useQuestions } from '../ipc/queries.ts';
import { Check, Radios } from '../kit/Fields.tsx';
import { announce } from '../kit/live.ts';
import { Marked } from '../kit/marked.tsx';
import { ErrorNote } from '../kit/Notes.tsx';
import { Section } from '../kit/Page.tsx';
import { AskButton } from '../kit/Popups.tsx';
import { useShown } from '../kit/shown.tsx';
import { Tag } from '../kit/Tag.tsx';
import { showToast } from '../kit/toasts.ts';

export function Chats({ chats }: { chats: Chat[] }) {
  const text = useText();
  return (
    <Section title={text('bot-chats')}>
      <ul className="flex flex-col gap-6">
        {chats.map((chat) => (
          <li key={chat.id} className="border-b border-border pb-6 last:border-0 last:pb-0">
            <ChatRow chat={chat} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function ChatRow({ chat }: { chat: Chat }) {
  const text = useText();
  const choose = useChannelsAction((commands, watches: WatchChoice) =>
    commands.chooseForChat(chat.id, watches),
  );
  const unlink = useChannelsAction((commands) => commands.unlinkChat(chat.id));
  const { title, watches } = chat;
  const said = { onSuccess: () => announce(text('saved')) };
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="flex min-w-0 flex-1 basis-[14rem] flex-col gap-2">
          <h3 className="font-semibold break-words">
            <Marked>{title}</Marked>
          </h3>
          {chat.isGroup && (
            <Tag tone="neutral" icon={<UsersIcon aria-hidden />}>
              {text('bot-chat-group')}
            </Tag>
          )}
          {chat.isGroup && (
            <p className="text-caption text-text-2">{text('bot-chat-group-hint')}</p>
          )}
          {chat.state === 'blocked' && (
            <>
              <Tag tone="warn" icon={<AlertIcon aria-hidden />}>
                {text('bot-chat-blocked')}
              </Tag>
              <p className="measure">{text('bot-chat-blocked-hint')}</p>
            </>
          )}
        </div>
        <AskButton
          label={text('bot-chat-off')}
          labelled={text('bot-chat-off-what', { title })}
          isDisabled={unlink.isPending}
          title={text('bot-chat-off-ask', { title })}
          confirm={text('bot-chat-off')}
          cancel={text('way-forget-cancel')}
          onConfirm={() =>
            unlink.mutate(undefined, {
              onSuccess: () => showToast({ text: text('bot-chat-off-done'), lasts: 6_000 }),
            })
          }
        >
          {text('bot-chat-off-hint')}
        </AskButton>
      </div>
      <Radios
        label={text('bot-chat-hears', { title })}
        hideLabel
        row
        value={watches.kind}
        onChange={(kind) => choose.mutate(kind === 'all' ? { kind } : { kind, watches: [] }, said)}
        options={[
          { value: 'all', label: text('bot-chat-all') },
          { value: 'only', label: text('bot-chat-only') },
        ]}
      />
      {watches.kind === 'only' && (
        <Chosen
          title={title}
          chosen={watches.watches}
          onChange={(next) => choose.mutate({ kind: 'only', watches: next }, said)}
        />
      )}
      {(choose.isError || unlink.isError) && <ErrorNote error={choose.error ?? unlink.error} />}
    </div>
  );
}

function Chosen({
  title,
  chosen,
  onChange,
}: {
  title: string;
  chosen: number[];
  onChange: (watches: number[]) => void;
}) {
  const text = useText();
  const watches = useQuery(useQuestions().watches());
  const { shown, more } = useShown(watches.data ?? []);
  if (watches.data === undefined) return null;
  if (watches.data.length === 0)
    return <p className="text-text-2">{text('bot-chat-no-watches')}</p>;
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="sr-only">
        <Marked>{text('bot-chat-hears', { title })}</Marked>
      </legend>
      {shown.map((view) => {
        const { watch } = view;
        return (
          <Check
            key={watch.id}
            selected={chosen.includes(watch.id)}
            onChange={(on) =>
              onChange(on ? [...chosen, watch.id] : chosen.filter((id) => id !== watch.id))
            }
          >
            <Marked>{watchTitle(watch.places, text)}</Marked>
            <span className="block text-caption text-text-2">
              <Marked>{whereWords(view, text)}</Marked>
            </span>
          </Check>
        );
      })}
      {more}
      {chosen.length === 0 && <p className="text-warn">{text('bot-chat-none')}</p>}
    </fieldset>
  );
}
