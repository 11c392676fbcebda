// Draws the whole program on the in-memory host and drives it as a person would.

import axe from 'axe-core';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, expect } from 'vitest';
import { App } from '../app/App.tsx';
import { createMemoryHost, type Memory, type MemoryOptions } from '../ipc/memory/memory.ts';
import { clearToasts } from '../kit/toasts.ts';
import '../theme.css';

let root: Root | null = null;

export interface Opened {
  host: Memory;
  world: Memory['world'];
}

/** Opens the program at a route; `before` sets the world up first. */
export function open(
  route: string,
  options: MemoryOptions = {},
  before?: (host: Memory) => void,
): Opened {
  const host = createMemoryHost({
    delay: 0,
    gap: 0,
    luck: Number.POSITIVE_INFINITY,
    ...options,
    settings: { welcomed: true, closeHintShown: true, theme: 'light', ...options.settings },
  });
  before?.(host);
  window.location.hash = `#${route}`;
  const place = document.createElement('div');
  document.body.append(place);
  root = createRoot(place);
  root.render(<App host={host} />);
  return { host, world: host.world };
}

export function close() {
  root?.unmount();
  root = null;
  document.body.replaceChildren();
  clearToasts();
  window.location.hash = '';
}

afterEach(close);

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** No violation on the page as it is now. */
export async function accessible(off: string[] = []) {
  const { violations } = await axe.run(document, {
    runOnly: TAGS,
    rules: Object.fromEntries(off.map((rule) => [rule, { enabled: false }])),
  });
  const said = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
  expect(said).toEqual([]);
}

export const route = () => window.location.hash.slice(1);
