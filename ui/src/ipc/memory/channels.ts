// The ways to tell besides the screen, in memory: a bot that takes any token of the right shape,
// a chat that asks when it is told to, a key store that works or does not.

import type {
  ChannelState,
  Channels,
  Chat,
  CommandError,
  Host,
  KeyStore,
  Qr,
  Settings,
  StoreFailure,
  Trial,
  Untold,
} from '../host.ts';

const MINUTE = 60_000;
/** «123456:ABC…», as Telegram makes them. */
const TOKEN = /^\d{6,}:[\w-]{30,}$/;
const MAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const SHORTEST_PASSPHRASE = 8;

export const noChannels = (): Channels => ({
  keyStore: 'system',
  keyStoreTrouble: null,
  telegram: {
    state: { kind: 'off' },
    bot: null,
    maker: qrOf('https://t.me/BotFather'),
    chats: [],
    link: null,
    proxy: false,
    apiUrl: null,
    undelivered: 0,
  },
  mail: {
    state: { kind: 'off' },
    settings: {
      on: false,
      server: '',
      port: 0,
      security: 'tls',
      login: '',
      from: '',
      to: '',
    },
    hasPassword: false,
    undelivered: 0,
  },
  push: {
    state: { kind: 'off' },
    settings: { on: false, kind: 'ntfy' },
    host: null,
    hasToken: false,
    undelivered: 0,
  },
});

/** For tests and fixtures: what happens behind the window. */
export interface ChannelsWorld {
  channels: Channels;
  /** The passphrase that opens the sealed file. */
  passphrase: string;
  keyStore(state: KeyStore, trouble?: StoreFailure): void;
  /** A bot with chats, linked unless told otherwise. */
  bot(...chats: (Partial<Chat> & { title: string })[]): void;
  /** A mailbox of Yandex. */
  mailbox(): void;
  /** An ntfy topic. */
  pushes(): void;
  /** How a channel does from now on. */
  does(name: 'telegram' | 'mail' | 'push', state: ChannelState, undelivered?: number): void;
  /** Somebody sends the bot the code. */
  knock(title: string, isGroup?: boolean): void;
}

interface Around {
  world: { settings: Settings };
  /** Milliseconds until a chat asks after the code is shown; 0: only when told. */
  knocks: number;
  emit: (event: { kind: 'channelsChanged' } | { kind: 'settingsChanged' }) => void;
  refuse: (code: CommandError['code'], problems?: CommandError['problems']) => never;
  command: <A extends unknown[], T>(
    name: string,
    act: (...args: A) => T,
  ) => (
    ...args: A
  ) => Promise<{ status: 'ok'; data: T } | { status: 'error'; error: CommandError }>;
}

type Ways = Pick<
  Host['commands'],
  | 'channels'
  | 'setTelegramToken'
  | 'forgetTelegram'
  | 'setTelegramWay'
  | 'newChatLink'
  | 'linkChat'
  | 'unlinkChat'
  | 'chooseForChat'
  | 'setMail'
  | 'forgetMail'
  | 'setPush'
  | 'forgetPush'
  | 'tryChannels'
  | 'sealSecrets'
  | 'unlockSecrets'
  | 'keepSecretsInMemory'
  | 'useKeyStore'
>;

