import { expect, test } from 'vitest';
import { page, server, userEvent } from 'vitest/browser';
import type { System } from '../../test/system.ts';
import { draw } from './draw.tsx';
import type { Look } from './Gallery.tsx';

const STATES = [
  'State: there is something',
  'State: it waits',
  'State: it needs the person',
  'State: nobody can check',
];
const WAYS = ['Telegram: a code is shown', 'Telegram: chats are linked', 'How channels do'];
const PARTS = [...STATES, 'Tags and notes', 'Buttons', 'Fields'];
const DARK = { 'prefers-color-scheme': 'dark' };
/** How the page looks, and which parts are compared; all of them when none are named. */
const LOOKS: Record<string, { look: Look; system?: System; parts?: string[] }> = {
  light: { look: { theme: 'light' } },
  dark: { look: { theme: 'dark' }, parts: [...PARTS, ...WAYS] },
  contrast: { look: { theme: 'contrast' }, parts: PARTS },
  'contrast dark': { look: { theme: 'contrast' }, system: DARK, parts: ['Tags and notes'] },
  largest: { look: { theme: 'light', textSize: 'largest' }, parts: [...STATES, 'Fields', ...WAYS] },
  en: { look: { theme: 'light', language: 'en' }, parts: [...STATES, 'Troubles'] },
};

const all = () => [...document.querySelectorAll<HTMLElement>('[data-part]')];

/** Without the others: what stands above it must not move it by half a pixel. */
function alone(part: HTMLElement) {
  for (const other of all()) other.hidden = other !== part;
  return page.elementLocator(part);
}

// Other systems draw letters in other ways; the pictures are of this one.
const here = test.skipIf(server.platform !== 'linux');

for (const [name, { look, system, parts }] of Object.entries(LOOKS))
  here(`nothing has moved or changed its colour: ${name}`, async () => {
    await draw(look, system);
    // Twice the height of the browser's window: half the size, and small pictures.
    await page.viewport(1100, 2600);
    for (const part of all()) {
      const of = part.dataset.part ?? '';
      if (parts?.includes(of) ?? true)
        await expect.soft(alone(part)).toMatchScreenshot(`${name} ${of}`);
    }
  });

here('nothing has moved or changed its colour: what opens over the page', async () => {
  await draw({ theme: 'light' });
  const parts = alone(document.querySelector('[data-part=Buttons]') as HTMLElement);
  await parts.getByRole('button', { name: 'Ещё' }).click();
  await expect.soft(page.getByRole('menu')).toMatchScreenshot('light menu');
  await userEvent.keyboard('{Escape}');
  await parts.getByRole('button', { name: 'Выйти' }).click();
  await expect.soft(page.getByRole('alertdialog')).toMatchScreenshot('light dialog');
});
