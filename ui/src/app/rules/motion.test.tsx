import { afterEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { systemPrefers } from '../../test/system.ts';
import { draw } from '../gallery/draw.tsx';
import { openAt } from './places.ts';

afterEach(() => systemPrefers({}));

/** What moves, or would when it changes. */
function moving(): string[] {
  const lively = [...document.querySelectorAll('*')].filter((element) => {
    const { animationName, transitionDuration, transitionProperty } = getComputedStyle(element);
    const changes = transitionProperty !== 'none' && !/^0s(, 0s)*$/.test(transitionDuration);
    return animationName !== 'none' || changes;
  });
  return [...lively.map((element) => element.outerHTML.slice(0, 80)), ...running()];
}
const running = () => document.getAnimations().map(({ playState }) => playState);

test('rule 12: nothing moves in any part of the window when less motion is asked for', async () => {
  await draw({ theme: 'light' });
  expect(moving()).toEqual([]);
});

test('rule 12: nor when a menu opens, and scrolling is not smooth', async () => {
  await systemPrefers({ 'prefers-reduced-motion': 'reduce' });
  openAt('/watches');
  await page.getByRole('button', { name: 'Ещё' }).first().click();
  await expect.element(page.getByRole('menu')).toBeVisible();
  expect(moving()).toEqual([]);
  expect(getComputedStyle(document.documentElement).scrollBehavior).toBe('auto');
});

test('rule 12: nor when the setting asks for less', async () => {
  openAt('/watches', { settings: { reduceMotion: true } });
  await page.getByRole('button', { name: 'Ещё' }).first().click();
  await expect.element(page.getByRole('menu')).toBeVisible();
  expect(moving()).toEqual([]);
});

test('rule 12: nothing moves by itself but what is still loading', async () => {
  openAt('/watches');
  await expect.element(page.getByRole('article').first()).toBeVisible();
  await expect.poll(running).toEqual([]);
});
