// The seam between the window and the program behind it. Everything above this
// folder knows a `Host` only: the real one inside Tauri, or one in memory.

import { createContext, useContext } from 'react';
import type { CommandError, commands, ErrorCode, Event, Problem, Result } from './bindings.ts';

export type * from './bindings.ts';

export interface Host {
  commands: typeof commands;
  /** Tells what changed; the listener asks again. Returns how to stop listening. */
  onChanged(heard: (event: Event) => void): () => void;
  /** Asks to show a route (from a notification, the tray or a link). */
  onNavigate(heard: (route: string) => void): () => void;
  /** Sets the title of the window. */
  title(text: string): void;
}

/** A command's failure, with its code from the closed set. */
export class HostError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | null;
  readonly problems: Problem[];

  constructor(error: CommandError) {
    super(error.code);
    this.name = 'HostError';
    this.code = error.code;
    this.detail = error.detail;
    this.problems = error.problems;
  }
}

/** The data of an answer; a failure is thrown as `HostError`. */
export async function ask<T>(answer: Promise<Result<T, CommandError>>): Promise<T> {
  const result = await answer;
  if (result.status === 'error') throw new HostError(result.error);
  return result.data;
}

const HostContext = createContext<Host | null>(null);
export const HostProvider = HostContext.Provider;

export function useHost(): Host {
  const host = useContext(HostContext);
  if (host === null) throw new Error('no host');
  return host;
}
