// The sentence under the heading, and the troubles that all watches share, each said once.

import { useQuery } from '@tanstack/react-query';
import RestoreIcon from 'lucide-react/icons/archive-restore';
import BellOffIcon from 'lucide-react/icons/bell-off';
import CloudOffIcon from 'lucide-react/icons/cloud-off';
import GaugeIcon from 'lucide-react/icons/gauge';
import MoonIcon from 'lucide-react/icons/moon';
import PauseIcon from 'lucide-react/icons/pause';
import SaveOffIcon from 'lucide-react/icons/save-off';
import ShieldIcon from 'lucide-react/icons/shield-alert';
import MutedIcon from 'lucide-react/icons/volume-x';
import WifiOffIcon from 'lucide-react/icons/wifi-off';
import { type Format, useFormat, useNow } from '../i18n/format.ts';
import { type Text, useText } from '../i18n/text.ts';
import { useKept } from '../ipc/form.ts';
import type { Status, UnsavedCause } from '../ipc/host.ts';
import { useCheckNow, useQuestions, useResume, useSettings } from '../ipc/queries.ts';
import { Button } from '../kit/Button.tsx';
import { announce } from '../kit/live.ts';
import { ErrorNote, Note } from '../kit/Notes.tsx';

/** «Проверили 2 минуты назад, в 08:42. Следующая проверка — через минуту.» */
export function statusSentence(status: Status, text: Text, format: Format, now: number): string {
  const parts: string[] = [];
  if (status.checkedAt === null) parts.push(text('status-never'));
  else {
    const ago = now - Date.parse(status.checkedAt);
    parts.push(
      ago < 60_000
        ? text('status-just-now', { time: format.moment(status.checkedAt, now) })
        : text('status-checked', {
            ago: format.duration(ago),
            time: format.moment(status.checkedAt, now),
          }),
    );
  }
  if (status.pause === null && status.nextLookAt !== null) {
    const left = Date.parse(status.nextLookAt) - now;
    parts.push(
      left < 60_000 ? text('status-next-soon') : text('status-next', { in: format.duration(left) }),
    );
  }
  return parts.join(' ');
}

export function StatusLine() {
  const text = useText();
  const format = useFormat();
  const now = useNow(5_000);
  const status = useQuery(useQuestions().status());
  if (status.data === undefined || status.data.watching === 0) return null;
  return <span className="tabular">{statusSentence(status.data, text, format, now)}</span>;
}

export function Troubles() {
  const text = useText();
  const format = useFormat();
  const status = useQuery(useQuestions().status());
  const resume = useResume();
  const { settings, change } = useSettings();
  const [awake, keepAwake] = useKept('awake');
  const [mended, keepMended] = useKept('mended');
  if (status.isError) return <ErrorNote error={status.error} retry={() => status.refetch()} />;
  if (status.data === undefined) return null;
  const { service, pause, slept, quietUntil, nextLookAt, checkedAt, hushed, silentSince } =
    status.data;
  const { unsaved, restored } = status.data;
  // The states of the service tell of their silence themselves.
  const silent = pause === null && (service === 'fine' || service === 'unknown');
  // By the computer's clock, as it was set; everything else here is Moscow time.
  const quietEnd = settings?.quiet.to.slice(0, 5);
  const next = nextLookAt === null ? text('soon') : format.time(nextLookAt);
  const last = checkedAt === null ? text('never-checked') : format.moment(checkedAt);

  return (
    <>
      {pause !== null && (
        <Note
          tone="neutral"
          icon={<PauseIcon />}
          actions={
            <Button isDisabled={resume.isPending} onPress={() => resume.mutate(undefined)}>
              {text('resume')}
            </Button>
          }
        >
          {pause.until === null
            ? text('paused-off')
            : text('paused', { time: format.moment(pause.until) })}
        </Note>
      )}
      {quietUntil !== null && pause === null && quietEnd !== undefined && (
        <Note tone="neutral" icon={<BellOffIcon />}>
          {text('04:00' <= quietEnd && quietEnd < '12:00' ? 'quiet' : 'quiet-later', {
            time: quietEnd.replace(/^0/, ''),
          })}
        </Note>
      )}
      {hushed && (
        <Note
          tone="neutral"
          icon={<MutedIcon />}
          actions={<Button onPress={() => change({ hushed: false })}>{text('hushed-off')}</Button>}
        >
          {text('hushed')}
        </Note>
      )}
      {silentSince !== null && silent && (
        <Note tone="warn" icon={<CloudOffIcon />} actions={<CheckButton />}>
          {text('silent-since', { time: format.moment(silentSince) })}
        </Note>
      )}
      {service === 'down' && (
        <Note tone="warn" icon={<CloudOffIcon />} actions={<CheckButton />}>
          {text('site-down', { time: next, last })}
        </Note>
      )}
      {service === 'blocked' && (
        <Note tone="warn" icon={<ShieldIcon />} actions={<CheckButton />}>
          {text('blocked')}
        </Note>
      )}
      {service === 'impostor' && (
        <Note tone="warn" icon={<ShieldIcon />} actions={<CheckButton />}>
          {text('impostor')}
        </Note>
      )}
      {service === 'badCertificate' && (
        <Note tone="warn" icon={<ShieldIcon />} actions={<CheckButton />}>
          {text('bad-certificate')}
        </Note>
      )}
      {service === 'slowed' && (
        <Note tone="neutral" icon={<GaugeIcon />}>
          {text('slowed', { time: next })}
        </Note>
      )}
      {service === 'offline' && (
        <Note tone="warn" icon={<WifiOffIcon />} actions={<CheckButton />}>
          {text('offline')}
        </Note>
      )}
      {unsaved !== null && (
        <Note tone="warn" icon={<SaveOffIcon />}>
          <strong>{text('news-unsaved-title')}</strong>
          <br />
          {text(unsavedSentence(unsaved.cause))}
        </Note>
      )}
      {restored !== null && mended !== undefined && mended !== restored.at && (
        <Note
          tone="warn"
          icon={<RestoreIcon />}
          actions={<Button onPress={() => keepMended(restored.at)}>{text('understood')}</Button>}
        >
          <strong>{text('news-restored-title')}</strong>
          <br />
          {restored.copyOf === null
            ? text('news-restored-none')
            : text('news-restored-copy', { when: format.moment(restored.copyOf) })}
        </Note>
      )}
      {slept !== null && awake !== undefined && awake !== slept.to && (
        <Note
          tone="neutral"
          icon={<MoonIcon />}
          actions={<Button onPress={() => keepAwake(slept.to)}>{text('understood')}</Button>}
        >
          {text('asleep', { from: format.moment(slept.from), to: format.moment(slept.to) })}
        </Note>
      )}
    </>
  );
}

function unsavedSentence(cause: UnsavedCause) {
  switch (cause) {
    case 'full':
      return 'news-unsaved-full';
    case 'readOnly':
      return 'news-unsaved-read-only';
    case 'busy':
      return 'news-unsaved-busy';
    case 'failing':
      return 'news-unsaved-failing';
  }
}

export function CheckButton({ id = null, label }: { id?: number | null; label?: string }) {
  const text = useText();
  const check = useCheckNow();
  return (
    <>
      <Button
        isDisabled={check.isPending}
        onPress={() => check.mutate(id, { onSuccess: () => announce(text('checked')) })}
      >
        {check.isPending ? text('checking') : (label ?? text('check'))}
      </Button>
      {check.isError && <ErrorNote error={check.error} />}
    </>
  );
}
