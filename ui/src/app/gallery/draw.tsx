// Draws the gallery for a test, at a moment that is always the same.

import { createRoot, type Root } from 'react-dom/client';
import { afterEach, expect, vi } from 'vitest';
import { page } from 'vitest/browser';
import { mouseAway, type System, systemPrefers } from '../../test/system.ts';
import { Gallery, type Look } from './Gallery.tsx';
import '../../theme.css';

let root: Root | null = null;

export async function draw(look: Look, system: System = {}) {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-20T05:42:00Z') });
  await systemPrefers({ 'prefers-reduced-motion': 'reduce', ...system });
  await page.viewport(1100, 1000);
  await mouseAway();
  const place = document.createElement('div');
  document.body.append(place);
  root = createRoot(place);
  root.render(<Gallery look={look} />);
  await expect.poll(() => document.querySelectorAll('article').length).toBeGreaterThan(20);
  // The skeletons on show stay.
  const loads = '[aria-busy]:not([data-part="Lists"] *)';
  await expect.poll(() => document.querySelector(loads)).toBeNull();
  await document.fonts.load('1em "Golos Text Variable"', 'Аа Aa №');
  await document.fonts.ready;
}

afterEach(async () => {
  root?.unmount();
  document.body.replaceChildren();
  vi.useRealTimers();
  await systemPrefers({});
  await page.viewport(1280, 900);
});
