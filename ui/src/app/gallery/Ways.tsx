// The ways to tell besides the screen, as each may be found.

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { PlaceForm, Unlock } from '../../channels/KeyStore.tsx';
import { MailPage } from '../../channels/Mail.tsx';
import { PushPage } from '../../channels/Push.tsx';
import { TelegramPage } from '../../channels/Telegram.tsx';
import { TrialResults } from '../../channels/Trials.tsx';
import { InDemo, WayState } from '../../channels/WayState.tsx';
import type { Channels, StoreFailure, Trial, Untold } from '../../ipc/host.ts';
import { draft, WAYS } from '../../ipc/memory/fixtures.ts';
import { useQuestions } from '../../ipc/queries.ts';
import { Part } from './Part.tsx';
import { World } from './World.tsx';

/** Which picture shows which state of Telegram. */
const TELEGRAM: Record<string, string> = {
  none: 'no bot',
  linking: 'a code is shown',
  asking: 'a chat asks',
  working: 'chats are linked',
  lost: 'the token is asked for again',
};
const LINES = ['none', 'bot', 'working', 'unreachable', 'busy', 'token', 'conflict', 'lost'];
const TROUBLES: StoreFailure[] = ['absent', 'refused', 'silent', 'forgetful', 'failed'];
const nothing = () => {};

function Found({ ways, show }: { ways: string; show: (channels: Channels) => ReactNode }) {
  return (
    <World
      begin={(memory) => {
        memory.world.add(draft({ nickname: 'мама' }));
        WAYS[ways]?.(memory);
      }}
    >
      <Shown show={show} />
    </World>
  );
}

function Shown({ show }: { show: (channels: Channels) => ReactNode }) {
  const { data } = useQuery(useQuestions().channels());
  return data === undefined ? null : show(data);
}

export function Ways() {
  return (
    <>
      <h2 className="text-h2 font-bold">Ways to tell</h2>
      {Object.entries(TELEGRAM).map(([ways, name]) => (
        <Part key={ways} name={`Telegram: ${name}`}>
          <Found ways={ways} show={(channels) => <TelegramPage channels={channels} />} />
        </Part>
      ))}
      <Part name="How channels do">
        {LINES.map((ways) => (
          <Found
            key={ways}
            ways={ways}
            show={(channels) => (
              <WayState
                way="telegram"
                channels={channels}
                isSet={channels.telegram.bot !== null}
                empty={channels.telegram.chats.length === 0}
              />
            )}
          />
        ))}
        <Found
          ways="unreachable"
          show={(channels) => (
            <>
              <WayState way="mail" channels={channels} isSet />
              <WayState way="push" channels={channels} isSet />
            </>
          )}
        />
        <Unlock forgot />
        <InDemo />
      </Part>
      <Part name="Mail and push">
        <Found ways="working" show={(channels) => <MailPage channels={channels} />} />
        <Found ways="working" show={(channels) => <PushPage channels={channels} />} />
      </Part>
      <Part name="Where to keep secrets">
        {TROUBLES.map((trouble) => (
          <div key={trouble} className="flex flex-col gap-4 rounded-card border border-border p-4">
            <PlaceForm trouble={trouble} onClose={nothing} onDone={nothing} />
          </div>
        ))}
      </Part>
      <Part name="What came of a trial">
        <TrialResults trials={TRIALS} />
      </Part>
    </>
  );
}

const WHY: [channel: string, why: Untold | null][] = [
  ['desktop', null],
  ['desktop', 'absent'],
  ['telegram/1', null],
  ['telegram/1', 'unreachable'],
  ['telegram/1', 'token'],
  ['telegram/1', 'blocked'],
  ['telegram/1', 'conflict'],
  ['telegram/1', 'busy'],
  ['mail', 'token'],
  ['mail', 'unreachable'],
  ['push', 'silent'],
  ['push', 'locked'],
];
const TRIALS: Trial[] = WHY.map(([channel, why]) => ({
  channel,
  title: channel.startsWith('telegram') ? 'Мария' : null,
  why,
}));
