// Nothing jumps when data arrive: what stands on the page while it loads has the size of what comes.

import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { EVERYWHERE, openAt } from './places.ts';

/** The browser's own measure: how much of the window moved, times how far. */
interface Shift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Node | null }[];
}

/** A tenth is what the makers of the measure call good; a window that is read slowly deserves less. */
const ALLOWED = 0.05;

for (const place of EVERYWHERE)
  test(`${place} does not jump when its data arrive`, async () => {
    const shifts: Shift[] = [];
    const watcher = new PerformanceObserver((list) => {
      shifts.push(...(list.getEntries() as Shift[]).filter((shift) => !shift.hadRecentInput));
    });
    watcher.observe({ type: 'layout-shift' });
    openAt(place, { delay: 60 });
    await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect.poll(() => document.querySelector('[aria-busy=true]')).toBeNull();
    await new Promise((done) => setTimeout(done, 150));
    watcher.disconnect();
    const moved = shifts.flatMap(({ value, sources }) =>
      sources.map(
        ({ node }) => `${value.toFixed(3)} ${(node as Element | null)?.outerHTML?.slice(0, 100)}`,
      ),
    );
    const sum = shifts.reduce((total, { value }) => total + value, 0);
    expect.soft(sum, moved.join('\n')).toBeLessThan(ALLOWED);
  });
