// Words of the clinics as they are drawn. Names stay Russian in every language of the window.

import { useLocalization } from '@fluent/react';
import { Fragment, type ReactNode, useCallback } from 'react';
import { unbroken } from '../i18n/text.ts';

/** From the first Russian letter to the last before a Latin one. */
const RUSSIAN = /([А-Яа-яЁё](?:[^A-Za-z]*[А-Яа-яЁё])?)/;

/** Says which words are Russian, so that they are read aloud as Russian. */
export function useMarked(): (words: ReactNode) => ReactNode {
  const { l10n } = useLocalization();
  const russian = [...l10n.bundles][0]?.locales[0] === 'ru-RU';
  return useCallback(
    (words) => {
      if (typeof words !== 'string') return words;
      return russian ? unbroken(words) : parts(unbroken(words));
    },
    [russian],
  );
}

function parts(words: string): ReactNode {
  return words.split(RUSSIAN).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
    <Fragment key={index}>{index % 2 === 0 ? part : <span lang="ru">{part}</span>}</Fragment>
  ));
}

export function Marked({ children }: { children: string }) {
  return useMarked()(children);
}
