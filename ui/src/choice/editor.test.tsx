// The wish for time and the list of doctors, as a person meets them on a page.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { smallTargets, wide } from '../app/rules/measure.ts';
import { openAt } from '../app/rules/places.ts';
import { doctorsOf } from '../ipc/memory/city.ts';
import { accessible, route } from '../test/app.tsx';
import { systemPrefers } from '../test/system.ts';

const main = page.getByRole('main');
const next = page.getByRole('button', { name: 'Дальше' });
const button = (name: string) => page.getByRole('button', { name, exact: true });
const top = (element: Element) => element.getBoundingClientRect().top + window.scrollY;

/** The list of doctors, and what is free above it, have come. */
async function settled() {
  await expect.element(page.getByRole('heading', { name: 'Талоны уже есть' })).toBeVisible();
  await expect.poll(() => document.querySelector('main .skeleton')).toBeNull();
}

const CLINIC = '100';
const SPECIALTY = '2';
const plan = (wish: object, doctors: object = { kind: 'any' }) => ({
  wish: {
    ranges: [],
    notBefore: null,
    notAfter: null,
    except: [],
    noticeMinutes: 0,
    earlierThan: null,
    ...wish,
  },
  choices: [
    {
      clinic: { id: CLINIC, name: 'ГП № 3', address: null },
      specialty: { id: SPECIALTY, name: 'Окулист', ferId: null },
      doctors,
    },
  ],
});
const begin = (place: string, wish: object = {}, options: Parameters<typeof openAt>[1] = {}) =>
  openAt(place, options, ({ world }) => {
    for (const form of ['find', 'welcome']) world.forms.set(form, JSON.stringify(plan(wish)));
  });

beforeEach(() => systemPrefers({ 'prefers-reduced-motion': 'reduce' }));
afterEach(async () => {
  await systemPrefers({});
  await page.viewport(1280, 900);
});

for (const place of ['/welcome/time', '/find/time'])
  test(`«по будням после 17» takes two presses, and days outlive the time of day: ${place}`, async () => {
    const { world } = begin(place, {}, { settings: { welcomed: place === '/find/time' } });
    await expect.element(page.getByRole('radio', { name: 'Любое' })).toBeChecked();
    expect(page.getByRole('radiogroup').all()).toHaveLength(1);
    await page.getByText('Вечером, после 17:00').click();
    await button('Будни').click();
    await expect.element(main.getByText('По будням после 17:00.')).toBeVisible();
    await expect.element(button('Ср')).toHaveAttribute('aria-pressed', 'true');
    await page.getByText('Утром, до 12:00').click();
    await expect.element(main.getByText('По будням до 12:00.')).toBeVisible();
    await page.getByText('Другое время').click();
    await expect.element(button('Будни')).toHaveAttribute('aria-pressed', 'true');
    await page.getByText('Любое').click();
    await expect.element(main.getByText('По будням.')).toBeVisible();
    await button('Ср').click();
    await expect.element(button('Будни')).toHaveAttribute('aria-pressed', 'false');
    await button('Выходные').click();
    await button('Будни').click();
    await button('Будни').click();
    await expect.element(main.getByText('По выходным.')).toBeVisible();
    await accessible();
    const name = place === '/find/time' ? 'find' : 'welcome';
    await expect
      .poll(() => JSON.parse(world.forms.get(name) ?? '').wish.ranges)
      .toEqual([{ days: ['sat', 'sun'], from: null, to: null }]);
  });

test('one’s own rules come back after a look at a ready answer', async () => {
  begin('/find/time', {
    ranges: [
      { days: ['tue'], from: '09:00:00', to: '10:00:00' },
      { days: ['thu'], from: '18:00:00', to: null },
    ],
  });
  await expect.element(page.getByRole('radio', { name: 'Другое время' })).toBeChecked();
  await page.getByText('Утром, до 12:00').click();
  await expect.element(main.getByText('По вторникам и четвергам до 12:00.')).toBeVisible();
  await page.getByText('Другое время').click();
  await expect
    .poll(() => main.element().textContent?.replace(/\s/g, ' '))
    .toContain('По вторникам с 9:00 до 10:00 или по четвергам после 18:00.');
});

