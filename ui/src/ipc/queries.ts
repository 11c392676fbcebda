// One query per question, one command per query. Events say what changed, the keys here say what to ask again.

import {
  QueryClient,
  queryOptions,
  skipToken,
  useMutation,
  useMutationState,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect } from 'react';
import {
  type Activity,
  type AlertId,
  type Answer,
  ask,
  type ClinicId,
  type DistrictId,
  type DoctorId,
  type Event,
  type Host,
  type Settings,
  type SpecialtyId,
  useHost,
  type WatchDraft,
  type WatchId,
} from './host.ts';

/** Lists of the clinic are a hint that ages: asked again when a page shows them after this. */
const LIST_AGE = 60_000;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 30 * 60_000,
        retry: false,
        networkMode: 'always',
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}

export const questions = (host: Host) => ({
  settings: () =>
    queryOptions({ queryKey: ['settings'], queryFn: () => ask(host.commands.settings()) }),
  status: () => queryOptions({ queryKey: ['status'], queryFn: () => ask(host.commands.status()) }),
  ledger: () => queryOptions({ queryKey: ['ledger'], queryFn: () => ask(host.commands.ledger()) }),
  watches: () =>
    queryOptions({ queryKey: ['watches'], queryFn: () => ask(host.commands.watches()) }),
  watch: (id: WatchId) =>
    queryOptions({ queryKey: ['watch', id], queryFn: () => ask(host.commands.watch(id)) }),
  looks: (id: WatchId, limit: number) =>
    queryOptions({
      queryKey: ['looks', id, limit],
      queryFn: () => ask(host.commands.looks(id, limit)),
    }),
  openings: (id: WatchId, limit: number) =>
    queryOptions({
      queryKey: ['openings', id, limit],
      queryFn: () => ask(host.commands.openings(id, limit)),
    }),
  history: (id: WatchId) =>
    queryOptions({ queryKey: ['history', id], queryFn: () => ask(host.commands.history(id)) }),
  inbox: (limit: number) =>
    queryOptions({ queryKey: ['inbox', limit], queryFn: () => ask(host.commands.inbox(limit)) }),
  districts: () =>
    queryOptions({ queryKey: ['districts'], queryFn: () => ask(host.commands.districts()) }),
  clinics: (district: DistrictId | null) =>
    queryOptions({
      queryKey: ['clinics', district],
      queryFn: () => ask(host.commands.clinics(district)),
    }),
  clinic: (id: ClinicId) =>
    queryOptions({ queryKey: ['clinic', id], queryFn: () => ask(host.commands.clinic(id)) }),
  searchClinics: (text: string, district: DistrictId | null, limit: number) =>
    queryOptions({
      queryKey: ['searchClinics', text, district, limit],
      queryFn: () => ask(host.commands.searchClinics(text, district, limit)),
    }),
  specialties: (clinic: ClinicId) =>
    queryOptions({
      queryKey: ['specialties', clinic],
      queryFn: () => ask(host.commands.specialties(clinic)),
      staleTime: LIST_AGE,
    }),
  doctors: (clinic: ClinicId, specialty: SpecialtyId) =>
    queryOptions({
      queryKey: ['doctors', clinic, specialty],
      queryFn: () => ask(host.commands.doctors(clinic, specialty)),
      staleTime: LIST_AGE,
    }),
  slots: (clinic: ClinicId, doctor: DoctorId) =>
    queryOptions({
      queryKey: ['slots', clinic, doctor],
      queryFn: () => ask(host.commands.slots(clinic, doctor)),
      staleTime: LIST_AGE,
    }),
  draftFromLink: (link: string | null) =>
    queryOptions({
      queryKey: ['draftFromLink', link],
      queryFn: link === null ? skipToken : () => ask(host.commands.draftFromLink(link)),
    }),
  readLink: (link: string | null) =>
    queryOptions({
      queryKey: ['readLink', link],
      queryFn: link === null ? skipToken : () => ask(host.commands.readLink(link)),
    }),
  form: (name: string) =>
    queryOptions({
      queryKey: ['form', name],
      queryFn: () => ask(host.commands.form(name)),
      staleTime: 0,
      gcTime: 0,
    }),
  startPage: () =>
    queryOptions({ queryKey: ['startPage'], queryFn: () => ask(host.commands.startPage()) }),
  folders: () =>
    queryOptions({ queryKey: ['folders'], queryFn: () => ask(host.commands.folders()) }),
  channels: () =>
    queryOptions({ queryKey: ['channels'], queryFn: () => ask(host.commands.channels()) }),
  selfCheck: () =>
    queryOptions({
      queryKey: ['selfCheck'],
      queryFn: () => ask(host.commands.selfCheck()),
      staleTime: 0,
      gcTime: 0,
    }),
  clinicTrust: () =>
    queryOptions({
      queryKey: ['clinicTrust'],
      queryFn: () => ask(host.commands.clinicTrust()),
      staleTime: 0,
    }),
});

