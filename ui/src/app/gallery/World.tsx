import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { type Host, HostProvider, type Settings } from '../../ipc/host.ts';
import { createMemoryHost, type Memory } from '../../ipc/memory/memory.ts';
import { createQueryClient } from '../../ipc/queries.ts';

/** A small program of its own behind a part of the page. */
export function World({
  settings = {},
  begin,
  children,
}: {
  settings?: Partial<Settings>;
  begin?: (memory: Memory) => void;
  children: ReactNode;
}) {
  const [host] = useState<Host>(() => {
    const memory = createMemoryHost({
      delay: 0,
      gap: 0,
      luck: Number.POSITIVE_INFINITY,
      settings: { welcomed: true, closeHintShown: true, ...settings },
    });
    begin?.(memory);
    return memory;
  });
  const [client] = useState(createQueryClient);
  return (
    <HostProvider value={host}>
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </HostProvider>
  );
}
