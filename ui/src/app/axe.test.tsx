import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { addEveryState } from '../ipc/memory/fixtures.ts';
import { accessible, open } from '../test/app.tsx';

const ROUTES = [
  '/welcome',
  '/welcome/who',
  '/welcome/clinic',
  '/watches',
  '/watches/1',
  '/watches/1?tab=history',
  '/watches/1?tab=setup',
  '/find',
  '/inbox',
  '/settings/notifications',
  '/settings/view',
  '/settings/start',
  '/settings/checks',
  '/settings/data',
  '/settings/about',
  '/help',
  '/help/notifications',
];
const THEMES = ['light', 'dark', 'contrast'] as const;

for (const theme of THEMES)
  for (const route of ROUTES)
    test(`${route} has no axe violation in ${theme}`, async () => {
      open(route, { settings: { theme } }, addEveryState);
      await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expect.poll(() => document.querySelector('[aria-busy=true]')).toBeNull();
      await accessible();
    });

test('an open menu and a dialog have no axe violation', async () => {
  open('/watches', {}, addEveryState);
  await page.getByRole('button', { name: 'Ещё' }).first().click();
  await expect.element(page.getByRole('menu')).toBeVisible();
  await accessible(['aria-hidden-focus', 'region']);
});

test('an asking dialog has no axe violation', async () => {
  open('/settings/about');
  await page.getByRole('button', { name: 'Выйти' }).click();
  await expect.element(page.getByRole('alertdialog')).toBeVisible();
  await accessible(['aria-hidden-focus', 'region']);
});

test('nothing scrolls sideways at 320 px nor with the largest text', async () => {
  for (const [width, textSize] of [
    [320, 'normal'],
    [480, 'largest'],
  ] as const) {
    await page.viewport(width, 800);
    open('/watches', { settings: { textSize } }, addEveryState);
    await expect.element(page.getByRole('article').first()).toBeVisible();
    const root = document.documentElement;
    expect(root.scrollWidth).toBeLessThanOrEqual(root.clientWidth);
    const { close } = await import('../test/app.tsx');
    close();
  }
  await page.viewport(1280, 900);
});