export function createChannels({ world, knocks, emit, refuse, command }: Around): {
  commands: Ways;
  ways: ChannelsWorld;
} {
  const now = () => new Date().toISOString();
  const works = (): ChannelState => ({ kind: 'works', at: now() });
  let nextChat = 1;
  const changed = () => emit({ kind: 'channelsChanged' });

  const ways: ChannelsWorld = {
    channels: noChannels(),
    passphrase: '',
    keyStore: (state, trouble) => {
      ways.channels.keyStore = state;
      ways.channels.keyStoreTrouble = trouble ?? null;
      for (const way of set()) way.state = state === 'locked' ? { kind: 'locked' } : works();
      changed();
    },
    bot: (...chats) => {
      const { telegram } = ways.channels;
      telegram.bot = 'ivanova_talon_bot';
      telegram.state = works();
      for (const chat of chats)
        telegram.chats.push({
          id: nextChat++,
          isGroup: false,
          watches: { kind: 'all' },
          state: 'linked',
          ...chat,
        });
      changed();
    },
    mailbox: () => {
      ways.channels.mail = {
        state: works(),
        settings: {
          on: true,
          server: 'smtp.yandex.ru',
          port: 465,
          security: 'tls',
          login: 'ivanova@yandex.ru',
          from: '',
          to: 'ivanova@yandex.ru',
        },
        hasPassword: true,
        undelivered: 0,
      };
      world.settings = { ...world.settings, mail: ways.channels.mail.settings };
      changed();
    },
    pushes: () => {
      ways.channels.push = {
        state: works(),
        settings: { on: true, kind: 'ntfy' },
        host: 'ntfy.sh',
        hasToken: false,
        undelivered: 0,
      };
      world.settings = { ...world.settings, push: ways.channels.push.settings };
      changed();
    },
    does: (name, state, undelivered = 0) => {
      Object.assign(ways.channels[name], { state, undelivered });
      changed();
    },
    knock: (title, isGroup = false) => {
      const { telegram } = ways.channels;
      if (telegram.link === null) return;
      telegram.link = null;
      telegram.chats.push({
        id: nextChat++,
        title,
        isGroup,
        watches: { kind: 'all' },
        state: 'asking',
      });
      changed();
    },
  };

  /** Those that are set up and on. */
  function set() {
    const { telegram, mail, push } = ways.channels;
    return [
      ...(telegram.bot !== null && world.settings.telegram ? [telegram] : []),
      ...(mail.settings.on ? [mail] : []),
      ...(push.settings.on ? [push] : []),
    ];
  }
  /** A secret is kept only where there is a place for it. */
  const keeps = () => {
    if (ways.channels.keyStore === 'undecided') refuse('noKeyStore');
    if (ways.channels.keyStore === 'locked') refuse('locked');
  };
  const seen = (): Channels => {
    const { telegram } = ways.channels;
    if (telegram.link !== null && Date.parse(telegram.link.until) <= Date.now())
      telegram.link = null;
    const off: ChannelState = { kind: 'off' };
    return {
      ...ways.channels,
      telegram: { ...telegram, state: world.settings.telegram ? telegram.state : off },
    };
  };
  const answer = () => {
    changed();
    return seen();
  };
  const chat = (id: number): Chat => {
    const found = ways.channels.telegram.chats.find((one) => one.id === id);
    return found ?? refuse('notFound');
  };
  const opened = (state: KeyStore) => {
    Object.assign(ways.channels, { keyStore: state, keyStoreTrouble: null });
    for (const way of set()) if (way.state.kind === 'locked') way.state = { kind: 'ready' };
    return answer();
  };
  const why = (state: ChannelState): Untold | null =>
    state.kind === 'failing' ? state.why : state.kind === 'locked' ? 'locked' : null;

  const commands: Ways = {
    channels: command('channels', seen),
    setTelegramToken: command('setTelegramToken', (token) => {
      if (!TOKEN.test(token.trim())) refuse('invalid', ['badToken']);
      keeps();
      ways.bot();
      return answer();
    }),
    forgetTelegram: command('forgetTelegram', () => {
      if (ways.channels.keyStore === 'locked') refuse('locked');
      ways.channels.telegram = noChannels().telegram;
      return answer();
    }),
    setTelegramWay: command('setTelegramWay', (proxy, apiUrl) => {
      if (proxy && !/^(https?|socks5h?):\/\/\S+$/.test(proxy)) refuse('invalid', ['badProxy']);
      if (apiUrl && !/^https:\/\/\S+$/.test(apiUrl)) refuse('invalid', ['badAddress']);
      if (proxy) keeps();
      const { telegram } = ways.channels;
      if (proxy !== null) telegram.proxy = proxy !== '';
      telegram.apiUrl = apiUrl || null;
      return answer();
    }),
    newChatLink: command('newChatLink', () => {
      const { telegram } = ways.channels;
      if (telegram.bot === null) refuse('notFound');
      const url = `https://t.me/${telegram.bot}?start=q7Xn2mPd9KsT4vBw`;
      const link = { url, qr: qrOf(url), until: new Date(Date.now() + 10 * MINUTE).toISOString() };
      telegram.link = link;
      changed();
      if (knocks > 0) setTimeout(() => ways.knock('Мария'), knocks);
      return link;
    }),
    linkChat: command('linkChat', (id) => {
      chat(id).state = 'linked';
      return answer();
    }),
    unlinkChat: command('unlinkChat', (id) => {
      chat(id);
      const { telegram } = ways.channels;
      telegram.chats = telegram.chats.filter((one) => one.id !== id);
      return answer();
    }),
    chooseForChat: command('chooseForChat', (id, watches) => {
      chat(id).watches = watches;
      return answer();
    }),
    setMail: command('setMail', (mail, password) => {
      const { mail: kept } = ways.channels;
      if (!/^[\w.-]+\.[a-z]+$/i.test(mail.server) || mail.port < 1)
        refuse('invalid', ['badServer']);
      if (![mail.to, mail.from || mail.login].every((address) => MAIL.test(address)))
        refuse('invalid', ['badMailAddress']);
      const same = mail.server === kept.settings.server && mail.login === kept.settings.login;
      if (password !== null) keeps();
      else if (mail.on && !(same && kept.hasPassword)) refuse('invalid', ['noPassword']);
      ways.channels.mail = {
        ...kept,
        settings: mail,
        hasPassword: password !== null || kept.hasPassword,
        state: mail.on ? { kind: 'ready' } : { kind: 'off' },
      };
      world.settings = { ...world.settings, mail };
      emit({ kind: 'settingsChanged' });
      return answer();
    }),
    forgetMail: command('forgetMail', () => {
      if (ways.channels.keyStore === 'locked') refuse('locked');
      ways.channels.mail = noChannels().mail;
      world.settings = { ...world.settings, mail: ways.channels.mail.settings };
      emit({ kind: 'settingsChanged' });
      return answer();
    }),
    setPush: command('setPush', (push, address, token) => {
      const { push: kept } = ways.channels;
      if (address !== null && !/^https:\/\/[^/\s]+\/\S+$/.test(address))
        refuse('invalid', ['badAddress']);
      if (push.on && address === null && kept.host === null) refuse('invalid', ['badAddress']);
      if (address !== null || token !== null) keeps();
      ways.channels.push = {
        ...kept,
        settings: push,
        host: address === null ? kept.host : new URL(address).host,
        hasToken: token !== null || (address === null && kept.hasToken),
        state: push.on ? { kind: 'ready' } : { kind: 'off' },
      };
      world.settings = { ...world.settings, push };
      emit({ kind: 'settingsChanged' });
      return answer();
    }),
    forgetPush: command('forgetPush', () => {
      if (ways.channels.keyStore === 'locked') refuse('locked');
      ways.channels.push = noChannels().push;
      world.settings = { ...world.settings, push: ways.channels.push.settings };
      emit({ kind: 'settingsChanged' });
      return answer();
    }),
    tryChannels: command('tryChannels', (only) => {
      const { telegram, mail, push } = seen();
      const all: Trial[] = [
        {
          channel: 'desktop',
          title: null,
          why: world.settings.notifications ? null : ('off' as const),
        },
        ...(telegram.state.kind === 'off' ? [] : telegram.chats)
          .filter(({ state }) => state !== 'asking')
          .map(({ id, title, state }) => ({
            channel: `telegram/${id}`,
            title,
            why: state === 'blocked' ? ('blocked' as const) : why(telegram.state),
          })),
        ...(mail.settings.on ? [{ channel: 'mail', title: null, why: why(mail.state) }] : []),
        ...(push.settings.on ? [{ channel: 'push', title: null, why: why(push.state) }] : []),
      ];
      const tried = all.filter(({ channel }) => only === null || channel === only);
      const fine = (name: string) =>
        tried.some((one) => one.channel.startsWith(name) && one.why === null);
      if (fine('telegram')) ways.channels.telegram.state = works();
      if (fine('mail')) ways.channels.mail.state = works();
      if (fine('push')) ways.channels.push.state = works();
      changed();
      return tried;
    }),
    sealSecrets: command('sealSecrets', (passphrase) => {
      if ([...passphrase].length < SHORTEST_PASSPHRASE) refuse('invalid', ['weakPassphrase']);
      if (ways.channels.keyStore === 'locked') refuse('locked');
      ways.passphrase = passphrase;
      return opened('sealed');
    }),
    unlockSecrets: command('unlockSecrets', (passphrase) => {
      if (passphrase !== ways.passphrase) refuse('wrongPassphrase');
      return opened('sealed');
    }),
    keepSecretsInMemory: command('keepSecretsInMemory', () => {
      // What is in a locked file stays there.
      if (ways.channels.keyStore !== 'locked') return opened('memory');
      ways.channels.keyStore = 'memory';
      return answer();
    }),
    useKeyStore: command('useKeyStore', () => {
      if (ways.channels.keyStoreTrouble !== null) refuse('keyStore');
      return opened('system');
    }),
  };
  return { commands, ways };
}

/** A picture that looks like a QR code: three squares and noise. No reader reads it. */
function qrOf(text: string): Qr {
  const QUIET = 4;
  const side = 33;
  const eye = (x: number, y: number) => {
    const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3));
    return ring === 3 || ring <= 1;
  };
  let noise = [...text].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) >>> 0, 7);
  let path = '';
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      noise = (noise * 1_664_525 + 1_013_904_223) >>> 0;
      const [left, top, right, low] = [x < 8, y < 8, x >= side - 8, y >= side - 8];
      const dark =
        left && top
          ? x < 7 && y < 7 && eye(x, y)
          : right && top
            ? x > side - 8 && y < 7 && eye(x - side + 7, y)
            : left && low
              ? x < 7 && y > side - 8 && eye(x, y - side + 7)
              : (noise >>> 16) % 2 === 0;
      if (dark) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
    }
  return { size: side + 2 * QUIET, path };
}
