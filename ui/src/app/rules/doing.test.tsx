// The rules about what is done, said and kept.

import { afterEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { draft } from '../../ipc/memory/fixtures.ts';
import type { Memory } from '../../ipc/memory/memory.ts';
import { announce } from '../../kit/live.ts';
import { accessible, open, route } from '../../test/app.tsx';
import { systemPrefers } from '../../test/system.ts';
import { openAt } from './places.ts';

const heading = (name: string) => page.getByRole('heading', { level: 1, name });
afterEach(() => systemPrefers({}));

/** Tab until the focus is on what is called so, inside the page itself. */
async function tabTo(name: string) {
  for (let stops = 0; stops < 60; stops++) {
    await userEvent.keyboard('{Tab}');
    const now = document.activeElement;
    if (now?.closest('main') && now.textContent?.trim() === name) return;
  }
  throw new Error(`${name} is not reached`);
}

test('rule 6: from a watch to its answer in the inbox and to the site by keyboard alone', async () => {
  const { world } = open('/watches', {}, ({ world: begun }) => void begun.add(draft()));
  await expect.element(heading('Жду талон')).toHaveFocus();
  world.release(1, 2);
  await expect.element(page.getByText(/Есть талоны: \d/)).toBeVisible();

  await userEvent.keyboard('{Control>}i{/Control}');
  await expect.element(heading('События')).toHaveFocus();
  await expect.element(page.getByText('Ждёт ответа').first()).toBeVisible();
  await tabTo('Позже');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByText(/^Напомним в/)).toBeVisible();
  await accessible();
  await userEvent.keyboard('{Control>}1{/Control}');
  await expect.element(heading('Жду талон')).toHaveFocus();
  await tabTo('Записаться');
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => world.opened[0]).toMatch(/^https:\/\/gorzdrav\.spb\.ru\//);
  await userEvent.keyboard('{Control>}i{/Control}');
  await expect.element(page.getByText('Открывали запись')).toBeVisible();
});

const live = () => [...document.querySelectorAll('[aria-live]')];
/** All that is said from now on. */
function listen(): string[] {
  const said: string[] = [];
  const hearing = new MutationObserver(() => {
    for (const place of live()) if (place.textContent !== '') said.push(place.textContent ?? '');
  });
  for (const place of live())
    hearing.observe(place, { childList: true, characterData: true, subtree: true });
  return said;
}
const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

test('rule 8: one polite and one urgent place are there from the start', async () => {
  open('/watches');
  await expect.poll(() => live().length).toBe(2);
  const [one, other] = live();
  expect([one, other].map((place) => place?.getAttribute('aria-live'))).toEqual([
    'polite',
    'assertive',
  ]);
  await expect.element(heading('Жду талон')).toBeVisible();
  await userEvent.keyboard('{F1}');
  await expect.element(heading('Помощь')).toBeVisible();
  expect(live()).toEqual([one, other]);
});

test('rule 8: a check that changed nothing is silent', async () => {
  const { world } = open('/watches', {}, ({ world: begun }) => {
    begun.add(draft());
    begun.look();
  });
  await expect.element(page.getByRole('article')).toBeVisible();
  const before = world.calls.length;
  const said = listen();
  world.look();
  await expect.poll(() => world.calls.length).toBeGreaterThan(before);
  await pause(100);
  expect(said).toEqual([]);
});

test('rule 8: many messages at once are one, and nothing urgent is lost', async () => {
  open('/help');
  await expect.element(heading('Помощь')).toBeVisible();
  const said = listen();
  for (const word of ['раз', 'два', 'три']) announce(word, 'assertive');
  for (const word of ['один', 'двое', 'трое']) announce(word);
  await pause(300);
  expect(said.filter((words) => /раз|два|три/.test(words)).length).toBeLessThanOrEqual(2);
  expect(said).not.toContain('один');
  await expect.poll(() => said.join(' '), { timeout: 7_000 }).toMatch(/раз.*два три/s);
});

