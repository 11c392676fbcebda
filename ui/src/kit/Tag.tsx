import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import type { Tone } from './Notes.tsx';

const TONES: Record<Tone, string> = {
  neutral: 'bg-sunken text-text-2 border-border',
  ok: 'bg-ok-soft text-ok border-ok',
  warn: 'bg-warn-soft text-warn border-warn',
  danger: 'bg-danger-soft text-danger border-danger',
  info: 'bg-info-soft text-info border-info',
};

/** Icon, words and colour together; never one of them alone. */
export function Tag({
  tone,
  icon,
  children,
}: {
  tone: Tone;
  icon: ReactNode;
  children: ReactNode;
}) {
  return (
    <span
      className={cx(
        'inline-flex w-fit items-center gap-2 rounded-field border px-3 py-1 text-caption font-semibold [&>svg]:size-[1.1rem] [&>svg]:shrink-0',
        TONES[tone],
      )}
    >
      {icon}
      <span>{children}</span>
    </span>
  );
}