export function useQuestions() {
  return questions(useHost());
}

/** Which questions an event makes old. */
function touched(event: Event): readonly string[] {
  switch (event.kind) {
    case 'looked':
      return ['looks', 'status', 'ledger', 'watches', 'watch', 'openings'];
    case 'watchesChanged':
      return ['watches', 'watch', 'openings', 'history', 'status', 'ledger', 'clinicTrust'];
    case 'alertChanged':
      return ['inbox', 'status', 'history'];
    case 'statusChanged':
      return ['status'];
    case 'catalogueChanged':
      return ['districts', 'clinics', 'clinic', 'searchClinics'];
    case 'settingsChanged':
      return ['settings'];
    case 'channelsChanged':
      return ['channels'];
    default:
      return event satisfies never;
  }
}

export function useEventsRefresh() {
  const host = useHost();
  const client = useQueryClient();
  useEffect(
    () =>
      host.onChanged((event) => {
        for (const key of touched(event)) client.invalidateQueries({ queryKey: [key] });
      }),
    [host, client],
  );
}

function useAction<Args, Data>(act: (args: Args) => Promise<Data>, keys: readonly string[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () =>
      Promise.all(keys.map((key) => client.invalidateQueries({ queryKey: [key] }))).then(() => {}),
  });
}

const WATCHES = ['watches', 'watch', 'status', 'inbox'];

export function useAddWatch() {
  const { commands } = useHost();
  return useAction((draft: WatchDraft) => ask(commands.addWatch(draft)), WATCHES);
}
export function useUpdateWatch() {
  const { commands } = useHost();
  return useAction(
    ({ id, draft }: { id: WatchId; draft: WatchDraft }) => ask(commands.updateWatch(id, draft)),
    WATCHES,
  );
}
export function useSetActivity() {
  const { commands } = useHost();
  return useAction(
    ({ id, activity }: { id: WatchId; activity: Activity }) =>
      ask(commands.setActivity(id, activity)),
    WATCHES,
  );
}
export function useRemoveWatch() {
  const { commands } = useHost();
  return useAction((id: WatchId) => ask(commands.removeWatch(id)), ['watches', 'status', 'inbox']);
}
export function useRestoreWatch() {
  const { commands } = useHost();
  return useAction((id: WatchId) => ask(commands.restoreWatch(id)), WATCHES);
}
export function useCheckNow() {
  const { commands } = useHost();
  return useAction(
    (id: WatchId | null) => ask(commands.checkNow(id)),
    ['watches', 'watch', 'status', 'looks', 'openings'],
  );
}
export function useAnswer() {
  const { commands } = useHost();
  return useAction(
    ({ id, answer }: { id: AlertId; answer: Answer }) => ask(commands.answer(id, answer)),
    ['inbox', 'watches', 'watch', 'status'],
  );
}
export function usePause() {
  const { commands } = useHost();
  return useAction((until: string | null) => ask(commands.pause(until)), WATCHES);
}
export function useResume() {
  const { commands } = useHost();
  return useAction(() => ask(commands.resume()), WATCHES);
}
export function useOpenLink() {
  const { commands } = useHost();
  return useAction((url: string) => ask(commands.openLink(url)), []);
}
export function useTrialNotification() {
  const { commands } = useHost();
  return useAction(() => ask(commands.trialNotification()), []);
}

