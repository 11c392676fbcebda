import { type ReactNode, useState } from 'react';
import { useText } from '../i18n/text.ts';
import { Button } from './Button.tsx';

const PAGE = 100;

/** The first rows of a long list, and the button that shows the rest of it. */
export function useShown<Row>(rows: readonly Row[]): { shown: readonly Row[]; more: ReactNode } {
  const text = useText();
  const [limit, setLimit] = useState(PAGE);
  const left = rows.length - limit;
  return {
    shown: rows.slice(0, limit),
    more: left > 0 && (
      <div>
        <Button onPress={() => setLimit(limit + PAGE)}>{text('show-more', { n: left })}</Button>
      </div>
    ),
  };
}
