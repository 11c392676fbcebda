import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { addEveryState } from '../ipc/memory/fixtures.ts';
import { accessible, open, route } from '../test/app.tsx';

const simple = { settings: { simple: true } };
const link = (name: string | RegExp) => page.getByRole('link', { name });

test('«Крупно и просто» shows the watches and three buttons, as large as text can be', async () => {
  open('/watches', simple, addEveryState);
  await expect.element(page.getByRole('article').first()).toBeVisible();
  expect(page.getByRole('navigation').query()).toBeNull();
  expect(getComputedStyle(document.documentElement).fontSize).toBe('24px');
  await expect.element(link(/^События/)).toBeVisible();
  await page.getByRole('button', { name: 'Позвонить 122' }).click();
  await expect.element(page.getByText(/Наберите на телефоне 122/)).toBeVisible();
  await accessible();
  await link('Найти врача').click();
  await expect.element(page.getByRole('heading', { level: 1, name: 'Где искать?' })).toBeVisible();
  await link('Жду талон').click();
  await expect.poll(route).toBe('/watches');
});

test('one column stays one column in a wide and in the narrowest window', async () => {
  for (const width of [1600, 480]) {
    await page.viewport(width, 900);
    open('/watches', simple, addEveryState);
    const cards = page.getByRole('article');
    await expect.element(cards.first()).toBeVisible();
    const lefts = cards.elements().map((card) => Math.round(card.getBoundingClientRect().left));
    expect(new Set(lefts).size).toBe(1);
    const root = document.documentElement;
    expect(root.scrollWidth).toBeLessThanOrEqual(root.clientWidth);
    const { close } = await import('../test/app.tsx');
    close();
  }
  await page.viewport(1280, 900);
});

test('it is switched on in the settings and left again, at once', async () => {
  const { world } = open('/settings/view');
  await page.getByText('Крупно и просто').click();
  await expect.poll(() => world.settings.simple).toBe(true);
  await expect.element(link('Жду талон')).toBeVisible();
  expect(page.getByRole('radio', { name: 'Обычный' }).query()).toBeNull();
  // The size is set by the mode: the keys say so and change nothing.
  await userEvent.keyboard('{Control>}-{/Control}');
  expect(world.settings.textSize).toBe('normal');
  await page.getByText('Крупно и просто', { exact: true }).click();
  await expect.poll(() => world.settings.simple).toBe(false);
  await expect.element(page.getByRole('radio', { name: 'Обычный' })).toBeVisible();
});

test('less motion stops every movement', async () => {
  open('/settings/view', { settings: { reduceMotion: true } });
  await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible();
  const moving = [...document.querySelectorAll('*')].filter((element) => {
    const { animationName, transitionDuration } = getComputedStyle(element);
    return animationName !== 'none' || transitionDuration !== '0s';
  });
  expect(moving).toEqual([]);
});
