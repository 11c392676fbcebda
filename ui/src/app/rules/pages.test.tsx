// The rules that hold on every page of the window.

import { afterEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { accessible } from '../../test/app.tsx';
import { systemPrefers } from '../../test/system.ts';
import {
  clipped,
  covered,
  crowded,
  misnamed,
  named,
  ringed,
  smallTargets,
  spilt,
  unmarked,
  wide,
} from './measure.ts';
import { EVERYWHERE, openAt, strays } from './places.ts';

/** Buttons that need no words: they close or empty what they stand in. */
const WORDLESS = /^(Закрыть|Очистить поиск)$/;

/** With the strip of the practice city, where the page is not about the real one alone. */
const practised = (place: string) => ({ demo: !place.includes('ways=') });

async function drawn() {
  await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect.poll(() => document.querySelector('[aria-busy=true]')).toBeNull();
  await document.fonts.ready;
}

const root = document.documentElement;
afterEach(async () => {
  await systemPrefers({});
  await page.viewport(1280, 900);
});

test('every route of the program is looked at', () => {
  expect(strays()).toEqual([]);
});

for (const place of EVERYWHERE) {
  test(`rule 1: ${place} has no axe violation in any theme`, async () => {
    await systemPrefers({ 'prefers-reduced-motion': 'reduce' });
    openAt(place);
    await drawn();
    await accessible();
    for (const [scheme, contrast] of [
      ['dark', false],
      ['light', true],
      ['dark', true],
    ] as const) {
      root.dataset.scheme = scheme;
      root.toggleAttribute('data-contrast', contrast);
      await accessible();
    }
  });

  test(`rules 4, 7: ${place} is easy to press, and called as it is labelled`, async () => {
    openAt(place, practised(place));
    await drawn();
    expect.soft(smallTargets()).toEqual([]);
    expect.soft(crowded()).toEqual([]);
    expect.soft(misnamed(WORDLESS)).toEqual([]);
    await page.viewport(480, 700);
    expect.soft(smallTargets()).toEqual([]);
    expect.soft(crowded()).toEqual([]);
  });

  test(`rule 3: ${place} fits a narrow window and large, wide-set text`, async () => {
    await page.viewport(320, 700);
    openAt(place);
    await drawn();
    expect.soft(wide()).toEqual([]);
    const spaced = document.createElement('style');
    spaced.textContent =
      '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }';
    document.head.append(spaced);
    expect.soft([...clipped(), ...spilt()]).toEqual([]);
    await page.viewport(1280, 900);
    expect.soft([...clipped(), ...spilt()]).toEqual([]);
    spaced.remove();
    await page.viewport(480, 700);
    root.dataset.text = 'largest';
    expect.soft(wide()).toEqual([]);
    expect.soft([...clipped(), ...spilt()]).toEqual([]);
  });

  test(`rule 5: ${place} shows where the focus is`, async () => {
    await page.viewport(560, 560);
    openAt(place, practised(place));
    await drawn();
    const problems: string[] = [];
    const stops = new Set<Element>();
    for (;;) {
      await userEvent.keyboard('{Tab}');
      const stop = document.activeElement;
      if (stop === null || stop === document.body || stops.has(stop)) break;
      stops.add(stop);
      if (!ringed(stop)) problems.push(`no ring: ${named(stop)}`);
      const over = covered(stop);
      if (over !== null) problems.push(`${named(stop)} is under ${over}`);
    }
    expect(problems).toEqual([]);
    expect(stops.size).toBeGreaterThan(0);
  });

  test(`rule 11: ${place} marks what is not English`, async () => {
    openAt(place, { settings: { language: 'en' } });
    await drawn();
    expect(root.lang).toBe('en');
    expect(unmarked()).toEqual([]);
  });
}
