// What a screen reader is told: one polite place and one assertive, there from the start.

import { useSyncExternalStore } from 'react';

type Manner = 'polite' | 'assertive';
const PAUSE = 5_000;

let said: Record<Manner, string> = { polite: '', assertive: '' };
const listeners = new Set<() => void>();
const last: Record<Manner, number> = { polite: -PAUSE, assertive: -PAUSE };
const waiting: Partial<
  Record<Manner, { text: string; timer: ReturnType<typeof setTimeout> } | undefined>
> = {};

function put(manner: Manner, text: string) {
  // The same words twice are still news: a no-break space makes them differ.
  const again = said[manner] === text ? `${text}\u00a0` : text;
  said = { ...said, [manner]: again };
  for (const heard of listeners) heard();
}

/**
 * Says a sentence. At most one in five seconds and a manner: of polite sentences the latest
 * wins, urgent ones wait and are said together.
 */
export function announce(text: string, manner: Manner = 'polite') {
  const kept = manner === 'assertive' ? waiting[manner] : undefined;
  clearTimeout(waiting[manner]?.timer);
  const next = kept === undefined ? text : `${kept.text} ${text}`;
  const say = () => {
    waiting[manner] = undefined;
    last[manner] = performance.now();
    put(manner, next);
  };
  const wait = Math.max(0, last[manner] + PAUSE - performance.now());
  if (wait === 0 && manner === 'assertive') say();
  else waiting[manner] = { text: next, timer: setTimeout(say, wait) };
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