test('nothing moves when the first day is pressed, nor when the last is taken back', async () => {
  begin('/find/time');
  const day = button('Пн');
  await expect.element(day).toBeVisible();
  const before = [day, next].map((one) => top(one.element()));
  for (const pressed of ['true', 'false']) {
    await day.click();
    await expect.element(day).toHaveAttribute('aria-pressed', pressed);
    expect([day, next].map((one) => top(one.element()))).toEqual(before);
  }
  await expect.element(page.getByText(/Если ничего не отметить/)).toBeVisible();
});

for (const [width, height] of [
  [1280, 900],
  [480, 700],
] as const)
  test(`nothing moves when there is no reason any more to wait with «Дальше»: ${width}`, async () => {
    await page.viewport(width, height);
    begin('/find/doctors', {}, { settings: { textSize: 'largest' } });
    await settled();
    await page.getByText('Только к выбранным').click();
    await expect.element(next).toBeDisabled();
    const below = page.getByText(/^Проверили в/);
    const places = () => [next, below].map((one) => top(one.element()));
    const before = [...places(), document.documentElement.scrollHeight];
    await page.getByRole('checkbox').first().click({ force: true });
    await expect.element(next).toBeEnabled();
    expect([...places(), document.documentElement.scrollHeight]).toEqual(before);
  });

test('that nobody of the list is left is said, and nothing moves', async () => {
  begin('/find/doctors');
  await settled();
  const words = main.getByText('Сейчас никого не остаётся: ждём нового врача.');
  await page.getByText('К любому, кроме выбранных').click();
  const doctors = page.getByRole('checkbox');
  await expect.element(doctors.first()).toBeVisible();
  const all = doctors.all();
  expect(all).toHaveLength(doctorsOf(CLINIC, SPECIALTY).length);
  const before = top(next.element());
  for (const [index, doctor] of all.entries()) {
    await expect.element(words).not.toBeVisible();
    await doctor.click({ force: true });
    await expect.element(doctors.nth(index)).toBeChecked();
  }
  await expect
    .element(main.getByText('Сейчас никого не остаётся: ждём нового врача.'))
    .toBeVisible();
  await expect.element(next).toBeEnabled();
  expect(top(next.element())).toBe(before);
  await accessible();
});

test('a sentence is promised only for a wish that can be kept', async () => {
  begin('/find/time', { ranges: [{ days: [], from: '12:00:00', to: '09:00:00' }] });
  await expect.element(page.getByText('Время «до» должно быть позже времени «с».')).toBeVisible();
  expect(main.element().textContent).not.toMatch(/С\s12:00\sдо\s9:00/);
  await expect.element(next).toBeDisabled();
});

test('a last day that has passed or comes before the first is an error at its field', async () => {
  begin('/find/time', { notBefore: '2099-12-10', notAfter: '2099-12-20' });
  const field = page.getByRole('group', { name: 'Не позже' });
  const type = async (words: string) => {
    await field.getByRole('spinbutton').first().click();
    await userEvent.keyboard(words);
  };
  await type('05122099');
  await expect.element(field).toHaveAccessibleDescription(/наступает до «Не раньше»/);
  await expect.element(next).toBeDisabled();
  await page.getByRole('button', { name: 'Очистить' }).first().click();
  await expect.element(next).toBeEnabled();
  await type('05122020');
  await expect.element(field).toHaveAccessibleDescription(/Последний день уже прошёл/);
  await expect.element(next).toBeDisabled();
  const error = page.getByText(/Последний день уже прошёл/).element();
  expect(error.getBoundingClientRect().bottom).toBeLessThanOrEqual(
    field.element().getBoundingClientRect().top,
  );
  // Half a year is not a mistake yet.
  await type('0512209');
  await expect.element(page.getByText(/Последний день уже прошёл/)).not.toBeInTheDocument();
  await userEvent.keyboard('9');
  await accessible();
});

