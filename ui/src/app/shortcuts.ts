// What the keys of the window do. Which keys they are: `kit/keys.ts`.

import { useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useText } from '../i18n/text.ts';
import type { TextSize } from '../ipc/host.ts';
import { useCheckNow, useSettings } from '../ipc/queries.ts';
import { inField, type KeyId, keyOf, popupOpen } from '../kit/keys.ts';
import { announce } from '../kit/live.ts';
import { showToast } from '../kit/toasts.ts';

const SIZES: TextSize[] = ['normal', 'large', 'largest'];

export type Actions = Record<KeyId, () => void>;

/** What each key of the window does, for the keys and for the command palette. */
export function useActions(palette: () => void): Actions {
  const router = useRouter();
  const { settings, change } = useSettings();
  const checkNow = useCheckNow();
  const text = useText();

  const go = (to: string) => () => {
    router.navigate({ to });
  };
  const resize = (step: number | null) => () => {
    if (settings === undefined) return;
    if (settings.simple) {
      announce(text('simple-size'));
      return;
    }
    const at = step === null ? 0 : SIZES.indexOf(settings.textSize) + step;
    const textSize = SIZES[Math.min(SIZES.length - 1, Math.max(0, at))] ?? 'normal';
    change({ textSize });
    announce(text(`text-size-${textSize}`));
  };
  const region = (step: number) => () => {
    const all = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
      (part) => part.offsetParent !== null && part.textContent !== '',
    );
    const at = all.findIndex((part) => part.contains(document.activeElement));
    const next = all[(at + step + all.length) % all.length];
    (next?.querySelector<HTMLElement>('h1, a, button') ?? next)?.focus();
  };
  return {
    palette,
    watches: go('/watches'),
    find: go('/find'),
    inbox: go('/inbox'),
    settings: go('/settings'),
    help: go('/help'),
    add: go('/find'),
    search: () => {
      const field = document.querySelector<HTMLInputElement>('[data-page-search]');
      field?.focus();
      field?.select();
    },
    check: () => {
      if (checkNow.isPending) return;
      announce(text('checking'));
      checkNow.mutate(null, {
        onSuccess: () => showToast({ text: text('checked'), lasts: 5_000 }),
        onError: () => showToast({ text: text('check-failed'), lasts: 10_000 }),
      });
    },
    larger: resize(1),
    smaller: resize(-1),
    usual: resize(null),
    region: region(1),
    regionBack: region(-1),
    back: () => {
      if (router.history.canGoBack()) router.history.back();
    },
  };
}

/** What may be done though something is open that must be answered or closed first. */
const OVER_POPUPS: ReadonlySet<KeyId> = new Set(['larger', 'smaller', 'usual']);

export function useShortcuts(actions: Actions, palette: { isOpen: boolean; close: () => void }) {
  const state = useRef({ actions, palette });
  state.current = { actions, palette };

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const id = event.defaultPrevented ? undefined : keyOf(event);
      if (id === undefined) return;
      const { actions: act, palette: open } = state.current;
      // Esc closes what is open and empties a field before it goes back.
      if (event.code === 'Escape' && (popupOpen() || inField(event.target))) return;
      // Nothing of the browser's own: F5 never reloads the page.
      event.preventDefault();
      if (open.isOpen) {
        if (!OVER_POPUPS.has(id)) open.close();
        if (id !== 'palette' && id !== 'back') act[id]();
      } else if (!popupOpen() || OVER_POPUPS.has(id)) act[id]();
    };
    const menu = (event: MouseEvent) => {
      if (!inField(event.target)) event.preventDefault();
    };
    window.addEventListener('keydown', pressed);
    window.addEventListener('contextmenu', menu);
    return () => {
      window.removeEventListener('keydown', pressed);
      window.removeEventListener('contextmenu', menu);
    };
  }, []);
}
