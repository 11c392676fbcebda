import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { addEveryState } from '../ipc/memory/fixtures.ts';
import { ALL_KEYS, KEYS, keyWords } from '../kit/keys.ts';
import { type Opened, open } from '../test/app.tsx';

const heading = (name: string) => page.getByRole('heading', { level: 1, name });
const palette = page.getByRole('dialog', { name: 'Что сделать?' });
const field = page.getByRole('searchbox', { name: 'Раздел, ожидание или действие' });
const items = () =>
  [...document.querySelectorAll('[role=menuitem]')].map((item) => item.textContent);

async function opened(route = '/watches', before = addEveryState): Promise<Opened> {
  const app = open(route, {}, before);
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveFocus();
  await expect.poll(() => document.querySelector('[aria-busy=true]')).toBeNull();
  await userEvent.keyboard('{Control>}k{/Control}');
  await expect.element(field).toHaveFocus();
  return app;
}
async function again(typed: string) {
  await userEvent.keyboard('{Control>}k{/Control}');
  await expect.element(field).toHaveFocus();
  await pick(typed);
}
async function pick(typed: string) {
  await userEvent.keyboard(typed);
  await expect.poll(() => document.querySelector('[role=menuitem][data-focused]')).not.toBeNull();
  await userEvent.keyboard('{Enter}');
  await expect.element(palette).not.toBeInTheDocument();
}

test('Ctrl+K opens it, Esc closes it and gives the focus back', async () => {
  await opened();
  await expect.element(page.getByRole('menuitem', { name: 'Найти врача' })).toBeVisible();
  await userEvent.keyboard('пауза{Escape}');
  await expect.element(palette).not.toBeInTheDocument();
  await expect.element(heading('Жду талон')).toHaveFocus();
  await userEvent.keyboard('{Control>}k{/Control}');
  await expect.element(field).toHaveFocus();
  await userEvent.keyboard('{Control>}k{/Control}');
  await expect.element(palette).not.toBeInTheDocument();
  await expect.element(heading('Жду талон')).toHaveFocus();
});

test('a page is opened by its name, with the focus on its heading', async () => {
  await opened();
  await pick('событ');
  await expect.element(heading('События')).toHaveFocus();
});

test('letters are found in any case, with е for ё and in the wrong keyboard layout', async () => {
  await opened();
  for (const typed of ['ТЕМНОЕ', 'тёмное', 'ntvyjt']) {
    await userEvent.fill(field, typed);
    await expect.poll(() => items()[0]).toContain('Тёмная');
  }
  await userEvent.fill(field, 'щзывф');
  await expect.element(palette.getByText('Ничего не нашли по запросу «щзывф»')).toBeVisible();
});

test('a watch is opened, checked, paused and resumed', async () => {
  const { world } = await opened('/help');
  await pick('хирург папа проверить');
  await expect.poll(() => world.calls.includes('checkNow')).toBe(true);
  await again('папа пауза без срока');
  await expect.poll(() => world.calls.includes('setActivity')).toBe(true);
  await again('папа продолжить');
  await expect
    .poll(() => world.calls.filter((name) => name === 'setActivity').length)
    .toBeGreaterThan(1);
  await again('папа');
  await expect.element(page.getByRole('tab', { name: 'Талоны' })).toBeVisible();
});

test('all watches are checked, paused and resumed', async () => {
  const { world } = await opened();
  await pick('проверить сейчас все');
  await expect.poll(() => world.calls.includes('checkNow')).toBe(true);
  await again('пауза час все');
  await expect.element(page.getByText(/^Пауза до .*Талоны не проверяются/).first()).toBeVisible();
  await again('продолжить все');
  await expect.poll(() => page.getByText(/Талоны не проверяются/).elements().length).toBe(1);
});

