// Every state, every sentence and every part of the window on one page. A page for
// whoever builds the window, not a part of the program.

import { LocalizationProvider } from '@fluent/react';
import {
  createMemoryHistory,
  createRootRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router';
import { useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { localization } from '../../i18n/text.ts';
import type { Settings } from '../../ipc/host.ts';
import { DEFAULT_SETTINGS } from '../../ipc/memory/memory.ts';
import { useAppearance } from '../appearance.ts';
import { Kit } from './Kit.tsx';
import { Said } from './Said.tsx';
import { States } from './States.tsx';
import { Ways } from './Ways.tsx';
import { World } from './World.tsx';

export type Look = Partial<Pick<Settings, 'theme' | 'language' | 'textSize'>>;

export function Gallery({ look }: { look: Look }) {
  const settings = { ...DEFAULT_SETTINGS, ...look };
  useAppearance(settings);
  const [router] = useState(() =>
    createRouter({
      routeTree: createRootRoute({ component: Sections }),
      history: createMemoryHistory(),
      defaultPreload: false,
    }),
  );
  return (
    <LocalizationProvider l10n={localization(settings.language)}>
      <I18nProvider locale={settings.language === 'ru' ? 'ru-RU' : 'en-GB'}>
        <World settings={settings}>
          <RouterProvider router={router} />
        </World>
      </I18nProvider>
    </LocalizationProvider>
  );
}

function Sections() {
  return (
    <main className="@container min-h-dvh bg-bg text-text">
      <div className="flex flex-col gap-8 p-6">
        <h1 className="text-h1 font-bold">Gallery</h1>
        <States />
        <Said />
        <Kit />
        <Ways />
      </div>
    </main>
  );
}
