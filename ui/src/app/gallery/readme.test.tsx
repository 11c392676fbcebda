// The pictures of the README, drawn by `npm run pictures` alone: the program as it is, in a small
// city where something goes on.

import { afterEach, expect, test, vi } from 'vitest';
import { page, server } from 'vitest/browser';
import { draft, place } from '../../ipc/memory/fixtures.ts';
import type { Memory, MemoryOptions } from '../../ipc/memory/memory.ts';
import { mornings } from '../../ipc/memory/past.ts';
import { open } from '../../test/app.tsx';

const drawing = test.runIf(server.config.snapshotOptions.updateSnapshot === 'all');

afterEach(async () => {
  vi.useRealTimers();
  document.body.style.cssText = '';
  await page.viewport(1280, 900);
});

const CHOSEN = JSON.stringify({
  choices: [
    {
      clinic: { id: '100', name: 'ГП № 3', address: 'Липовый пр., 33', districtId: '1' },
      specialty: { id: '2', name: 'Окулист', ferId: '53' },
      doctors: { kind: 'any' },
    },
  ],
});

function live({ world }: Memory) {
  world.forms.set('find', CHOSEN);
  const found = world.add(draft({ places: [place('100', '2')], nickname: 'мама' }));
  world.clocks.set(found.id, mornings(found, Date.now()));
  const evenings = [
    { days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const, from: '17:00:00', to: null },
  ].map((range) => ({ ...range, days: [...range.days] }));
  const { id } = world.add(
    draft({
      places: [place('106', '3'), place('110', '3')],
      wish: { ...draft().wish, ranges: evenings },
    }),
  );
  world.state(id, { kind: 'waiting' });
  world.release(found.id, 3);
}

const PICTURES: Record<string, { at: string; settings?: MemoryOptions['settings'] }> = {
  welcome: { at: '/welcome', settings: { welcomed: false } },
  doctors: { at: '/find/doctors' },
  home: { at: '/watches' },
  'home-dark': { at: '/watches', settings: { theme: 'dark' } },
  history: { at: '/watches/1?tab=history' },
  simple: { at: '/watches', settings: { simple: true } },
};

for (const [name, { at, settings }] of Object.entries(PICTURES))
  drawing(`README: ${name}`, async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-20T05:42:00Z') });
    await page.viewport(1160, 700);
    open(at, { settings: settings ?? {} }, live);
    await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect.poll(() => document.querySelector('[aria-busy=true]')).toBeNull();
    await document.fonts.ready;
    // As much as a window shows.
    document.body.style.cssText = 'height: 700px; overflow: hidden';
    await page.screenshot({ path: `../../../../docs/pictures/${name}.png` });
  });
