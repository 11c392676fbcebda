import type { ReactNode } from 'react';

/** A named part of the gallery, which is also one picture. */
export function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section data-part={name} className="@container bg-bg p-2">
      <h3 className="mb-3 font-semibold text-text-2">{name}</h3>
      <div className="flex flex-col gap-4">{children}</div>
    </section>
  );
}
