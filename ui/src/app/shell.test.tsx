import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { addEveryState } from '../ipc/memory/fixtures.ts';
import { open, route } from '../test/app.tsx';

const heading = (name: string) => page.getByRole('heading', { level: 1, name });

test('a page opens with the focus on its heading and names the window', async () => {
  const { world } = open('/watches');
  await expect.element(heading('Жду талон')).toHaveFocus();
  await page.getByRole('link', { name: 'Помощь' }).click();
  await expect.element(heading('Помощь')).toHaveFocus();
  expect(world.titles.at(-1)).toBe('Помощь — Талончик');
});

test('keys go to pages in any keyboard layout', async () => {
  open('/watches');
  await expect.element(heading('Жду талон')).toBeVisible();
  for (const [keys, name] of [
    ['{Control>}2{/Control}', 'Где искать?'],
    ['{Control>}1{/Control}', 'Жду талон'],
    ['{F1}', 'Помощь'],
    ['{Control>},{/Control}', 'Настройки'],
  ] as const) {
    await userEvent.keyboard(keys);
    await expect.element(heading(name)).toBeVisible();
  }
  // The key that types «ш» in the Russian layout is still the key I.
  window.dispatchEvent(
    new KeyboardEvent('keydown', { code: 'KeyI', key: 'ш', ctrlKey: true, cancelable: true }),
  );
  await expect.element(heading('События')).toBeVisible();
});

test('Esc and Alt+← go back, but not out of a field', async () => {
  open('/watches');
  await expect.element(heading('Жду талон')).toBeVisible();
  await userEvent.keyboard('{F1}');
  await expect.element(heading('Помощь')).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(heading('Жду талон')).toBeVisible();
  await userEvent.keyboard('{Control>}n{/Control}');
  await expect.element(heading('Где искать?')).toBeVisible();
  await userEvent.keyboard('{Control>}f{/Control}');
  await expect.element(page.getByRole('searchbox')).toHaveFocus();
  await userEvent.keyboard('{Escape}');
  await expect.element(heading('Где искать?')).toBeVisible();
  await userEvent.keyboard('{Alt>}{ArrowLeft}{/Alt}');
  await expect.element(heading('Жду талон')).toBeVisible();
});

test('Ctrl+R checks now and never reloads', async () => {
  const { world } = open('/watches', {}, addEveryState);
  await expect.element(heading('Жду талон')).toBeVisible();
  const asked = new KeyboardEvent('keydown', { code: 'KeyR', ctrlKey: true, cancelable: true });
  window.dispatchEvent(asked);
  expect(asked.defaultPrevented).toBe(true);
  await expect.poll(() => world.calls.includes('checkNow')).toBe(true);
});

test('Ctrl and plus, minus, zero change the size of text at once', async () => {
  const { world } = open('/watches');
  await expect.element(heading('Жду талон')).toBeVisible();
  const root = document.documentElement;
  await userEvent.keyboard('{Control>}={/Control}');
  await expect.poll(() => getComputedStyle(root).fontSize).toBe('21px');
  await userEvent.keyboard('{Control>}={/Control}');
  await expect.poll(() => getComputedStyle(root).fontSize).toBe('24px');
  await userEvent.keyboard('{Control>}-{/Control}');
  await expect.poll(() => getComputedStyle(root).fontSize).toBe('21px');
  await userEvent.keyboard('{Control>}0{/Control}');
  await expect.poll(() => getComputedStyle(root).fontSize).toBe('18px');
  expect(world.settings.textSize).toBe('normal');
});

test('F6 walks between the regions of the window', async () => {
  open('/watches');
  await expect.element(heading('Жду талон')).toHaveFocus();
  await userEvent.keyboard('{F6}');
  await expect.element(page.getByRole('link', { name: 'Жду талон' })).toHaveFocus();
  await userEvent.keyboard('{F6}');
  await expect.element(heading('Жду талон')).toHaveFocus();
});

test('no browser menu appears outside fields', async () => {
  open('/find');
  await expect.element(page.getByRole('searchbox')).toBeVisible();
  const on = (target: Element) => {
    const event = new MouseEvent('contextmenu', { bubbles: true, cancelable: true });
    target.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(on(document.querySelector('h1') as Element)).toBe(true);
  expect(on(document.querySelector('input') as Element)).toBe(false);
});

test('the practice city is named on every page and left with one press', async () => {
  open('/help', { demo: true });
  await expect.element(page.getByText('Учебный город — талоны ненастоящие')).toBeVisible();
  await page.getByRole('button', { name: 'Выйти из учебного города' }).click();
  await expect
    .element(page.getByText('Учебный город — талоны ненастоящие'))
    .not.toBeInTheDocument();
});

test('a narrow window has a menu with the same words', async () => {
  await page.viewport(480, 700);
  open('/watches');
  await page.getByRole('button', { name: 'Меню' }).click();
  await page.getByRole('link', { name: 'События' }).click();
  await expect.element(heading('События')).toBeVisible();
  await expect.element(page.getByRole('link', { name: 'Помощь' })).not.toBeInTheDocument();
  await page.viewport(1280, 900);
});

test('the program may ask for a page, and the last page is remembered', async () => {
  const { world } = open('/watches');
  await expect.element(heading('Жду талон')).toBeVisible();
  world.navigate('/inbox?show=open');
  await expect.element(heading('События')).toBeVisible();
  await expect.element(page.getByRole('radio', { name: 'Ждут ответа' })).toBeChecked();
  await expect.poll(() => world.forms.get('route')).toBe('/inbox?show=open');
});

test('a window opens where the program says, else where it was, else at home', async () => {
  const { world } = open('', {}, ({ world: { forms } }) => forms.set('route', '/help'));
  await expect.element(heading('Помощь')).toBeVisible();
  expect(route()).toBe('/help');
  expect(world.calls).toContain('startPage');
});

test('the first start opens the welcome', async () => {
  open('', { settings: { welcomed: false } });
  await expect.element(heading('Здравствуйте. Помогу дождаться талона к врачу')).toBeVisible();
});

test('settings that cannot be read are said with a way to try again', async () => {
  const { world } = open('/watches', {}, (host) =>
    host.world.fail('settings', { code: 'storage', detail: null, problems: [] }, true),
  );
  await expect.element(page.getByRole('alert')).toBeVisible();
  world.mend();
  await page.getByRole('button', { name: 'Повторить' }).click();
  await expect.element(heading('Жду талон')).toBeVisible();
});
