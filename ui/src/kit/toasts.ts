// Short messages at the bottom of the window. Never the only copy of what they say.

import { useSyncExternalStore } from 'react';
import { announce } from './live.ts';

export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
  /** Milliseconds; without it the message stays until closed. */
  lasts?: number;
}

let toasts: Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();
const changed = () => {
  for (const heard of listeners) heard();
};

export function showToast(toast: Omit<Toast, 'id'>): number {
  const id = nextId++;
  toasts = [...toasts.slice(-2), { ...toast, id }];
  announce(toast.text);
  changed();
  return id;
}

export function closeToast(id: number) {
  toasts = toasts.filter((toast) => toast.id !== id);
  changed();
}

export function clearToasts() {
  toasts = [];
  changed();
}

export function useToasts(): Toast[] {
  return useSyncExternalStore(
    (heard) => {
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
    () => toasts,
  );
}
