// `npm run dev` in a plain browser: `?fixture=states` shows a watch in every state,
// `?fixture=empty` a program that is past its first run, `?fixture=crowded` as much of
// everything as there can be. `&ways=working` sets up the ways to tell as in `WAYS`.

import type { Language, Settings, TextSize, Theme } from '../host.ts';
import { addCrowd, addEveryState, WAYS } from './fixtures.ts';
import { createMemoryHost, type Memory } from './memory.ts';

/** `?theme=dark&lang=en&text=largest` */
export function wished(query: URLSearchParams): Pick<Settings, 'language' | 'theme' | 'textSize'> {
  return {
    language: (query.get('lang') as Language | null) ?? 'ru',
    theme: (query.get('theme') as Theme | null) ?? 'system',
    textSize: (query.get('text') as TextSize | null) ?? 'normal',
  };
}

export function browserHost(query: URLSearchParams): Memory {
  const fixture = query.get('fixture');
  const host = createMemoryHost({
    settings: {
      ...wished(query),
      simple: query.has('simple'),
      welcomed: fixture !== null,
    },
    demo: query.has('demo'),
    delay: Number(query.get('delay') ?? 120),
    gap: fixture === 'states' || fixture === 'crowded' ? 0 : 15_000,
    crowded: fixture === 'crowded',
    knocks: 6_000,
  });
  if (fixture === 'states') addEveryState(host);
  if (fixture === 'crowded') addCrowd(host);
  const ways = query.get('ways');
  if (ways !== null) WAYS[ways]?.(host);
  Object.assign(window, { talonchik: host });
  return host;
}
