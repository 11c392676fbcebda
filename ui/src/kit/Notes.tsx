// What loads, what failed, what there is to know.

import InfoIcon from 'lucide-react/icons/info';
import AlertIcon from 'lucide-react/icons/triangle-alert';
import type { ReactNode } from 'react';
import { useText } from '../i18n/text.ts';
import { errorDetail, errorSentence, problemSentences } from '../ipc/errors.ts';
import { Button } from './Button.tsx';
import { cx } from './cx.ts';
import { useMarked } from './marked.tsx';

export type Tone = 'neutral' | 'ok' | 'warn' | 'danger' | 'info';

const TONES: Record<Tone, string> = {
  neutral: 'border-border bg-surface [--accent:var(--text-2)]',
  ok: 'border-ok bg-ok-soft [--accent:var(--ok)]',
  warn: 'border-warn bg-warn-soft [--accent:var(--warn)]',
  danger: 'border-danger bg-danger-soft [--accent:var(--danger)]',
  info: 'border-info bg-info-soft [--accent:var(--info)]',
};

export function Note({
  tone = 'info',
  icon,
  children,
  actions,
  role,
}: {
  tone?: Tone;
  icon?: ReactNode;
  children: ReactNode;
  actions?: ReactNode;
  role?: 'alert' | 'status';
}) {
  const marked = useMarked();
  return (
    <div role={role} className={cx('flex gap-3 rounded-card border-2 p-4', TONES[tone])}>
      <span aria-hidden className="mt-[0.15rem] shrink-0 text-(--accent) [&>svg]:size-[1.25rem]">
        {icon ?? (tone === 'warn' || tone === 'danger' ? <AlertIcon /> : <InfoIcon />)}
      </span>
      <div className="min-w-0 flex-1">
        <div className="measure">{marked(children)}</div>
        {actions !== undefined && <div className="mt-3 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  );
}

export function ErrorNote({ error, retry }: { error: unknown; retry?: () => void }) {
  const text = useText();
  return (
    <Note
      tone="warn"
      role="alert"
      actions={
        retry && (
          <Button look="secondary" onPress={() => retry()}>
            {text('retry')}
          </Button>
        )
      }
    >
      <p>{text(errorSentence(error))}</p>
      {problemSentences(error).map((problem) => (
        <p key={problem} className="font-medium">
          {text(problem)}
        </p>
      ))}
      <details className="mt-1">
        <summary className="inline-flex min-h-11 cursor-pointer items-center text-caption text-text-2 underline underline-offset-4">
          {text('details')}
        </summary>
        <code className="block text-caption break-all text-text-2">{errorDetail(error)}</code>
      </details>
    </Note>
  );
}

/** Rows as tall as the ones to come, so that nothing jumps. */
export function ListSkeleton({
  rows,
  tall,
  details,
}: {
  rows: number;
  /** Cards. */
  tall?: boolean;
  /** Rows of two lines. */
  details?: boolean;
}) {
  const text = useText();
  const height = tall ? 'h-48' : details ? 'h-[4.05rem]' : 'h-[3.6rem]';
  return (
    <div aria-busy="true">
      <span className="sr-only">{text('loading')}</span>
      <ul aria-hidden className="flex flex-col gap-2">
        {Array.from({ length: rows }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows without an identity
          <li key={row} className={cx('skeleton', height)} />
        ))}
      </ul>
    </div>
  );
}
