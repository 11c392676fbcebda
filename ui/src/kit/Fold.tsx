import ChevronIcon from 'lucide-react/icons/chevron-right';
import { type ReactNode, useState } from 'react';
import { cx } from './cx.ts';

/** Single facts: asked for and drawn when they are opened. */
export function Fold({
  title,
  level: Heading = 'h2',
  children,
}: {
  title: string;
  level?: 'h2' | 'h3';
  children: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="flex min-h-12 cursor-pointer items-center gap-2 rounded-button text-primary">
        <ChevronIcon
          aria-hidden
          className={cx('fade size-[1.2rem] shrink-0', open && 'rotate-90')}
        />
        <Heading className="font-medium underline underline-offset-4">{title}</Heading>
      </summary>
      {open && <div className="flex flex-col gap-3 pt-3">{children}</div>}
    </details>
  );
}