test('look, language and the practice city change', async () => {
  const { world } = await opened('/help');
  await pick('контраст');
  expect(world.settings.theme).toBe('contrast');
  await again('текст крупнее');
  await expect.poll(() => world.settings.textSize).toBe('large');
  await again('учебный');
  await expect.element(page.getByText('Учебный город — талоны ненастоящие')).toBeVisible();
  await again('учебный');
  await expect
    .element(page.getByText('Учебный город — талоны ненастоящие'))
    .not.toBeInTheDocument();
  await again('english');
  await expect.element(heading('Watching')).toBeVisible();
});

test('a failure is said though the palette is closed', async () => {
  await opened('/watches', (host) => {
    addEveryState(host);
    host.world.fail('pause', { code: 'storage', detail: null, problems: [] });
  });
  await pick('пауза час все');
  await expect
    .element(page.getByText(/Не получилось прочитать или сохранить/).last())
    .toBeVisible();
});

test('without watches it offers nothing to do with them', async () => {
  await opened('/watches', () => {});
  expect(items().filter((item) => /Пауза|Проверить(?!, что)/.test(item ?? ''))).toEqual([]);
});

test('how much was found is said once', async () => {
  await opened();
  await userEvent.keyboard('текст');
  await expect
    .poll(() => document.querySelector('[aria-live=polite]')?.textContent, { timeout: 7_000 })
    .toMatch(/^Найдено \d+\sпункт/);
  // It is heard: the dialog hides the rest of the page, not this.
  const live = document.querySelector('[aria-live=polite]');
  expect(live?.closest('[aria-hidden=true], [inert]')).toBeNull();
});

test('the help page lists exactly the keys that act', async () => {
  open('/help');
  await expect.element(heading('Помощь')).toBeVisible();
  const listed = [...document.querySelectorAll('dd kbd')].map((kbd) => kbd.textContent);
  expect(listed).toEqual(ALL_KEYS.flatMap(([id]) => keyWords(id)));
});

test('every key of the window is taken from the browser, in any keyboard layout', async () => {
  open('/watches', {}, addEveryState);
  await expect.element(heading('Жду талон')).toBeVisible();
  const { back, ...keys } = KEYS;
  for (const { chords } of Object.values(keys))
    for (const chord of chords) {
      const held = 'with' in chord ? chord.with : undefined;
      const event = new KeyboardEvent('keydown', {
        code: chord.codes[0],
        key: 'ш',
        ctrlKey: held === 'ctrl',
        shiftKey: held === 'shift',
        cancelable: true,
      });
      window.dispatchEvent(event);
      expect([chord.name, event.defaultPrevented]).toEqual([chord.name, true]);
    }
});

test('keys do nothing under an open question, and nothing reloads', async () => {
  open('/settings/about');
  await page.getByRole('button', { name: 'Выйти' }).click();
  await expect.element(page.getByRole('alertdialog')).toBeVisible();
  const reload = new KeyboardEvent('keydown', { code: 'F5', cancelable: true });
  window.dispatchEvent(reload);
  expect(reload.defaultPrevented).toBe(true);
  await userEvent.keyboard('{Control>}1{/Control}');
  await userEvent.keyboard('{Control>}k{/Control}');
  await expect.element(page.getByRole('alertdialog')).toBeVisible();
  await expect.element(palette).not.toBeInTheDocument();
});

test('pasted words are taken by Enter', async () => {
  await opened();
  await userEvent.fill(field, 'помощь');
  await userEvent.keyboard('{Enter}');
  await expect.element(heading('Помощь')).toHaveFocus();
});

test('a clinic is found, and finding a doctor begins there', async () => {
  await opened();
  await userEvent.keyboard('гп 3');
  await expect.poll(() => items().some((row) => /^ГП №\s3/.test(row ?? ''))).toBe(true);
  await page
    .getByRole('menuitem', { name: /^ГП №\s3 / })
    .first()
    .click();
  await expect.element(page.getByText(/По ссылке нашли: ГП №\s3$/)).toBeVisible();
});
