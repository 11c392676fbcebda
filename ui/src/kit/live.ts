// What a screen reader is told: one polite place and one assertive, there from the start.

import { useSyncExternalStore } from 'react';

type Manner = 'polite' | 'assertive';
const PAUSE = 5_000;

let said: Record<Manner, string> = { polite: '', assertive: '' };
const listeners = new Set<() => void>();
let lastPolite = 0;
let waiting: ReturnType<typeof setTimeout> | undefined;

function put(manner: Manner, text: string) {
  // The same words twice are still news: a no-break space makes them differ.
  const again = said[manner] === text ? `${text}\u00a0` : text;
  said = { ...said, [manner]: again };
  for (const heard of listeners) heard();
}

/** Says a sentence. At most one polite sentence in five seconds; the latest wins. */
export function announce(text: string, manner: Manner = 'polite') {
  if (manner === 'assertive') {
    put(manner, text);
    return;
  }
  clearTimeout(waiting);
  const wait = Math.max(0, lastPolite + PAUSE - Date.now());
  waiting = setTimeout(() => {
    lastPolite = Date.now();
    put('polite', text);
  }, wait);
}

export function useSaid() {
  return useSyncExternalStore(
    (heard) => {
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
    () => said,
  );
}
