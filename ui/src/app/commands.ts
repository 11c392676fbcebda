// What the command palette offers.

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { watchTitle, whereWords } from '../choice/words.ts';
import { addDays, moscowDay, moscowMoment } from '../i18n/format.ts';
import { type PlainId, useText } from '../i18n/text.ts';
import { errorSentence } from '../ipc/errors.ts';
import type { Activity, Language, Theme } from '../ipc/host.ts';
import { bookingLink } from '../ipc/link.ts';
import {
  useCheckNow,
  useDemo,
  usePause,
  useQuestions,
  useResume,
  useSetActivity,
  useSettings,
} from '../ipc/queries.ts';
import { KEYS, type KeyId, keyWords } from '../kit/keys.ts';
import { query } from '../kit/query.ts';
import { showToast } from '../kit/toasts.ts';
import { SECTIONS } from '../settings/SettingsPage.tsx';
import type { Actions } from './shortcuts.ts';

export type Group = 'nav' | 'palette-watches' | 'palette-actions' | 'settings-view';
export const GROUPS: readonly Group[] = [
  'nav',
  'palette-watches',
  'palette-actions',
  'settings-view',
];

export interface Entry {
  id: string;
  group: Group;
  label: string;
  details?: string;
  keys?: string[];
  /** The language of the label, when it is not the program's. */
  lang?: Language;
  /** Shown only to who looks for it. */
  hidden?: boolean;
  run: () => void;
}

/** So many clinics are named. */
const CLINICS = 5;
const THEMES: Theme[] = ['system', 'light', 'dark', 'contrast'];
const LANGUAGES: [Language, string][] = [
  ['ru', 'Русский'],
  ['en', 'English'],
];

const pauses = (): [id: PlainId, until: () => Date | null][] => [
  ['pause-hour', () => new Date(Date.now() + 3_600_000)],
  ['pause-tomorrow', () => moscowMoment(addDays(moscowDay(Date.now()), 1), '08:00')],
  ['pause-off', () => null],
];