test('a day is typed while the calendar is open, and after', async () => {
  begin('/find/time', { notAfter: '2098-12-20' });
  const field = page.getByRole('group', { name: 'Не позже' });
  const open = page.getByRole('button', { name: 'Календарь Не позже' });
  await open.click();
  await expect.element(page.getByRole('grid')).toBeVisible();
  await field.getByRole('spinbutton').first().click();
  await userEvent.keyboard('05062099');
  await expect.element(main.getByText(/не позже 5\sиюня 2099/)).toBeVisible();
  await expect.element(page.getByRole('grid')).toHaveAccessibleName(/июнь 2099/);
  await userEvent.keyboard('{Escape}');
  await expect.element(page.getByRole('grid')).not.toBeInTheDocument();
  await field.getByRole('spinbutton').first().click();
  await userEvent.keyboard('06072099');
  await expect.element(main.getByText(/не позже 6\sиюля 2099/)).toBeVisible();
});

for (const textSize of ['normal', 'largest'] as const)
  test(`a calendar lies within its box in a small window: ${textSize}`, async () => {
    await page.viewport(480, 700);
    begin('/find/time', { notAfter: '2099-05-20' }, { settings: { textSize } });
    await page.getByRole('button', { name: 'Календарь Не позже' }).click();
    const grid = page.getByRole('grid');
    await expect.element(grid).toBeVisible();
    const box = grid.element().closest('[role=application]')?.getBoundingClientRect();
    if (box === undefined) throw new Error('no box');
    const cells = [...grid.element().querySelectorAll('td [role=button]')].filter((cell) =>
      cell.checkVisibility(),
    );
    expect(cells).toHaveLength(31);
    for (const cell of cells) {
      const { left, right, top: above, bottom, width, height } = cell.getBoundingClientRect();
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(44);
      expect(left).toBeGreaterThanOrEqual(box.left);
      expect(right).toBeLessThanOrEqual(box.right);
      expect(above).toBeGreaterThanOrEqual(box.top);
      expect(bottom).toBeLessThanOrEqual(box.bottom);
    }
    expect(wide()).toEqual([]);
    expect(smallTargets()).toEqual([]);
    // What comes next is below the calendar, not under it.
    const after = page.getByRole('group', { name: 'Кроме дат' }).element();
    expect(after.getBoundingClientRect().top).toBeGreaterThanOrEqual(box.bottom);
  });

test('a calendar leaves no trace on the page, however it goes', async () => {
  await page.viewport(480, 700);
  const traces = () =>
    [document.documentElement, document.body].map(
      ({ style }) => `${style.overflow}${style.padding}${style.scrollbarGutter}`,
    );
  const scrolls = async () => {
    window.scrollTo(0, 0);
    window.scrollBy(0, 200);
    await expect.poll(() => window.scrollY).toBe(200);
  };
  begin('/find/time', { notAfter: '2099-05-20' });
  const open = page.getByRole('button', { name: 'Календарь Не позже' });
  const grid = page.getByRole('grid');
  await expect.element(open).toBeVisible();
  const before = traces();
  for (const act of [
    () => userEvent.keyboard('{Escape}'),
    () => userEvent.keyboard('{Enter}'),
    () => open.click(),
    async () => {
      window.location.hash = '#/find/doctors';
    },
  ]) {
    await open.click();
    await expect.element(grid).toBeVisible();
    expect(traces()).toEqual(before);
    expect(main.element().closest('[inert], [aria-hidden]')).toBeNull();
    await act();
    await expect.element(grid).not.toBeInTheDocument();
    expect(traces()).toEqual(before);
    await scrolls();
  }
  await expect.poll(route).toBe('/find/doctors');
});

test('«Не предлагать, если до приёма меньше» is in sight and looks like the other fields', async () => {
  begin('/find/time');
  const field = page.getByRole('combobox', { name: 'Не предлагать, если до приёма меньше' });
  await expect.element(field).toBeVisible();
  expect(getComputedStyle(field.element()).appearance).toBe('none');
  await field.selectOptions('2 часа');
  await expect.element(main.getByText(/хотя бы за 2\sчаса до приёма/)).toBeVisible();
});
