// How each state looks and what it says: tag, colour, icon, sentence.

import CalendarPlusIcon from 'lucide-react/icons/calendar-plus';
import CalendarXIcon from 'lucide-react/icons/calendar-x';
import CheckIcon from 'lucide-react/icons/circle-check';
import ClockIcon from 'lucide-react/icons/clock';
import CloudOffIcon from 'lucide-react/icons/cloud-off';
import GaugeIcon from 'lucide-react/icons/gauge';
import LoaderIcon from 'lucide-react/icons/loader';
import PauseIcon from 'lucide-react/icons/pause';
import PhoneIcon from 'lucide-react/icons/phone';
import ShieldIcon from 'lucide-react/icons/shield-alert';
import AlertIcon from 'lucide-react/icons/triangle-alert';
import UserXIcon from 'lucide-react/icons/user-x';
import WifiOffIcon from 'lucide-react/icons/wifi-off';
import type { ReactNode } from 'react';
import { type Format, useFormat } from '../i18n/format.ts';
import { type Text, useText } from '../i18n/text.ts';
import type { WatchView } from '../ipc/host.ts';
import type { Tone } from '../kit/Notes.tsx';
import { Tag } from '../kit/Tag.tsx';

export function StateTag({ view }: { view: WatchView }) {
  const text = useText();
  const format = useFormat();
  const { tone, icon, words } = look(view, text, format);
  return (
    <Tag tone={tone} icon={icon}>
      {words}
    </Tag>
  );
}

export function look(
  { state, slots }: WatchView,
  text: Text,
  format: Format,
): { tone: Tone; icon: ReactNode; words: string } {
  switch (state.kind) {
    case 'found':
      return {
        tone: 'ok',
        icon: <CheckIcon aria-hidden />,
        words: text('tag-found', { slots: slots.length }),
      };
    case 'waiting':
      return { tone: 'neutral', icon: <ClockIcon aria-hidden />, words: text('tag-waiting') };
    case 'unchecked':
      return { tone: 'neutral', icon: <LoaderIcon aria-hidden />, words: text('tag-unchecked') };
    case 'opened':
      return { tone: 'info', icon: <CalendarPlusIcon aria-hidden />, words: text('tag-opened') };
    case 'clinicDown':
      return { tone: 'warn', icon: <AlertIcon aria-hidden />, words: text('tag-clinic-down') };
    case 'noOnline':
      return { tone: 'neutral', icon: <PhoneIcon aria-hidden />, words: text('tag-no-online') };
    case 'unbound':
      return { tone: 'warn', icon: <UserXIcon aria-hidden />, words: text('tag-unbound') };
    case 'siteDown':
      return { tone: 'warn', icon: <CloudOffIcon aria-hidden />, words: text('tag-site-down') };
    case 'blocked':
      return { tone: 'warn', icon: <ShieldIcon aria-hidden />, words: text('tag-blocked') };
    case 'slowed':
      return { tone: 'neutral', icon: <GaugeIcon aria-hidden />, words: text('tag-slowed') };
    case 'offline':
      return { tone: 'warn', icon: <WifiOffIcon aria-hidden />, words: text('tag-offline') };
    case 'paused':
      return {
        tone: 'neutral',
        icon: <PauseIcon aria-hidden />,
        words:
          state.until === null
            ? text('tag-paused-off')
            : text('tag-paused', { when: format.moment(state.until) }),
      };
    case 'expired':
      return { tone: 'neutral', icon: <CalendarXIcon aria-hidden />, words: text('tag-expired') };
    default:
      return state satisfies never;
  }
}

/** What is said under the tag. «Нет талонов» only after a good check. */
export function stateSentence(view: WatchView, text: Text, format: Format): string | null {
  const { state, checkedAt, nextLookAt } = view;
  const next = nextLookAt === null ? text('soon') : format.time(nextLookAt);
  const last = checkedAt === null ? text('never-checked') : format.moment(checkedAt);
  switch (state.kind) {
    case 'found':
      return null;
    case 'waiting':
      return checkedAt === null ? null : text('waiting', { time: format.moment(checkedAt) });
    case 'unchecked':
      return text('unchecked-text');
    case 'opened':
      return text('opened-text', { day: format.dayTitle(state.day) });
    case 'clinicDown':
      return text('clinic-down', { time: next });
    case 'noOnline':
      return state.phone === null
        ? text('no-online-no-phone')
        : text('no-online', { phone: state.phone });
    case 'unbound':
      return text('unbound');
    case 'siteDown':
      return text('site-down', { time: next, last });
    case 'blocked':
      return text('blocked');
    case 'slowed':
      return text('slowed', { time: next });
    case 'offline':
      return text('offline');
    case 'paused':
      return state.until === null
        ? text('paused-off')
        : text('paused', { time: format.moment(state.until) });
    case 'expired':
      return text('expired-text');
    default:
      return state satisfies never;
  }
}

/** Problems of every watch at once are told once, above the list. */
export const SHARED: ReadonlySet<WatchView['state']['kind']> = new Set([
  'siteDown',
  'blocked',
  'slowed',
  'offline',
]);