/** Opens the system's page of notifications; `false` when none is known. */
export function useOpenNotificationSettings() {
  const { commands } = useHost();
  return useAction(() => ask(commands.openNotificationSettings()), []);
}
/** Lets a simulated slot go to every channel, or to one of them. */
export function useTryChannels() {
  const { commands } = useHost();
  return useAction((only: string | null) => ask(commands.tryChannels(only)), ['channels']);
}
export function useNewChatLink() {
  const { commands } = useHost();
  return useAction(() => ask(commands.newChatLink()), ['channels']);
}

/** A command about the ways to tell; it answers how all of them are now. */
export function useChannelsAction<Args = void>(
  act: (commands: Host['commands'], args: Args) => ReturnType<Host['commands']['channels']>,
) {
  const { commands } = useHost();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (args: Args) => ask(act(commands, args)),
    onSuccess: (channels) => client.setQueryData(['channels'], channels),
  });
}
export function useExport() {
  const { commands } = useHost();
  return useAction(() => ask(commands.exportToFile()), []);
}
export function useSaveHistory() {
  const { commands } = useHost();
  return useAction((id: WatchId) => ask(commands.saveHistory(id)), []);
}
export function useChooseImport() {
  const { commands } = useHost();
  return useAction(() => ask(commands.chooseImport()), []);
}
export function useImport() {
  const { commands } = useHost();
  return useAction(() => ask(commands.importChosen()), [...WATCHES, 'settings']);
}
export function useEraseAll() {
  const { commands } = useHost();
  return useAnew(() => ask(commands.eraseAll()));
}
export function useDemo() {
  const { commands } = useHost();
  return useAnew((enter: boolean) => ask(enter ? commands.enterDemo() : commands.leaveDemo()));
}

/** Nothing on the page is true any more afterwards: another city, or no data at all. */
function useAnew<Args, Data>(act: (args: Args) => Promise<Data>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: () => {
      // What draws the frame stays until the other city has answered.
      const frame = ['settings', 'startPage', 'form'];
      client.resetQueries({ predicate: ({ queryKey }) => !frame.includes(String(queryKey[0])) });
      return client.invalidateQueries({ queryKey: ['settings'] });
    },
  });
}

const SAVE_SETTINGS = ['saveSettings'];

/** The settings, and a way to change some of them at once: shown first, then kept. */
export function useSettings() {
  const host = useHost();
  const client = useQueryClient();
  const query = useQuery(questions(host).settings());
  const save = useMutation({
    mutationKey: SAVE_SETTINGS,
    mutationFn: (settings: Settings) => ask(host.commands.saveSettings(settings)),
    onMutate: (settings) => {
      const before = client.getQueryData<Settings>(['settings']);
      client.setQueryData(['settings'], settings);
      return before;
    },
    onError: (_error, _settings, before) => client.setQueryData(['settings'], before),
  });
  return {
    settings: query.data,
    query,
    change: (part: Partial<Settings>) => {
      const now = client.getQueryData<Settings>(['settings']);
      if (now !== undefined) save.mutate({ ...now, ...part });
    },
  };
}

/** Why the last change of settings was not kept, whichever part of the window made it. */
export function useSettingsError(): unknown {
  const errors = useMutationState({
    filters: { mutationKey: SAVE_SETTINGS },
    select: ({ state }) => state.error,
  });
  return errors.at(-1) ?? null;
}
