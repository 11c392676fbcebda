// Theme, size of text and language on the page itself.

import { useEffect, useSyncExternalStore } from 'react';
import type { Settings } from '../ipc/host.ts';

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', changed);
      return () => media.removeEventListener('change', changed);
    },
    () => window.matchMedia(query).matches,
  );
}

export function useAppearance(settings: Settings) {
  const systemDark = useMedia('(prefers-color-scheme: dark)');
  const systemContrast = useMedia('(prefers-contrast: more)');
  const { theme, textSize, simple, reduceMotion, language } = settings;
  useEffect(() => {
    const root = document.documentElement;
    const dark = theme === 'dark' || (theme !== 'light' && systemDark);
    root.dataset.scheme = dark ? 'dark' : 'light';
    root.toggleAttribute('data-contrast', theme === 'contrast' || systemContrast);
    root.dataset.text = simple ? 'largest' : textSize;
    root.toggleAttribute('data-simple', simple);
    root.toggleAttribute('data-still', reduceMotion);
    root.lang = language;
  }, [theme, textSize, simple, reduceMotion, language, systemDark, systemContrast]);
}
