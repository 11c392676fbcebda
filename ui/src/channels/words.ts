// What is said about a channel, by its name: `desktop`, `telegram/1`, `mail`, `push`.

import type { PlainId, Text } from '../i18n/text.ts';
import type { Chat, Untold } from '../ipc/host.ts';

export type Kind = 'screen' | 'telegram' | 'mail' | 'push';

export const kindOf = (channel: string): Kind =>
  channel.startsWith('telegram')
    ? 'telegram'
    : channel === 'mail' || channel === 'push'
      ? channel
      : 'screen';

/** «Телеграм: Мария», «Почта». */
export function channelName(channel: string, chats: readonly Chat[], text: Text): string {
  switch (kindOf(channel)) {
    case 'telegram': {
      const chat = chats.find(({ id }) => channel === `telegram/${id}`);
      return chat === undefined
        ? text('channel-telegram')
        : text('channel-chat', { title: chat.title });
    }
    case 'mail':
      return text('channel-mail');
    case 'push':
      return text('channel-push');
    default:
      return channel === 'desktop'
        ? text('channel-desktop')
        : channel === 'stdout'
          ? text('channel-stdout')
          : channel;
  }
}

/** What a channel says otherwise than the others. */
const OWN: Record<Kind, Partial<Record<Untold, PlainId>>> = {
  screen: {
    off: 'advice-screen-off',
    absent: 'advice-screen-absent',
    refused: 'advice-screen-refused',
    silent: 'advice-screen-silent',
  },
  telegram: {
    unreachable: 'advice-telegram-unreachable',
    silent: 'advice-telegram-silent',
    token: 'advice-telegram-token',
    blocked: 'advice-telegram-blocked',
    conflict: 'advice-telegram-conflict',
    refused: 'advice-telegram-refused',
  },
  mail: {
    unreachable: 'advice-mail-unreachable',
    silent: 'advice-mail-unreachable',
    token: 'advice-mail-token',
    blocked: 'advice-mail-blocked',
    refused: 'advice-mail-refused',
  },
  push: {
    unreachable: 'advice-push-unreachable',
    silent: 'advice-push-unreachable',
    blocked: 'advice-push-blocked',
  },
};

/** Why a channel was not told, and what to do about it. */
export const adviceOn = (kind: Kind, why: Untold): PlainId => OWN[kind][why] ?? `advice-${why}`;
