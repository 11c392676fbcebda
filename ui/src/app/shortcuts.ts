// The keys of the window. Physical keys, so that they work in both layouts.

import { useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useText } from '../i18n/text.ts';
import type { TextSize } from '../ipc/host.ts';
import { useCheckNow, useSettings } from '../ipc/queries.ts';
import { announce } from '../kit/live.ts';

const SIZES: TextSize[] = ['normal', 'large', 'largest'];
const PAGES: Record<string, string> = {
  Digit1: '/watches',
  Digit2: '/find',
  KeyI: '/inbox',
  Comma: '/settings',
  KeyN: '/find',
};

const inField = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.matches('input:not([type=radio]):not([type=checkbox]), textarea') ||
    target.isContentEditable ||
    target.getAttribute('role') === 'spinbutton');

export function useShortcuts() {
  const router = useRouter();
  const { settings, change } = useSettings();
  const checkNow = useCheckNow();
  const text = useText();
  const state = useRef({ settings, change, checkNow, text });
  state.current = { settings, change, checkNow, text };

  useEffect(() => {
    const go = (to: string) => router.navigate({ to });
    const resize = (step: number | null) => {
      const { settings: now, change: set, text: say } = state.current;
      if (now === undefined) return;
      const at = step === null ? 0 : SIZES.indexOf(now.textSize) + step;
      const textSize = SIZES[Math.min(SIZES.length - 1, Math.max(0, at))] ?? 'normal';
      set({ textSize });
      announce(say(`text-size-${textSize}`));
    };
    const check = () => {
      const { checkNow: now, text: say } = state.current;
      if (now.isPending) return;
      announce(say('checking'));
      now.mutate(null, { onSuccess: () => announce(say('checked')) });
    };
    const regions = (step: number) => {
      const all = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
        (region) => region.offsetParent !== null && region.textContent !== '',
      );
      const at = all.findIndex((region) => region.contains(document.activeElement));
      const next = all[(at + step + all.length) % all.length];
      (next?.querySelector<HTMLElement>('h1, a, button') ?? next)?.focus();
    };
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const popup = document.querySelector('[role=dialog], [role=alertdialog], [role=menu]');
      const { code } = event;
      const command = event.ctrlKey || event.metaKey;
      let done = true;
      if (code === 'F5' || (command && code === 'KeyR')) check();
      else if (code === 'F1') go('/help');
      else if (code === 'F6') regions(event.shiftKey ? -1 : 1);
      else if (event.altKey && code === 'ArrowLeft') router.history.back();
      else if (code === 'Escape' && popup === null && !inField(event.target)) {
        if (router.history.canGoBack()) router.history.back();
      } else if (command && !event.altKey) {
        const page = PAGES[code];
        if (page !== undefined) go(page);
        else if (code === 'KeyF') {
          const field = document.querySelector<HTMLInputElement>('[data-page-search]');
          field?.focus();
          field?.select();
        } else if (code === 'Equal' || code === 'NumpadAdd') resize(1);
        else if (code === 'Minus' || code === 'NumpadSubtract') resize(-1);
        else if (code === 'Digit0' || code === 'Numpad0') resize(null);
        else done = false;
      } else done = false;
      if (done) event.preventDefault();
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
  }, [router]);
}
