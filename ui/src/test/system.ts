import { cdp } from 'vitest/browser';

export type System = Partial<
  Record<'prefers-color-scheme' | 'prefers-reduced-motion' | 'prefers-contrast', string>
>;

const browser = () =>
  cdp() as unknown as { send(method: string, params: object): Promise<unknown> };

/** The mouse lies in the corner of the window, over nothing. */
export const mouseAway = () =>
  browser().send('Input.dispatchMouseEvent', { type: 'mouseMoved', x: 0, y: 0 });

/** What the system prefers, until told otherwise. */
export async function systemPrefers(preferences: System) {
  const features = Object.entries(preferences).map(([name, value]) => ({ name, value }));
  await browser().send('Emulation.setEmulatedMedia', { features });
}
