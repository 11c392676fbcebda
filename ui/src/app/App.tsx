import { LocalizationProvider } from '@fluent/react';
import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { localization } from '../i18n/text.ts';
import { type Host, HostProvider } from '../ipc/host.ts';
import { createQueryClient, useEventsRefresh, useQuestions, useSettings } from '../ipc/queries.ts';
import { ErrorNote } from '../kit/Notes.tsx';
import { useAppearance } from './appearance.ts';
import { createAppRouter } from './router.tsx';

export function App({ host }: { host: Host }) {
  const [client] = useState(createQueryClient);
  return (
    <HostProvider value={host}>
      <QueryClientProvider client={client}>
        <Loaded />
      </QueryClientProvider>
    </HostProvider>
  );
}

/** Nothing is drawn before the language and the size of text are known: a few milliseconds. */
function Loaded() {
  const questions = useQuestions();
  const { query } = useSettings();
  const start = useQuery({ ...questions.startPage(), enabled: query.isSuccess });
  const route = useQuery({ ...questions.form('route'), enabled: query.isSuccess });
  useEventsRefresh();

  if (query.isError)
    return (
      <LocalizationProvider l10n={localization('ru')}>
        <main className="p-6">
          <ErrorNote error={query.error} retry={() => query.refetch()} />
        </main>
      </LocalizationProvider>
    );
  if (!query.isSuccess || start.isPending || route.isPending) return null;
  const { language, welcomed } = query.data;
  const last = route.data ?? null;
  const first =
    start.data?.route ??
    (welcomed ? (last ?? '/watches') : last?.startsWith('/welcome') ? last : '/welcome');
  return (
    <LocalizationProvider l10n={localization(language)}>
      <I18nProvider locale={language === 'ru' ? 'ru-RU' : 'en-GB'}>
        <Routed first={first} asked={start.data?.route != null} />
      </I18nProvider>
    </LocalizationProvider>
  );
}

function Routed({ first, asked }: { first: string; asked: boolean }) {
  const { settings } = useSettings();
  const [router] = useState(() => createAppRouter(first, asked));
  return (
    <>
      {settings !== undefined && <Appearance settings={settings} />}
      <RouterProvider router={router} />
    </>
  );
}

function Appearance({ settings }: { settings: Parameters<typeof useAppearance>[0] }) {
  useAppearance(settings);
  return null;
}
