// Every page of the window, with something of everything on it.

import { CLINICS } from '../../ipc/memory/city.ts';
import { addEveryState, WAYS } from '../../ipc/memory/fixtures.ts';
import type { Memory, MemoryOptions } from '../../ipc/memory/memory.ts';
import { SECTIONS } from '../../settings/SettingsPage.tsx';
import { open } from '../../test/app.tsx';
import { createAppRouter } from '../router.tsx';

const under = (path: string, ...ends: string[]) => ends.map((end) => `${path}${end}`);

/** Where each route of the program is looked at. */
const PLACES: Record<string, string[]> = {
  '/': ['/'],
  '/welcome': ['/welcome'],
  '/welcome/$step': under(
    '/welcome/',
    ...['who', 'clinic', 'specialty', 'doctors', 'time', 'tell', 'done'],
  ),
  '/watches': ['/watches', '/watches?ways=locked'],
  '/watches/$id': under('/watches/', '1', '1?tab=history', '1?tab=setup', '999'),
  '/find': ['/find'],
  '/find/$step': under('/find/', 'specialty', 'doctors', 'time', 'summary'),
  '/inbox': ['/inbox', '/inbox?show=open'],
  '/settings': ['/settings'],
  '/settings/$section': under(
    '/settings/',
    ...SECTIONS,
    ...['none', 'linking', 'asking', 'working', 'unreachable', 'locked'].map(
      (ways) => `telegram?ways=${ways}`,
    ),
    'notifications?ways=working',
    'mail?ways=working',
    'push?ways=working',
  ),
  '/help': ['/help'],
  '/help/notifications': ['/help/notifications'],
};

/** Routes that are looked at nowhere, and places of routes that are gone. */
export function strays(): string[] {
  const known = Object.keys(createAppRouter('/').routesByPath);
  return [
    ...known.filter((route) => !(route in PLACES)),
    ...Object.keys(PLACES).filter((route) => !known.includes(route)),
  ];
}

export const EVERYWHERE = Object.values(PLACES).flat();

/** Half a way through the choosing, so that each of its steps can be opened. */
const CHOSEN = JSON.stringify({
  forOther: true,
  nickname: 'мама',
  until: '2099-12-10',
  wish: {
    ranges: [{ days: ['mon', 'sat'], from: '09:00:00', to: '12:00:00' }],
    notBefore: null,
    notAfter: '2099-12-10',
    except: ['2099-12-01'],
    noticeMinutes: 120,
    earlierThan: null,
  },
  choices: [
    {
      clinic: { id: '100', name: CLINICS[0]?.name, address: CLINICS[0]?.address, districtId: '1' },
      specialty: { id: '2', name: 'Окулист', ferId: '53' },
      doctors: { kind: 'any' },
    },
  ],
});

function fill(host: Memory) {
  addEveryState(host);
  for (const form of ['welcome', 'find']) host.world.forms.set(form, CHOSEN);
}

export const openAt = (
  place: string,
  options: MemoryOptions = {},
  before: (host: Memory) => void = () => {},
) =>
  open(place, options, (host) => {
    fill(host);
    // How the ways to tell are found; the page does not read it.
    const ways = new URLSearchParams(place.split('?')[1]).get('ways');
    if (ways !== null) WAYS[ways]?.(host);
    before(host);
  });
