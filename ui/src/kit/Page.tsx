import { useLocation } from '@tanstack/react-router';
import ArrowLeftIcon from 'lucide-react/icons/arrow-left';
import { type ReactNode, useEffect, useRef } from 'react';
import { useText } from '../i18n/text.ts';
import { useHost } from '../ipc/host.ts';
import { LinkButton } from './Button.tsx';
import { Marked, useMarked } from './marked.tsx';

/** One page: its heading takes the focus when the page opens, and names the window. */
export function Page({
  title,
  status,
  actions,
  back,
  children,
}: {
  title: string;
  status?: ReactNode;
  actions?: ReactNode;
  back?: { to: string; label: string };
  children: ReactNode;
}) {
  const text = useText();
  const host = useHost();
  const { pathname } = useLocation();
  const heading = useRef<HTMLHeadingElement>(null);
  const brand = text('app-name');

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each page that opens
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [pathname]);
  useEffect(() => host.title(`${title} — ${brand}`), [host, title, brand]);

  return (
    <div className="mx-auto flex w-full max-w-[54rem] flex-col gap-6 px-4 py-6 @min-[40rem]:px-8 @min-[40rem]:py-8">
      {back !== undefined && (
        <div className="-mb-4">
          <LinkButton
            look="quiet"
            to={back.to}
            icon={<ArrowLeftIcon aria-hidden className="size-[1.2rem]" />}
          >
            {back.label}
          </LinkButton>
        </div>
      )}
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-[18rem]">
          <h1 ref={heading} tabIndex={-1} className="text-h1 font-bold">
            <Marked>{title}</Marked>
          </h1>
          {status !== undefined && <div className="measure mt-2 text-text-2">{status}</div>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Card({ children, label }: { children: ReactNode; label?: string }) {
  return (
    <section
      aria-label={label}
      className="rounded-card border border-border bg-surface p-4 @min-[40rem]:p-6"
    >
      {children}
    </section>
  );
}

/** A section of a page with its heading. */
export function Section({
  title,
  hint,
  children,
  actions,
}: {
  title: string;
  hint?: ReactNode;
  children: ReactNode;
  actions?: ReactNode;
}) {
  const marked = useMarked();
  return (
    <section className="flex flex-col gap-4 rounded-card border border-border bg-surface p-4 @min-[40rem]:p-6">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="text-h3 font-semibold">{title}</h2>
          {hint !== undefined && <div className="measure text-text-2">{marked(hint)}</div>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}
