import { cdp } from 'vitest/browser';

export type System = Partial<
  Record<'prefers-color-scheme' | 'prefers-reduced-motion' | 'prefers-contrast', string>
>;

/** What the system prefers, until told otherwise. */
export async function systemPrefers(preferences: System) {
  const features = Object.entries(preferences).map(([name, value]) => ({ name, value }));
  const session = cdp() as unknown as { send(method: string, params: object): Promise<unknown> };
  await session.send('Emulation.setEmulatedMedia', { features });
}