export function useEntries(actions: Actions): Entry[] {
  const text = useText();
  const navigate = useNavigate();
  const questions = useQuestions();
  const watches = useQuery(questions.watches()).data ?? [];
  const status = useQuery(questions.status()).data;
  const { settings, change } = useSettings();
  const check = useCheckNow();
  const activity = useSetActivity();
  const pause = usePause();
  const resume = useResume();
  const demo = useDemo();

  // The palette is gone by the time an answer comes.
  const tell = (done: Promise<unknown>, words?: string) => {
    done.then(
      () => words !== undefined && showToast({ text: words, lasts: 5_000 }),
      (error) => showToast({ text: text(errorSentence(error)) }),
    );
  };
  const byKey = (id: KeyId, group: Group, more: Partial<Entry> = {}): Entry => ({
    id,
    group,
    label: text(KEYS[id].does),
    keys: keyWords(id),
    run: actions[id],
    ...more,
  });
  const all = text('palette-all-watches');
  const paused = status?.pause != null;

  const entries: Entry[] = [
    byKey('watches', 'nav'),
    byKey('find', 'nav'),
    byKey('inbox', 'nav'),
    byKey('settings', 'nav'),
    byKey('help', 'nav'),
    ...SECTIONS.map((section) => ({
      id: `settings-${section}`,
      group: 'nav' as const,
      label: text(`settings-${section}`),
      details: text('nav-settings'),
      hidden: true,
      run: () => {
        navigate({ to: '/settings/$section', params: { section } });
      },
    })),
    {
      id: 'selfcheck',
      group: 'nav',
      label: text('selfcheck-title'),
      details: text('nav-settings'),
      hidden: true,
      run: () => {
        navigate({ to: '/settings/$section', params: { section: 'about' } });
      },
    },
    byKey('add', 'palette-actions'),
    {
      id: 'try-channels',
      group: 'palette-actions',
      label: text('try-all'),
      run: () => {
        navigate({
          to: '/settings/$section',
          params: { section: 'notifications' },
          search: query({ try: 'all' }),
        });
      },
    },
  ];
  if (watches.length > 0) {
    entries.push(byKey('check', 'palette-actions', { details: all }));
    if (paused)
      entries.push({
        id: 'resume',
        group: 'palette-actions',
        label: text('resume'),
        details: all,
        run: () => tell(resume.mutateAsync()),
      });
    else
      for (const [id, until] of pauses())
        entries.push({
          id,
          group: 'palette-actions',
          label: text(id),
          details: all,
          run: () => tell(pause.mutateAsync(until()?.toISOString() ?? null)),
        });
  }
  for (const view of watches) {
    const { id, places, activity: own } = view.watch;
    const title = watchTitle(places, text);
    const about = {
      group: 'palette-watches' as const,
      details: `${title} · ${whereWords(view, text)}`,
    };
    for (const tab of ['history', 'setup'] as const)
      entries.push({
        ...about,
        hidden: true,
        id: `${tab}-${id}`,
        label: text(`tab-${tab}`),
        run: () => {
          navigate({
            to: '/watches/$id',
            params: { id: String(id) },
            search: query({ tab }),
          });
        },
      });
    const set = (next: Activity) => () => tell(activity.mutateAsync({ id, activity: next }));
    entries.push({
      ...about,
      id: `open-${id}`,
      label: title,
      details: whereWords(view, text),
      run: () => {
        navigate({ to: '/watches/$id', params: { id: String(id) } });
      },
    });
    const hidden = { ...about, hidden: true };
    entries.push({
      ...hidden,
      id: `check-${id}`,
      label: text('check-now'),
      run: () => tell(check.mutateAsync(id), text('checked')),
    });
    if (own.kind !== 'on')
      entries.push({
        ...hidden,
        id: `resume-${id}`,
        label: text('resume'),
        run: set({ kind: 'on' }),
      });
    else
      for (const [words, until] of pauses())
        entries.push({
          ...hidden,
          id: `${words}-${id}`,
          label: text(words),
          run: () => {
            const at = until();
            set(at === null ? { kind: 'off' } : { kind: 'pausedUntil', until: at.toISOString() })();
          },
        });
  }
  if (status !== undefined)
    entries.push({
      id: 'demo',
      group: 'palette-actions',
      label: text(status.demo ? 'demo-leave' : 'demo-enter'),
      run: () => tell(demo.mutateAsync(!status.demo).then(() => navigate({ to: '/watches' }))),
    });
  entries.push(
    byKey('larger', 'settings-view'),
    byKey('smaller', 'settings-view'),
    byKey('usual', 'settings-view'),
    {
      id: 'simple',
      group: 'settings-view' as const,
      label: text(settings?.simple ? 'simple-leave' : 'set-simple'),
      run: () => change({ simple: !settings?.simple }),
    },
    ...THEMES.filter((theme) => theme !== settings?.theme).map((theme) => ({
      id: `theme-${theme}`,
      group: 'settings-view' as const,
      label: text(`theme-${theme}`),
      details: text('set-theme'),
      run: () => change({ theme }),
    })),
    ...LANGUAGES.filter(([language]) => language !== settings?.language).map(
      ([language, name]) => ({
        id: `language-${language}`,
        group: 'settings-view' as const,
        label: name,
        lang: language,
        details: text('set-language'),
        run: () => change({ language }),
      }),
    ),
  );
  return entries;
}

/** Clinics that fit what is typed: finding a doctor begins there. */
export function useClinics(typed: string): Entry[] {
  const text = useText();
  const navigate = useNavigate();
  const hits = useQuery({
    ...useQuestions().searchClinics(typed, null, CLINICS),
    enabled: typed.length >= 2,
    placeholderData: keepPreviousData,
  });
  if (typed.length < 2) return [];
  return (hits.data?.clinics ?? []).map(({ id, name, address, districtId, districtName }) => ({
    id: `clinic-${id}`,
    group: 'nav',
    label: name,
    details: [text('nav-find'), address, text('clinic-district-name', { district: districtName })]
      .filter(Boolean)
      .join(' · '),
    run: () => {
      navigate({ to: '/find', search: { link: bookingLink(districtId, id) } });
    },
  }));
}
