// A list of buttons: one question, many answers. Arrows, Home and End move inside it.

import ChevronIcon from 'lucide-react/icons/chevron-right';
import type { KeyboardEvent, ReactNode, RefObject } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { useMarked } from './marked.tsx';

function move(event: KeyboardEvent<HTMLElement>) {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  const step = steps[event.key];
  const to =
    event.key === 'Home'
      ? buttons[0]
      : event.key === 'End'
        ? buttons.at(-1)
        : step === undefined
          ? undefined
          : buttons[at + step];
  if (to === undefined) return;
  event.preventDefault();
  to.focus();
}

export function ChoiceList({
  label,
  children,
  listRef,
}: {
  label: string;
  children: ReactNode;
  listRef?: RefObject<HTMLUListElement | null>;
}) {
  return (
    <ul ref={listRef} aria-label={label} onKeyDown={move} className="flex flex-col gap-2">
      {children}
    </ul>
  );
}

export function ChoiceRow({
  title,
  details,
  aside,
  onPress,
}: {
  title: ReactNode;
  details?: ReactNode;
  aside?: ReactNode;
  onPress: () => void;
}) {
  const marked = useMarked();
  return (
    <li>
      <AriaButton
        onPress={onPress}
        className="fade flex min-h-[3.6rem] w-full items-center gap-x-4 rounded-button border-2 border-border bg-surface px-4 py-2 text-left hover:border-line hover:bg-sunken"
      >
        <span className="flex min-w-0 flex-1 flex-wrap items-center justify-between gap-x-4">
          <span className="min-w-0">
            <span className="block font-medium">{marked(title)}</span>
            {details !== undefined && (
              <span className="block text-caption text-text-2">{marked(details)}</span>
            )}
          </span>
          {aside !== undefined && <span className="shrink-0 text-caption">{aside}</span>}
        </span>
        <ChevronIcon aria-hidden className="size-[1.2rem] shrink-0 text-text-3" />
      </AriaButton>
    </li>
  );
}