/** The city answers with more than anybody reads. */
function endless(host: Memory) {
  const { specialties, doctors } = host.commands;
  const many = <T extends { id: string; name: string }>(list: T[]): T[] =>
    Array.from({ length: 250 }, (_, n) => ({ ...(list[0] as T), id: `${n}`, name: `Имя ${n}` }));
  host.commands.specialties = async (...args) => {
    const answer = await specialties(...args);
    if (answer.status === 'ok') answer.data.value = many(answer.data.value);
    return answer;
  };
  host.commands.doctors = async (...args) => {
    const answer = await doctors(...args);
    if (answer.status === 'ok') answer.data.value = many(answer.data.value);
    return answer;
  };
}

for (const place of [
  '/watches',
  '/watches/1',
  '/find',
  '/find/specialty',
  '/find/doctors',
  '/inbox',
])
  test(`rule 9: no list of ${place} is endless`, async () => {
    openAt(place, { crowded: true }, (host) => {
      endless(host);
      for (let n = 0; n < 150; n++) host.world.add(draft());
    });
    await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect.poll(() => document.querySelector('[aria-busy=true]')).toBeNull();
    const long = [
      ...document.querySelectorAll('ul, ol, fieldset, [role=list], [role=grid]'),
    ].filter((list) => list.children.length > 101 && list.querySelector('[aria-setsize]') === null);
    expect(long.map((list) => list.children.length)).toEqual([]);
  });

test('rule 10: an error stands above its field, names itself and keeps what was typed', async () => {
  open('/welcome/who', { settings: { welcomed: false } });
  await page.getByText('Близкому').click();
  const field = page.getByRole('textbox', { name: 'Как назвать?' });
  await field.fill('   ');
  await page.getByRole('button', { name: 'Дальше' }).click();
  const error = page.getByText(/^Ошибка: /);
  await expect.element(error).toBeVisible();
  await expect.element(field).toHaveFocus();
  await expect.element(field).toHaveValue('   ');
  await expect.element(field).toHaveAccessibleDescription(/Например: мама.*Ошибка: /s);
  const place = (one: Element) => one.getBoundingClientRect().top;
  const [label, hint] = ['Как назвать?', 'Например: мама'].map((words) =>
    place(page.getByText(words).first().element()),
  );
  const order = [label, hint, place(error.element()), place(field.element())];
  expect(order).toEqual([...order].sort((a, b) => Number(a) - Number(b)));
  await field.fill('бабушка');
  await page.getByRole('button', { name: 'Дальше' }).click();
  await expect.element(heading('Где искать?')).toBeVisible();
  await page.getByRole('link', { name: 'Назад' }).click();
  await expect.element(field).toHaveValue('бабушка');
});

test('rule 10: a wrong time is told above its fields, and stays as typed', async () => {
  openAt('/find/time');
  await expect.element(heading('Когда удобно?')).toBeVisible();
  const to = page.getByRole('spinbutton', { name: /час.*До|До.*час/i }).first();
  await to.click();
  await userEvent.keyboard('0800');
  const error = page.getByText(/^Ошибка: /);
  await expect.element(error).toBeVisible();
  expect(error.element().getBoundingClientRect().bottom).toBeLessThanOrEqual(
    to.element().getBoundingClientRect().top,
  );
  await expect.element(to).toHaveTextContent('08');
  await expect.element(page.getByRole('button', { name: 'Дальше' })).toBeDisabled();
  expect(route()).toBe('/find/time');
});

test('rule 11: the language is switched live, and the page says which it is', async () => {
  openAt('/settings/view');
  await expect.element(page.getByText('English')).toBeVisible();
  expect(document.documentElement.lang).toBe('ru');
  expect(page.getByText('English').element().closest('[lang]')?.getAttribute('lang')).toBe('en');
  await page.getByText('English').click();
  await expect.poll(() => document.documentElement.lang).toBe('en');
  await expect.element(page.getByRole('link', { name: 'Watching' })).toBeVisible();
});
