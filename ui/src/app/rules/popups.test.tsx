// Rule 1 and rule 4 for what opens over a page, or on it after a press.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { accessible } from '../../test/app.tsx';
import { systemPrefers } from '../../test/system.ts';
import { misnamed, smallTargets } from './measure.ts';
import { openAt } from './places.ts';

beforeEach(() => systemPrefers({ 'prefers-reduced-motion': 'reduce' }));
afterEach(() => systemPrefers({}));

const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click();
const type = async (words: string) => {
  await userEvent.keyboard('{Control>}f{/Control}');
  await userEvent.keyboard(words);
};

/** Of the right shape. */
const TOKEN = '123456789:AAH4fKq2vXcT9mPz7WdR3bNs8LgYhEuJo';

/** Where it is, how it is opened, and what is then seen. */
const POPUPS: Record<
  string,
  [place: string, act: () => Promise<void>, shows: () => Element | null]
> = {
  'the menu of a watch': ['/watches', () => press('Ещё'), () => find('[role=menu]')],
  'the palette': [
    '/watches',
    () => userEvent.keyboard('{Control>}k{/Control}'),
    () => find('[role=dialog] [role=menu]'),
  ],
  'the palette with nothing found': [
    '/watches',
    async () => {
      await userEvent.keyboard('{Control>}k{/Control}');
      await expect.element(page.getByRole('searchbox')).toHaveFocus();
      await userEvent.keyboard('ъъъ');
    },
    () => (find('[role=dialog] kbd') ? null : find('[role=dialog]')),
  ],
  'a calendar': [
    '/find/time',
    () => press(/^Календарь/),
    () => find('[role=application] [role=grid]'),
  ],
  'the asking of a removal': ['/watches/1?tab=setup', () => press('Больше не ждать'), asking],
  'the asking before quitting': ['/settings/about', () => press('Выйти'), asking],
  'the asking before all is deleted': ['/settings/data', () => press('Удалить всё'), asking],
  'the asking before an import': ['/settings/data', () => press('Взять из файла'), asking],
  'the question where to keep a token': [
    '/settings/telegram?ways=undecided',
    async () => {
      await page.getByLabelText('Токен бота', { exact: true }).fill(TOKEN);
      await press('Проверить и подключить');
    },
    () => find('[role=dialog] [role=radiogroup]'),
  ],
  'a token that is none': [
    '/settings/telegram',
    async () => {
      await page.getByLabelText('Токен бота', { exact: true }).fill('12345');
      await press('Проверить и подключить');
    },
    () => find('[data-invalid]'),
  ],
  'the asking before a chat is unlinked': [
    '/settings/telegram?ways=working',
    () => press('Отключить: Мария'),
    asking,
  ],
  'the asking before the bot is forgotten': [
    '/settings/telegram?ways=working',
    () => press('Забыть бота'),
    asking,
  ],
  'a mail server of one’s own': [
    '/settings/mail',
    () => page.getByRole('combobox').selectOptions('Другая'),
    () => find('[role=radiogroup]'),
  ],
  'a trial of every channel': [
    '/settings/notifications?ways=unreachable',
    () => press('Проверить, что оповещения дойдут'),
    () =>
      [...document.querySelectorAll('li')].find((row) => row.textContent?.includes('Push')) ?? null,
  ],
  'the list of districts': ['/find', () => press('Выбрать район'), () => list('Районы')],
  'clinics that are found': ['/find', () => type('36'), () => list('Поликлиники')],
  'no clinic found': ['/find', () => type('ъъъ'), () => (list('Поликлиники') ? null : find('h1'))],
  'a list of doctors': [
    '/find/doctors',
    () => page.getByText('Только к выбранным').click(),
    () => find('fieldset'),
  ],
  'an error of a name': [
    '/welcome/who',
    async () => {
      await page.getByRole('textbox').fill('');
      await press('Дальше');
    },
    () => find('[aria-invalid=true], [data-invalid]'),
  ],
  'messages at the bottom': [
    '/watches',
    async () => {
      await press('Ещё');
      await page.getByRole('menuitem', { name: 'Больше не ждать' }).click();
    },
    () => find('section[aria-label=Сообщения] button'),
  ],
  'the menu of a narrow window': [
    '/watches',
    async () => {
      await page.viewport(480, 700);
      await press('Меню');
    },
    () => find('[aria-expanded=true]'),
  ],
};

const find = (what: string) => document.querySelector(what);
const list = (name: string) => find(`ul[aria-label=${name}]`);
function asking() {
  return find('[role=alertdialog]') ?? find('section[aria-label=Сообщения] button');
}

for (const [what, [place, act, shows]] of Object.entries(POPUPS))
  test(`rules 1, 4, 7: ${what} has no axe violation and is easy to press`, async () => {
    openAt(place);
    await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect.poll(() => find('[aria-busy=true]')).toBeNull();
    await act();
    await expect.poll(shows).not.toBeNull();
    // What is hidden behind a dialog is inert, and lies outside landmarks; the rows of the
    // palette are scrolled by the arrows while the focus stays in its field.
    const off = ['aria-hidden-focus', 'region', 'scrollable-region-focusable'];
    for (const [scheme, contrast] of [
      ['light', false],
      ['dark', false],
      ['light', true],
      ['dark', true],
    ] as const) {
      document.documentElement.dataset.scheme = scheme;
      document.documentElement.toggleAttribute('data-contrast', contrast);
      await accessible(off);
    }
    expect.soft(smallTargets()).toEqual([]);
    expect.soft(misnamed(/^(Закрыть|Очистить поиск)$/)).toEqual([]);
    await page.viewport(1280, 900);
  });
